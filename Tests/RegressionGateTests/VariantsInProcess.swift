import PlacementEngine
import PlacementModel
import RegressionGate
import TraceReplay
import VendorCatalog

/// Variants that are no processes but options of this build, so that tests are quick.
struct VariantsInProcess {
    var old: ReplayOptions
    var new: ReplayOptions
    let catalog: VendorCatalog

    init(_ change: (inout ReplayOptions) -> Void = { _ in }, common: (inout ReplayOptions) -> Void = { _ in }) throws {
        old = ReplayOptions()
        common(&old)
        new = old
        change(&new)
        catalog = try VendorCatalog.forTraces()
    }

    func decide(_ trace: Trace) throws -> (old: VariantDecisions, new: VariantDecisions) {
        (try decisions(trace, old), try decisions(trace, new))
    }

    private func decisions(_ trace: Trace, _ options: ReplayOptions) throws -> VariantDecisions {
        var options = options
        options.keepsDecisions = true
        let replay = try Replay(trace, options: options, catalog: catalog)
        let summary = replay.run()
        return VariantDecisions(hash: summary.decisionHash, rows: summary.decisionLog?.rows(trace) ?? [])
    }

    var isBacklog: Bool { old.clock == .backlog }

    func find(_ trace: Trace) throws -> LocatedDifference? {
        try LocatedDifference.find(in: trace, isBacklog: isBacklog, decide)
    }

    func shrink(_ located: LocatedDifference, checksMax: Int = 2000) throws -> TraceShrinker.Result {
        var shrinker = TraceShrinker(located, isBacklog: isBacklog, checksMax: checksMax, decide: decide)
        return try shrinker.run()
    }
}

/// A trace made from a seed.
func generatedTrace(nodes: Int = 24, pods: Int = 200, seed: UInt64 = 7) throws -> Trace {
    let catalog = try VendorCatalog.forTraces()
    var options = GeneratorOptions()
    options.nodes = nodes
    options.pods = pods
    options.seed = seed
    return try Trace.generate(options, catalog: catalog)
}
