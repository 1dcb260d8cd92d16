@testable import TraceModel
@testable import TraceImport
import Testing

@testable import TraceReplay

@Suite struct OpenBImporterTests {
    private let nodes =
        "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,P100\nn1,96000,393216,8,G2\nn2,32000,1024,0,\n"
    private let header =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n"

    private func load(_ pods: String, order: String? = nil, ranks: String? = nil) throws -> Trace {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        func write(_ text: String?, _ name: String) throws -> String? {
            guard let text else { return nil }
            try TraceFiles.write(Array(text.utf8), to: folder.file(name))
            return folder.file(name)
        }
        let files = OpenBImporter.Files(
            nodes: try #require(try write(nodes, "nodes.csv")), pods: try #require(try write(pods, "pods.csv")),
            order: try write(order, "order.csv"), nodeRanks: try write(ranks, "ranks.csv"))
        return try OpenBImporter.read(files, catalog: try traceCatalog())
    }

    @Test func readsNodesAndPods() throws {
        let trace = try load(
            header + "p0,1000,64,1,460,G2|T4,LS,Running,10,100,40\np1,1000,64,0,0,,BE,Running,5,8,\n")
        #expect(trace.metadata.deviceModel == .milli)
        #expect(trace.nodes.map { $0.groups.first?.devices ?? 0 } == [2, 8, 0])
        #expect(trace.nodes[0].podsMax == 1001)
        #expect(trace.pods.arrivalMs == [10_000, 5000])
        #expect(trace.pods.durationMs == [60_000, 3000])
        let shape = trace.pods.shapes[0]
        #expect(trace.pods.texts[shape.limits] == "alibabacloud.com/gpu-count=1;alibabacloud.com/gpu-milli=460")
        #expect(trace.pods.texts[shape.annotations] == "alibabacloud.com/gpu-card-model=G2|T4")
        #expect(trace.pods.texts[trace.pods.shapes[1].limits] == "")
    }

    @Test func readsShortListsOrdersAndRanks() throws {
        let trace = try load(
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1,1,1,1000\nb,2,1,1,50\n",
            order:
                "seq,pod,source_pod,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n0,b,b,2,1,1,50,\n1,a-tuned-0,a,1,1,1,1000,\n",
            ranks: "rank,node\n2,n0\n0,n1\n1,n2\n")
        #expect(trace.nodes.map(\.name) == ["n1", "n2", "n0"])
        #expect(trace.pods.count == 2)
        #expect(trace.pods.name(0) == "b" && trace.pods.name(1) == "a-tuned-0")
    }

    @Test func namesWhatIsMissing() throws {
        let error = try #require(throws: TraceError.self) { try load("name,cpu_milli\n") }
        #expect(error.problem == "missing columns memory_mib, num_gpu, gpu_milli in the header")
        let ranks = try #require(throws: TraceError.self) { try load(header, ranks: "rank,node\n0,n0\n") }
        #expect(ranks.problem == "has no rank for node n1")
    }

    @Test func cardModelsAreRespected() throws {
        let trace = try load(
            header + "p0,1000,64,1,1000,P100,LS,Running,0,,0\np1,1000,64,1,1000,G2,LS,Running,0,,0\n"
                + "p2,1000,64,2,1000,T4|P100,LS,Running,0,,0\n")
        var options = ReplayOptions()
        options.keepsDecisions = true
        let summary = try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock())
        // The third may have any P100, and one of the two is taken; the cards of n1 are of another model.
        #expect(summary.decisionLog?.nodes == [0, 1, -1])
        #expect(summary.rejected == 1)
    }

    /// The published trace, where it has been fetched (traces/fetch-public.sh puts it into traces/public/openb).
    static let folder = ["traces/public/openb", "../shared/traces/openb"].map { packageFolder + "/" + $0 }
        .first { OpenBImporter.isTrace(folder: $0) }

    // Skipped, by name, where the published trace is not at hand; nothing else needs it.
    @Test(
        .enabled(if: folder != nil, "the published openb trace is not here; traces/fetch-public.sh fetches it"),
        arguments: ["binpack", "spread"])
    func publishedTraceIsAccountedFor(nodePolicy: String) throws {
        let files = OpenBImporter.Files(folder: try #require(Self.folder), podsVariant: "default")
        let catalog = try traceCatalog()
        let trace = try OpenBImporter.read(files, catalog: catalog)
        #expect(trace.nodes.count == 1213)
        #expect(trace.pods.count == 8152)
        var options = ReplayOptions()
        options.defaults.nodePolicy = nodePolicy
        // Enough pods to fill nodes, few enough for a build without optimisation.
        options.podLimit = 300
        let first = try Replay(trace, options: options, catalog: catalog).run(clock: steppingClock())
        #expect(first.placed + first.rejected == 300)
        let second = try Replay(trace, options: options, catalog: catalog).run(clock: steppingClock())
        #expect(first.decisionHash == second.decisionHash)
    }
}
