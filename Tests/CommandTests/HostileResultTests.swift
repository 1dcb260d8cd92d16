import BulkJSON
import Foundation
import Testing
import Yams

/// Names in records, histories, saved runs, sweeps and on the command line draw nothing but themselves either.
@Suite struct HostileResultTests {
    /// Line break, erasing, direction, title of the window, markup, table, code, formula, link.
    private static let evil =
        "=x\nall metrics are the same\u{1b}[2K\u{202e}\u{1b}]0;t\u{7}<script>alert(1)</script>|`b`[l](http://e.example)"

    private static let openb = [
        "openb_node_list_gpu_node.csv":
            "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\nn1,96000,393216,4,G2\n",
        "openb_pod_list_a.csv":
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\np1,8000,64,1,1000\np2,2000,64,0,0\n",
    ]

    private static let seeds = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Breaker/Seeds")

    /// A file with every value of some keys made hostile, wherever they stand.
    private static func hostile(_ name: String, _ keys: Set<String>) throws -> String {
        let text = try String(contentsOf: seeds.appending(path: name), encoding: .utf8)
        func changed(_ value: JSON, _ key: String) -> JSON {
            switch value {
            case .string(let text) where keys.contains(key): .string(text + evil)
            case .array(let elements): .array(elements.map { changed($0, key) })
            case .object(let object):
                .object(
                    JSONObject(
                        object.map { member in
                            let name = keys.contains("keys of " + key) ? member.key + evil : member.key
                            return (name, changed(member.value, member.key))
                        }))
            default: value
            }
        }
        return changed(try JSON(parsing: text), "").text(escapeHTML: false)
    }

    /// Whether nothing acts on a terminal and no line is one of a name's.
    private static func expectClean(_ text: String, _ what: String) {
        let acting = text.unicodeScalars.filter { scalar in
            scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7f...0x9f).contains(scalar.value)
                || scalar == "\u{202e}"
        }
        #expect(acting.isEmpty, "\(what): \(text.debugDescription.prefix(600))")
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("all metrics are the same") }, "\(what)")
    }

    private static func expectNoMarkup(_ text: String, _ what: String) {
        expectClean(text, what)
        #expect(!text.contains("<script>alert"), "\(what)")
    }

    @Test func recordsAndHistories() throws {
        let keys: Set<String> = [
            "commit", "subject", "name", "operation", "processor", "system", "compiler", "hash", "keys of counts",
            "keys of quality",
        ]
        let record = try Self.hostile("record.json", keys)
        let berth = try BerthProcess([
            "base.json": record, "new.json": record.replacing("\"isModified\":false", with: "\"isModified\":true"),
        ])
        defer { berth.remove() }
        for output in ["table", "markdown", "json", "junit"] {
            let result = try berth.run([
                "compare", "base.json", "new.json", "--all", "--output", output, "--markdown", "g.md", "--junit",
                "g.xml",
            ])
            #expect(result.status <= 1, "\(result.errors)")
            // In JSON names are what they are, for programs.
            if output == "json" {
                #expect(!result.output.contains("\u{1b}"))
            } else if output == "table" {
                Self.expectClean(result.output, "compare as table")
            } else {
                Self.expectNoMarkup(result.output, "compare as \(output)")
            }
        }
        let markdown = try String(contentsOf: berth.folder.appending(path: "g.md"), encoding: .utf8)
        Self.expectNoMarkup(markdown, "Markdown")
        #expect(!markdown.contains("[l](http"), "a name makes no link")
        for line in markdown.split(separator: "\n") where line.hasPrefix("|") {
            #expect(line.replacing("\\|", with: "").count { $0 == "|" } >= 6, "a row keeps its cells: \(line)")
        }
        Self.expectNoMarkup(try String(contentsOf: berth.folder.appending(path: "g.xml"), encoding: .utf8), "JUnit")
        for line in [
            "bench history add base.json new.json --history h.sqlite", "bench history list --history h.sqlite",
            "bench history steps --history h.sqlite", "bench history plot --history h.sqlite --output h.html",
        ] {
            let result = try berth.run(line.split(separator: " ").map(String.init))
            #expect(result.status == 0, "\(line): \(result.errors)")
            Self.expectClean(result.output + result.errors, line)
        }
        Self.expectNoMarkup(try String(contentsOf: berth.folder.appending(path: "h.html"), encoding: .utf8), "history")
    }

    @Test func savedRuns() throws {
        let keys: Set<String> = [
            "trace", "policy", "nodePolicy", "devicePolicy", "engine", "profile", "vendor", "name", "firstNode",
            "resource",
            "keys of rejectedByReason", "keys of refusedByReason",
        ]
        let run = try Self.hostile("run.json", keys)
        let berth = try BerthProcess(["a.json": run, "b.json": run])
        defer { berth.remove() }
        for runs in [["a.json"], ["a.json", "b.json"]] {
            let result = try berth.run(["report"] + runs + ["--output", "c"])
            #expect(result.status == 0, "\(result.errors)")
            Self.expectClean(result.output, "report")
            Self.expectNoMarkup(
                try String(contentsOf: berth.folder.appending(path: "c/report.html"), encoding: .utf8), "report.html")
        }
        let cells = try String(contentsOf: berth.folder.appending(path: "c/comparison.csv"), encoding: .utf8)
        // What begins like a formula stands behind an apostrophe.
        #expect(!cells.contains("\n=") && !cells.contains(",=") && !cells.contains(",\"="), "\(cells.prefix(300))")
    }

    @Test func sweepsAndPlans() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let name = "=f\n2 runs <b>|`"
        let folder = berth.folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (file, text) in Self.openb {
            try Data(text.utf8).write(to: folder.appending(path: file.replacing("_a.", with: "_=v\u{1b}[2K.")))
        }
        let common = ["--policies", "FGD", "--seeds", "1"]
        for output in ["table", "json", "csv"] {
            let result = try berth.run(["sweep", name, "--results", "rows.csv", "--output", output] + common)
            #expect(result.status == 0, "\(result.errors)")
            if output == "table" { Self.expectClean(result.output, "sweep") }
            #expect(!result.output.contains("\n="), "\(output): no cell is a formula")
        }
        #expect(try berth.run(["sweep", "--merge", "rows.csv", "--output", "csv"]).status == 0)
        let plan = try berth.run(["sweep", name, "--plan", "p\n\u{1b}[2K", "--image", name, "--claim", name] + common)
        #expect(plan.status == 0, "\(plan.errors)")
        Self.expectClean(plan.output, "sweep --plan")
        let manifest = try String(
            contentsOf: berth.folder.appending(path: "p\n\u{1b}[2K/kubernetes.yaml"), encoding: .utf8)
        Self.expectClean(manifest, "kubernetes.yaml")
        let read = try #require(try Yams.load(yaml: manifest) as? [String: Any])
        #expect(read["kind"] as? String == "Job")
        let ceiling = try berth.run(["ceiling", name, "--seeds", "1", "--loads", "90"])
        #expect(ceiling.status == 0, "\(ceiling.errors)")
        Self.expectClean(ceiling.output, "ceiling")
    }

    @Test func tracesMadeAndTheirFolders() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let folder = "t\nall metrics are the same\u{1b}[2K\u{202e}"
        let make = ["trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "3"]
        for arguments in [
            make + ["--name", Self.evil, "--output", folder], ["trace", "info", folder],
            ["trace", "export", folder, "--output", folder + "/e.json"], ["replay", folder],
            ["replay", folder, "--report", folder + "/r"], ["explain", "#0", "--trace", folder], ["whatif", folder],
            ["compare", "--ab", "--trace", folder, "--rounds", "2"],
            ["report", folder + "/r/run.json", "--output", folder + "/c"],
        ] {
            let result = try berth.run(arguments)
            #expect(result.status == 0, "\(arguments): \(result.errors)")
            Self.expectClean(result.output + result.errors, "\(arguments)")
        }
        let differ = try berth.run([
            "compare", "--first-difference", "--trace", folder, "--new-options=--node-policy=spread", "--shrunk",
            folder + "-s",
        ])
        #expect(differ.status <= 1, "\(differ.errors)")
        Self.expectClean(differ.output + differ.errors, "first difference")
    }

    /// Errors cite what was given.
    @Test(arguments: [
        ["replay"], ["trace", "info"], ["trace", "export"], ["sweep", "--results", "r", "--policies"], ["place"],
        ["explain", "--trace"], ["whatif"], ["report", "--output", "c"], ["compare", "a", "b", "--thresholds"],
        ["bench", "history", "list", "--history"], ["bench", "history", "add"], ["vendors", "--device-config"],
        ["trace", "import", "--output", "i", "--from", "slurm", "--nodes"],
        ["trace", "generate", "--output", "t", "--vendors"],
        ["ceiling"], ["replay", "t", "--policy"], ["replay", "t", "--interval"],
        ["bench", "record", "--output", "b", "--only"],
        ["--no-such"], ["replay", "t", "--clock"],
    ])
    func errors(_ words: [String]) throws {
        for joined in [false, true] {
            let words =
                joined && words.last?.hasPrefix("--") == true
                ? words.dropLast() + ["\(words[words.count - 1])=\(Self.evil)"] : words + [Self.evil]
            let result = try BerthProcess.run(words)
            #expect(result.status == 2, "\(words)")
            Self.expectClean(result.output + result.errors, "\(words)")
        }
    }
}
