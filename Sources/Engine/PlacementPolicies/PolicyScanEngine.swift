import DeviceTable
import PlacementEngine
import PlacementModel

/// The plain scan of a policy over devices in thousandths: every node for every pod, the meaning of the policy.
///
/// - Complexity: O(pods x nodes x score)
/// - Determinism: the highest score wins, ties go to the smallest rank.
/// - Source: fgd.md sections 4 to 6
final class PolicyScanEngine<Policy: MilliPolicy>: PlacementEngine {
    let cluster: Fleet
    let name = "reference"
    private let ranks: [Int32]?
    private var policy: Policy
    private var trials = 0
    private var positions: [Int] = []
    private var scores: [Int32] = []

    init(cluster: Fleet, ranks: [Int32]?, policy: Policy) {
        self.cluster = cluster
        self.ranks = ranks
        self.policy = policy
    }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = trials
        return counters
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        // The fleet may have changed since the last round.
        let fleet = MilliFleet(cluster: cluster, ranks: ranks)
        policy.fleetDidChange(cluster)
        for classID in classIDs {
            let start = clock?() ?? 0
            result.outcomes.append(place(cluster.classes[Int(classID)], on: fleet, into: &result))
            if let clock { result.latencies.append(clock() - start) }
        }
    }

    private func place(_ requestClass: RequestClass, on fleet: MilliFleet, into result: inout RoundResult) -> Outcome {
        guard let request = MilliRequest(requestClass, vendor: fleet.vendor, modes: cluster.table.modes) else {
            return .rejected
        }
        positions.removeAll(keepingCapacity: true)
        scores.removeAll(keepingCapacity: true)
        for position in 0..<fleet.count {
            trials += 1
            let row = Int(fleet.nodes[position].row)
            guard cluster.firstFailingFilter(requestClass, node: row) == nil, fleet.nodes[position].fits(request) else {
                continue
            }
            positions.append(position)
        }
        guard let position = choose(request, fleet) else { return .rejected }
        let device = request.isShare ? policy.shareDevice(request, fleet.nodes[position]) : -1
        return fleet.commit(requestClass, request, position: position, shareDevice: device, into: &result)
    }

    /// The best of the fitting nodes; a single one is taken without scoring.
    private func choose(_ request: MilliRequest, _ fleet: MilliFleet) -> Int? {
        if positions.count < 2 { return positions.first }
        if Policy.drawsNode { return positions[policy.draw(below: positions.count)] }
        for position in positions { scores.append(policy.score(request, fleet.nodes[position])) }
        policy.normalise(&scores)
        var best = 0
        for place in scores.indices where scores[place] > scores[best] { best = place }
        return positions[best]
    }
}
