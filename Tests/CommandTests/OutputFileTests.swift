import Foundation
import Testing

/// What a command writes costs nothing that was there, and selections that choose nothing are errors.
@Suite struct OutputFileTests {
    private static let files = [
        "openb_node_list_gpu_node.csv":
            "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\nn1,96000,393216,4,G2\n",
        "openb_pod_list_a.csv":
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\np1,8000,64,1,1000\np2,2000,64,0,0\n",
    ]

    private static func sweep(_ more: [String], files: [String: String] = [:]) throws -> BerthProcess.Result {
        try BerthProcess.run(["sweep", "."] + more, files: Self.files.merging(files) { $1 })
    }

    private func text(_ name: String, _ berth: BerthProcess) throws -> String {
        try String(contentsOf: berth.folder.appending(path: name), encoding: .utf8)
    }

    @Test(arguments: ["my notes", "my notes\n", "trace,policy\n", "{}"])
    func filesOfOthersAreNoResults(_ notes: String) throws {
        let berth = try BerthProcess(Self.files.merging(["notes.txt": notes]) { $1 })
        defer { berth.remove() }
        let result = try berth.run(["sweep", ".", "--policies", "FGD", "--seeds", "1", "--results", "notes.txt"])
        #expect(result.status == 2)
        #expect(result.errors.contains("notes.txt: is no results file of a sweep"))
        #expect(try text("notes.txt", berth) == notes)
    }

    @Test func rowsOfAnotherTraceOfTheNameAreRefused() throws {
        let berth = try BerthProcess(Self.files)
        defer { berth.remove() }
        let arguments = ["sweep", ".", "--policies", "FGD", "--seeds", "1", "--results", "rows.csv"]
        #expect(try berth.run(arguments).status == 0)
        let rows = try text("rows.csv", berth)
        let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\n"
        try Data(pods.utf8).write(to: berth.folder.appending(path: "openb_pod_list_a.csv"))
        let other = try berth.run(arguments)
        #expect(other.status == 2 && other.errors.contains("another trace that is named"), "\(other.errors)")
        #expect(try text("rows.csv", berth) == rows)
    }

    @Test(arguments: [
        ["--seeds", ""], ["--seeds", "1-"], ["--seeds", "-1"], ["--seeds", "1,,2"], ["--seeds", "abc"],
        ["--policies", ""], ["--policies", "FGD,"], ["--policies", "FGD,FGD"], ["--pods-variant", ""],
        ["--pods-variant", "a,a"], ["--shard", "1/2/"], ["--tune", "1e308"], ["--tune", "nan"], ["--jobs", "0"],
    ])
    func selectionsThatChooseNothingAreErrors(_ option: [String]) throws {
        let result = try Self.sweep(option + ["--results", "rows.csv"])
        #expect(result.status == 2)
        #expect(result.output.isEmpty && result.errors.contains(option[0]), "\(result.errors)")
    }

    @Test(arguments: ["/dev/full", "/dev/null", "."]) func resultsAreARegularFile(_ path: String) throws {
        #expect(try Self.sweep(["--policies", "FGD", "--seeds", "1", "--results", path]).status == 2)
    }

    @Test func threadsAreBounded() throws {
        let result = try BerthProcess.run(["replay", "nowhere", "--threads", "9223372036854775807"])
        #expect(result.status == 2 && result.errors.contains("--threads must be 1 to 1,024"))
    }

    @Test func outputsAreNoInputs() throws {
        let berth = try BerthProcess(Self.files)
        defer { berth.remove() }
        #expect(
            try berth.run(["trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "2", "--output", "t"])
                .status == 0)
        let pods = try text("t/pods.csv", berth)
        for arguments in [
            ["replay", "t", "--decisions", "t/pods.csv"], ["replay", "t", "--metrics", "./t/fleet.csv"],
            ["replay", "t", "--decisions", "same.csv", "--metrics", "./same.csv"],
            ["trace", "export", "t", "--output", "t/trace.json"],
            ["sweep", ".", "--policies", "FGD", "--seeds", "1", "--results", "openb_pod_list_a.csv"],
        ] {
            let result = try berth.run(arguments)
            #expect(result.status == 2, "\(arguments)")
            #expect(result.errors.contains("would overwrite") || result.errors.contains("name one file"))
        }
        #expect(try text("t/pods.csv", berth) == pods)
    }

    @Test func anEmptyPlanFileIsPlannedAnewAndAForeignOneIsKept() throws {
        let berth = try BerthProcess(Self.files)
        defer { berth.remove() }
        let plan = berth.folder.appending(path: "p")
        try FileManager.default.createDirectory(at: plan, withIntermediateDirectories: true)
        let arguments = ["sweep", ".", "--policies", "FGD", "--seeds", "1", "--plan", "p"]
        try Data("{\"mine\":1}".utf8).write(to: plan.appending(path: "plan.json"))
        let foreign = try berth.run(arguments)
        #expect(foreign.status == 2 && foreign.errors.contains("is no whole plan"), "\(foreign.errors)")
        try Data().write(to: plan.appending(path: "plan.json"))
        #expect(try berth.run(arguments).status == 0)
        try FileManager.default.removeItem(at: plan.appending(path: "plan.json"))
        let merged = try berth.run(["sweep", "--merge", "p"])
        #expect(merged.status == 2 && merged.errors.contains("holds no plan"))
    }

    @Test func hostileWordsStayWordsInAPlan() throws {
        let berth = try BerthProcess(Self.files)
        defer { berth.remove() }
        let result = try berth.run([
            "sweep", ".", "--policies", "FGD", "--seeds", "1", "--plan", "p", "--image", "a\"\ncommand: [x]",
            "--claim", "c\n  evil: true",
        ])
        #expect(result.status == 0)
        let manifest = try text("p/kubernetes.yaml", berth)
        #expect(
            manifest.contains(#"image: "a\"\ncommand: [x]""#) && manifest.contains(#"claimName: "c\n  evil: true""#))
    }

    @Test func noStaleVerdict() throws {
        let berth = try BerthProcess(["gate.md": "no regression", "gate.xml": "<testsuites/>"])
        defer { berth.remove() }
        let result = try berth.run([
            "compare", "missing.json", "--thresholds", "missing.yaml", "--markdown", "gate.md", "--junit", "gate.xml",
        ])
        #expect(result.status == 2)
        for name in ["gate.md", "gate.xml"] {
            #expect(!FileManager.default.fileExists(atPath: berth.folder.appending(path: name).path))
        }
    }

    @Test func whatGenerateNeedsIsNamed() throws {
        let result = try BerthProcess.run(["trace", "generate", "--nodes", "2", "--output", "t"])
        #expect(result.status == 2 && result.errors.contains("--vendors"))
    }
}
