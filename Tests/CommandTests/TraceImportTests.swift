import Foundation
import Testing

/// `berth trace import` on tiny files, from the outside.
@Suite struct TraceImportTests {
    private static let jobs = """
        JobID|State|Submit|Start|End|NNodes|ReqTRES
        1|COMPLETED|2024-01-02T03:04:05|2024-01-02T03:05:05|2024-01-02T04:05:05|2|cpu=8,gres/gpu=16,mem=64G,node=2
        2|CANCELLED by 7|2024-01-02T03:04:05|None|2024-01-02T04:05:05|1|cpu=8,mem=64G,node=1
        3|RUNNING|2024-01-02T03:04:x5|2024-01-02T03:05:05|Unknown|1|cpu=8,mem=64G,node=1

        """
    private static let words = [
        "trace", "import", "--from", "slurm", "jobs.txt", "--nodes", "2x(8x NVIDIA V100 32G)", "--output", "out",
    ]

    @Test func aBadRowEndsTheImport() throws {
        let result = try BerthProcess.run(Self.words, files: ["jobs.txt": Self.jobs])
        #expect(result.status == 2)
        #expect(
            result.errors
                == "Error: jobs.txt:4:11: Submit: \"2024-01-02T03:04:x5\" is no time such as 2020-06-09 18:41:01\n")
        #expect(result.output.isEmpty)
    }

    @Test func badRowsAreLeftOutAndTheTraceReplays() throws {
        let berth = try BerthProcess(["jobs.txt": Self.jobs])
        defer { berth.remove() }
        let result = try berth.run(Self.words + ["--skip-bad-rows"])
        #expect(result.status == 0)
        #expect(result.errors.hasPrefix("warning: jobs.txt:4:11: Submit: "))
        #expect(result.output.contains("jobs that never started  1\nbad rows                 1\n"), "\(result.output)")
        let replay = try berth.run(["replay", "out", "--output", "json"])
        #expect(replay.status == 0)
        #expect(replay.output.contains("\"placed\": 2"), "\(replay.output)")
    }

    @Test func listsTheSources() throws {
        let result = try BerthProcess.run(["trace", "import", "--list"])
        #expect(result.status == 0)
        try Snapshot.expect(result.output, matches: "trace-import-list.txt")
    }

    @Test(
        "bad usage ends with 2",
        arguments: [
            ([], "Say with --from what the files are"), (["--from", "nonsense", "x"], "\"nonsense\" is unknown"),
            (["--from", "slurm", "--output", "o"], "Give the files of slurm"),
            (["--from", "slurm", "x"], "Give the folder to write"),
            (["--from", "slurm", "x", "--output", "o", "--nodes", "8x V100"], "is not of the form COUNTx("),
            (["--from", "slurm", "x", "--output", "o", "--node-cpus", "1000001"], "--node-cpus is from 0 to"),
            (["--from", "slurm", "x", "--output", "o", "--order", "y"], "--order is for openb alone"),
            (["--from", "helios-2020", "x", "--output", "o"], "x: is none of the files of helios-2020"),
        ])
    func badUsage(arguments: [String], says: String) throws {
        let result = try BerthProcess.run(["trace", "import"] + arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(result.output.isEmpty)
    }
}
