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
    /// Plans by class id, made at first use.
    private var plans: [UnsafeMutablePointer<ClassPlan>?] = []
    var pools: [NodePool] = []
    var poolIDs: [PoolKey: Int] = [:]
    var constraintSets: [NodeConstraints: ConstraintSet] = [:]
    /// Nodes by state, by vendor, and the asks that classes share.
    var statesByVendor: [VendorID: UnsafeMutablePointer<StateGroups>] = [:]
    var asks: [AskKey: StateAsk] = [:]
    /// Nodes with taints or marked unschedulable exist, so that even plain classes need the constraint filter.
    var fleetConstrains = false
    /// Counts of pools that have been replaced.
    private var earlierPools = WorkCounters()
    let threads: Int
    let threadedFrom: Int
    let scratch: UnsafeMutablePointer<Scratch>
    private let taken: UnsafeMutablePointer<ScanCandidate>

    /// What every decision writes, at a stable address.
    struct Scratch: ~Copyable {
        var evaluator: NodeEvaluator
        var evaluatorDevicesMax: Int
        var collapser = UsageCollapser()
        var effects: [DeviceEffect] = []
        var shortScans = 0
        /// Trials of evaluators that have been replaced.
        var earlierTrials = 0
    }

    struct PoolKey: Hashable {
        var vendor: VendorID?
        var policy: NodePolicy
        var policyText: String
    }

    /// - Parameters:
    ///   - threads: how many build indexes; the answer does not depend on it.
    ///   - threadedFrom: nodes from which further threads are worth waking.
    public init(cluster: Cluster, threads: Int = 1, threadedFrom: Int = 4096) {
        self.cluster = cluster
        self.threadedFrom = threadedFrom
        self.threads = threads
        scratch = .allocate(capacity: 1)
        scratch.initialize(
            to: Scratch(evaluator: NodeEvaluator(cluster: cluster), evaluatorDevicesMax: cluster.devicesPerNodeMax))
        scratch.pointee.effects.reserveCapacity(256)
        taken = .allocate(capacity: standardScanDevicesMax + 1)
    }

    deinit {
        dropPlans()
        for states in statesByVendor.values {
            states.deinitialize(count: 1)
            states.deallocate()
        }
        scratch.deinitialize(count: 1)
        scratch.deallocate()
        taken.deallocate()
    }

    private func dropPlans() {
        for place in plans.indices {
            guard let plan = plans[place] else { continue }
            plan.pointee.possible.deallocate()
            plan.deinitialize(count: 1)
            plan.deallocate()
            plans[place] = nil
        }
    }

    public var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks =
            scratch.pointee.shortScans + scratch.pointee.evaluator.trials + scratch.pointee.earlierTrials
        for pool in pools { counters.add(pool) }
        counters.nodesRescored += earlierPools.nodesRescored
        counters.indexLevels += earlierPools.indexLevels
        counters.cacheLines += earlierPools.cacheLines
        for states in statesByVendor.values { counters.nodesRescored += states.pointee.nodesRescored }
        for plan in plans { counters.nodesRescored += plan?.pointee.tree?.nodesRescored ?? 0 }
        return counters
    }

    public func place(
        _ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult
    ) {
        prepare()
        cluster.reserveResidents(classIDs.count)
        result.outcomes.reserveCapacity(result.outcomes.count + classIDs.count)
        var start = clock?() ?? 0
        for classID in classIDs {
            let plan = plan(of: Int(classID))
            if plan.pointee.pool != nil {
                placeThroughPool(plan, into: &result)
            } else if plan.pointee.states != nil {
                placeThroughStates(plan, into: &result)
            } else {
                placeThroughTree(plan, into: &result)
            }
            if let clock {
                let end = clock()
                result.latencies.append(end - start)
                start = end
            }
        }
    }

    /// Follows fleets that have grown since the last round.
    private func prepare() {
        if cluster.devicesPerNodeMax > scratch.pointee.evaluatorDevicesMax {
            scratch.pointee.earlierTrials += scratch.pointee.evaluator.trials
            scratch.pointee.evaluator = NodeEvaluator(cluster: cluster)
            scratch.pointee.evaluatorDevicesMax = cluster.devicesPerNodeMax
        }
        // Levels chosen when few classes were known serve many badly.
        if pools.contains(where: { cluster.classes.count > 2 * $0.classesKnown + 64 }) {
            for pool in pools { earlierPools.add(pool) }
            pools.removeAll()
            poolIDs.removeAll()
            dropPlans()
        }
        if cluster.classes.count > plans.count {
            plans.append(contentsOf: repeatElement(nil, count: cluster.classes.count - plans.count))
        }
        let constrains = cluster.table.constrainedNodeCount > 0
        if constrains != fleetConstrains {
            fleetConstrains = constrains
            dropPlans()
        }
    }

    /// The plan of a class that has been met.
    func plan(known classID: Int) -> UnsafeMutablePointer<ClassPlan>? {
        classID < plans.count ? plans[classID] : nil
    }

    @inline(__always)
    private func plan(of classID: Int) -> UnsafeMutablePointer<ClassPlan> {
        if let known = plans[classID] { return known }
        let made = UnsafeMutablePointer<ClassPlan>.allocate(capacity: 1)
        made.initialize(to: makePlan(cluster.classes[classID]))
        plans[classID] = made
        return made
    }

    // MARK: Shared index

    private func placeThroughPool(_ plan: UnsafeMutablePointer<ClassPlan>, into result: inout RoundResult) {
        let table = cluster.table
        // Where a placement may let refused requests fit, any change of a node counts as a release.
        let log = plan.pointee.refusalsLast ? table.releaseLog : table.changeLog
        let quotaVersion = cluster.quotas.version
        if isStillRefused(plan) {
            result.outcomes.append(.rejected)
            return
        }
        let pool = plan.pointee.pool!
        pool.catchUp(&scratch.pointee.evaluator)
        plan.pointee.possible.catchUp(log, nodes: table.nodeRowCount)
        if plan.pointee.quotaVersion != quotaVersion {
            plan.pointee.quotaVersion = quotaVersion
            plan.pointee.possible.fill()
        }
        plan.pointee.constraints?.catchUp(cluster)
        let node = candidate(plan, pool)
        if node < 0 {
            noteRefusal(plan)
            result.outcomes.append(.rejected)
            return
        }
        commit(plan, node: node, into: &result)
        pool.rescore(node, &scratch.pointee.evaluator)
        pool.didRescore()
    }

    private func candidate(_ plan: UnsafeMutablePointer<ClassPlan>, _ pool: NodePool) -> Int {
        let constraints = plan.pointee.constraints
        let table = cluster.table
        return pool.index.pointee.first(
            word: plan.pointee.word, bit: plan.pointee.bit,
            mayFit: { node in
                if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
                if let constraints { return constraints.contains(node) }
                return true
            },
            accepts: { node in
                if hasResources(plan, node: node) && fits(plan, node: node) { return true }
                let log = plan.pointee.refusalsLast ? table.releaseLog : table.changeLog
                plan.pointee.possible.remove(node, nodes: table.nodeRowCount, position: log.end)
                return false
            })
    }

    /// CPU, memory, storage, pod slot and extended resources; see ``Cluster/failingResource(_:node:)``.
    @inline(__always)
    func hasResources(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        if plan.pointee.hasExtended { return cluster.failingResource(plan.pointee.requestClass, node: node) == nil }
        let free = cluster.table.free.base[node]
        let asked = plan.pointee.resources
        return asked.pods <= free.pods && (asked.cpuMilli <= 0 || asked.cpuMilli <= free.cpuMilli)
            && (asked.memoryBytes <= 0 || asked.memoryBytes <= free.memoryBytes)
            && (asked.ephemeralBytes <= 0 || asked.ephemeralBytes <= free.ephemeralBytes)
    }

    /// The exact check: the short scan where it equals HAMi's loop, the evaluator elsewhere.
    @inline(__always)
    private func fits(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        plan.pointee.takenCount = 0
        guard plan.pointee.hasScan, cluster.table.heads.base[node].flags.contains(.plain) else {
            return scratch.pointee.evaluator.fits(plan.pointee.requestClass, node: node)
        }
        scratch.pointee.shortScans += 1
        plan.pointee.takenCount = standardScan(plan.pointee.scan, cluster.table.columns(of: node), taken: taken)
        return plan.pointee.takenCount > 0
    }

    private func commit(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult) {
        if plan.pointee.takenCount > 0 { return commitScan(plan, node: node, into: &result) }
        let resident = cluster.commit(
            plan.pointee.requestClass, scratch.pointee.evaluator.workspace, collapser: &scratch.pointee.collapser,
            effects: &scratch.pointee.effects)
        result.outcomes.append(scratch.pointee.evaluator.workspace.outcome(resident: resident, into: &result))
    }

    /// Books the devices of the short scan.
    private func commitScan(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult) {
        let scan = plan.pointee.scan
        let cores = scan.checks.contains(.capacity) ? scan.cores : scan.flatCores
        let devices = UnsafeBufferPointer(start: taken, count: plan.pointee.takenCount).lazy.map {
            AllocatedDevice(device: $0.device, memoryMiB: $0.memoryMiB, cores: cores)
        }
        book(plan, node: node, devices: devices, into: &result)
    }

    /// Books devices of one request in one container, so that nothing collapses.
    @inline(__always)
    func book(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, devices: some Sequence<AllocatedDevice>,
        into result: inout RoundResult
    ) {
        let first = Int(cluster.table.heads.base[node].firstDevice)
        let vendor = UInt8(truncatingIfNeeded: plan.pointee.vendor)
        scratch.pointee.effects.removeAll(keepingCapacity: true)
        let firstResult = result.devices.count
        for device in devices {
            var effect = DeviceEffect.usage(
                device: first + Int(device.device), slots: 1, memoryMiB: device.memoryMiB, cores: device.cores)
            effect.vendor = vendor
            scratch.pointee.effects.append(effect)
            result.devices.append(device)
        }
        let resident = cluster.addResident(
            node: node, effects: scratch.pointee.effects, namespace: plan.pointee.namespace,
            resources: plan.pointee.resources,
            extended: plan.pointee.hasExtended ? plan.pointee.requestClass.extended : [])
        result.outcomes.append(
            Outcome(
                node: Int32(truncatingIfNeeded: node), firstDevice: Int32(truncatingIfNeeded: firstResult),
                deviceCount: Int32(truncatingIfNeeded: result.devices.count - firstResult), resident: resident.row))
    }

    // MARK: Node states

    private func placeThroughStates(_ plan: UnsafeMutablePointer<ClassPlan>, into result: inout RoundResult) {
        if isStillRefused(plan) {
            result.outcomes.append(.rejected)
            return
        }
        let node = chooseByState(plan)
        if node < 0 {
            noteRefusal(plan)
            result.outcomes.append(.rejected)
            return
        }
        if commitRemembered(plan, node: node, into: &result) { return }
        _ = scratch.pointee.evaluator.fits(plan.pointee.requestClass, node: node)
        plan.pointee.takenCount = 0
        commit(plan, node: node, into: &result)
    }

    // MARK: Score trees

    private func placeThroughTree(_ plan: UnsafeMutablePointer<ClassPlan>, into result: inout RoundResult) {
        let requestClass = plan.pointee.requestClass
        let constraints = plan.pointee.constraints
        constraints?.catchUp(cluster)
        let tree = plan.pointee.tree!
        while true {
            let node = tree.best(cluster.table, quotaVersion: cluster.quotas.version) { node in
                if let constraints, !constraints.contains(node) { return nil }
                guard cluster.table.heads.base[node].flags.contains(.alive),
                    cluster.failingResource(requestClass, node: node) == nil,
                    scratch.pointee.evaluator.fits(requestClass, node: node)
                else { return nil }
                let rank = rankKey(scratch.pointee.evaluator.score(requestClass))
                return requestClass.nodePolicy == .spread ? rank : ~rank
            }
            if node < 0 {
                result.outcomes.append(.rejected)
                return
            }
            if scratch.pointee.evaluator.fits(requestClass, node: node) {
                plan.pointee.takenCount = 0
                commit(plan, node: node, into: &result)
                return
            }
            tree.refuse(node)
        }
    }
}

extension WorkCounters {
    fileprivate mutating func add(_ pool: NodePool) {
        nodesRescored += pool.nodesRescored
        indexLevels += pool.index.pointee.levelsVisited
        cacheLines += pool.index.pointee.linesTouched
    }
}
