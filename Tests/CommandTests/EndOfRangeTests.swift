import Foundation
import Testing

/// Numbers and sizes at the ends of what there can be: an answer or an error that names the place, never a trap, a hang or a
/// gigabyte of memory; and what one command writes, the others read.
@Suite struct EndOfRangeTests {
    private static let seeds = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Breaker/Seeds")

    private static func seed(_ name: String) throws -> String {
        try String(contentsOf: seeds.appending(path: name), encoding: .utf8)
    }

    private static func run(_ line: String, _ files: [String: String]) throws -> BerthProcess.Result {
        try BerthProcess.run(line.split(separator: " ").map { String($0).replacing("~", with: " ") }, files: files)
    }

    private static let node = """
        {"kind":"Node","metadata":{"name":"n","annotations":{"hami.io/node-nvidia-register":
         "[{\\"id\\":\\"G\\",\\"count\\":10,\\"devmem\\":16000,\\"devcore\\":100,\\"type\\":\\"NVIDIA-T4\\",\\"health\\":true}]"}},
         "status":{"allocatable":{"cpu":"8","memory":"64Gi","pods":"110"}}}
        """

    private static func pod(_ name: String, _ limits: String) -> String {
        "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"\(name)\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\(limits)}}}]}}"
    }

    // MARK: Saved runs and records

    @Test func aRunOfTheLargestSeedIsReadAgain() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let make = ["trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "3", "--output", "t"]
        #expect(try berth.run(make + ["--seed", "18446744073709551615"]).status == 0)
        let replay = try berth.run(["replay", "t", "--shuffle", "--seed", "18446744073709551615", "--report", "r"])
        #expect(replay.status == 0, "\(replay.errors)")
        let report = try berth.run(["report", "r/run.json", "--output", "c"])
        #expect(report.status == 0, "\(report.errors)")
        let cells = try String(contentsOf: berth.folder.appending(path: "c/comparison.csv"), encoding: .utf8)
        #expect(cells.contains(",18446744073709551615,"))
    }

    @Test(arguments: [
        ("\"seed\": 0", "\"seed\": \"abc\"", "seed must be"), ("\"seed\": 0", "\"seed\": -1", "seed must be"),
        ("\"seed\": 0", "\"seed\": 18446744073709551616", "seed must be"),
        ("\"pods\": ", "\"pods\": 9223372036854775807, \"was\": ", "pods must be a whole number of at most 2^53"),
        ("\"pods\": ", "\"pods\": 18446744073709551616, \"was\": ", "pods must be a whole number"),
        (
            "\"peakMemoryMiB\": ", "\"peakMemoryMiB\": 1e300, \"was\": ",
            "peakMemoryMiB must be a number of at most 10^15"
        ),
        ("\"percent\": [", "\"percent\": [-1e15,", "curve"),
    ])
    func runsBeyondTheirBoundsAreRefused(_ from: String, _ to: String, _ expected: String) throws {
        let run = try Self.seed("run.json")
        let changed = run.replacing(from, with: to, maxReplacements: 1)
        try #require(changed != run, "the seed has no \(from)")
        let result = try Self.run("report run.json --output c", ["run.json": changed])
        #expect(result.status == 2 && result.errors.contains(expected), "\(result.status) \(result.errors)")
    }

    @Test func valuesFarBeyondTheirAxesStandAtItsEnd() throws {
        let run = try Self.seed("run.json")
        let changed = run.replacing("\"fairness\": [", with: "\"fairness\": [1e15, -1e15, ", maxReplacements: 1)
        let result = try Self.run("report run.json --output c", ["run.json": changed])
        // Two values too many for the samples, or a page: no trap.
        #expect(result.status == 0 || result.status == 2 && result.errors.contains("values as allocation.at has"))
    }

    @Test(arguments: ["1e300", "9223372036854775807", "0", "-1", "1e400"])
    func recordsBeyondTheirBoundsAreRefused(_ time: String) throws {
        let record = try Self.seed("record.json").replacing(
            "\"quietNanoseconds\": ", with: "\"quietNanoseconds\": \(time), \"was\": ", maxReplacements: 1)
        for line in ["bench history add record.json --history h.sqlite", "compare record.json record.json"] {
            let result = try Self.run(line, ["record.json": record])
            #expect(result.status == 2 && result.errors.contains("record.json"), "\(line): \(result.errors)")
        }
    }

    @Test func aHistoryWithOtherValuesIsToldNotTrusted() throws {
        let berth = try BerthProcess(["record.json": try Self.seed("record.json")])
        defer { berth.remove() }
        #expect(try berth.run(["bench", "history", "add", "record.json", "--history", "h.sqlite"]).status == 0)
        let sqlite = Process()
        sqlite.executableURL = URL(filePath: "/usr/bin/sqlite3")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3") else { return }
        sqlite.currentDirectoryURL = berth.folder
        sqlite.arguments = ["h.sqlite", "update measurement set value = 'much'; update record set workloads = 'many'"]
        try sqlite.run()
        sqlite.waitUntilExit()
        for line in ["list", "steps", "plot --output h.html"] {
            let result = try berth.run(
                ["bench", "history"] + line.split(separator: " ").map(String.init) + ["--history", "h.sqlite"])
            #expect(
                result.status == 2 && result.errors.contains("h.sqlite: "), "\(line): \(result.status) \(result.errors)"
            )
        }
    }

    // MARK: Prices, nodes in words

    @Test func pricesOfManyNodesAddUp() throws {
        let pods = (0..<40).map { Self.pod("p\($0)", "\"nvidia.com/gpu\":\"1\",\"nvidia.com/gpumem\":\"16000\"") }
        let snapshot = "{\"kind\":\"List\",\"items\":[\(([Self.node] + pods).joined(separator: ","))]}"
        let prices = "node,price\n1x T4,1000000000\n2x T4,999999999.99\n"
        let result = try Self.run("whatif s.json --prices p.csv", ["s.json": snapshot, "p.csv": prices])
        #expect(result.status == 0, "\(result.errors)")
        let beyond = try Self.run(
            "whatif s.json --prices p.csv", ["s.json": snapshot, "p.csv": "node,price\n1x T4,1000000001\n"])
        #expect(beyond.status == 2 && beyond.errors.contains("p.csv:2"), "\(beyond.errors)")
        let many = "node,price\n" + String(repeating: "1x T4,1\n", count: 501)
        let rows = try Self.run("whatif s.json --prices p.csv", ["s.json": snapshot, "p.csv": many])
        #expect(rows.status == 2 && rows.errors.contains("500 offers"), "\(rows.errors)")
    }

    @Test(arguments: [
        "1x~T4~9223372036854775807GB", "9223372036854775807x(8x~T4)", "1x(8x~T4;~cpu=9223372036854775808)",
        "1x(8x~T4;~memory=1e30)", "1x(8x~T4;~pods=-1)", "100000x(128x~T4)x", "1x(129x~T4)",
    ])
    func nodesInWords(_ words: String) throws {
        let result = try Self.run("whatif s.json --add \(words)", ["s.json": Self.node])
        #expect([0, 2].contains(result.status), "\(result.status) \(result.errors)")
    }

    // MARK: Sizes

    @Test func workloadsDoNotUnfoldWithoutEnd() throws {
        let deployments = (0..<40).map {
            "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"name\":\"d\($0)\"},\"spec\":{\"replicas\":100000,"
                + "\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\"}]}}}}"
        }
        let list = "{\"kind\":\"List\",\"items\":[\(([Self.node] + deployments).joined(separator: ","))]}"
        let result = try Self.run("place s.json --output ndjson", ["s.json": list.replacing("100000", with: "100001")])
        #expect(result.status == 2 || result.errors.contains("from 0 to 100000"), "\(result.errors.prefix(300))")
        let jobs = """
            {"kind":"JobSet","apiVersion":"jobset.x-k8s.io/v1alpha2","metadata":{"name":"j"},"spec":{"replicatedJobs":[
             {"name":"a","replicas":100000,"template":{"spec":{"parallelism":0}}},
             {"name":"b","replicas":100000,"template":{"spec":{"parallelism":0}}}]}}
            """
        let many = try Self.run("place s.json", ["s.json": "{\"kind\":\"List\",\"items\":[\(Self.node),\(jobs)]}"])
        #expect(many.errors.contains("more than 100000 jobs"), "\(many.errors)")
    }

    @Test func jobsOfALogDoNotUnfoldWithoutEnd() throws {
        let head = "JobID|User|Account|State|Submit|Start|End|NNodes|AllocTRES\n"
        let rows = (0..<5).map {
            "\($0)|u|a|COMPLETED|2024-01-01T00:00:00|2024-01-01T00:00:00|2024-01-01T01:00:00|1000000|cpu=1,gres/gpu=1\n"
        }
        let result = try Self.run(
            "trace import --from slurm --nodes 1x(8x~NVIDIA~T4~16G) sacct.txt --output t",
            ["sacct.txt": head + rows.joined()])
        #expect(result.status == 2 && result.errors.contains("more than 4000000 beyond one a job"), "\(result.errors)")
    }

    @Test func deviceMemoryInWordsIsWhatATraceCanHold() throws {
        let head = "JobID|User|Account|State|Submit|Start|End|NNodes|AllocTRES\n"
        for memory in ["2097152M", "2048G", "2T", "2147483647M"] {
            let result = try Self.run(
                "trace import --from slurm --nodes 1x(8x~NVIDIA~T4~\(memory)) sacct.txt --output t", ["sacct.txt": head]
            )
            #expect(result.status == 2 && result.errors.contains("no device memory"), "\(memory): \(result.errors)")
        }
    }

    @Test func aCompressedBombIsFoundOut() throws {
        guard FileManager.default.isExecutableFile(atPath: "/bin/gzip") else { return }
        let berth = try BerthProcess()
        defer { berth.remove() }
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.currentDirectoryURL = berth.folder
        shell.arguments = ["-c", "head -c 400000000 /dev/zero | gzip -1 > bomb.json"]
        try shell.run()
        shell.waitUntilExit()
        let result = try berth.run(["place", "bomb.json"])
        #expect(result.status == 2 && result.errors.contains("unpacks to more than 256 MiB"), "\(result.errors)")
    }

    // MARK: Integers of 64 bits and more in JSON

    @Test(arguments: [
        "18446744073709551615", "18446744073709551616", "1e400", "-18446744073709551616",
        "123456789012345678901234567890",
    ])
    func wideIntegers(_ number: String) throws {
        let fields = [
            Self.node.replacing("\"8\"", with: number), Self.node.replacing("\"110\"", with: number),
            Self.node.replacing("\\\"devmem\\\":16000", with: "\\\"devmem\\\":\(number)"),
            Self.node.replacing("\\\"count\\\":10", with: "\\\"count\\\":\(number)"),
            Self.pod("p", "\"nvidia.com/gpu\":\(number)"), Self.pod("p", "\"cpu\":\(number)"),
            Self.pod("p", "\"cpu\":1").replacing("\"spec\":{", with: "\"spec\":{\"priority\":\(number),"),
        ]
        for field in fields {
            let snapshot =
                "{\"kind\":\"List\",\"items\":[\(Self.node.replacing("\"n\"", with: "\"m\"")),\(field),\(Self.pod("q", "\"cpu\":1"))]}"
            for line in [
                "place s.json", "replay s.json", "trace import --from kubernetes s.json --output t",
                "whatif s.json --add 1x~T4",
            ] {
                let result = try Self.run(line, ["s.json": snapshot])
                #expect([0, 2].contains(result.status), "\(line) \(field): \(result.status) \(result.errors)")
                #expect(result.status == 0 || result.errors.contains("s.json"), "\(line): \(result.errors)")
            }
        }
    }

    // MARK: Outputs and warnings

    @Test func furtherOutputsAreNoInputs() throws {
        let berth = try BerthProcess([
            "dc.yaml": try Self.seed("device-config.yaml"),
            "openb_node_list_gpu_node.csv": "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\n",
            "openb_pod_list_a.csv": "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\n",
        ])
        defer { berth.remove() }
        #expect(
            try berth.run(["trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "2", "--output", "t"])
                .status == 0)
        #expect(try berth.run(["sweep", ".", "--policies", "FGD", "--seeds", "1", "--plan", "p"]).status == 0)
        #expect(
            try berth.run(["sweep", "p/traces/1", "--policies", "FGD", "--seeds", "1", "--results", "r.csv"]).status
                == 0)
        try FileManager.default.removeItem(at: berth.folder.appending(path: "p/plan.json"))
        for arguments in [
            ["replay", "t", "--device-config", "dc.yaml", "--decisions", "dc.yaml"],
            [
                "replay", ".", "--pods-variant", "a", "--order", "openb_pod_list_a.csv", "--metrics",
                "openb_pod_list_a.csv",
            ],
            ["compare", "--first-difference", "--trace", "t", "--new-options=--node-policy=spread", "--shrunk", "t"],
            ["sweep", "p/traces/1", "--policies", "FGD", "--seeds", "1", "--plan", "p"],
            ["trace", "import", "--from", "openb", "openb_node_list_gpu_node.csv", "t/fleet.csv", "--output", "t"],
            ["report", "c/report.html", "--output", "c"], ["compare", "g.md", "g.md", "--markdown", "g.md"],
            ["sweep", "--merge", "r.csv", "--results", "r.csv"],
        ] {
            if arguments[0] == "report" {
                try FileManager.default.createDirectory(
                    at: berth.folder.appending(path: "c"), withIntermediateDirectories: true)
                try Data("{}".utf8).write(to: berth.folder.appending(path: "c/report.html"))
            }
            if arguments.contains("g.md") { try Data("{}".utf8).write(to: berth.folder.appending(path: "g.md")) }
            let result = try berth.run(arguments)
            #expect(result.status == 2, "\(arguments)")
            #expect(
                ["would overwrite", "do not go with it"].contains { result.errors.contains($0) },
                "\(arguments): \(result.errors)")
        }
    }

    @Test func notesAndBadLinesAreCapped() throws {
        let jobs = (0..<300).map {
            "{\"kind\":\"Job\",\"apiVersion\":\"batch/v1\",\"metadata\":{\"name\":\"j\($0)\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\"}]}}}}"
        }
        let placed = try Self.run(
            "place s.json", ["s.json": "{\"kind\":\"List\",\"items\":[\(([Self.node] + jobs).joined(separator: ","))]}"]
        )
        #expect(placed.status == 0 && placed.errors.split(separator: "\n").count == 101, "\(placed.errors.suffix(200))")
        let stream = try BerthProcess.run(["place", "--stream"], input: String(repeating: "{\n", count: 300))
        #expect(stream.status == 2 && stream.output.split(separator: "\n").count == 300)
        #expect(stream.errors.hasSuffix("problem: 200 more problems are not shown\n"), "\(stream.errors.suffix(200))")
    }
}
