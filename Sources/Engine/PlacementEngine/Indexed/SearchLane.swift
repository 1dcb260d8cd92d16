import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// One sequence of decisions: finds nodes for pods, one pod after another, and remembers what the search needs.
///
/// Classes whose score does not depend on the request share a ``NodePool`` per vendor and policy; the others share node
/// states or keep a ``ScoreTree`` each. Every candidate still passes the exact check, so indexes decide only where to look.
/// - Complexity: per pod about O(log nodes) through a pool; no heap allocation in steady state.
final class SearchLane {
    let cluster: Fleet
    /// The table's columns, read without counting references.
    let hot: HotColumns
    let threads: Int
    let threadedFrom: Int
    /// Where decisions go when other lanes run beside this one; nil = straight to the cluster.
    let ledger: LaneLedger?
    var pools: [NodePool] = []
    var constraintSets: [NodeConstraints: ConstraintSet] = [:]
    /// Nodes by state, by vendor, and the asks that classes share.
    var statesByVendor: [VendorID: UnsafeMutablePointer<StateGroups>] = [:]
    var asks: [AskKey: UnsafeMutablePointer<StateAsk>] = [:]
    var trees: [ScoreTree] = []
    /// Nodes with taints or marked unschedulable exist, so that even plain classes need the constraint filter.
    private(set) var fleetConstrains = false
    /// Plans by class id, made at first use; stored in slabs.
    private(set) var plans: UnsafeMutablePointer<UnsafeMutablePointer<ClassPlan>?>
    private(set) var planCapacity = 0
    private var slabs: [UnsafeMutablePointer<ClassPlan>] = []
    /// What is left of the last slab.
    private var freePlans = UnsafeMutableBufferPointer<ClassPlan>(start: nil, count: 0)
    /// Nodes that the choice at hand is limited to.
    private(set) var candidates: UnsafePointer<CandidateSet>?
    /// Classes that were known may stand for others since.
    private var classVersionSeen = 0
    /// Counts of pools and trees that have been replaced.
    var earlierWork = WorkCounters()
    let scratch: UnsafeMutablePointer<Scratch>
    let taken: UnsafeMutablePointer<ScanCandidate>
    /// Groups of the devices taken.
    let groups: UnsafeMutablePointer<Int32>

    /// What every decision writes, at a stable address.
    struct Scratch: ~Copyable {
        var evaluator: NodeEvaluator
        var collapser = UsageCollapser()
        var effects: [DeviceEffect] = []
        /// Effects of devices that are booked as they are.
        var usages = EffectBuffer()
        var shortScans = 0
        /// Node states to be tried next for the pod at hand.
        var untried = UntriedStates()
    }

    init(cluster: Fleet, threads: Int, threadedFrom: Int, ledger: LaneLedger? = nil) {
        self.cluster = cluster
        hot = cluster.table.hot
        plans = .allocate(capacity: 0)
        self.threadedFrom = threadedFrom
        self.threads = threads
        self.ledger = ledger
        scratch = .allocate(capacity: 1)
        scratch.initialize(
            to: Scratch(evaluator: NodeEvaluator(cluster: cluster)))
        scratch.pointee.effects.reserveCapacity(256)
        taken = .allocate(capacity: 2 * standardScanDevicesMax)
        groups = .allocate(capacity: standardScanDevicesMax)
    }

    deinit {
        dropPlans()
        plans.deallocate()
        for states in statesByVendor.values {
            states.deinitialize(count: 1)
            states.deallocate()
        }
        dropAsks()
        scratch.deinitialize(count: 1)
        scratch.deallocate()
        taken.deallocate()
        groups.deallocate()
    }

    func dropPlans() {
        for place in 0..<planCapacity {
            plans[place]?.pointee.possible.deallocate()
            plans[place] = nil
        }
        for slab in slabs { slab.deallocate() }
        slabs.removeAll()
        freePlans = UnsafeMutableBufferPointer(start: nil, count: 0)
        for tree in trees { earlierWork.nodesRescored += tree.nodesRescored }
        trees.removeAll()
    }

    /// False once classes have been dropped since the last round.
    var knowsClasses: Bool { classVersionSeen == cluster.classVersion }

    /// Forgets all that is kept by class, once classes have been dropped.
    private func forgetClasses() {
        for pool in pools { earlierWork.add(pool) }
        pools.removeAll()
        dropPlans()
        constraintSets.removeAll()
        dropAsks()
    }

    func dropAsks() {
        for ask in asks.values {
            ask.deinitialize(count: 1)
            ask.deallocate()
        }
        asks.removeAll()
    }

    var counters: WorkCounters {
        var counters = earlierWork
        counters.exactChecks += scratch.pointee.shortScans + scratch.pointee.evaluator.trials
        for pool in pools { counters.add(pool) }
        for states in statesByVendor.values { counters.nodesRescored += states.pointee.nodesRescored }
        for tree in trees { counters.nodesRescored += tree.nodesRescored }
        return counters
    }

    /// Follows fleets and class lists that have grown since the last round.
    /// - Parameter classesExpected: classes that will be met, of those there are; room is made for their plans.
    func prepare(classesExpected: Int) {
        scratch.pointee.evaluator.follow(cluster)
        // Levels chosen when few classes were known serve many badly; bits chosen for other devices may be wrong.
        if classVersionSeen != cluster.classVersion {
            classVersionSeen = cluster.classVersion
            forgetClasses()
        }
        if pools.contains(where: { cluster.classes.count > 2 * $0.classesKnown + 64 || !$0.knowsAllDevices }) {
            for pool in pools { earlierWork.add(pool) }
            pools.removeAll()
            dropPlans()
        }
        keepBounds()
        let classCount = cluster.classes.count
        if classCount > planCapacity {
            plans = grown(plans, from: planCapacity, to: classCount, filler: nil as UnsafeMutablePointer<ClassPlan>?)
            planCapacity = classCount
        }
        let constrains = cluster.table.constrainedNodeCount > 0
        if constrains != fleetConstrains {
            fleetConstrains = constrains
            dropPlans()
        }
        // Further slabs are left to the decisions: most classes have been met by then.
        if slabs.isEmpty && classesExpected > 0 { addSlab(plans: classesExpected) }
    }

    /// Places pods by request class, one after another.
    ///
    /// - Precondition: ``prepare(classesExpected:)`` has run since the fleet or the class list grew.
    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        guard let clock else {
            for place in 0..<classIDs.count { decide(classIDs, place, into: &result) }
            return
        }
        result.latencies.reserveCapacity(result.latencies.count + classIDs.count)
        var start = clock()
        for place in 0..<classIDs.count {
            decide(classIDs, place, into: &result)
            let end = clock()
            result.latencies.append(end - start)
            start = end
        }
    }

    @inline(__always)
    private func decide(_ classIDs: UnsafeBufferPointer<Int32>, _ place: Int, into result: inout RoundResult) {
        let plan = plan(of: Int(classIDs[place]))
        fetchAhead(plans, classIDs, place)
        // Where the next pod will probably look is fetched while this one is booked.
        let next = place + 1 < classIDs.count ? plans[Int(classIDs[place + 1])] : nil
        if plan.pointee.namespace >= 0 {
            placeUnderQuota(plan, next: next, into: &result)
        } else {
            placeBySearch(plan, next: next, into: &result)
        }
    }

    @inline(__always)
    func placeBySearch(
        _ plan: UnsafeMutablePointer<ClassPlan>, next: UnsafeMutablePointer<ClassPlan>?, into result: inout RoundResult
    ) {
        switch plan.pointee.search {
        case .pool: placeThroughPool(plan, next: next, into: &result)
        case .states: placeThroughStates(plan, into: &result)
        case .tree: placeThroughTree(plan, into: &result)
        }
    }

    /// The node that a class would get now, -1 = none; nothing is booked.
    ///
    /// - Precondition: ``prepare(classesExpected:)`` has run since the fleet or the class list grew.
    /// - Parameter candidates: the only nodes that count; nil = all.
    func choose(_ classID: Int, candidates: CandidateSet?) -> Int {
        guard let candidates else { return choose(classID) }
        return withUnsafePointer(to: candidates) {
            self.candidates = $0
            defer { self.candidates = nil }
            return choose(classID)
        }
    }

    private func choose(_ classID: Int) -> Int {
        let plan = planUnderQuota(plan(of: classID))
        guard let plan else { return -1 }
        switch plan.pointee.search {
        case .pool: return chooseInPool(plan)
        case .states: return chooseByState(plan)
        case .tree: return chooseInTree(plan)
        }
    }

    /// The plan of a class that has been met.
    func plan(known classID: Int) -> UnsafeMutablePointer<ClassPlan>? {
        classID < planCapacity ? plans[classID] : nil
    }

    @inline(__always)
    func plan(of classID: Int) -> UnsafeMutablePointer<ClassPlan> {
        if let known = plans[classID] { return known }
        return addPlan(classID)
    }

    private func addPlan(_ classID: Int) -> UnsafeMutablePointer<ClassPlan> {
        // Asked of the fleet each time: an id that was dropped may stand for a class made since.
        let made = makePlan(cluster.classes[classID])
        if freePlans.isEmpty { addSlab(plans: 64) }
        let address = freePlans.baseAddress!
        freePlans = UnsafeMutableBufferPointer(rebasing: freePlans.dropFirst())
        address.initialize(to: made)
        plans[classID] = address
        return address
    }

    private func addSlab(plans: Int) {
        freePlans = .allocate(capacity: plans)
        slabs.append(freePlans.baseAddress!)
        touch(freePlans.baseAddress!, count: plans)
    }

    /// Makes a choice resident, or keeps it for the merge of the lanes.
    ///
    /// - Parameters:
    ///   - effects: what the pod does to devices. - firstDevice: first of the pod's devices in the result.
    @inline(__always)
    func book(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, effects: UnsafeBufferPointer<DeviceEffect>,
        firstDevice: Int,
        into result: inout RoundResult
    ) {
        let resident: ResidentID
        if let ledger {
            resident = .none
            cluster.table.occupyInLane(node, effects, plan.pointee.resources)
            ledger.add(effects, footprint: plan.pointee.footprint)
        } else {
            resident =
                cluster.addResident(
                    node: node, effects: effects, footprint: plan.pointee.footprint,
                    namespace: plan.pointee.namespace,
                    extended: plan.pointee.hasExtended ? plan.pointee.requestClass.extended : [],
                    podKind: plan.pointee.podKind)
        }
        result.outcomes.append(
            Outcome(
                node: Int32(truncatingIfNeeded: node), firstDevice: Int32(truncatingIfNeeded: firstDevice),
                deviceCount: Int32(truncatingIfNeeded: result.devices.count - firstDevice), resident: resident))
    }
}

extension WorkCounters {
    fileprivate mutating func add(_ pool: NodePool) {
        nodesRescored += pool.nodesRescored
        indexLevels += pool.index.pointee.levelsVisited
        cacheLines += pool.index.pointee.linesTouched
    }
}
