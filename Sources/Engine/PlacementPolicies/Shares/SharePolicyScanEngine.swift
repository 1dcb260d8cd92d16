import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// The plain scan of a policy over slots, memory and cores: every node for every pod, the meaning of the policy.
///
/// - Complexity: O(pods x nodes x (exact check + score))
/// - Determinism: the highest score wins, ties go to the smallest rank.
final class SharePolicyScanEngine<Policy: SharePolicy & ~Copyable>: PlacementEngine {
    let cluster: Fleet
    let name = "reference"
    private let ranks: [Int32]?
    private let tracksAffinities: Bool
    private var policy: Policy
    private var trial: ShareTrial
    private var order: RankOrder
    private var podOrder = RoundOrder()
    private var checksBefore = 0
    private var effects: [DeviceEffect] = []
    private var rows: [Int] = []
    private var scores: [Int32] = []

    /// - Parameter tracksAffinities: see ``ShareTrial/init(cluster:tracksAffinities:)``.
    init(cluster: Fleet, ranks: [Int32]?, tracksAffinities: Bool = true, makePolicy: (Fleet) -> Policy) {
        self.cluster = cluster
        self.ranks = ranks
        self.tracksAffinities = tracksAffinities
        policy = makePolicy(cluster)
        trial = ShareTrial(cluster: cluster, tracksAffinities: tracksAffinities)
        order = RankOrder(ranks, nodes: cluster.table.nodeRowCount)
    }

    var looksAhead: Bool { Policy.looksAhead }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = checksBefore + trial.checks
        return counters
    }

    func waitingDidChange(_ classID: Int32, by pods: Int) { policy.waitingDidChange(classID, by: pods) }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        if !trial.isCurrent {
            checksBefore += trial.checks
            trial = ShareTrial(cluster: cluster, tracksAffinities: tracksAffinities)
            order = RankOrder(ranks, nodes: cluster.table.nodeRowCount)
            policy.devicesDidChange(cluster)
        }
        _ = policy.roundWillStart(classIDs, in: cluster)
        podOrder.arrange(classIDs, cluster, rank: Policy.looksAhead ? { self.policy.rank($0) } : nil)
        let first = result.outcomes.count
        for _ in 0..<classIDs.count { result.outcomes.append(.rejected) }
        for place in podOrder.places {
            let start = clock?() ?? 0
            result.outcomes[first + Int(place)] = self.place(cluster.classes[Int(classIDs[Int(place)])], into: &result)
            if let clock { result.latencies.append(clock() - start) }
        }
    }

    private func place(_ requestClass: RequestClass, into result: inout RoundResult) -> Outcome {
        scan(requestClass)
        guard let row = choose(), trial.fits(requestClass, row: row) else { return .rejected }
        return trial.commit(requestClass, effects: &effects, into: &result)
    }

    /// The best of the fitting nodes; a single one is taken without drawing.
    private func choose() -> Int? {
        if rows.count < 2 { return rows.first }
        if Policy.drawsNode { return rows[policy.draw(below: rows.count)] }
        var best = 0
        for place in scores.indices where scores[place] > scores[best] { best = place }
        return rows[best]
    }

    private func scan(_ requestClass: RequestClass) {
        rows.removeAll(keepingCapacity: true)
        scores.removeAll(keepingCapacity: true)
        for row in order.rows where trial.fits(requestClass, row: Int(row)) {
            policy.nodeDidChange(row: Int(row))
            rows.append(Int(row))
            scores.append(policy.score(requestClass, trial))
        }
        policy.normalise(&scores)
    }

    /// The nodes that a class fits, in rank order, with their final scores.
    func scores(of requestClass: RequestClass) -> [(row: Int, score: NodeScoreValue)] {
        scan(requestClass)
        return zip(rows, scores).map { ($0, Policy.drawsNode ? .drawn : .points($1)) }
    }
}
