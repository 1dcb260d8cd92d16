import DeviceTable
import PlacementEngine
import PlacementModel
import RegressionGate
import TraceGeneration
import TraceModel
import TraceReplay
import VendorCatalog

/// Variants that are no processes but replays in this one, so that tests are quick.
struct VariantsInProcess {
    var old = ReplayOptions()
    var new = ReplayOptions()
    /// An engine that the new variant uses instead of the one in its options.
    var newEngine: ((Fleet) -> any PlacementEngine)?
    let catalog: VendorCatalog

    init() throws { catalog = try VendorCatalog.forTraces() }

    func decide(_ trace: Trace) throws -> (old: VariantDecisions, new: VariantDecisions) {
        (try decisions(trace, old, nil), try decisions(trace, new, newEngine))
    }

    private func decisions(
        _ trace: Trace, _ options: ReplayOptions, _ engine: ((Fleet) -> any PlacementEngine)?
    ) throws -> VariantDecisions {
        var options = options
        options.keepsDecisions = true
        let replay = try Replay(trace, options: options, catalog: catalog)
        let summary = replay.run(engine: engine?(replay.cluster))
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

    func state(_ located: LocatedDifference) throws -> DifferenceState? {
        try DifferenceState.before(located, options: old, catalog: catalog)
    }
}

/// The plain scan with one rule changed.
final class ChangedEngine: PlacementEngine {
    enum Change {
        /// The last among equal nodes wins.
        case lastAmongEquals
        /// Nodes with as many pods as this are full.
        case podsMax(Int)
    }

    let cluster: Fleet
    let name = "changed"
    let counters = WorkCounters()
    private let reference: ReferenceEngine
    private let change: Change
    private var podsByNode: [Int: Int] = [:]

    init(_ cluster: Fleet, _ change: Change) {
        self.cluster = cluster
        self.change = change
        reference = ReferenceEngine(cluster: cluster)
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        for id in classIDs {
            let requestClass = cluster.requestClass(id: Int(id))
            var candidates = Array(0..<cluster.table.nodeRowCount)
            switch change {
            case .lastAmongEquals: candidates.reverse()
            case .podsMax(let most): candidates.removeAll { podsByNode[$0, default: 0] >= most }
            }
            var outcome = Outcome.rejected
            if let choice = reference.choose(requestClass, candidates: candidates) {
                _ = reference.choose(requestClass, candidates: [choice.node])
                outcome = reference.commit(requestClass, into: &result)
                podsByNode[choice.node, default: 0] += 1
            }
            result.outcomes.append(outcome)
            if clock != nil { result.latencies.append(0) }
        }
    }
}

/// A trace made from a seed.
func generatedTrace(_ change: (inout GeneratorOptions) -> Void = { _ in }) throws -> Trace {
    var options = GeneratorOptions()
    options.nodes = 16
    options.devicesPerNode = 4
    options.vendors = [("nvidia", 2), ("cambricon", 1)]
    options.pods = 150
    options.classes = 20
    options.seed = 5
    change(&options)
    return try TraceGenerator.generate(options, catalog: try VendorCatalog.forTraces())
}
