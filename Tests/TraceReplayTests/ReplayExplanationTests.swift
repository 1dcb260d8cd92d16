import PlacementPolicies
@testable import TraceModel
import PlacementEngine
import Testing

@testable import TraceReplay

/// An explained pod goes where the replay puts it.
@Suite struct ReplayExplanationTests {
    private func expectSame(
        _ trace: Trace, _ options: ReplayOptions, every step: Int, _ comment: Comment
    ) throws {
        let catalog = try traceCatalog()
        var options = options
        options.keepsDecisions = true
        let log = try #require(try Replay(trace, options: options, catalog: catalog).run(clock: { 0 }).decisionLog)
        for sequence in stride(from: 1, to: log.pods.count, by: step) {
            let explanation = try Replay.explain(.sequence(sequence), of: trace, options: options, catalog: catalog)
            let row = Int(log.nodes[sequence])
            let node = row < 0 ? nil : trace.nodes[row].name
            #expect(explanation.node == node, comment)
            #expect((explanation.outcome == .placed) == (row >= 0))
            let decision = try #require(explanation.decision)
            #expect(decision.ranked.first?.node == node, comment)
            let granted = decision.chosen?.asks.flatMap(\.devices).filter { $0.granted != nil }.map(\.place) ?? []
            #expect(granted.sorted() == log.devices(sequence).map(Int.init), comment)
            if node == nil { #expect(!decision.nearest.isEmpty) }
        }
    }

    @Test func hamiInBacklogAndOnTheClock() throws {
        let trace = try Trace(folder: packageFolder + "/traces/smoke")
        var options = ReplayOptions()
        options.podLimit = 700
        try expectSame(trace, options, every: 233, "backlog")
        options.clock = .virtual(intervalMs: 10_000)
        try expectSame(trace, options, every: 333, "virtual clock")
    }

    @Test(arguments: ["FGD", "BestFit", "DotProd", "GpuPacking", "GpuClustering", "Random"])
    func policiesOverThousandths(_ policy: String) throws {
        let trace = try Trace(folder: packageFolder + "/traces/gpu-share-2023")
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named(policy))
        options.podLimit = 900
        options.seed = 5
        try expectSame(trace, options, every: 444, "\(policy)")
    }

    /// A pod that waits is explained at the offer that places it, with the time it waited.
    @Test func waitingPodsAreExplainedWhereTheyAreDecided() throws {
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.oneNode,
            pods: TraceText.podHeader
                + "first,default,0,60000,1000,1024,nvidia.com/gpu=1;nvidia.com/gpucores=100,,,,,\n"
                + "second,default,1000,60000,1000,1024,nvidia.com/gpu=1;nvidia.com/gpucores=100,,,,,\n"
                + "third,default,2000,60000,1000,1024,nvidia.com/gpu=1;nvidia.com/gpucores=100,,,,,\n")
        let trace = try Trace(folder: folder.path)
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 1000)
        let catalog = try traceCatalog()
        let devices = try trace.makeCluster(catalog: catalog).table.deviceRowCount
        let names = ["first", "second", "third"]
        for (place, name) in names.enumerated() {
            let explanation = try Replay.explain(.name(name), of: trace, options: options, catalog: catalog)
            let timing = try #require(explanation.timing)
            #expect(explanation.outcome == .placed)
            #expect((timing.offers > 1) == (place >= devices))
            #expect((timing.decidedMs > timing.arrivedMs) == (place >= devices))
        }
    }

    @Test func unknownPodsAreNamed() throws {
        let trace = try Trace(folder: packageFolder + "/traces/smoke")
        let error = #expect(throws: TraceError.self) {
            try Replay.explain(.name("nobody"), of: trace, options: ReplayOptions(), catalog: try traceCatalog())
        }
        #expect(error?.description.contains("nobody") == true)
        #expect(throws: TraceError.self) {
            try Replay.explain(.sequence(99_999), of: trace, options: ReplayOptions(), catalog: try traceCatalog())
        }
    }
}
