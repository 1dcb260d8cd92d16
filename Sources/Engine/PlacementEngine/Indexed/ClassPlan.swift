import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// How a lane decides one request class; made at its first use, at a stable address.
///
/// Plain memory: what the plan refers to belongs to the lane or the cluster, so a decision counts no references.
struct ClassPlan: BitwiseCopyable {
    let search: ClassTraits.Search
    /// Filters, refusals and bits of the shared index.
    var word = 0
    var bit = 0
    var pool: Unmanaged<NodePool>?
    /// Nodes not refused since their last release.
    var possible = NodeSet()
    /// State at which the whole class was refused, see ``SearchLane/isStillRefused(_:)``.
    var refusedAtRelease = -1
    var refusedAtVendorChange = -1
    var refusedAtQuota = -1
    var refusedAtRules = -1
    var quotaVersion = 0
    /// Filters over what nodes are; nil when every node passes.
    var constraints: Unmanaged<ConstraintSet>?
    /// Where a release for the class shows: the log of releases, or of all changes (of its vendor's nodes) where refusals do not
    /// last.
    let releases: ChangeLog
    var hasScan = false
    /// Whether the scan gives all devices, for a choice by group.
    let hasGroupedScan: Bool
    let hasExtended: Bool
    /// See ``InterPodRules``.
    let podKind: Int32
    let isSpread: Bool
    var vendor: UInt8 = 0
    /// Whether ``vendor`` is all that the class asks devices of, so that its log tells of every change that matters.
    let asksOneVendor: Bool
    /// The first container that asks for devices: the only one, where devices are booked without the evaluator.
    let container: UInt16
    let footprint: Int32
    /// The namespace whose limits the class is asked under, -1 = none.
    let namespace: Int32
    /// Devices the last short scan took; 0 = the evaluator's workspace holds the choice.
    var takenCount = 0
    let resources: NodeResources
    /// The short scan; valid with `hasScan` or `hasGroupedScan`.
    var scan: StandardScanRequest
    private let classReference: Unmanaged<RequestClass>
    /// Node states of the class's vendor and its ask, when score or refusals depend on the request but nodes are alike.
    var states: UnsafeMutablePointer<StateGroups>?
    var ask: UnsafeMutablePointer<StateAsk>?
    /// The class's own tree, when nothing can be shared.
    var tree: Unmanaged<ScoreTree>?

    init(_ requestClass: RequestClass, table: DeviceTable) {
        let traits = requestClass.traits
        search = traits.search
        // In a lane the common log stands still until lanes are joined; the vendor's tells of every node the class can go to.
        releases =
            traits.refusalsLast ? table.releaseLog : traits.vendor.map { table.vendorLogs[$0.index] } ?? table.changeLog
        hasExtended = !requestClass.extended.isEmpty
        podKind = requestClass.podKind
        isSpread = requestClass.nodePolicy == .spread
        vendor = traits.vendor?.rawValue ?? 0
        asksOneVendor = traits.vendor != nil
        container = UInt16(
            truncatingIfNeeded: (0..<requestClass.containerCount).first { !requestClass.requests(of: $0).isEmpty } ?? 0)
        footprint = requestClass.footprint
        namespace = requestClass.namespace
        resources = requestClass.resources
        scan = traits.scan ?? traits.groupedScan ?? Self.noScan
        hasGroupedScan = traits.groupedScan != nil
        hasScan = traits.scan != nil
        classReference = .passUnretained(requestClass)
    }

    /// The class; the cluster keeps it for good.
    var requestClass: RequestClass { classReference._withUnsafeGuaranteedRef { $0 } }

    private static let noScan = StandardScanRequest(
        request: DeviceRequest(vendor: VendorID(0), devices: 0, memoryMiB: 0, memoryPercent: 0, cores: 0), cores: 0,
        flatMemoryMiB: 0, flatCores: 0, checks: [], order: .spread, weights: .equal)
}

extension SearchLane {
    func makePlan(_ requestClass: RequestClass) -> ClassPlan {
        var plan = ClassPlan(requestClass, table: cluster.table)
        let traits = requestClass.traits
        if requestClass.hasConstraints || fleetConstrains {
            plan.constraints = .passUnretained(constraintSet(for: requestClass))
        }
        switch traits.search {
        case .pool:
            let pool = pool(traits.vendor, requestClass)
            plan.pool = .passUnretained(pool)
            if traits.vendor != nil {
                let bit = pool.bit(for: traits.demand)
                (plan.word, plan.bit) = (bit.word, bit.mask.trailingZeroBitCount)
            }
        case .states:
            plan.states = states(of: traits.vendor!)
            plan.ask = ask(for: requestClass, traits.vendor!)
        case .tree:
            let tree = ScoreTree()
            trees.append(tree)
            plan.tree = .passUnretained(tree)
        }
        return plan
    }

    private func states(of vendor: VendorID) -> UnsafeMutablePointer<StateGroups> {
        if let known = statesByVendor[vendor] { return known }
        let made = UnsafeMutablePointer<StateGroups>.allocate(capacity: 1)
        made.initialize(to: StateGroups(vendor: vendor))
        statesByVendor[vendor] = made
        return made
    }

    private func ask(for requestClass: RequestClass, _ vendor: VendorID) -> UnsafeMutablePointer<StateAsk> {
        let key = AskKey(requestClass.key)
        if let known = asks[key] { return known }
        let made = UnsafeMutablePointer<StateAsk>.allocate(capacity: 1)
        made.initialize(
            to: StateAsk(
                remembersDevices: requestClass.initContainerCount == 0 && requestClass.requestCount == 1
                    && !cluster.catalog[vendor].hasResidentEffects,
                demand: requestClass.traits.demand, checksSlots: cluster.catalog[vendor].checksSlots))
        asks[key] = made
        return made
    }

    private func constraintSet(for requestClass: RequestClass) -> ConstraintSet {
        if let known = constraintSets[requestClass.constraints] { return known }
        let made = ConstraintSet(requestClass)
        constraintSets[requestClass.constraints] = made
        return made
    }

    private func pool(_ vendor: VendorID?, _ requestClass: RequestClass) -> NodePool {
        for pool in pools where pool.serves(vendor, requestClass) { return pool }
        let pool = NodePool(
            vendor: vendor, requestClass, cluster: cluster, threads: threads, threadedFrom: threadedFrom)
        pools.append(pool)
        return pool
    }
}
