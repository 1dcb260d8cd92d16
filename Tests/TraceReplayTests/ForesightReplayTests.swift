@testable import TraceModel
@testable import TraceGeneration
import PlacementEngine
import Testing
import VendorCatalog

@testable import TraceReplay

/// Whole replays under foresight: both engines, fleets of both kinds, both clocks.
@Suite struct ForesightReplays {
    private func run(
        _ trace: Trace, engine: EngineChoice, clock: ReplayOptions.Clock, roundSize: Int,
        statistics: ReplayOptions.Statistics
    ) throws -> ReplaySummary {
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named("foresight"))
        options.engine = engine
        options.clock = clock
        options.roundSize = roundSize
        options.statistics = statistics
        return try Replay(trace, options: options, catalog: try traceCatalog()).run()
    }

    private func expectAgreement(
        _ trace: Trace, clock: ReplayOptions.Clock, roundSize: Int, statistics: ReplayOptions.Statistics = .learned
    ) throws {
        let fast = try run(trace, engine: .indexed, clock: clock, roundSize: roundSize, statistics: statistics)
        let plain = try run(trace, engine: .reference, clock: clock, roundSize: roundSize, statistics: statistics)
        #expect(fast.decisionHash == plain.decisionHash)
        #expect(fast.placed > 0 && fast.placed + fast.rejected == trace.pods.count)
    }

    private func trace(vendors: [(key: String, weight: Int)], nodes: Int, pods: Int) throws -> Trace {
        var options = GeneratorOptions()
        options.vendors = vendors
        options.nodes = nodes
        options.pods = pods
        options.classes = 12
        options.seed = 9
        options.arrivalProcess = .poisson
        options.arrivalsPerHour = 2000
        options.meanDurationMinutes = 20
        return try TraceGenerator.generate(options, catalog: try traceCatalog())
    }

    @Test func mixedVendorsUnderBothClocks() throws {
        let trace = try trace(vendors: [("nvidia", 2), ("ascend", 1), ("hygon", 1)], nodes: 4, pods: 120)
        try expectAgreement(trace, clock: .virtual(intervalMs: 60_000), roundSize: 20)
        try expectAgreement(trace, clock: .backlog, roundSize: 30)
    }

    @Test(arguments: [1, 40])
    func thousandthsUnderBothClocks(_ roundSize: Int) throws {
        let trace = try trace(vendors: [("gpu-milli", 1)], nodes: 5, pods: 100)
        try expectAgreement(trace, clock: .virtual(intervalMs: 60_000), roundSize: roundSize)
        try expectAgreement(trace, clock: .backlog, roundSize: roundSize)
        try expectAgreement(trace, clock: .backlog, roundSize: roundSize, statistics: .trace)
    }

    /// Mixed fleets have no list of thousandths to look at.
    @Test func givenStatisticsNeedThousandths() throws {
        let trace = try trace(vendors: [("nvidia", 1)], nodes: 2, pods: 5)
        #expect(throws: TraceError.self) {
            try run(trace, engine: .indexed, clock: .backlog, roundSize: 1, statistics: .trace)
        }
    }
}
