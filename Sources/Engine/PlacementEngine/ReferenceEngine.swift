import DeviceTable
import PlacementModel
import VendorCatalog

/// The greedy scan over all nodes in queue order, written for reading: the meaning that every faster engine must return.
///
/// - Complexity: O(pods x nodes x devices)
/// - Determinism: the best score wins, ties go to the node that comes first among the candidates.
public final class ReferenceEngine: PlacementEngine {
    public let cluster: Fleet
    public let name = "reference"
    public var evaluator: NodeEvaluator
    var collapser = UsageCollapser()
    var effects: [DeviceEffect] = []

    /// Evaluators of the further threads; empty = everything on the caller's.
    private let helpers: UnsafeMutableBufferPointer<NodeEvaluator>
    /// Fleets below this size are scanned faster by one thread.
    private let nodesForThreads: Int
    private let partBest: UnsafeMutableBufferPointer<Choice?>

    /// - Parameters:
    ///   - threads: how many scan the nodes; the answer does not depend on it.
    ///   - threadedFrom: nodes from which further threads are worth waking.
    public init(cluster: Fleet, threads: Int = 1, threadedFrom: Int = 512) {
        self.cluster = cluster
        nodesForThreads = threadedFrom
        evaluator = NodeEvaluator(cluster: cluster)
        effects.reserveCapacity(256)
        helpers = .allocate(capacity: max(threads - 1, 0))
        for helper in helpers.indices { helpers.initializeElement(at: helper, to: NodeEvaluator(cluster: cluster)) }
        partBest = .allocate(capacity: max(threads, 1))
        partBest.initialize(repeating: nil)
    }

    deinit {
        for helper in helpers.indices { (helpers.baseAddress! + helper).deinitialize(count: 1) }
        helpers.deallocate()
        partBest.deallocate()
    }

    public var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = evaluator.trials
        for helper in helpers.indices { counters.exactChecks += helpers[helper].trials }
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
                if result.keepsScores { result.scores.append(choice.score) }
            } else {
                result.reject()
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
        evaluator.follow(cluster)
        if let candidates {
            return Self.best(
                of: candidates.count, requestClass, cluster, &evaluator, filtersNodes: filtersNodes
            ) { candidates[$0] }
        }
        let nodes = cluster.table.nodeRowCount
        if helpers.isEmpty || nodes < nodesForThreads {
            return Self.best(of: nodes, requestClass, cluster, &evaluator, filtersNodes: filtersNodes) { $0 }
        }
        return chooseInParts(requestClass, nodes: nodes, filtersNodes: filtersNodes)
    }

    /// Each thread takes a part of the nodes; the parts' choices are compared in node order.
    private func chooseInParts(_ requestClass: RequestClass, nodes: Int, filtersNodes: Bool) -> Choice? {
        let parts = helpers.count + 1
        for helper in helpers.indices { helpers[helper].follow(cluster) }
        // Each part touches its own evaluator and its own place in `partBest`, and only reads the cluster.
        nonisolated(unsafe) let engine = self
        nonisolated(unsafe) let requestClass = requestClass
        Parallel.forEach(count: parts, jobs: parts) { part in
            let start = nodes * part / parts
            let count = nodes * (part + 1) / parts - start
            engine.partBest[part] =
                part == 0
                ? Self.best(of: count, requestClass, engine.cluster, &engine.evaluator, filtersNodes: filtersNodes) {
                    start + $0
                }
                : Self.best(
                    of: count, requestClass, engine.cluster, &engine.helpers[part - 1], filtersNodes: filtersNodes
                ) { start + $0 }
            return true
        }
        var best: Choice?
        for part in 0..<parts {
            guard let choice = partBest[part] else { continue }
            if Self.isBetter(choice.score, than: best?.score, requestClass.nodePolicy) { best = choice }
        }
        return best
    }

    @inline(__always)
    private static func isBetter(_ score: Float, than best: Float?, _ policy: NodePolicy) -> Bool {
        guard let best else { return true }
        return policy == .spread ? score < best : score > best
    }

    /// The best of `count` nodes in order, the first among equals.
    private static func best(
        of count: Int, _ requestClass: RequestClass, _ cluster: Fleet, _ evaluator: inout NodeEvaluator,
        filtersNodes: Bool, node: (Int) -> Int
    ) -> Choice? {
        var best: Choice?
        for place in 0..<count {
            let row = node(place)
            if filtersNodes && cluster.firstFailingFilter(requestClass, node: row) != nil { continue }
            guard evaluator.fits(requestClass, node: row) else { continue }
            let score = evaluator.score(requestClass)
            if isBetter(score, than: best?.score, requestClass.nodePolicy) { best = Choice(node: row, score: score) }
        }
        return best
    }

    /// Commits the class on the node the evaluator was last asked about.
    ///
    /// - Parameter filtersNodes: as the node was chosen.
    public func commit(
        _ requestClass: RequestClass, filtersNodes: Bool = true, into result: inout RoundResult
    ) -> Outcome {
        let resident = cluster.commit(
            requestClass, evaluator.workspace, collapser: &collapser, effects: &effects, isBounded: !filtersNodes)
        return evaluator.workspace.outcome(resident: resident, into: &result)
    }
}

extension FitWorkspace {
    /// Writes the devices just chosen to the result. - Complexity: O(picks), no allocation in steady state.
    package func outcome(resident: ResidentID, into result: inout RoundResult) -> Outcome {
        let first = result.devices.count
        appendDevices(to: &result)
        return Outcome(
            node: Int32(node), firstDevice: Int32(first), deviceCount: Int32(pickCount), resident: resident)
    }

    func appendDevices(to result: inout RoundResult) {
        for entry in 0..<entryCount {
            let own = entries[entry]
            for place in Int(own.firstPick)..<Int(own.firstPick + own.pickCount) {
                result.devices.append(
                    AllocatedDevice(
                        device: picks[place].device, memoryMiB: picks[place].memoryMiB, cores: picks[place].cores,
                        container: UInt16(truncatingIfNeeded: own.container), vendor: own.vendor))
            }
        }
    }
}
