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
    let cluster: Cluster
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
    private var plans: [UnsafeMutablePointer<ClassPlan>?] = []
    private var slabs: [UnsafeMutablePointer<ClassPlan>] = []
    private var plansMade = 0
    private static let slabSize = 64
    /// Nodes that the choice at hand is limited to.
    private(set) var candidates: CandidateSet?
    /// Counts of pools and trees that have been replaced.
    private var earlierWork = WorkCounters()
    let scratch: UnsafeMutablePointer<Scratch>
    let taken: UnsafeMutablePointer<ScanCandidate>

    /// What every decision writes, at a stable address.
    struct Scratch: ~Copyable {
        var evaluator: NodeEvaluator
        var collapser = UsageCollapser()
        var effects: [DeviceEffect] = []
        var shortScans = 0
        /// Node states to be tried next for the pod at hand.
        var untried = UntriedStates()
    }

    init(cluster: Cluster, threads: Int, threadedFrom: Int, ledger: LaneLedger? = nil) {
        self.cluster = cluster
        self.threadedFrom = threadedFrom
        self.threads = threads
        self.ledger = ledger
        scratch = .allocate(capacity: 1)
        scratch.initialize(
            to: Scratch(evaluator: NodeEvaluator(cluster: cluster)))
        scratch.pointee.effects.reserveCapacity(256)
        taken = .allocate(capacity: standardScanDevicesMax + 1)
    }

    deinit {
        dropPlans()
        for states in statesByVendor.values {
            states.deinitialize(count: 1)
            states.deallocate()
        }
        for ask in asks.values {
            ask.deinitialize(count: 1)
            ask.deallocate()
        }
        scratch.deinitialize(count: 1)
        scratch.deallocate()
        taken.deallocate()
    }

    private func dropPlans() {
        for place in plans.indices {
            plans[place]?.pointee.possible.deallocate()
            plans[place] = nil
        }
        for slab in slabs { slab.deallocate() }
        slabs.removeAll()
        plansMade = 0
        for tree in trees { earlierWork.nodesRescored += tree.nodesRescored }
        trees.removeAll()
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
    func prepare() {
        scratch.pointee.evaluator.follow(cluster)
        // Levels chosen when few classes were known serve many badly; bits chosen for other devices may be wrong.
        if pools.contains(where: { cluster.classes.count > 2 * $0.classesKnown + 64 || !$0.knowsAllDevices }) {
            for pool in pools { earlierWork.add(pool) }
            pools.removeAll()
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

    /// Places pods by request class, one after another.
    ///
    /// - Precondition: ``prepare()`` has run since the fleet or the class list grew.
    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        var start = clock?() ?? 0
        for place in 0..<classIDs.count {
            let plan = plan(of: Int(classIDs[place]))
            fetchAhead(plans, classIDs, place)
            // Where the next pod will probably look is fetched while this one is booked.
            let next = place + 1 < classIDs.count ? plans[Int(classIDs[place + 1])] : nil
            switch plan.pointee.search {
            case .pool: placeThroughPool(plan, next: next, into: &result)
            case .states: placeThroughStates(plan, into: &result)
            case .tree: placeThroughTree(plan, into: &result)
            }
            if let clock {
                let end = clock()
                result.latencies.append(end - start)
                start = end
            }
        }
    }

    /// The node that a class would get now, -1 = none; nothing is booked.
    ///
    /// - Precondition: ``prepare()`` has run since the fleet or the class list grew.
    /// - Parameter candidates: the only nodes that count; nil = all.
    func choose(_ classID: Int, candidates: CandidateSet?) -> Int {
        let plan = plan(of: classID)
        self.candidates = candidates
        defer { self.candidates = nil }
        switch plan.pointee.search {
        case .pool: return chooseInPool(plan)
        case .states: return chooseByState(plan)
        case .tree: return chooseInTree(plan)
        }
    }

    /// The plan of a class that has been met.
    func plan(known classID: Int) -> UnsafeMutablePointer<ClassPlan>? {
        classID < plans.count ? plans[classID] : nil
    }

    @inline(__always)
    private func plan(of classID: Int) -> UnsafeMutablePointer<ClassPlan> {
        if let known = plans[classID] { return known }
        return addPlan(classID)
    }

    private func addPlan(_ classID: Int) -> UnsafeMutablePointer<ClassPlan> {
        let made = makePlan(cluster.classes[classID])
        if plansMade % Self.slabSize == 0 { slabs.append(.allocate(capacity: Self.slabSize)) }
        let address = slabs[slabs.count - 1] + plansMade % Self.slabSize
        plansMade += 1
        address.initialize(to: made)
        plans[classID] = address
        return address
    }

    /// Makes the choice that `scratch.effects` describes resident, or keeps it for the merge of the lanes.
    ///
    /// - Parameter firstDevice: first of the pod's devices in the result.
    @inline(__always)
    func book(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, firstDevice: Int, into result: inout RoundResult
    ) {
        let resident: Int32
        if let ledger {
            resident = -1
            scratch.pointee.effects.withUnsafeBufferPointer {
                cluster.table.occupyInLane(node, $0, plan.pointee.resources)
                ledger.add($0, footprint: plan.pointee.footprint)
            }
        } else {
            resident = scratch.pointee.effects.withUnsafeBufferPointer {
                cluster.addResident(
                    node: node, effects: $0, footprint: plan.pointee.footprint,
                    extended: plan.pointee.hasExtended ? plan.pointee.requestClass.extended : []
                ).row
            }
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
