import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// The same decisions as ``ReferenceEngine``, found through indexes instead of scans.
///
/// Classes whose score does not depend on the request share a ``NodePool`` per vendor and policy; the others keep a
/// ``ScoreTree`` each. Every candidate still passes the exact check, so indexes decide only where to look.
/// - Complexity: per pod about O(log nodes) through a pool; no heap allocation in steady state.
/// - Determinism: equals the reference, whatever the number of classes, levels or repairs.
public final class IndexedEngine: PlacementEngine {
    public let cluster: Cluster
    public let name = "indexed"
    var evaluator: NodeEvaluator
    private var evaluatorDevicesMax: Int
    private var collapser = UsageCollapser()
    private var effects: [DeviceEffect] = []
    var pools: [NodePool] = []
    var poolIDs: [PoolKey: Int] = [:]
    private var plans: [ClassPlan?] = []
    var constraintSets: [NodeConstraints: ConstraintSet] = [:]
    private let taken: UnsafeMutablePointer<ScanCandidate>
    private var work = WorkCounters()
    /// Nodes with taints or marked unschedulable exist, so that even plain classes need the constraint filter.
    var fleetConstrains = false
    private var surveyedReleases = -1

    struct PoolKey: Hashable {
        var vendor: VendorID?
        var policy: NodePolicy
        var policyText: String
    }

    public init(cluster: Cluster) {
        self.cluster = cluster
        evaluator = NodeEvaluator(cluster: cluster)
        evaluatorDevicesMax = cluster.devicesPerNodeMax
        taken = .allocate(capacity: standardScanDevicesMax + 1)
        effects.reserveCapacity(256)
    }

    deinit { taken.deallocate() }

    public var counters: WorkCounters {
        var counters = work
        counters.exactChecks += evaluator.trials
        for pool in pools {
            counters.nodesRescored += pool.nodesRescored
            counters.indexLevels += pool.index.levelsVisited
            counters.cacheLines += pool.index.linesTouched
        }
        for plan in plans { counters.nodesRescored += plan?.tree?.nodesRescored ?? 0 }
        return counters
    }

    public func place(
        _ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult
    ) {
        prepare()
        for classID in classIDs {
            let start = clock?() ?? 0
            place(Int(classID), into: &result)
            if let clock { result.latencies.append(clock() - start) }
        }
    }

    /// Follows fleets that have grown since the last round.
    private func prepare() {
        if cluster.devicesPerNodeMax > evaluatorDevicesMax {
            evaluator = NodeEvaluator(cluster: cluster)
            evaluatorDevicesMax = cluster.devicesPerNodeMax
        }
        if cluster.classes.count > plans.count {
            plans.append(contentsOf: repeatElement(nil, count: cluster.classes.count - plans.count))
        }
        if surveyedReleases != cluster.table.releaseLog.end {
            surveyedReleases = cluster.table.releaseLog.end
            let constrains = cluster.table.nodes.contains { $0.isUnschedulable || !$0.taints.isEmpty }
            if constrains != fleetConstrains {
                fleetConstrains = constrains
                for plan in plans.indices { plans[plan] = nil }
            }
        }
    }

    private func place(_ classID: Int, into result: inout RoundResult) {
        let plan: ClassPlan
        if let known = plans[classID] {
            plan = known
        } else {
            plan = makePlan(cluster.classes[classID])
            plans[classID] = plan
        }
        if let tree = plan.tree {
            placeThroughTree(plan, tree, into: &result)
        } else {
            placeThroughPool(plan, into: &result)
        }
    }

    // MARK: Shared index

    private func placeThroughPool(_ plan: ClassPlan, into result: inout RoundResult) {
        let table = cluster.table
        // Where a placement may let refused requests fit, any change of a node counts as a release.
        let log = plan.refusalsLast ? table.releaseLog : table.changeLog
        let releases = log.end
        if plan.refusedAtRelease == releases && plan.refusedAtQuota == cluster.quotas.version {
            result.outcomes.append(.rejected)
            return
        }
        let pool = pools[plan.pool]
        pool.catchUp(&evaluator)
        plan.refused?.catchUp(log, nodes: table.nodeRowCount)
        if plan.quotaVersion != cluster.quotas.version {
            plan.quotaVersion = cluster.quotas.version
            plan.refused?.fill()
        }
        plan.constraints?.catchUp(cluster)
        let node = candidate(plan, pool)
        if node < 0 {
            plan.refusedAtRelease = releases
            plan.refusedAtQuota = cluster.quotas.version
            result.outcomes.append(.rejected)
            return
        }
        commit(plan, node: node, into: &result)
        pool.rescore(node, &evaluator)
        pool.didRescore(upTo: table.changeLog.end)
    }

    private func candidate(_ plan: ClassPlan, _ pool: NodePool) -> Int {
        let requestClass = plan.requestClass
        let refused = plan.refused
        let constraints = plan.constraints
        return pool.index.first(
            word: plan.word, bit: plan.bit,
            mayFit: { node in
                if let refused, !refused.contains(node) { return false }
                if let constraints, !constraints.contains(node) { return false }
                return true
            },
            accepts: { node in
                if cluster.failingResource(requestClass, node: node) == nil && fits(plan, node: node) { return true }
                noteRefusal(plan, node)
                return false
            })
    }

    private func noteRefusal(_ plan: ClassPlan, _ node: Int) {
        if plan.refused == nil {
            let log = plan.refusalsLast ? cluster.table.releaseLog : cluster.table.changeLog
            plan.refused = NodeSet(nodes: cluster.table.nodeRowCount, releasePosition: log.end)
            plan.quotaVersion = cluster.quotas.version
        }
        plan.refused!.remove(node)
    }

    /// The exact check: the short scan where it equals HAMi's loop, the evaluator elsewhere.
    @inline(__always)
    private func fits(_ plan: ClassPlan, node: Int) -> Bool {
        plan.takenCount = 0
        guard let scan = plan.scan, cluster.table.nodeFlags.base[node].contains(.plain) else {
            return evaluator.fits(plan.requestClass, node: node)
        }
        work.exactChecks += 1
        plan.takenCount = standardScan(scan, cluster.table.columns(of: node), taken: taken)
        return plan.takenCount > 0
    }

    private func commit(_ plan: ClassPlan, node: Int, into result: inout RoundResult) {
        let resident: ResidentID
        if plan.takenCount > 0 {
            resident = commitScan(plan, node: node, into: &result)
        } else {
            resident = cluster.commit(
                plan.requestClass, evaluator.workspace, collapser: &collapser, effects: &effects)
            result.outcomes.append(evaluator.workspace.outcome(resident: resident, into: &result))
        }
    }

    /// Books the devices of the short scan: one container, so nothing collapses.
    private func commitScan(_ plan: ClassPlan, node: Int, into result: inout RoundResult) -> ResidentID {
        let first = Int(cluster.table.firstDevice.base[node])
        let cores = plan.scan!.checks.contains(.capacity) ? plan.scan!.cores : plan.scan!.flatCores
        effects.removeAll(keepingCapacity: true)
        let firstResult = result.devices.count
        for place in 0..<plan.takenCount {
            let device = taken[place].device
            var effect = DeviceEffect.usage(
                device: first + Int(device), slots: 1, memoryMiB: taken[place].memoryMiB, cores: cores)
            effect.vendor = plan.scan!.request.vendor.rawValue
            effects.append(effect)
            result.devices.append(AllocatedDevice(device: device, memoryMiB: taken[place].memoryMiB, cores: cores))
        }
        let resident = cluster.addResident(
            node: node, effects: effects, namespace: plan.requestClass.namespace,
            resources: plan.requestClass.resources, extended: plan.requestClass.extended)
        result.outcomes.append(
            Outcome(
                node: Int32(node), firstDevice: Int32(firstResult), deviceCount: Int32(plan.takenCount),
                resident: resident.row))
        return resident
    }

    // MARK: Score trees

    private func placeThroughTree(_ plan: ClassPlan, _ tree: ScoreTree, into result: inout RoundResult) {
        let requestClass = plan.requestClass
        plan.constraints?.catchUp(cluster)
        let node = tree.best(cluster.table, quotaVersion: cluster.quotas.version) { node in
            if let constraints = plan.constraints, !constraints.contains(node) { return nil }
            guard cluster.table.nodeFlags.base[node].contains(.alive),
                cluster.failingResource(requestClass, node: node) == nil,
                evaluator.fits(requestClass, node: node)
            else { return nil }
            let rank = rankKey(evaluator.score(requestClass))
            return requestClass.nodePolicy == .spread ? rank : ~rank
        }
        if node < 0 {
            result.outcomes.append(.rejected)
            return
        }
        _ = evaluator.fits(requestClass, node: node)
        plan.takenCount = 0
        commit(plan, node: node, into: &result)
    }
}
