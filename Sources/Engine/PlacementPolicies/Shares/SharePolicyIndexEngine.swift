import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// The same decisions as ``SharePolicyScanEngine``, with every class's scores kept and repaired.
///
/// ```
/// change log   of the table; a class remembers how far it has read
/// plan         per class: a score a node, the best of each block of 64
/// released     per node: end of the change log when something had last become free there
/// ```
///
/// A node that a class does not fit is not tried again before something is released on it, where its refusals last; nodes
/// without the devices asked are never tried. Quotas and rules over other pods change what fits without changing a node: classes
/// under one keep no scores.
/// - Complexity: O(nodes changed since the class was last asked x (exact check + score) + nodes / 64).
final class SharePolicyIndexEngine<Policy: SharePolicy & ~Copyable>: PlacementEngine {
    let cluster: Fleet
    let name = "indexed"
    private let ranks: [Int32]?
    private var policy: Policy
    private var trial: ShareTrial
    private var order: RankOrder
    private var podOrder = RoundOrder()
    private var plans: [UnsafeMutablePointer<PolicyPlan>?] = []
    private var effects: [DeviceEffect] = []
    private var checksBefore = 0
    private var rescored = 0
    /// How far the logs have been followed.
    private var changePosition = 0
    private var releasePosition = 0
    /// By row.
    private var released: [Int] = []
    /// By row: the last pass that came by, so that a node is scored once a pass.
    private var stamps: [Int] = []
    private var stamp = 0
    private var classVersionSeen = 0

    init(cluster: Fleet, ranks: [Int32]?, makePolicy: (Fleet) -> Policy) {
        self.cluster = cluster
        self.ranks = ranks
        policy = makePolicy(cluster)
        trial = ShareTrial(cluster: cluster)
        order = RankOrder(ranks, nodes: 0)
        rebuild()
    }

    deinit { dropPlans() }

    var looksAhead: Bool { Policy.looksAhead }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = checksBefore + trial.checks
        counters.nodesRescored = rescored
        return counters
    }

    func waitingDidChange(_ classID: Int32, by pods: Int) { policy.waitingDidChange(classID, by: pods) }

    func staysRefused(_ classID: Int32) -> Bool {
        guard Int(classID) < plans.count, let plan = plans[Int(classID)], trial.isCurrent else { return false }
        return isRefused(plan)
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        if !trial.isCurrent {
            checksBefore += trial.checks
            trial = ShareTrial(cluster: cluster)
            policy.devicesDidChange(cluster)
            rebuild()
        }
        if policy.roundWillStart(classIDs, in: cluster) { dropPlans() }
        if classVersionSeen != cluster.classVersion {
            classVersionSeen = cluster.classVersion
            dropPlans()
        }
        if cluster.classes.count > plans.count {
            plans.append(contentsOf: repeatElement(nil, count: cluster.classes.count - plans.count))
        }
        podOrder.arrange(classIDs, cluster, rank: Policy.looksAhead ? { self.policy.rank($0) } : nil)
        let first = result.outcomes.count
        for _ in 0..<classIDs.count { result.outcomes.append(.rejected) }
        for place in podOrder.places {
            let start = clock?() ?? 0
            result.outcomes[first + Int(place)] = self.place(plan(of: Int(classIDs[Int(place)])), into: &result)
            if let clock { result.latencies.append(clock() - start) }
        }
    }

    private func place(_ plan: UnsafeMutablePointer<PolicyPlan>, into result: inout RoundResult) -> Outcome {
        if isRefused(plan) { return .rejected }
        followTable()
        repair(plan)
        let position = choose(plan)
        let requestClass = plan.pointee.requestClass
        // Tried again for the devices; nothing has changed since it fitted.
        guard position >= 0, trial.fits(requestClass, row: Int(order.rows[position])) else {
            plan.pointee.refusedAtRelease = releaseLog(of: requestClass).end
            return .rejected
        }
        return trial.commit(requestClass, effects: &effects, into: &result)
    }

    private func choose(_ plan: UnsafeMutablePointer<PolicyPlan>) -> Int {
        if !Policy.drawsNode { return plan.pointee.best() }
        let fitting = plan.pointee.fittingCount
        if fitting == 0 { return -1 }
        return plan.pointee.fittingPosition(fitting == 1 ? 0 : policy.draw(below: fitting))
    }

    // MARK: Refusals

    /// The log whose entries may end a refusal.
    private func releaseLog(of requestClass: RequestClass) -> ChangeLog {
        requestClass.traits.refusalsLast ? cluster.table.releaseLog : cluster.table.changeLog
    }

    private func isRefused(_ plan: UnsafeMutablePointer<PolicyPlan>) -> Bool {
        Self.keepsScores(plan.pointee.requestClass)
            && plan.pointee.refusedAtRelease == releaseLog(of: plan.pointee.requestClass).end
    }

    // MARK: Repair

    /// Whether a node that did not change answers as before: neither a quota nor another pod elsewhere has a say.
    private static func keepsScores(_ requestClass: RequestClass) -> Bool {
        requestClass.namespace < 0 && requestClass.podKind < 0
    }

    /// Tells the policy what changed, and notes where something was released.
    private func followTable() {
        let table = cluster.table
        if changePosition != table.changeLog.end {
            if let first = table.changeLog.index(of: changePosition) {
                let entries = table.changeLog.entries
                for place in first..<entries.count { policy.nodeDidChange(row: Int(entries[place])) }
            } else {
                for row in 0..<order.rows.count { policy.nodeDidChange(row: row) }
            }
            changePosition = table.changeLog.end
        }
        if releasePosition != table.releaseLog.end {
            if let first = table.releaseLog.index(of: releasePosition) {
                let entries = table.releaseLog.entries
                for place in first..<entries.count { released[Int(entries[place])] = changePosition }
            } else {
                for row in released.indices { released[row] = changePosition }
            }
            releasePosition = table.releaseLog.end
        }
    }

    /// Brings a class's scores up to date.
    private func repair(_ plan: UnsafeMutablePointer<PolicyPlan>) {
        let requestClass = plan.pointee.requestClass
        let log = cluster.table.changeLog
        let seen = plan.pointee.seen
        plan.pointee.seen = log.end
        guard seen >= 0, Self.keepsScores(requestClass), let first = log.index(of: seen) else {
            for position in 0..<order.rows.count { score(plan, position) }
            return
        }
        let lasts = requestClass.traits.refusalsLast
        let entries = log.entries
        stamp += 1
        for place in first..<entries.count {
            let row = Int(entries[place])
            if stamps[row] == stamp { continue }
            stamps[row] = stamp
            let position = Int(order.positions[row])
            // Without a release a node that did not fit still does not.
            if lasts && !plan.pointee.fits(position) && released[row] <= seen { continue }
            score(plan, position)
        }
    }

    private func score(_ plan: UnsafeMutablePointer<PolicyPlan>, _ position: Int) {
        let requestClass = plan.pointee.requestClass
        let row = Int(order.rows[position])
        // Which vendors a node has changes with registration only, which starts everything anew.
        let words = cluster.table.heads.base[row].words
        for place in 0..<requestClass.requestCount {
            let request = requestClass.requests[place]
            if request.devices > 0 && words & request.vendor.bit == 0 { return }
        }
        rescored += 1
        let fits = trial.fits(requestClass, row: row)
        plan.pointee.set(position, fits ? policy.score(requestClass, trial) : PolicyPlan.refused)
    }

    // MARK: Plans

    private func plan(of classID: Int) -> UnsafeMutablePointer<PolicyPlan> {
        if let known = plans[classID] { return known }
        let made = UnsafeMutablePointer<PolicyPlan>.allocate(capacity: 1)
        made.initialize(to: PolicyPlan(cluster.classes[classID], nil, nodes: order.rows.count))
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
        let nodes = cluster.table.nodeRowCount
        order = RankOrder(ranks, nodes: nodes)
        released = Array(repeating: 0, count: nodes)
        stamps = Array(repeating: 0, count: nodes)
        changePosition = cluster.table.changeLog.end
        releasePosition = cluster.table.releaseLog.end
    }
}
