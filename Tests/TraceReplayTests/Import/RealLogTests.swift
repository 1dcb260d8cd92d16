import PlacementEngine
import Testing
import VendorCatalog

@testable import TraceImport
@testable import TraceModel

/// Logs as they really look: words for nothing, detected device types, shares of devices, clocks, separators.
@Suite struct RealLogTests {
    private static let header = "JobID|State|Submit|Start|End|NNodes|ReqTRES\n"

    private func slurm(
        _ text: String, nodes: String = "2x(8x NVIDIA A100-SXM4-80GB 80G)", header: String = header
    ) throws -> ImportedTrace {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(Array((header + text).utf8), to: folder.file("sacct.txt"))
        let source = try #require(TraceSources.named("slurm"))
        return try source.read(
            SourceFiles([folder.file("sacct.txt")], of: source),
            options: GoldenImport.nodes(nodes, cpus: 64, memoryGiB: 512), catalog: try traceCatalog())
    }

    private func problem(_ text: String, header: String = header) throws -> String {
        let error = try #require(throws: TraceError.self) { try slurm(text, header: header) }
        return error.description.replacing(/^.*sacct.txt/, with: "sacct.txt")
    }

    // MARK: Nothing

    @Test(arguments: [
        "", " ", "nan", "NaN", "NAN", "None", "none", "null", "NULL", "N/A", "n/a", "NA", "Unknown", "(null)", "nil",
        "-",
        "\\N",
    ])
    func wordsForNothing(_ word: String) throws {
        #expect(AbsentValue.isOne(word))
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(
            Array("sn,cpu_milli,memory_mib,gpu,model\nn,64000,262144,2,P100\n".utf8), to: folder.file("nodes.csv"))
        let columns =
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time\n"
        let pods = "a,6000.0,12288,1.0,460.0,\(word),10,\(word),10\nb,6000,12288,1,460,,10,,10\n"
        try TraceFiles.write(Array((columns + pods).utf8), to: folder.file("pods.csv"))
        let trace = try OpenBImporter.read(
            OpenBImporter.Files(nodes: folder.file("nodes.csv"), pods: folder.file("pods.csv")),
            catalog: try traceCatalog())
        #expect(trace.pods.shapes.count == 1)
        #expect(trace.pods.durationMs == [-1, -1])
    }

    @Test(arguments: ["A100", "nano", "null0", "0", "none of them"])
    func otherWords(_ word: String) { #expect(!AbsentValue.isOne(word)) }

    @Test func anUnknownModelIsAnError() throws {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(
            Array("sn,cpu_milli,memory_mib,gpu,model\nn,64000,262144,2,P100\n".utf8), to: folder.file("nodes.csv"))
        let columns = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n"
        try TraceFiles.write(
            Array((columns + "a,1,1,1,1,T4|P100\nb,1,1,1,1,T4|A10\n").utf8), to: folder.file("pods.csv"))
        let error = try #require(throws: TraceError.self) {
            try OpenBImporter.read(
                OpenBImporter.Files(nodes: folder.file("nodes.csv"), pods: folder.file("pods.csv")),
                catalog: try traceCatalog())
        }
        #expect(error.description.hasSuffix("pods.csv:3:11: gpu_spec: no node has devices of the model T4|A10"))
    }

    // MARK: Device types

    @Test(arguments: [
        ("a100", ["A100-SXM4-80GB"], ["A100-SXM4-80GB"]), ("nvidia_a100-sxm4-80gb", ["A100"], ["A100"]),
        ("nvidia_a100-sxm4-80gb", ["A100-SXM4-80GB", "A100"], ["A100-SXM4-80GB"]),
        ("a100_80gb", ["A100-SXM4-40GB", "A100-SXM4-80GB"], ["A100-SXM4-80GB"]),
        ("a100", ["A100-SXM4-80GB", "A100-SXM4-40GB"], ["A100-SXM4-40GB", "A100-SXM4-80GB"]),
        ("a10", ["A100-SXM4-80GB"], []), ("a100", ["A10"], []), ("nvidia", ["A100"], []),
        ("v100", ["V100S"], ["V100S"]),
        ("NVIDIA-V100-SXM2", ["V100 SXM2 32G"], ["V100 SXM2 32G"]), ("h900", ["V100"], []),
    ])
    func deviceTypes(type: String, models: [String], expected: [String]) throws {
        #expect(DeviceTypeNames(catalog: try traceCatalog()).models(for: type, among: models) == expected)
    }

    @Test func bothSpellingsInOneLog() throws {
        let job = "COMPLETED|2024-01-01T00:00:00|2024-01-01T00:01:00|2024-01-01T01:01:00|1|cpu=8,mem=64G"
        let imported = try slurm(
            """
            1|\(job),gres/gpu:nvidia_a100-sxm4-80gb=8,gres/gpu=8
            2|\(job),gres/gpu:a100=8,gres/gpu=8
            3|\(job),gres/shard=4
            4|\(job),gres/mps:a100=50,gres/fpga=1,gres/gpuutil=3
            5|\(job),gres/shard=0
            """)
        let pods = imported.trace.pods
        let annotations = (0..<pods.count).map { pods.texts[pods.shapes[Int(pods.shape[$0])].annotations] }
        #expect(annotations[0] == annotations[1] && annotations[0].hasSuffix("=A100-SXM4-80GB"))
        #expect(
            imported.notes.map(\.text) == [
                "jobs that ask for shares of GPUs (gres/shard), which a trace cannot say",
                "jobs that ask for shares of GPUs (gres/mps), which a trace cannot say",
                "jobs that ask for gres/fpga, which a trace cannot say",
            ])
        #expect(imported.notes.map(\.count) == [1, 1, 1])
    }

    @Test func anUnknownTypeNamesTheModels() throws {
        let text = "1|COMPLETED|2024-01-01T00:00:00|2024-01-01T00:01:00|2024-01-01T01:01:00|1|gres/gpu:h900=1\n"
        #expect(
            try problem(text) == "sacct.txt:2:75: ReqTRES: no node of --nodes has GPUs of the type h900; it has "
                + "A100-SXM4-80GB")
    }

    // MARK: Clocks

    /// Submit, start, end; how long it ran, and what was noted.
    @Test(arguments: [
        ("2024-03-01T10:00:00", "2024-03-01T09:59:58", "2024-03-01T11:00:00", 3_600_000, [EventOrder.skew]),
        ("2024-03-01T10:00:00", "2024-03-01T10:00:00", "2024-03-01T09:59:30", 0, [EventOrder.skew]),
        ("2024-11-03T01:30:00", "2024-11-03T01:50:00", "2024-11-03T01:10:00", 1_200_000, [EventOrder.repeatedHour]),
        // It started in the second pass, so that its end is told by the clock of the winter too.
        ("2024-11-03T01:59:50", "2024-11-03T01:00:05", "2024-11-03T03:00:00", 7_195_000, [EventOrder.repeatedHour]),
        ("2024-10-27T02:50:00", "2024-10-27T02:55:00", "2024-10-27T02:05:00", 600_000, [EventOrder.repeatedHour]),
        ("1704166380", "1704166379", "1704166480", 100_000, [EventOrder.skew]),
    ])
    func clocks(submit: String, start: String, end: String, runsMs: Int64, notes: [String]) throws {
        let imported = try slurm("1|COMPLETED|\(submit)|\(start)|\(end)|1|cpu=8\n")
        #expect(imported.trace.pods.durationMs == [runsMs])
        #expect(imported.notes.map(\.text) == notes)
    }

    @Test(arguments: [
        ("2024-11-03T12:30:00", "2024-11-03T12:50:00", "2024-11-03T12:10:00", true),
        ("2024-01-03T01:30:00", "2024-01-03T01:50:00", "2024-01-03T01:10:00", true),
        ("2024-11-03T01:30:00", "2024-11-03T03:50:00", "2024-11-03T01:10:00", false),
        ("2024-11-03T01:30:00Z", "2024-11-03T01:50:00Z", "2024-11-03T01:10:00Z", false),
        ("1704166380", "1704166390", "1704166300", false),
    ])
    func otherDisorder(submit: String, start: String, end: String, isAdvised: Bool) throws {
        let text = try problem("1|COMPLETED|\(submit)|\(start)|\(end)|1|cpu=8\n")
        #expect(text.contains("End: \(end) is before Start \(start)"))
        #expect(text.contains("SLURM_TIME_FORMAT=%s") == isAdvised)
    }

    // MARK: Separators

    @Test func separators() throws {
        let noBars = "sacct.txt:1: has no bars; sacct needs --parsable2 (-P)"
        #expect(try problem("1 COMPLETED\n", header: "JobID     State    Submit\n------- ------ ------\n") == noBars)
        #expect(try problem("", header: "JobID,State,Submit,Start,End,NNodes,ReqTRES\n") == noBars)
        #expect(
            try problem("", header: "JobID|State|Submit|Start|End|NNodes|ReqTRES||\n")
                == "sacct.txt:1:46: columns 8 and 9 have no name in the header")
        // What `sacct --parsable` prints: a bar behind the last field too.
        let row = "1|COMPLETED|2024-01-01T00:00:00|2024-01-01T00:01:00|2024-01-01T01:01:00|1|cpu=8|\n"
        #expect(try slurm(row, header: "JobID|State|Submit|Start|End|NNodes|ReqTRES|\n").trace.pods.count == 1)
    }

    @Test func otherListsOfOtherSeparators() throws {
        let text = Array("name;cpu_milli;memory_mib\na;1;2\n".utf8)
        let error = try #require(throws: TraceError.self) {
            try text.reading { buffer throws(TraceError) in
                _ = try CSVReader(buffer, file: "pods.csv").columns(["name", "cpu_milli"])
            }
        }
        #expect(error.description == "pods.csv:1: fields are separated by semicolons; commas are expected")
    }

    // MARK: The list aimed at

    /// A trace keeps the list that its pods were drawn from: policies take their typical pods from it.
    @Test func theTargetListIsKept() throws {
        let folder = TraceFolder()
        var trace = Trace(metadata: TraceMetadata(name: "t", description: "", origin: "", licence: ""))
        trace.nodes = [TraceNode(name: "n", cpuMilli: 1000, memoryMiB: 10, podsMax: 10)]
        func pods(_ names: [String]) -> TracePods {
            var pods = TracePods()
            for name in names {
                let empty = pods.texts.intern("")
                let shape = PodShape(
                    namespace: pods.texts.intern("default"), cpuMilli: 1, memoryMiB: 1, limits: empty,
                    annotations: empty,
                    nodeSelector: empty)
                _ = pods.append(name: name, arrivalMs: 0, durationMs: -1, shape: shape)
            }
            return pods
        }
        trace.pods = pods(["b"])
        trace.targetPods = pods(["a", "b", "c"])
        try trace.write(folder: folder.path)
        #expect(try Trace(folder: folder.path).targetPods?.count == 3)
        #expect(try Trace.files(of: folder.path).map(\.name).contains("target.csv"))
        try TraceFiles.write(Array("name\n".utf8), to: folder.file("target.csv"))
        let error = try #require(throws: TraceError.self) { try Trace(folder: folder.path) }
        #expect(error.description.contains("target.csv: SHA-256 is"))
        trace.targetPods = nil
        let other = TraceFolder()
        try trace.write(folder: other.path)
        #expect(try Trace(folder: other.path).targetPods == nil)
        #expect(try !Trace.files(of: other.path).map(\.name).contains("target.csv"))
    }
}
