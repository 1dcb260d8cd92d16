import DeviceTable
import PlacementEngine
import PlacementModel

/// The same decisions as ``ForesightScanEngine``, with every class's scores kept and repaired.
///
/// ```
/// log       positions of changed nodes, in order; a class remembers how far it has read
/// memo      scores by node state and request shape
/// plans     per class: scores by position, the best of each block of 64
/// sums      over the fleet, kept up by what each node adds to them
/// ```
///
/// - Complexity: O(nodes changed since the class was last asked + nodes / 64), and O(nodes) when the scarcity of slots or
///   the prices of models that the class accepts have changed since.
final class ForesightIndexEngine: PlacementEngine {
    /// What a node adds to the sums.
    private struct Share: BitwiseCopyable {
        var idleMilli: Int32 = 0
        var wholeDevices: Int32 = 0
        var cpuLeftMilli: Int64 = 0
        var value: Int64 = 0
        var supply: Int64 = 0
    }

    let cluster: Fleet
    let name = "indexed"
    let looksAhead = true
    private let ranks: [Int32]?
    private var rounds: ForesightRounds
    private var fleet: MilliFleet
    private let memo: UnsafeMutablePointer<ForesightMemo>
    private var plans: [UnsafeMutablePointer<ForesightPlan>?] = []
    private let changes: UnsafeMutablePointer<ChangedPositions>
    private var shares: UnsafeMutablePointer<Share>
    private var sums: FleetSums
    /// Cost of lost slots by their bits.
    private let slotCosts: UnsafeMutablePointer<Int32>
    private var tablePosition = 0
    private var releasePosition = 0
    private var modesCount = 0
    private var structureSeen = 0
    private var classVersionSeen = 0
    /// How often something was released, and the log's end when it last was.
    private var releases = 0
    private var lastRelease = 0
    private var rescored = 0

    init(cluster: Fleet, _ context: PolicyContext) {
        self.cluster = cluster
        ranks = context.nodeRanks
        rounds = ForesightRounds(given: context.statistics)
        fleet = MilliFleet(cluster: cluster, ranks: context.nodeRanks)
        memo = .allocate(capacity: 1)
        memo.initialize(
            to: ForesightMemo(rounds.outlook.statistics, cluster, positions: fleet.count))
        changes = .allocate(capacity: 1)
        changes.initialize(to: ChangedPositions(nodes: fleet.count))
        shares = .allocate(capacity: max(fleet.count, 1))
        sums = FleetSums(nodes: 0, models: 0, kinds: 0)
        slotCosts = .allocate(capacity: 256)
        slotCosts.initialize(repeating: 0, count: 256)
        rebuild()
    }

    deinit {
        dropPlans()
        memo.deinitialize(count: 1)
        memo.deallocate()
        changes.pointee.deallocate()
        changes.deallocate()
        shares.deallocate()
        slotCosts.deallocate()
    }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = rescored
        counters.nodesRescored = rescored
        return counters
    }

    var retryVersion: Int { rounds.retryVersion }

    func waitingDidChange(_ classID: Int32, by pods: Int) { rounds.waitingDidChange(classID, by: pods) }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        catchUp(isNew: rounds.learn(classIDs, cluster))
        cluster.reserveResidents(classIDs.count)
        rounds.begin(classIDs, sums)
        memo.pointee.plainTenths = rounds.outlook.plainTenths
        let first = result.outcomes.count
        for _ in 0..<classIDs.count { result.outcomes.append(.rejected) }
        for step in 0..<classIDs.count {
            let start = clock?() ?? 0
            let place = Int(rounds.order[step])
            let id = Int(classIDs[place])
            if let pod = rounds.requests[id] {
                let outcome = self.place(id, pod, into: &result)
                if outcome.isPlaced {
                    result.outcomes[first + place] = outcome
                    rounds.didPlace(pod, sums)
                }
            }
            if let clock { result.latencies.append(clock() - start) }
        }
        rounds.end(classIDs, result.outcomes[first...])
        tablePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
    }

    @inline(__always)
    private func place(_ id: Int, _ pod: ForesightRequest, into result: inout RoundResult) -> Outcome {
        if rounds.isHeld(pod, sums) { return .rejected }
        let plan = plan(of: id, pod)
        if plan.pointee.plan.refusedAtRelease == releases { return .rejected }
        rounds.findScarce(sums.slots)
        plan.pointee.adopt(rounds.outlook, slotCosts: slotCosts, fleet)
        repair(plan)
        let position = plan.pointee.plan.best()
        if position < 0 {
            plan.pointee.plan.refusedAtRelease = releases
            return .rejected
        }
        let device =
            pod.request.isShare ? memo.pointee.shareDevice(plan.pointee.shape, position, fleet.nodes[position]) : -1
        let outcome = fleet.commit(
            plan.pointee.plan.requestClass, pod.request, position: position, shareDevice: device, into: &result)
        nodeDidChange(position)
        return outcome
    }

    // MARK: Repair

    /// Takes in a node's new state.
    @inline(__always)
    private func nodeDidChange(_ position: Int) {
        memo.pointee.nodeDidChange(position)
        add(shares[position], of: position, sign: -1)
        let node = fleet.nodes[position]
        let state = memo.pointee.worth(position, node)
        shares[position] = Share(
            idleMilli: state.idleMilli, wholeDevices: state.wholeDevices, cpuLeftMilli: node.cpuLeftMilli,
            value: state.worth.value, supply: state.worth.supply)
        add(shares[position], of: position, sign: 1)
        changes.pointee.append(position)
    }

    @inline(__always)
    private func add(_ share: Share, of position: Int, sign: Int64) {
        sums.idleMilli += sign * Int64(share.idleMilli)
        sums.value += sign * share.value
        sums.cpuMilli += sign * ForesightPolicy.bounded(cpuLeftMilli: share.cpuLeftMilli)
        let model = Int(fleet.nodes[position].model)
        if model >= 0 { sums.supply[model] += sign * share.supply }
        let kinds = rounds.outlook.statistics.slotKinds
        for place in kinds.indices {
            sums.slots[place] +=
                sign
                * ForesightPolicy.slots(
                    kinds[place], wholeDevices: share.wholeDevices, cpuLeftMilli: share.cpuLeftMilli)
        }
    }

    /// Brings a class's scores up to date.
    @inline(__always)
    private func repair(_ plan: UnsafeMutablePointer<ForesightPlan>) {
        let seen = plan.pointee.plan.seen
        plan.pointee.plan.seen = changes.pointee.end
        guard let first = changes.pointee.index(of: seen) else {
            for position in 0..<fleet.count { rescore(plan, position) }
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
            if !plan.pointee.plan.fits(position) && (lastRelease <= seen || released[position] <= seen) { continue }
            if stamps[position] == stamp { continue }
            stamps[position] = stamp
            rescore(plan, position)
        }
    }

    @inline(__always)
    private func rescore(_ plan: UnsafeMutablePointer<ForesightPlan>, _ position: Int) {
        rescored &+= 1
        let node = fleet.nodes + position
        var fits = node.pointee.fits(plan.pointee.pod.request)
        if fits && (plan.pointee.plan.needsFilters || node.pointee.needsFilters) {
            fits = cluster.firstFailingFilter(plan.pointee.plan.requestClass, node: Int(node.pointee.row)) == nil
        }
        if !fits { return plan.pointee.refuse(position) }
        let verdict = memo.pointee.verdict(plan.pointee.shape, position, node.pointee)
        plan.pointee.set(position, verdict, model: node.pointee.model, slotCosts: slotCosts)
    }

    // MARK: Plans and changes from outside

    private func plan(of id: Int, _ pod: ForesightRequest) -> UnsafeMutablePointer<ForesightPlan> {
        if let known = plans[id] { return known }
        let made = UnsafeMutablePointer<ForesightPlan>.allocate(capacity: 1)
        made.initialize(
            to: ForesightPlan(
                cluster.classes[id], pod, shape: memo.pointee.shape(of: pod), nodes: fleet.count))
        plans[id] = made
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
        let statistics = rounds.outlook.statistics
        memo.pointee = ForesightMemo(statistics, cluster, positions: fleet.count)
        changes.pointee.deallocate()
        changes.pointee = ChangedPositions(nodes: fleet.count)
        shares.deallocate()
        shares = .allocate(capacity: max(fleet.count, 1))
        shares.initialize(repeating: Share(), count: max(fleet.count, 1))
        sums = FleetSums(
            nodes: fleet.count, models: cluster.table.modes.count, kinds: statistics.slotKinds.count)
        for lost in 0..<256 {
            slotCosts[lost] = ForesightPolicy.slotCost(statistics.slotKinds, UInt8(lost))
        }
        for position in 0..<fleet.count { nodeDidChange(position) }
        tablePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
        modesCount = cluster.table.modes.count
        structureSeen = cluster.table.structureVersion
        releases += 1
        lastRelease = 0
    }

    /// Follows what changed since the last round: statistics, departures, nodes that came, went or changed.
    private func catchUp(isNew: Bool) {
        let table = cluster.table
        if classVersionSeen != cluster.classVersion {
            classVersionSeen = cluster.classVersion
            dropPlans()
        }
        if cluster.classes.count > plans.count {
            plans.append(contentsOf: repeatElement(nil, count: cluster.classes.count - plans.count))
        }
        let isUnchanged = tablePosition == table.changeLog.end && releasePosition == table.releaseLog.end
        if isUnchanged && !isNew { return }
        guard structureSeen == table.structureVersion, table.modes.count == modesCount,
            let firstChange = table.changeLog.index(of: tablePosition),
            let firstRelease = table.releaseLog.index(of: releasePosition)
        else {
            fleet = MilliFleet(cluster: cluster, ranks: ranks)
            return rebuild()
        }
        changes.pointee.stamp &+= 1
        for entry in firstChange..<table.changeLog.entries.count {
            let position = fleet.position(ofRow: Int(table.changeLog.entries[entry]))
            if changes.pointee.stamps[position] == changes.pointee.stamp { continue }
            changes.pointee.stamps[position] = changes.pointee.stamp
            fleet.load(position)
            if !isNew { nodeDidChange(position) }
        }
        if isNew { return rebuild() }
        for entry in firstRelease..<table.releaseLog.entries.count {
            changes.pointee.released[fleet.position(ofRow: Int(table.releaseLog.entries[entry]))] = changes.pointee.end
            releases += 1
            lastRelease = changes.pointee.end
        }
        tablePosition = table.changeLog.end
        releasePosition = table.releaseLog.end
    }
}
