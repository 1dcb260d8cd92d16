import PlacementPolicies
@testable import TraceModel
@testable import TraceGeneration
import PlacementEngine
import Testing
import VendorCatalog

@testable import TraceReplay

/// The published policies on fleets of mixed vendors: the fast engine decides as the plain scan, with departures, whatever the
/// number of threads.
@Suite struct MixedFleetPolicies {
    private static let kinds = PlacementPolicy.all

    private func trace(seed: UInt64) throws -> Trace {
        var options = GeneratorOptions()
        options.vendors = [
            ("nvidia", 3), ("ascend", 2), ("cambricon", 1), ("hygon", 1), ("mthreads", 1), ("gpu-milli", 1),
        ]
        options.nodes = 9
        options.pods = 160
        options.classes = 24
        options.seed = seed
        options.arrivalProcess = .poisson
        options.arrivalsPerHour = 1500
        options.meanDurationMinutes = 20
        return try TraceGenerator.generate(options, catalog: try traceCatalog())
    }

    private func run(
        _ trace: Trace, _ kind: PlacementPolicy, _ engine: EngineChoice, _ clock: ReplayOptions.Clock, threads: Int = 1
    ) throws -> ReplaySummary {
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named(kind.name))
        options.engine = engine
        options.clock = clock
        options.threads = threads
        options.roundSize = 25
        options.seed = 7
        return try Replay(trace, options: options, catalog: try traceCatalog()).run()
    }

    @Test(arguments: kinds) func bothEnginesDecideAlike(_ kind: PlacementPolicy) throws {
        var rejected = 0
        for seed in 1...3 as ClosedRange<UInt64> {
            let trace = try trace(seed: seed)
            for clock in [ReplayOptions.Clock.backlog, .virtual(intervalMs: 60_000)] {
                let plain = try run(trace, kind, .reference, clock)
                #expect(plain.placed > 40)
                rejected += plain.rejected
                for threads in [1, 2] {
                    let fast = try run(trace, kind, .indexed, clock, threads: threads)
                    #expect(fast.decisionHash == plain.decisionHash, "seed \(seed), \(threads) threads")
                    #expect(fast.work.exactChecks < plain.work.exactChecks)
                }
            }
        }
        #expect(rejected > 0)
    }

    /// Were policies mistaken for one another, their runs would be equal.
    @Test func policiesDiffer() throws {
        let traces = try (1...3 as ClosedRange<UInt64>).map { try trace(seed: $0) }
        let hashes = try Self.kinds.map { kind in
            try traces.map { try run($0, kind, .indexed, .virtual(intervalMs: 60_000)).decisionHash }
        }
        #expect(Set(hashes).count == Self.kinds.count)
    }

    @Test func explainsAMixedDecision() throws {
        let trace = try trace(seed: 1)
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named("FGD"))
        options.keepsDecisions = true
        let log = try #require(Replay(trace, options: options, catalog: try traceCatalog()).run().decisionLog)
        let sequence = try #require(log.nodes.indices.first { log.nodes[$0] >= 0 && log.devices($0).count == 1 })
        let explanation = try Replay.explain(
            .sequence(sequence), of: trace, options: options, catalog: try traceCatalog())
        let decision = try #require(explanation.decision)
        let node = trace.nodes[Int(log.nodes[sequence])].name
        #expect(explanation.node == node)
        #expect(decision.ranked.first?.node == node)
        let granted = decision.chosen?.asks.flatMap(\.devices).filter { $0.granted != nil }.map { Int32($0.place) }
        #expect(granted == Array(log.devices(sequence)))
    }
}
