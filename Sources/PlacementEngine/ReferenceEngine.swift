import DeviceTable
import PlacementModel
import VendorCatalog

/// The greedy scan over all nodes in queue order, written for reading: the meaning that every faster engine must return.
///
/// - Complexity: O(pods x nodes x devices)
/// - Determinism: the best score wins, ties go to the node that comes first among the candidates.
public final class ReferenceEngine: PlacementEngine {
    public let cluster: Cluster
    public let name = "reference"
    public var evaluator: NodeEvaluator
    var collapser = UsageCollapser()
    var effects: [DeviceEffect] = []

    public init(cluster: Cluster) {
        self.cluster = cluster
        evaluator = NodeEvaluator(cluster: cluster)
        effects.reserveCapacity(256)
    }

    public var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = evaluator.trials
        return counters
    }

    public func place(
        _ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult
    ) {
        for classID in classIDs {
            let start = clock?() ?? 0
            let requestClass = cluster.classes[Int(classID)]
            if let choice = choose(requestClass) {
                _ = evaluator.fits(requestClass, node: choice.node)
                result.outcomes.append(commit(requestClass, into: &result))
            } else {
                result.outcomes.append(.rejected)
            }
            if let clock { result.latencies.append(clock() - start) }
        }
    }

    /// A node that the class fits, and its score.
    public struct Choice: Sendable, Hashable {
        public var node: Int
        public var score: Float
    }

    /// The node for a class, or nil.
    ///
    /// - Parameters:
    ///   - candidates: rows to look at, in order of preference on ties; nil = all nodes.
    ///   - filtersNodes: whether the node filters apply; HAMi itself leaves them to kube-scheduler.
    public func choose(_ requestClass: RequestClass, candidates: [Int]? = nil, filtersNodes: Bool = true) -> Choice? {
        var best: Choice?
        func consider(_ node: Int) {
            if filtersNodes && cluster.firstFailingFilter(requestClass, node: node) != nil { return }
            guard evaluator.fits(requestClass, node: node) else { return }
            let score = evaluator.score(requestClass)
            guard let present = best else {
                best = Choice(node: node, score: score)
                return
            }
            if requestClass.nodePolicy == .spread ? score < present.score : score > present.score {
                best = Choice(node: node, score: score)
            }
        }
        if let candidates {
            for node in candidates { consider(node) }
        } else {
            for node in 0..<cluster.table.nodeRowCount { consider(node) }
        }
        return best
    }

    /// Commits the class on the node the evaluator was last asked about.
    public func commit(_ requestClass: RequestClass, into result: inout RoundResult) -> Outcome {
        let resident = cluster.commit(
            requestClass, evaluator.workspace, collapser: &collapser, effects: &effects)
        return evaluator.workspace.outcome(resident: resident, into: &result)
    }
}

extension FitWorkspace {
    /// Writes the devices just chosen to the result. - Complexity: O(picks), no allocation in steady state.
    func outcome(resident: ResidentID, into result: inout RoundResult) -> Outcome {
        let first = result.devices.count
        for place in 0..<pickCount {
            result.devices.append(
                AllocatedDevice(
                    device: picks[place].device, memoryMiB: picks[place].memoryMiB, cores: picks[place].cores))
        }
        return Outcome(
            node: Int32(node), firstDevice: Int32(first), deviceCount: Int32(pickCount), resident: resident.row)
    }
}
