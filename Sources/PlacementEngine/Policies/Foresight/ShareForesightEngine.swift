import DeviceTable
import PlacementModel
import VendorCatalog

/// Foresight on fleets of mixed vendors: what fits, and on which devices, is the vendors' (``NodeEvaluator``, with the
/// device policy of the pod); foresight chooses the node that loses least of what is expected to fill it.
///
/// ```
/// score = potential after - potential before - CPU left after / 10     millionths of a device, the highest wins
/// ```
///
/// Ties go to the first node. Every class keeps the scores of all nodes and repairs those that changed; the plain form
/// (`keepsScores` false) makes them all anew for every pod. With quotas, which no node's change tells of, so does the fast
/// one. Pods are decided in queue order.
/// - Complexity: O(nodes changed since the class was last asked x devices + nodes).
final class ShareForesightEngine: PlacementEngine {
    /// Scores of one class.
    private struct Row {
        var scores: [Int64]
        /// Position in the change log up to which they are right; -1 = none is.
        var seen = -1
    }

    private static let refused = Int64.min

    let cluster: Cluster
    let name: String
    let looksAhead = true
    private let keepsScores: Bool
    private var evaluator: NodeEvaluator
    private var collapser = UsageCollapser()
    private var effects: [DeviceEffect] = []
    private var arrivals = ArrivalCounts()
    private var returning: [Int] = []
    private var statistics: ShareStatistics
    private var rows: [Row?] = []
    private var nodeCount: Int
    private var devicesMax: Int

    init(cluster: Cluster, keepsScores: Bool) {
        self.cluster = cluster
        self.keepsScores = keepsScores
        name = keepsScores ? "indexed" : "reference"
        evaluator = NodeEvaluator(cluster: cluster)
        statistics = ShareStatistics(counts: [], cluster)
        nodeCount = cluster.table.nodeRowCount
        devicesMax = cluster.devicesPerNodeMax
        effects.reserveCapacity(256)
    }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = evaluator.trials
        counters.nodesRescored = evaluator.trials
        return counters
    }

    func waitingDidChange(_ classID: Int32, by pods: Int) {
        if pods >= 0 { return }
        let id = Int(classID)
        if returning.count <= id { returning.append(contentsOf: repeatElement(0, count: id + 1 - returning.count)) }
        returning[id] -= pods
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        learn(classIDs)
        for classID in classIDs {
            let start = clock?() ?? 0
            result.outcomes.append(place(Int(classID), into: &result))
            if let clock { result.latencies.append(clock() - start) }
        }
    }

    private func learn(_ round: UnsafeBufferPointer<Int32>) {
        let isDue = arrivals.add(round, returning: returning, classes: cluster.classes.count)
        for id in returning.indices { returning[id] = 0 }
        let isNewFleet = nodeCount != cluster.table.nodeRowCount || devicesMax != cluster.devicesPerNodeMax
        if isNewFleet {
            evaluator = NodeEvaluator(cluster: cluster)
            nodeCount = cluster.table.nodeRowCount
            devicesMax = cluster.devicesPerNodeMax
        }
        if isDue || isNewFleet {
            statistics = ShareStatistics(counts: arrivals.seen, cluster)
            rows.removeAll(keepingCapacity: true)
        }
        if rows.count < cluster.classes.count {
            rows.append(contentsOf: repeatElement(nil, count: cluster.classes.count - rows.count))
        }
    }

    private func place(_ id: Int, into result: inout RoundResult) -> Outcome {
        let requestClass = cluster.classes[id]
        var row = rows[id] ?? Row(scores: Array(repeating: Self.refused, count: nodeCount))
        rows[id] = nil
        repair(&row, requestClass)
        var best = -1
        for node in 0..<nodeCount where row.scores[node] != Self.refused {
            if best < 0 || row.scores[node] > row.scores[best] { best = node }
        }
        rows[id] = row
        // Asked again for the devices; nothing has changed since it fitted.
        guard best >= 0, evaluator.fits(requestClass, node: best) else { return .rejected }
        let resident = cluster.commit(
            requestClass, evaluator.workspace, collapser: &collapser, effects: &effects)
        return evaluator.workspace.outcome(resident: resident, into: &result)
    }

    private func repair(_ row: inout Row, _ requestClass: RequestClass) {
        let log = cluster.table.changeLog
        let seen = row.seen
        row.seen = log.end
        guard keepsScores, !cluster.quotas.hasLimits, seen >= 0, let first = log.index(of: seen) else {
            for node in 0..<nodeCount { row.scores[node] = score(requestClass, node) }
            return
        }
        let entries = log.entries
        for place in first..<entries.count {
            let node = Int(entries[place])
            // Only after the last change is the score right.
            if place + 1 < entries.count && entries[place + 1] == entries[place] { continue }
            row.scores[node] = score(requestClass, node)
        }
    }

    private func score(_ requestClass: RequestClass, _ node: Int) -> Int64 {
        if cluster.firstFailingFilter(requestClass, node: node) != nil { return Self.refused }
        if !evaluator.fits(requestClass, node: node) { return Self.refused }
        collapser.collapse(evaluator.workspace)
        let cpuMilli = requestClass.resources.cpuMilli
        let before = statistics.potential(node: node, usages: [], cpuMilli: 0, cluster.table)
        let after = statistics.potential(node: node, usages: collapser.usages, cpuMilli: cpuMilli, cluster.table)
        return after - before - (cluster.table.free.base[node].cpuMilli - cpuMilli) / 10
    }
}
