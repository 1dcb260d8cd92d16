import BulkJSON
import Foundation

/// A headless chromium that looks at pages and measures them.
struct Browser {
    /// The browser's program, nil where none is installed.
    static let program: URL? = {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let candidates = folders.flatMap { folder in
            ["chromium", "chromium-browser", "google-chrome"].map { "\(folder)/\($0)" }
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
    }()

    /// What a page was like in a frame of some width.
    struct Measurement {
        var page: String
        var width: Int
        var values: JSON
    }

    struct Look {
        var measurements: [Measurement]
        /// Lines that pages wrote to the console.
        var console: [String]
    }

    enum Scheme: String, CaseIterable {
        case dark
        case light

        /// The browser's number for it.
        var setting: Int { self == .dark ? 0 : 1 }
    }

    /// Written into copies of the pages: measures when everything is laid out and tells the page around it.
    private static let script = #"""
        <script>
        addEventListener("load", () => {
          const cut = [], overlapping = [], plots = {};
          for (const figure of document.querySelectorAll("figure")) {
            const svg = figure.querySelector(".picture > svg");
            const area = svg ? svg.getBoundingClientRect() : null;
            plots[figure.id] = svg ? svg.querySelectorAll("path.line, rect").length : 0;
            if (!svg || area.width < 200 || area.height < 30) { cut.push(figure.id + ": no picture"); continue; }
            const labels = [...svg.querySelectorAll("text")].map(text => ({
              text: text.textContent, box: text.getBoundingClientRect(), turned: text.hasAttribute("transform") }));
            for (const label of labels)
              if (label.box.left < area.left - 1 || label.box.right > area.right + 1 || label.box.top < area.top - 1
                  || label.box.bottom > area.bottom + 1) cut.push(figure.id + ": " + label.text);
            const straight = labels.filter(label => !label.turned);
            straight.forEach((one, place) => straight.slice(place + 1).forEach(other => {
              if (one.box.left < other.box.right - 0.5 && other.box.left < one.box.right - 0.5
                  && one.box.top < other.box.bottom - 3 && other.box.top < one.box.bottom - 3)
                overlapping.push(figure.id + ": " + one.text + " / " + other.text);
            }));
          }
          // What has to be pushed aside to be seen is cut.
          for (const element of document.querySelectorAll(".scroll"))
            if (element.scrollWidth > element.clientWidth + 1) cut.push("table " + element.textContent.trim().slice(0, 40));
          for (const element of document.querySelectorAll("body *:not(svg *)")) {
            const overflow = getComputedStyle(element).overflowX;
            if (overflow === "visible" && !element.closest(".picture")
                && element.getBoundingClientRect().right > innerWidth + 1)
              cut.push(element.tagName + "." + element.className);
          }
          parent.postMessage({ page: location.pathname.split("/").pop(), width: innerWidth,
            scrollWidth: document.documentElement.scrollWidth, cut, overlapping, plots,
            tables: document.querySelectorAll("table").length,
            background: getComputedStyle(document.body).backgroundColor,
            isDark: matchMedia("(prefers-color-scheme: dark)").matches }, "*");
        });
        </script>
        """#

    /// Lays out every page at every width, all in one window.
    static func look(
        at pages: [URL], widths: [Int], scheme: Scheme, in folder: URL
    ) throws -> Look {
        var frames = ""
        for page in pages {
            let name = page.deletingPathExtension().lastPathComponent
            let text = try String(contentsOf: page, encoding: .utf8)
            let copy = folder.appending(path: "measured-\(name).html")
            try Data(text.replacingOccurrences(of: "</body>", with: script + "</body>").utf8).write(to: copy)
            for width in widths {
                frames += "<iframe src=\"measured-\(name).html\" style=\"width:\(width)px;height:900px;border:0;"
                frames += "color-scheme:\(scheme.rawValue)\"></iframe>\n"
            }
        }
        let outer = folder.appending(path: "frames-\(scheme.rawValue).html")
        let html = """
            <!DOCTYPE html><html style="color-scheme:\(scheme.rawValue)"><body><script>
            addEventListener("message", event => {
              const line = document.createElement("pre");
              line.textContent = "MEASURED " + JSON.stringify(event.data);
              document.body.append(line);
            });
            </script>
            \(frames)</body></html>
            """
        try Data(html.utf8).write(to: outer)
        let (dom, log) = try run(
            [
                "--blink-settings=preferredColorScheme=\(scheme.setting)", "--virtual-time-budget=5000",
                "--window-size=1400,1000", "--dump-dom", outer.absoluteString,
            ], in: folder)
        let measurements = try dom.split(separator: "\n").flatMap {
            $0.components(separatedBy: "<pre>MEASURED ").dropFirst()
        }
        .map { part -> Measurement in
            let text = part.components(separatedBy: "</pre>")[0]
                .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
                .replacingOccurrences(of: "&amp;", with: "&")
            let values = try JSON(parsing: text)
            return Measurement(
                page: values["page"]?.string ?? "", width: Int(values["width"]?.int64 ?? 0), values: values)
        }
        return Look(
            measurements: measurements,
            console: log.split(separator: "\n").map(String.init).filter { $0.contains("CONSOLE") })
    }

    private static func run(_ arguments: [String], in folder: URL) throws -> (output: String, errors: String) {
        let process = Process()
        process.executableURL = program
        let profile = folder.appending(path: "profile-\(UUID().uuidString)")
        process.arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--user-data-dir=\(profile.path)",
                "--enable-logging=stderr", "--v=0",
            ] + arguments
        let (output, errors) = (folder.appending(path: ".page"), folder.appending(path: ".log"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return (
            String(decoding: try Data(contentsOf: output), as: UTF8.self),
            String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        )
    }
}
