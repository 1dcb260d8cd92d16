import PlacementModel

/// Struct-of-arrays state of a fleet: every device and node, what is used and what is left.
///
/// ```
/// devices (one row a device, a node's devices contiguous)      nodes (one row a node)
///   used usedMemoryMiB usedCores          changed by effects      firstDevice deviceCount
///   slots totalMemoryMiB totalCores       registration            sums of all six device columns
///   index numa type mode uuid vendor      registration            cpu, memory, storage, pods left
///   words exactVendor facts flags         registration            words, exactWords, alive
///   unhealthyVotes online offline qos     vendor state
/// ```
///
/// Readers take column pointers; only ``apply(_:)``, ``revert(_:)`` and registration write. Not thread-safe while writing.
/// - Units: memory MiB for devices, bytes for nodes; CPU milli.
/// - Source: architecture.md section 5; usage rules hami-core.md 4.4.
public final class DeviceTable {
    // Device columns, by device row.
    public let used = Column<Int32>()
    public let usedMemoryMiB = Column<Int32>()
    public let usedCores = Column<Int32>()
    public let slots = Column<Int32>()
    public let totalMemoryMiB = Column<Int32>()
    public let totalCores = Column<Int32>()
    public let index = Column<UInt64>()
    public let numa = Column<Int>()
    public let type = Column<Symbol>()
    public let mode = Column<Symbol>()
    public let uuid = Column<Symbol>()
    public let vendor = Column<UInt8>()
    public let words = Column<UInt64>()
    public let exactVendor = Column<Int16>()
    public let facts = Column<DeviceFacts>()
    public let flags = Column<DeviceFlags>()
    /// Resident pods whose MIG record contradicts the card: any vote makes it unhealthy (hami-core.md 4.4).
    public let unhealthyVotes = Column<Int32>()
    /// Resident pods with an online / offline class (MetaX).
    public let onlinePods = Column<Int32>()
    public let offlinePods = Column<Int32>()
    /// Expected QoS of the device as a symbol, -1 = no entry (MetaX).
    public let expectedQoS = Column<Symbol>()
    public let nodeOfDevice = Column<Int32>()
    /// 1 = healthy and not voted unhealthy; follows `flags` and `unhealthyVotes`.
    public let usable = Column<UInt8>()
    /// What the short scan reads besides usage, packed: bit 31 = usable, low 16 bits = NUMA node plus 0x4000.
    public let attributes = Column<UInt32>()
    let migRow = Column<Int32>()
    /// MIG placements in use, by MIG row.
    public internal(set) var migInUse: [[MIGPlacement]] = []
    /// Registration data, by device row; cold.
    public internal(set) var records: [DeviceRecord] = []

    // Node columns, by node row.
    /// One cache line a node: what every trial and every commit reads first.
    public let heads = Column<NodeHead>()
    public let free = Column<NodeResources>()
    /// What is left of each extended resource, by resource symbol; see ``extendedFree(of:node:)``.
    var extended: [[Int32: Int64]] = []
    public internal(set) var nodes: [Node] = []
    /// Nodes that are unschedulable or tainted; while 0, pods without constraints may go anywhere.
    public internal(set) var constrainedNodeCount = 0
    /// Distinct raw device types of a node in device order; cold.
    public internal(set) var nodeTypes: [[Symbol]] = []
    var nodeRows: [String: Int32] = [:]
    /// Facts about a node that its vendors read; see ``NodeFacts``.
    public internal(set) var nodeFacts: [NodeFacts] = []

    /// Device ids and custom texts.
    public var symbols = SymbolTable()
    /// Raw device types.
    public internal(set) var types = SymbolTable()
    /// Device modes.
    public internal(set) var modes = SymbolTable()
    /// Extended resource names.
    public internal(set) var resources = SymbolTable()

    /// What each vendor's devices have been so far, by vendor id.
    public internal(set) var deviceKinds: [DeviceKinds]

    /// The change log cut by vendor: nodes with devices that the vendor's requests see, by vendor id.
    public let vendorLogs: UnsafeMutablePointer<ChangeLog>
    /// Vendors that have a log of their own.
    private let vendorLogCount: Int

    let traits: (String) -> DeviceTypeTraits
    /// Traits by type symbol.
    public internal(set) var typeTraits: [DeviceTypeTraits] = []

    /// Nodes changed since the start, in order; caches remember how far they have read.
    public let changeLog = ChangeLog()
    /// Nodes where something became free, appeared or changed its nature: what did not fit there may fit now.
    public let releaseLog = ChangeLog()
    var journal: [JournalEntry] = []
    private let journals = Cell(false)
    /// Whether changes are kept to be taken back.
    public internal(set) var isJournaling: Bool {
        get { journals.value }
        set { journals.value = newValue }
    }
    /// Rises whenever nodes or devices come, go or are registered anew.
    public internal(set) var structureVersion = 0

    /// - Parameters:
    ///   - vendorCount: vendors of the catalogue, at most 64.
    ///   - traits: what the catalogue knows of a raw device type.
    public init(vendorCount: Int, traits: @escaping (String) -> DeviceTypeTraits) {
        self.traits = traits
        vendorLogCount = vendorCount
        deviceKinds = Array(repeating: DeviceKinds(), count: max(vendorCount, 1))
        vendorLogs = .allocate(capacity: max(vendorCount, 1))
        for vendor in 0..<vendorCount { (vendorLogs + vendor).initialize(to: ChangeLog()) }
    }

    /// Writes a node to the change log and to the logs of its vendors.
    @inline(__always)
    func noteChange(_ node: Int) {
        changeLog.append(Int32(truncatingIfNeeded: node))
        noteChangeOfVendors(node)
    }

    @inline(__always)
    func noteChangeOfVendors(_ node: Int) {
        var vendors = heads.base[node].words
        while vendors != 0 {
            vendorLogs[vendors.trailingZeroBitCount].append(Int32(truncatingIfNeeded: node))
            vendors &= vendors - 1
        }
    }

    // Single fields of ``heads``, for readers off the hot path.
    public var firstDevice: NodeField<Int32> { NodeField(heads, \.firstDevice) }
    public var deviceCount: NodeField<Int32> { NodeField(heads, \.deviceCount) }
    public var sums: NodeField<NodeSums> { NodeField(heads, \.sums) }
    public var nodeWords: NodeField<UInt64> { NodeField(heads, \.words) }
    public var nodeExactWords: NodeField<UInt64> { NodeField(heads, \.exactWords) }
    public var nodeFlags: NodeField<NodeFlags> { NodeField(heads, \.flags) }

    deinit {
        heads.deallocate()
        attributes.deallocate()
        used.deallocate()
        usedMemoryMiB.deallocate()
        usedCores.deallocate()
        slots.deallocate()
        totalMemoryMiB.deallocate()
        totalCores.deallocate()
        index.deallocate()
        numa.deallocate()
        type.deallocate()
        mode.deallocate()
        uuid.deallocate()
        vendor.deallocate()
        words.deallocate()
        exactVendor.deallocate()
        facts.deallocate()
        flags.deallocate()
        unhealthyVotes.deallocate()
        onlinePods.deallocate()
        offlinePods.deallocate()
        expectedQoS.deallocate()
        nodeOfDevice.deallocate()
        usable.deallocate()
        journals.deallocate()
        for vendor in 0..<vendorLogCount { vendorLogs[vendor].deallocate() }
        vendorLogs.deallocate()
        changeLog.deallocate()
        releaseLog.deallocate()
        migRow.deallocate()
        free.deallocate()
    }

    /// Rows of the node columns, removed nodes included.
    public var nodeRowCount: Int { nodes.count }
    /// Rows of the device columns, those of replaced devices included.
    public var deviceRowCount: Int { records.count }

    public func node(named name: String) -> Int? { nodeRows[name].map(Int.init) }

    public func devices(of node: Int) -> Range<Int> {
        let first = Int(firstDevice[node])
        return first..<first + Int(deviceCount[node])
    }

    /// Healthy as registered and not contradicted by a resident pod.
    @inlinable
    public func isHealthy(_ device: Int) -> Bool { usable[device] != 0 }

    public func migPlacementsInUse(of device: Int) -> [MIGPlacement] {
        let row = migRow[device]
        return row < 0 ? [] : migInUse[Int(row)]
    }
}

/// Facts about a device that are true or false.
public struct DeviceFlags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let healthy = DeviceFlags(rawValue: 1)
    /// Named in the node's `hami.io/device-cordon`.
    public static let cordoned = DeviceFlags(rawValue: 2)
    /// Mode is `mig`.
    public static let mig = DeviceFlags(rawValue: 4)
    /// Mode is `hami-core`.
    public static let hamiCore = DeviceFlags(rawValue: 8)
}

/// Facts about a node that are true or false.
public struct NodeFlags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Not removed.
    @inlinable public static var alive: NodeFlags { NodeFlags(rawValue: 1) }
    /// At most 12 devices, distinct ids, none cut by MIG or cordoned: the short scan is exact.
    @inlinable public static var plain: NodeFlags { NodeFlags(rawValue: 4) }
    /// All devices have the same totals and type; the head holds them.
    @inlinable public static var uniform: NodeFlags { NodeFlags(rawValue: 8) }
    /// Two devices of the node share an id; attribution then visits all of them.
    @inlinable public static var duplicateIDs: NodeFlags { NodeFlags(rawValue: 2) }
    /// Pods have left more than usage on a device since the node's devices were registered: pod classes or an expected QoS.
    @inlinable public static var marked: NodeFlags { NodeFlags(rawValue: 16) }
}

/// Static facts about a node that vendor rules read; each vendor's file defines its own.
public struct NodeFacts: Sendable, Hashable {
    public var flags: UInt32 = 0
    /// Two tables from a device count to a number.
    public var firstTable: [Int64: Int64]?
    public var secondTable: [Int64: Int64]?

    public init() {}
}

/// Sums over all devices of a node, in wrapping 32-bit as HAMi adds them: what the default node score reads.
public struct NodeSums: Sendable, Hashable, BitwiseCopyable {
    public var used: Int32 = 0
    public var slots: Int32 = 0
    public var usedCores: Int32 = 0
    public var totalCores: Int32 = 0
    public var usedMemoryMiB: Int32 = 0
    public var totalMemoryMiB: Int32 = 0

    public init() {}
}

/// The kinds of devices that a vendor's requests have met on a fleet, those of nodes that left included: bounds for indexes.
public struct DeviceKinds: Sendable, Hashable {
    /// Distinct memory totals, ascending.
    public internal(set) var memoryTotalsMiB: [Int32] = []
    /// Some device is cut by MIG.
    public internal(set) var hasMIG = false

    /// No device so far.
    public init() {}

    mutating func note(totalMemoryMiB: Int32, isMIG: Bool) {
        if isMIG { hasMIG = true }
        if memoryTotalsMiB.contains(totalMemoryMiB) { return }
        memoryTotalsMiB.insert(
            totalMemoryMiB, at: memoryTotalsMiB.firstIndex { $0 > totalMemoryMiB } ?? memoryTotalsMiB.count)
    }
}

/// Node resources besides devices. A resource the node does not state is unlimited (`Int64.max`).
public struct NodeResources: Sendable, Hashable, BitwiseCopyable {
    public var cpuMilli: Int64
    public var memoryBytes: Int64
    public var ephemeralBytes: Int64
    public var pods: Int64

    public static let unlimited = NodeResources(
        cpuMilli: .max, memoryBytes: .max, ephemeralBytes: .max, pods: .max)
    public static let none = NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralBytes: 0, pods: 0)

    public init(cpuMilli: Int64, memoryBytes: Int64, ephemeralBytes: Int64, pods: Int64) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
        self.ephemeralBytes = ephemeralBytes
        self.pods = pods
    }

    /// Minus `used`, keeping unlimited resources unlimited.
    public func subtracting(_ used: NodeResources) -> NodeResources {
        func less(_ left: Int64, _ right: Int64) -> Int64 { left == .max ? .max : left &- right }
        return NodeResources(
            cpuMilli: less(cpuMilli, used.cpuMilli), memoryBytes: less(memoryBytes, used.memoryBytes),
            ephemeralBytes: less(ephemeralBytes, used.ephemeralBytes), pods: less(pods, used.pods))
    }

    public func adding(_ used: NodeResources) -> NodeResources {
        func more(_ left: Int64, _ right: Int64) -> Int64 { left == .max ? .max : left &+ right }
        return NodeResources(
            cpuMilli: more(cpuMilli, used.cpuMilli), memoryBytes: more(memoryBytes, used.memoryBytes),
            ephemeralBytes: more(ephemeralBytes, used.ephemeralBytes), pods: more(pods, used.pods))
    }
}
