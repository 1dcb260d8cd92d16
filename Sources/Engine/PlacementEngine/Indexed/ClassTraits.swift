import PlacementKernels
import PlacementModel
import VendorCatalog

/// How a request class may be searched for, and with which kernel: resolved from catalogue and rules when the class is made,
/// so that its first use in a round costs little.
package struct ClassTraits {
    /// The structure that finds nodes for the class.
    enum Search {
        /// The shared rank index of the vendor (nil = of all nodes).
        case pool
        /// Nodes by state.
        case states
        /// A tree of the class's own.
        case tree
    }

    var search: Search
    /// The one vendor asked; nil for none or several.
    var vendor: VendorID?
    /// The hardest single demand of the class; each of its containers needs its own, so any one is necessary.
    var demand = DeviceDemand(devices: 0)
    /// The short scan, where it equals the vendor's Fit on plain nodes.
    var scan: StandardScanRequest?
    /// The short scan that gives all passing devices, where the vendor then keeps those of the largest groups.
    var groupedScan: StandardScanRequest?
    /// False when a placement may let refused requests of this class fit.
    package var refusalsLast = true
    /// Nodes in one state of ``StateGroups`` give the class one answer, apart from node filters.
    var answersByState = false
    /// Pods of the class read and change only nodes of their vendor, if they leave nothing but usage there.
    var isIndependent = false

    /// Of a class that asks for nothing.
    init() { search = .pool }

    init(_ key: RequestClassKey, catalog: VendorCatalog, profile: CompatibilityProfile) {
        let requests = Array(key.containers.joined())
        let vendors = requests.reduce(0) { $0 | $1.vendor.bit }
        var scoresNodes = false
        var rest = vendors
        while rest != 0 {
            let vendor = VendorID(rest.trailingZeroBitCount)
            rest &= rest - 1
            if !catalog[vendor].refusalsLast { refusalsLast = false }
            if catalog[vendor].scoresNodes(key.rules(of: vendor)) { scoresNodes = true }
        }
        if !Self.refusalsLastUnderPolicy(key, requests) { refusalsLast = false }
        vendor = vendors.nonzeroBitCount == 1 ? VendorID(vendors.trailingZeroBitCount) : nil
        // Within one vendor and without device ids or quota, nodes of one state are alike to the class.
        if let vendor, key.namespace < 0, key.rules(of: vendor).uuidFilters.isEmpty { answersByState = true }
        let ownStructure = answersByState ? Search.states : .tree
        let isShared =
            vendors.nonzeroBitCount <= 1 && Self.refusalsLastUnderPolicy(key, requests) && !scoresNodes
            && !(vendor.map { catalog[$0].prefersStates } == true && ownStructure == .states)
        search = isShared ? .pool : ownStructure
        isIndependent =
            vendor != nil && key.namespace < 0 && key.extended.isEmpty && key.podKind < 0
            && (search == .states || search == .pool && refusalsLast)
        guard let vendor else { return }
        demand = Self.strictestDemand(of: requests, catalog[vendor], key.rules(of: vendor))
        guard let request = Self.plainRequest(key, requests, profile) else { return }
        let rules = key.rules(of: vendor)
        if let rule = catalog[vendor].standardFit(for: request, rules) {
            scan = Self.shortScan(key, request, rule)
        } else if let rule = catalog[vendor].groupedFit(for: request, rules) {
            groupedScan = Self.shortScan(key, request, rule)
            groupedScan?.checks.insert(.givesAll)
        }
    }

    /// Some device policies let a node fit again when a device of it is taken: NUMA groups that depend on the order.
    private static func refusalsLastUnderPolicy(_ key: RequestClassKey, _ requests: [DeviceRequest]) -> Bool {
        let policy = key.devicePolicy
        if policy.bindsNuma && (policy.isTopologyAware || policy.isMutex) { return false }
        if policy.isTopologyAware && key.namespace >= 0 { return false }
        return requests.allSatisfy { $0.cores >= 0 }
    }

    private static func strictestDemand(
        of requests: [DeviceRequest], _ vendor: any Vendor, _ rules: PodRules
    ) -> DeviceDemand {
        let demands = requests.map { vendor.demand(of: $0, rules) }
        return demands.dropFirst().reduce(demands[0]) {
            ($1.devices, $1.memoryMiB ?? 0) > ($0.devices, $0.memoryMiB ?? 0) ? $1 : $0
        }
    }

    /// The request of a class that is one plain request in one app container, nil where only the evaluator will do.
    private static func plainRequest(
        _ key: RequestClassKey, _ requests: [DeviceRequest], _ profile: CompatibilityProfile
    ) -> DeviceRequest? {
        guard key.initContainerCount == 0, requests.count == 1, !profile.scoresRequestByWordMatch else { return nil }
        let rules = key.rules(of: requests[0].vendor)
        guard rules.uuidFilters.isEmpty, rules.typeFilter == nil, rules.mode == nil else { return nil }
        let policy = key.devicePolicy
        guard !policy.bindsNuma, !policy.isTopologyAware, [.spread, .binpack, .mutex].contains(policy.order) else {
            return nil
        }
        return requests[0].devices <= Int32(standardScanDevicesMax) ? requests[0] : nil
    }

    /// The short scan by a vendor's rule, nil where quotas take part.
    private static func shortScan(
        _ key: RequestClassKey, _ request: DeviceRequest, _ rule: StandardFit
    ) -> StandardScanRequest? {
        let policy = key.devicePolicy
        if rule.quotaNames != nil && key.namespace >= 0 { return nil }
        var checks: StandardScanChecks = []
        if rule.checksSlots { checks.insert(.slots) }
        if rule.checksMutex && policy.isMutex { checks.insert(.mutex) }
        if rule.checksCapacity { checks.insert(.capacity) }
        if rule.requiresIdle { checks.insert(.idle) }
        return StandardScanRequest(
            request: request, cores: rule.clampsCores ? min(request.cores, 100) : request.cores,
            flatMemoryMiB: rule.flatMemoryMiB, flatCores: rule.flatCores, checks: checks, order: policy.order,
            weights: key.weights)
    }
}
