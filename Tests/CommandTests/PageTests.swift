import Foundation
import Testing

/// `Scripts/run-pages.py` runs what pages show; here it is run on pages that are right and wrong.
@Suite struct PageTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scripts/run-pages.py").path
    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// A page and, where it is wrong, what is said of it; its name keeps its lines out of the log.
    struct Page: CustomTestStringConvertible {
        var text: String
        var words = ""
        var testDescription: String { words.isEmpty ? "\(text.utf8.count) bytes" : words }

        init(_ text: String, _ words: String = "") { (self.text, self.words) = (text, words) }
    }

    /// Runs the script on one page, whose folder has what its commands read.
    private static func run(_ page: String, testLog: String? = nil) throws -> BerthProcess.Result {
        let berth = try BerthProcess(["README.md": page, "log": testLog ?? ""])
        defer { berth.remove() }
        for name in ["examples", "traces", "Benchmarks", "Tests/CommandTests/Fixtures"] {
            try FileManager.default.createDirectory(
                at: berth.folder.appending(path: name), withIntermediateDirectories: true)
        }
        for name in ["Benchmarks/baseline.json", "Benchmarks/thresholds.yaml"] {
            try Data().write(to: berth.folder.appending(path: name))
        }
        for name in ["nodes.yaml", "pods.yaml"] {
            try FileManager.default.copyItem(
                at: BerthProcess.fixtures.appending(path: name), to: berth.folder.appending(path: "examples/" + name))
        }
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments =
            [script, "--berth", BerthProcess.binary.path, "--root", berth.folder.path]
            + (testLog == nil ? [] : ["--test-log", berth.folder.appending(path: "log").path])
        let (output, errors) = (berth.folder.appending(path: ".out"), berth.folder.appending(path: ".err"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return BerthProcess.Result(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    private static func console(_ lines: String...) -> String {
        (["```console"] + lines + ["```", ""]).joined(separator: "\n")
    }

    private static let right = [
        Page(console("$ berth --version | head -c 5; echo", "berth")),
        Page(console("$ echo took 3.2 s", "took 41.9 s")),
        Page(console("$ echo 'peak memory    26.0 MiB'", "peak memory    28.1 MiB")),
        Page(console("$ seq 5", "1", "…", "5")),
        Page("```sh\nberth nonsense 2>/dev/null  # exit 2\n```\n" + console("$ echo a", "a")),
        Page(console("$ make test", "…", "✔ Test run with 800 tests in 120 suites passed after 9.1 seconds.")),
    ]

    // The first six had gone stale before pages were run.
    private static let wrong = [
        Page(
            console(
                "$ echo 'heap           1.029 allocations per placement'",
                "heap           2.2 allocations per placement"),
            "README.md:3: `echo"),
        Page(console("$ echo 'peak memory    26.1 MiB'", "peak memory    35.9 MiB"), "now:  peak memory    26.1 MiB"),
        Page(
            console("$ make test", "…", "✔ Test run with 149 tests in 120 suites passed after 41.0 seconds."),
            "no such lines"),
        Page("```sh\nberth whatif examples --drain node-17\n```\n", "node-17\" is no node of the fleet"),
        Page("```sh\nberth whatif examples --remove zone=c\n```\n", "chooses no node of the fleet"),
        Page(
            console("$ echo 'default/a  gpu-1  8192 MiB'", "default/a  gpu-1  8,192 MiB"),
            "page: default/a  gpu-1  8,192 MiB"),
        Page(console("$ seq 3", "1", "2"), "now:  3"),
        Page(console("$ seq 2", "1", "2", "3"), "page: 3"),
        Page(console("$ echo '12,345 pods'", "12,346 pods"), "page: 12,346 pods"),
        Page(console("$ false", "a"), "ended with 1, not 0"),
        Page(console("$ echo a", "a") + "[there](docs/none.md)\n", "links to docs/none.md, which is not there"),
        Page(console("$ echo a", "a") + "`berth place --nothing`\n", "has no --nothing"),
        Page(console("$ echo a", "a") + "    berth place\n", "commands stand in a console or sh block"),
        Page(console("$ echo a; echo b > examples/nodes.yaml", "a"), "its commands change examples/nodes.yaml"),
        Page(console("$ echo a", "a") + "<!-- not run: lazy -->\n```sh\nfalse\n```\n", "\"lazy\" is no word of SKIPS"),
        Page("No commands.\n", "no output was compared"),
        Page("<!-- not run: long -->\n" + console("$ echo a", "a"), "no output was compared"),
    ]

    @Test("pages that are right", .enabled(if: python != nil, "python3 is not installed"), arguments: right)
    func passes(page: Page) throws {
        let result = try Self.run(
            page.text, testLog: "a\nb\n✔ Test run with 827 tests in 130 suites passed after 100.5 seconds.\n")
        #expect(result.status == 0, "\(result.errors.count) bytes of faults")
        #expect(result.output.contains("the output of 1 compared"))
    }

    @Test("pages that are wrong", .enabled(if: python != nil, "python3 is not installed"), arguments: wrong)
    func fails(page: Page) throws {
        let result = try Self.run(
            page.text, testLog: "✔ Test run with 827 tests in 130 suites passed after 100.5 seconds.\n")
        #expect(result.status == 1)
        #expect(result.errors.contains(page.words), "\(result.errors)")
    }
}
