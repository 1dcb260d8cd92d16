import PlacementModel

/// What a device type and its resources and annotations are called.
public protocol VendorNames: Sendable {
    /// HAMi's common word: vendor name in requests, annotations and allocations.
    var commonWord: String { get }
    /// Name for people.
    var displayName: String { get }
    var resources: ResourceNames { get }
    /// All resource names the vendor reads, for the extended-resource filter and the documentation.
    var resourceNames: [String] { get }
    var annotations: AnnotationKeys { get }
    /// Memory slices that requests are rounded up to; empty = any amount.
    var slices: [MemorySlice] { get }
    /// MiB per unit of the memory resource.
    var memoryUnitMiB: Int32 { get }
    var capabilities: VendorCapabilities { get }
    /// Rules in words, a line each, for `berth vendors`.
    var rules: [String] { get }
}

extension VendorNames {
    public var resourceNames: [String] {
        [resources.count, resources.memory, resources.cores].filter { !$0.isEmpty }
    }

    public var slices: [MemorySlice] { [] }
    public var memoryUnitMiB: Int32 { 1 }
    public var rules: [String] { [] }
}

/// Names under which a vendor's resources appear in a container, and how its memory numbers scale.
public struct ResourceNames: Sendable, Hashable {
    public var count: String
    public var memory: String
    public var cores: String
    /// Factor from the quota's memory number to MiB, 0 or 1 = none.
    public var memoryFactor: Int32

    public init(count: String, memory: String = "", cores: String = "", memoryFactor: Int32 = 0) {
        self.count = count
        self.memory = memory
        self.cores = cores
        self.memoryFactor = memoryFactor
    }
}

/// Annotation keys a vendor reads and writes; empty = none.
public struct AnnotationKeys: Sendable, Hashable {
    /// Node: the device register.
    public var register: String
    /// Node: handshake of the device plugin.
    public var handshake: String
    /// Pod: written for the device plugin and consumed by it.
    public var toAllocate: String
    /// Pod: the persistent record that usage is rebuilt from.
    public var allocated: String
    /// Pod: device ids to use / not to use; several pairs apply together.
    public var useUUID: [String]
    public var noUseUUID: [String]
    /// Pod: card types to use / not to use.
    public var useType: String
    public var noUseType: String
    /// Further keys, for the documentation.
    public var others: [String]

    public init(
        register: String = "", handshake: String = "", toAllocate: String = "", allocated: String = "",
        useUUID: [String] = [], noUseUUID: [String] = [], useType: String = "", noUseType: String = "",
        others: [String] = []
    ) {
        self.register = register
        self.handshake = handshake
        self.toAllocate = toAllocate
        self.allocated = allocated
        self.useUUID = useUUID
        self.noUseUUID = noUseUUID
        self.useType = useType
        self.noUseType = noUseType
        self.others = others
    }
}

/// What a vendor's rules enforce; docs/vendors.md is made from it.
public struct VendorCapabilities: Sendable, Hashable {
    /// Free words: "yes", "whole", "profile", "no" ...
    public var memory: String
    public var cores: String
    public var uuidFilter: Bool
    public var typeFilter: Bool
    public var numa: String
    public var topology: String
    public var mutex: String
    public var nodeScore: String

    public init(
        memory: String, cores: String, uuidFilter: Bool = true, typeFilter: Bool = false, numa: String = "no",
        topology: String = "no", mutex: String = "yes", nodeScore: String = "no"
    ) {
        self.memory = memory
        self.cores = cores
        self.uuidFilter = uuidFilter
        self.typeFilter = typeFilter
        self.numa = numa
        self.topology = topology
        self.mutex = mutex
        self.nodeScore = nodeScore
    }
}

/// A size that a device can be cut into.
public struct MemorySlice: Sendable, Hashable {
    public var name: String
    public var memoryMiB: Int64

    public init(name: String, memoryMiB: Int64) {
        self.name = name
        self.memoryMiB = memoryMiB
    }
}
