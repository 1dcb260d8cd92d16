import DeviceTable
import PlacementModel
import VendorCatalog

/// Everything about a pod that can change where it may go: equal for pods that ask the same under the same rules.
public struct RequestClassKey: Sendable, Hashable {
    var initContainerCount: Int
    var containers: [[DeviceRequest]]
    var rules: [UInt8: PodRules]
    var devicePolicy: DevicePolicy
    var nodePolicyText: String
    var weights: DeviceScoringWeights
    var namespace: Int32
    var constraints: NodeConstraints
    var resources: NodeResources
    var extended: [Int32: Int64]
    /// See ``InterPodRules``.
    var podKind: Int32

    /// The same asked of devices alone: every node passes the node filters.
    public var withoutNodeFilters: RequestClassKey {
        var key = self
        key.constraints = NodeConstraints(
            nodeName: "", nodeSelector: [:], requiredAffinity: nil, tolerations: [Toleration(operator: .exists)])
        key.resources = .none
        key.extended = [:]
        key.podKind = noPodKind
        return key
    }

    package func rules(of vendor: VendorID) -> PodRules { rules[vendor.rawValue] ?? PodRules() }
}

/// What a pod demands of a node apart from capacity.
public struct NodeConstraints: Sendable, Hashable {
    public var nodeName: String
    public var nodeSelector: [String: String]
    public var requiredAffinity: [NodeSelectorTerm]?
    public var tolerations: [Toleration]

    /// Demands nothing: any schedulable node without taints will do.
    public static let none = NodeConstraints(nodeName: "", nodeSelector: [:], requiredAffinity: nil, tolerations: [])
}

/// Pods that are equal for placement: the unit of caching.
///
/// Built once per distinct key; read-only afterwards except for verdict tables that grow with the fleet, and its last use. The request and
/// rule arrays are plain memory so that a trial costs no reference counting.
public final class RequestClass {
    public let id: Int
    public let key: RequestClassKey
    public let initContainerCount: Int
    public let containerCount: Int
    /// Requests of all containers, container after container.
    package let requests: UnsafeMutablePointer<DeviceRequest>
    package let requestCount: Int
    /// Offsets into `requests`, `containerCount + 1` of them.
    let containerStart: UnsafeMutablePointer<Int>
    /// Rules by vendor id; vendors that are not asked have empty ones.
    let heldRules: UnsafeMutablePointer<Unmanaged<HeldRules>>
    let vendorCount: Int
    public let devicePolicy: DevicePolicy
    public let nodePolicy: NodePolicy
    public let nodePolicyText: String
    public let weights: DeviceScoringWeights
    public let namespace: Int32
    public let constraints: NodeConstraints
    public let resources: NodeResources
    /// See ``InterPodRules``.
    public let podKind: Int32
    public let extended: [(resource: Symbol, amount: Int64)]
    /// Vendors asked by some container.
    public let requestedVendors: UInt64
    package let hasConstraints: Bool
    /// Number of what pods of the class take besides devices.
    let footprint: Int32
    package let traits: ClassTraits
    /// The same asked in a namespace without limits; nil when this is it.
    let twin: RequestClass?
    /// When the fleet was last asked for the class, counted in such questions.
    var lastUse: UInt64 = 0

    init(
        id: Int, key: RequestClassKey, vendorCount: Int, footprint: Int32, traits: ClassTraits,
        twin: RequestClass? = nil
    ) {
        self.id = id
        self.twin = twin
        self.key = key
        self.footprint = footprint
        self.traits = traits
        initContainerCount = key.initContainerCount
        containerCount = key.containers.count
        requestCount = key.containers.reduce(0) { $0 + $1.count }
        requests = .allocate(capacity: max(requestCount, 1))
        containerStart = .allocate(capacity: containerCount + 1)
        var next = 0
        var vendors: UInt64 = 0
        for (container, asked) in key.containers.enumerated() {
            containerStart[container] = next
            for request in asked {
                (requests + next).initialize(to: request)
                vendors |= request.vendor.bit
                next += 1
            }
        }
        containerStart[containerCount] = next
        requestedVendors = vendors
        self.vendorCount = vendorCount
        heldRules = .allocate(capacity: max(vendorCount, 1))
        for vendor in 0..<vendorCount {
            (heldRules + vendor).initialize(to: .passRetained(HeldRules(key.rules[UInt8(vendor)] ?? PodRules())))
        }
        devicePolicy = key.devicePolicy
        nodePolicy = NodePolicy(annotation: key.nodePolicyText)
        nodePolicyText = key.nodePolicyText
        weights = key.weights
        namespace = key.namespace
        constraints = key.constraints
        resources = key.resources
        podKind = key.podKind
        extended = key.extended.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
        hasConstraints = key.constraints != .none
    }

    deinit {
        requests.deallocate()
        containerStart.deallocate()
        for vendor in 0..<vendorCount { heldRules[vendor].release() }
        heldRules.deallocate()
    }

    /// Stands where a class was dropped. Asks for nothing.
    static var vacant: RequestClass {
        let key = RequestClassKey(
            initContainerCount: 0, containers: [], rules: [:], devicePolicy: DevicePolicy("", bindsNuma: false),
            nodePolicyText: "", weights: .equal, namespace: -1, constraints: .none, resources: .none, extended: [:],
            podKind: noPodKind)
        return RequestClass(id: -1, key: key, vendorCount: 0, footprint: -1, traits: ClassTraits())
    }

    /// The class in another fleet that has the same catalogue, its verdicts to be resolved there.
    func copy(twin: RequestClass?) -> RequestClass {
        let other = RequestClass(
            id: id, key: key, vendorCount: vendorCount, footprint: footprint, traits: traits, twin: twin)
        other.lastUse = lastUse
        return other
    }

    /// Requests of one container.
    @inline(__always)
    package func requests(of container: Int) -> UnsafeBufferPointer<DeviceRequest> {
        let start = containerStart[container]
        return UnsafeBufferPointer(start: requests + start, count: containerStart[container + 1] - start)
    }

    public func rules(of vendor: VendorID) -> PodRules { heldRules[vendor.index]._withUnsafeGuaranteedRef { $0.rules } }

    public var asksForDevices: Bool { requestCount > 0 }

    /// Extends the verdict tables to types and modes registered since.
    func resolve(types: SymbolTable, modes: SymbolTable) {
        for vendor in 0..<vendorCount where requestedVendors & (1 << UInt64(vendor)) != 0 {
            var rules = rules(of: VendorID(vendor))
            rules.resolve(types: types, modes: modes)
            heldRules[vendor].release()
            heldRules[vendor] = .passRetained(HeldRules(rules))
        }
    }
}
