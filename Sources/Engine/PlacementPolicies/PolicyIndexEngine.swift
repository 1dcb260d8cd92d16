import DeviceTable
import PlacementEngine
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
    let cluster: Fleet
    let name = "indexed"
    private let ranks: [Int32]?
    private var fleet: MilliFleet
    /// At a stable address, as the log is: a placement pays for no exclusivity check.
    private let policy: UnsafeMutablePointer<Policy>
    private var plans: [UnsafeMutablePointer<PolicyPlan>?] = []
    private let changes: UnsafeMutablePointer<ChangedPositions>
    private var tablePosition = 0
    private var releasePosition = 0
    private var modesCount = 0
    private var structureSeen = 0
    private var classVersionSeen = 0
    /// How often something was released, and the log's end when it last was.
    private var releases = 0
    private var lastRelease = 0
    private let rescored = Cell(0)

    init(cluster: Fleet, ranks: [Int32]?, makePolicy: (Fleet) -> Policy) {
        self.cluster = cluster
        self.ranks = ranks
        policy = .allocate(capacity: 1)
        policy.initialize(to: makePolicy(cluster))
        changes = .allocate(capacity: 1)
        changes.initialize(to: ChangedPositions(nodes: 0))
        fleet = MilliFleet(cluster: cluster, ranks: ranks)
        rebuild()
    }

    deinit {
        dropPlans()
        policy.deinitialize(count: 1)
        policy.deallocate()
        changes.pointee.deallocate()
        changes.deallocate()
        rescored.deallocate()
    }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = rescored.value
        counters.nodesRescored = rescored.value
        return counters
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        catchUp()
        cluster.reserveResidents(classIDs.count)
        for classID in classIDs {
            let start = clock?() ?? 0
            result.outcomes.append(place(plan(of: Int(classID)), into: &result))
            if let clock { result.latencies.append(clock() - start) }
        }
        tablePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
    }

    func staysRefused(_ classID: Int32) -> Bool {
        guard Int(classID) < plans.count, let plan = plans[Int(classID)] else { return false }
        return cluster.table.releaseLog.end == releasePosition && plan.pointee.refusedAtRelease == releases
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
        let device = request.isShare ? policy.pointee.shareDevice(request, fleet.nodes[position]) : -1
        let outcome = fleet.commit(
            plan.pointee.requestClass, request, position: position, shareDevice: device, into: &result)
        policy.pointee.nodeDidChange(fleet.nodes[position])
        changes.pointee.append(position)
        return outcome
    }

    @inline(__always)
    private func choose(_ plan: UnsafeMutablePointer<PolicyPlan>) -> Int {
        if !Policy.drawsNode { return plan.pointee.best() }
        let fitting = plan.pointee.fittingCount
        if fitting == 0 { return -1 }
        return plan.pointee.fittingPosition(fitting == 1 ? 0 : policy.pointee.draw(below: fitting))
    }

    // MARK: Repair

    /// Brings a class's scores up to date.
    @inline(__always)
    private func repair(_ plan: UnsafeMutablePointer<PolicyPlan>) {
        let seen = plan.pointee.seen
        let end = changes.pointee.end
        plan.pointee.seen = end
        guard let first = changes.pointee.index(of: seen) else {
            for position in 0..<fleet.count { plan.pointee.set(position, score(plan, position)) }
            return
        }
        let log = changes.pointee.base
        let stamps = changes.pointee.stamps
        let released = changes.pointee.released
        let stamp = changes.pointee.stamp &+ 1
        changes.pointee.stamp = stamp
        for place in first..<changes.pointee.count {
            let position = Int(log[place])
            // Without a release a node that did not fit still does not.
            if !plan.pointee.fits(position) && (lastRelease <= seen || released[position] <= seen) { continue }
            if stamps[position] == stamp { continue }
            stamps[position] = stamp
            plan.pointee.set(position, score(plan, position))
        }
    }

    @inline(__always)
    private func score(_ plan: UnsafeMutablePointer<PolicyPlan>, _ position: Int) -> Int32 {
        rescored.value &+= 1
        let node = fleet.nodes + position
        if !node.pointee.fits(plan.pointee.request) { return PolicyPlan.refused }
        if plan.pointee.needsFilters || node.pointee.needsFilters {
            if cluster.firstFailingFilter(plan.pointee.requestClass, node: Int(node.pointee.row)) != nil {
                return PolicyPlan.refused
            }
        }
        return Policy.drawsNode ? 0 : policy.pointee.score(plan.pointee.request, node.pointee)
    }

    // MARK: Plans and changes from outside

    private func plan(of classID: Int) -> UnsafeMutablePointer<PolicyPlan> {
        if let known = plans[classID] { return known }
        let requestClass = cluster.classes[classID]
        let made = UnsafeMutablePointer<PolicyPlan>.allocate(capacity: 1)
        var request = MilliRequest(requestClass, vendor: fleet.vendor, modes: cluster.table.modes)
        if request != nil { policy.pointee.prepare(&request!) }
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
        changes.pointee.deallocate()
        changes.pointee = ChangedPositions(nodes: fleet.count)
        for position in 0..<fleet.count { policy.pointee.nodeDidChange(fleet.nodes[position]) }
        tablePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
        modesCount = cluster.table.modes.count
        structureSeen = cluster.table.structureVersion
        releases += 1
        lastRelease = 0
    }

    /// Follows what changed since the last round: departures, nodes that came, went or changed.
    private func catchUp() {
        let table = cluster.table
        if classVersionSeen != cluster.classVersion {
            classVersionSeen = cluster.classVersion
            dropPlans()
        }
        if cluster.classes.count > plans.count {
            plans.append(contentsOf: repeatElement(nil, count: cluster.classes.count - plans.count))
        }
        if tablePosition == table.changeLog.end && releasePosition == table.releaseLog.end { return }
        guard structureSeen == table.structureVersion, table.modes.count == modesCount,
            let firstChange = table.changeLog.index(of: tablePosition),
            let firstRelease = table.releaseLog.index(of: releasePosition)
        else {
            if structureSeen != table.structureVersion || table.modes.count != modesCount {
                policy.pointee.fleetDidChange(cluster)
            }
            fleet = MilliFleet(cluster: cluster, ranks: ranks)
            rebuild()
            return
        }
        changes.pointee.stamp &+= 1
        for entry in firstChange..<table.changeLog.entries.count {
            let position = fleet.position(ofRow: Int(table.changeLog.entries[entry]))
            if changes.pointee.stamps[position] == changes.pointee.stamp { continue }
            changes.pointee.stamps[position] = changes.pointee.stamp
            fleet.load(position)
            policy.pointee.nodeDidChange(fleet.nodes[position])
            changes.pointee.append(position)
        }
        for entry in firstRelease..<table.releaseLog.entries.count {
            changes.pointee.released[fleet.position(ofRow: Int(table.releaseLog.entries[entry]))] = changes.pointee.end
            releases += 1
            lastRelease = changes.pointee.end
        }
        tablePosition = table.changeLog.end
        releasePosition = table.releaseLog.end
    }
}
