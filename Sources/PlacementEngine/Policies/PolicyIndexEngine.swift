import DeviceTable
import PlacementModel

/// The same decisions as ``PolicyScanEngine``, with every class's scores kept and repaired.
///
/// ```
/// log       positions of changed nodes, in order; a class remembers how far it has read
/// plan      per class: a score a node, the best of each block of 64, the log position it is right for
/// released  per node: the log position after the last time something became free there
/// ```
///
/// A node that a class does not fit is not tried again before something is released on it; a class that fits nowhere is
/// not tried again before something is released anywhere. Normalisation cannot change which node is best, so it is left
/// out.
/// - Complexity: O(nodes changed since the class was last asked + nodes / 64); no heap allocation in steady state.
final class PolicyIndexEngine<Policy: MilliPolicy & ~Copyable>: PlacementEngine {
    let cluster: Cluster
    let name = "indexed"
    private let ranks: [Int32]?
    private var fleet: MilliFleet
    private let makePolicy: (Cluster) -> Policy
    private var policy: Policy
    private var plans: [UnsafeMutablePointer<PolicyPlan>?] = []
    private var changes = ChangedPositions(nodes: 0)
    private var tablePosition = 0
    private var releasePosition = 0
    private var modesCount = 0
    /// Log position after the last release anywhere, and how often something was released.
    private var releases = 0
    private var rescored = 0

    init(cluster: Cluster, ranks: [Int32]?, makePolicy: @escaping (Cluster) -> Policy) {
        self.cluster = cluster
        self.ranks = ranks
        self.makePolicy = makePolicy
        policy = makePolicy(cluster)
        fleet = MilliFleet(cluster: cluster, ranks: ranks)
        rebuild()
    }

    deinit { dropPlans() }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = rescored
        counters.nodesRescored = rescored
        return counters
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        catchUp()
        for classID in classIDs {
            let start = clock?() ?? 0
            result.outcomes.append(place(plan(of: Int(classID)), into: &result))
            if let clock { result.latencies.append(clock() - start) }
        }
        tablePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
    }

    @inline(__always)
    private func place(_ plan: UnsafeMutablePointer<PolicyPlan>, into result: inout RoundResult) -> Outcome {
        if plan.pointee.refusedAtRelease == releases { return .rejected }
        repair(plan)
        let position = choose(plan)
        if position < 0 {
            plan.pointee.refusedAtRelease = releases
            return .rejected
        }
        let request = plan.pointee.request
        let device = request.isShare ? policy.shareDevice(request, fleet.nodes[position]) : -1
        let outcome = fleet.commit(
            plan.pointee.requestClass, request, position: position, shareDevice: device, into: &result)
        policy.nodeDidChange(fleet.nodes[position])
        changes.append(position)
        return outcome
    }

    @inline(__always)
    private func choose(_ plan: UnsafeMutablePointer<PolicyPlan>) -> Int {
        if !Policy.drawsNode { return plan.pointee.best() }
        let fitting = plan.pointee.fittingCount
        if fitting == 0 { return -1 }
        return plan.pointee.fittingPosition(fitting == 1 ? 0 : policy.draw(below: fitting))
    }

    // MARK: Repair

    /// Brings a class's scores up to date.
    @inline(__always)
    private func repair(_ plan: UnsafeMutablePointer<PolicyPlan>) {
        guard let first = changes.index(of: plan.pointee.seen) else {
            for position in 0..<fleet.count { plan.pointee.set(position, score(plan, position)) }
            plan.pointee.seen = changes.end
            return
        }
        changes.stamp &+= 1
        for place in first..<changes.count {
            let position = Int(changes.base[place])
            if changes.stamps[position] == changes.stamp { continue }
            changes.stamps[position] = changes.stamp
            if plan.pointee.scores[position] == PolicyPlan.refused && changes.released[position] <= plan.pointee.seen {
                continue
            }
            plan.pointee.set(position, score(plan, position))
        }
        plan.pointee.seen = changes.end
    }

    @inline(__always)
    private func score(_ plan: UnsafeMutablePointer<PolicyPlan>, _ position: Int) -> Int32 {
        rescored += 1
        let node = fleet.nodes + position
        if !node.pointee.fits(plan.pointee.request) { return PolicyPlan.refused }
        if plan.pointee.needsFilters || node.pointee.needsFilters {
            if cluster.firstFailingFilter(plan.pointee.requestClass, node: Int(node.pointee.row)) != nil {
                return PolicyPlan.refused
            }
        }
        return Policy.drawsNode ? 0 : policy.score(plan.pointee.request, node.pointee)
    }

    // MARK: Plans and changes from outside

    private func plan(of classID: Int) -> UnsafeMutablePointer<PolicyPlan> {
        if let known = plans[classID] { return known }
        let requestClass = cluster.classes[classID]
        let made = UnsafeMutablePointer<PolicyPlan>.allocate(capacity: 1)
        var request = MilliRequest(requestClass, vendor: fleet.vendor, modes: cluster.table.modes)
        if var known = request {
            policy.prepare(&known)
            request = known
        }
        made.initialize(to: PolicyPlan(requestClass, request, nodes: fleet.count))
        plans[classID] = made
        return made
    }

    private func dropPlans() {
        for place in plans.indices {
            guard let plan = plans[place] else { continue }
            plan.pointee.deallocate()
            plan.deinitialize(count: 1)
            plan.deallocate()
            plans[place] = nil
        }
    }

    /// Starts anew on the fleet as it is.
    private func rebuild() {
        dropPlans()
        changes.deallocate()
        changes = ChangedPositions(nodes: fleet.count)
        for position in 0..<fleet.count { policy.nodeDidChange(fleet.nodes[position]) }
        tablePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
        modesCount = cluster.table.modes.count
        releases += 1
    }

    /// Follows what changed since the last round: departures, nodes that came, went or changed.
    private func catchUp() {
        let table = cluster.table
        if cluster.classes.count > plans.count {
            plans.append(contentsOf: repeatElement(nil, count: cluster.classes.count - plans.count))
        }
        if tablePosition == table.changeLog.end && releasePosition == table.releaseLog.end { return }
        guard table.nodeRowCount == fleet.count, table.modes.count == modesCount,
            let firstChange = table.changeLog.index(of: tablePosition),
            let firstRelease = table.releaseLog.index(of: releasePosition)
        else {
            if table.nodeRowCount != fleet.count || table.modes.count != modesCount { policy = makePolicy(cluster) }
            fleet = MilliFleet(cluster: cluster, ranks: ranks)
            rebuild()
            return
        }
        changes.stamp &+= 1
        for entry in firstChange..<table.changeLog.entries.count {
            let position = fleet.position(ofRow: Int(table.changeLog.entries[entry]))
            if changes.stamps[position] == changes.stamp { continue }
            changes.stamps[position] = changes.stamp
            fleet.load(position)
            policy.nodeDidChange(fleet.nodes[position])
            changes.append(position)
        }
        for entry in firstRelease..<table.releaseLog.entries.count {
            changes.released[fleet.position(ofRow: Int(table.releaseLog.entries[entry]))] = changes.end
            releases += 1
        }
        tablePosition = table.changeLog.end
        releasePosition = table.releaseLog.end
    }
}
