import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// How the indexed engine decides one request class; made at its first use, at a stable address.
struct ClassPlan {
    let requestClass: RequestClass
    /// Copies of what every decision reads, so that it takes no reference to the class.
    let resources: NodeResources
    let namespace: Int32
    let hasExtended: Bool
    /// Pool to search and bit to search for; unused with a tree.
    var pool: NodePool?
    var word = 0
    var bit: UInt64 = 0
    /// Node states of the class's vendor and its ask, when score or refusals depend on the request but nodes are alike.
    var states: UnsafeMutablePointer<StateGroups>?
    var ask: StateAsk?
    var vendor = 0
    /// Whether ``vendor`` is all that the class asks devices of, so that its log tells of every change that matters.
    var asksOneVendor = false
    /// The class's own tree, when nothing can be shared.
    var tree: ScoreTree?
    /// The short scan; valid when it equals the vendor's Fit on plain nodes.
    var scan: StandardScanRequest
    var hasScan = false
    /// Filters over what nodes are; nil when every node passes.
    var constraints: ConstraintSet?
    /// Nodes not refused since their last release.
    var possible = NodeSet()
    var quotaVersion = 0
    /// False when a placement may let refused requests of this class fit.
    var refusalsLast = true
    /// State at which the whole class was refused, see ``IndexedEngine/isStillRefused(_:)``.
    var refusedAtRelease = -1
    var refusedAtVendorChange = -1
    var refusedAtQuota = -1
    /// Devices the last short scan took; 0 = the evaluator's workspace holds the choice.
    var takenCount = 0

    init(_ requestClass: RequestClass) {
        self.requestClass = requestClass
        resources = requestClass.resources
        namespace = requestClass.namespace
        hasExtended = !requestClass.extended.isEmpty
        let nothing = DeviceRequest(vendor: VendorID(0), devices: 0, memoryMiB: 0, memoryPercent: 0, cores: 0)
        scan = StandardScanRequest(
            request: nothing, cores: 0, flatMemoryMiB: 0, flatCores: 0, checks: [], order: .spread, weights: .equal)
    }
}

extension IndexedEngine {
    func makePlan(_ requestClass: RequestClass) -> ClassPlan {
        var plan = ClassPlan(requestClass)
        if requestClass.hasConstraints || fleetConstrains { plan.constraints = constraintSet(for: requestClass) }
        let vendors = requestClass.requestedVendors
        Self.forEachVendor(vendors) { if !cluster.catalog[$0].refusalsLast { plan.refusalsLast = false } }
        if !refusalsLastUnderPolicy(requestClass) { plan.refusalsLast = false }
        guard vendors.nonzeroBitCount <= 1, refusalsLastUnderPolicy(requestClass), !scoresNodes(requestClass) else {
            chooseOwnStructure(&plan)
            return plan
        }
        if vendors != 0, cluster.catalog.vendors[vendors.trailingZeroBitCount].prefersStates,
            canShareStates(requestClass)
        {
            chooseOwnStructure(&plan)
            return plan
        }
        let vendor = vendors == 0 ? nil : VendorID(vendors.trailingZeroBitCount)
        let pool = pool(vendor, requestClass)
        plan.pool = pool
        if let vendor {
            plan.vendor = vendor.index
            plan.asksOneVendor = true
            let bit = pool.bit(for: strictestDemand(of: requestClass, vendor))
            (plan.word, plan.bit) = (bit.word, bit.mask)
            if let scan = shortScan(requestClass, cluster.catalog[vendor]) {
                plan.scan = scan
                plan.hasScan = true
            }
        } else {
            (plan.word, plan.bit) = (0, 1)
        }
        return plan
    }

    /// Node states where classes can share them, else a tree.
    private func chooseOwnStructure(_ plan: inout ClassPlan) {
        let requestClass = plan.requestClass
        guard canShareStates(requestClass) else {
            plan.tree = ScoreTree()
            return
        }
        let vendor = VendorID(requestClass.requestedVendors.trailingZeroBitCount)
        if statesByVendor[vendor] == nil {
            let made = UnsafeMutablePointer<StateGroups>.allocate(capacity: 1)
            made.initialize(to: StateGroups(vendor: vendor))
            statesByVendor[vendor] = made
        }
        plan.vendor = vendor.index
        plan.asksOneVendor = true
        plan.states = statesByVendor[vendor]
        let key = AskKey(requestClass.key)
        let ask =
            asks[key]
            ?? StateAsk(
                remembersDevices: requestClass.initContainerCount == 0 && requestClass.requestCount == 1
                    && !cluster.catalog[vendor].hasResidentEffects)
        asks[key] = ask
        plan.ask = ask
    }

    /// One vendor, no device ids, no quota: then nodes of one state are alike to the class.
    private func canShareStates(_ requestClass: RequestClass) -> Bool {
        guard requestClass.requestedVendors.nonzeroBitCount == 1, requestClass.namespace < 0 else { return false }
        return requestClass.rules[requestClass.requestedVendors.trailingZeroBitCount].uuidFilters.isEmpty
    }

    /// Some device policies let a node fit again when a device of it is taken: NUMA groups that depend on the order.
    private func refusalsLastUnderPolicy(_ requestClass: RequestClass) -> Bool {
        let policy = requestClass.devicePolicy
        if policy.bindsNuma && (policy.isTopologyAware || policy.isMutex) { return false }
        if policy.isTopologyAware && requestClass.namespace >= 0 { return false }
        for place in 0..<requestClass.requestCount where requestClass.requests[place].cores < 0 { return false }
        return true
    }

    private func scoresNodes(_ requestClass: RequestClass) -> Bool {
        var scores = false
        Self.forEachVendor(requestClass.requestedVendors) {
            if cluster.catalog[$0].scoresNodes(requestClass.rules[$0.index]) { scores = true }
        }
        return scores
    }

    private static func forEachVendor(_ vendors: UInt64, _ body: (VendorID) -> Void) {
        var rest = vendors
        while rest != 0 {
            body(VendorID(rest.trailingZeroBitCount))
            rest &= rest - 1
        }
    }

    private func constraintSet(for requestClass: RequestClass) -> ConstraintSet {
        if let known = constraintSets[requestClass.constraints] { return known }
        let made = ConstraintSet(requestClass)
        constraintSets[requestClass.constraints] = made
        return made
    }

    private func pool(_ vendor: VendorID?, _ requestClass: RequestClass) -> NodePool {
        // Vendors read the exact words only; every other text behaves alike.
        let text = ["binpack", "spread"].contains(requestClass.nodePolicyText) ? requestClass.nodePolicyText : ""
        let key = PoolKey(vendor: vendor, policy: requestClass.nodePolicy, policyText: text)
        if let known = poolIDs[key] { return pools[known] }
        let pool = NodePool(
            vendor: vendor, policy: requestClass.nodePolicy, policyText: text, cluster: cluster,
            classesKnown: cluster.classes.count, threads: threads, threadedFrom: threadedFrom
        ) { pool in
            guard let vendor else { return [] }
            return cluster.classes.filter { $0.requestedVendors == vendor.bit }.map { strictestDemand(of: $0, vendor) }
        }
        poolIDs[key] = pools.count
        pools.append(pool)
        return pool
    }

    /// The hardest single demand of the class; each of its containers needs its own, so any one is necessary.
    private func strictestDemand(of requestClass: RequestClass, _ vendor: VendorID) -> DeviceDemand {
        let rules = requestClass.rules[vendor.index]
        var strictest = cluster.catalog[vendor].demand(of: requestClass.requests[0], rules)
        for place in 1..<max(requestClass.requestCount, 1) {
            let demand = cluster.catalog[vendor].demand(of: requestClass.requests[place], rules)
            if (demand.devices, demand.memoryMiB ?? 0) > (strictest.devices, strictest.memoryMiB ?? 0) {
                strictest = demand
            }
        }
        return strictest
    }

    /// The short scan for one plain request in one app container, nil where only the evaluator will do.
    private func shortScan(_ requestClass: RequestClass, _ vendor: any Vendor) -> StandardScanRequest? {
        guard let rule = vendor.standardFit, requestClass.initContainerCount == 0, requestClass.requestCount == 1,
            !cluster.profile.scoresRequestByWordMatch
        else { return nil }
        let request = requestClass.requests[0]
        let rules = requestClass.rules[request.vendor.index]
        guard rules.uuidFilters.isEmpty, rules.typeFilter == nil, rules.mode == nil else { return nil }
        let policy = requestClass.devicePolicy
        guard !policy.bindsNuma, !policy.isTopologyAware, [.spread, .binpack, .mutex].contains(policy.order) else {
            return nil
        }
        if rule.quotaNames != nil && requestClass.namespace >= 0 { return nil }
        guard request.devices <= Int32(standardScanDevicesMax) else { return nil }
        var checks: StandardScanChecks = []
        if rule.checksSlots { checks.insert(.slots) }
        if rule.checksMutex && policy.isMutex { checks.insert(.mutex) }
        if rule.checksCapacity { checks.insert(.capacity) }
        if rule.requiresIdle { checks.insert(.idle) }
        return StandardScanRequest(
            request: request, cores: rule.clampsCores ? min(request.cores, 100) : request.cores,
            flatMemoryMiB: rule.flatMemoryMiB, flatCores: rule.flatCores, checks: checks, order: policy.order,
            weights: requestClass.weights)
    }
}
