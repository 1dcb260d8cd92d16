import PlacementModel

/// Struct-of-arrays state of a fleet: every device and node, what is used and what is left.
///
/// ```
/// devices (one row a device, a node's devices contiguous)      nodes (one row a node)
///   used usedMemoryMiB usedCores          changed by effects      firstDevice deviceCount
///   slots totalMemoryMiB totalCores       registration            sums of all six device columns
///   index numa type mode uuid vendor      registration            cpu, memory, storage, pods left
///   words exactVendor facts flags         registration            words, exactWords, alive
///   unhealthyVotes vendor columns         changed by effects
/// ```
///
/// A removed node leaves its row behind, without devices and not alive, until another node takes it; its devices' rows are a
/// free block. Readers take column pointers; only the fleet writes, by effects and registration. Not thread-safe while writing.
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
    /// Resident pods whose record contradicts the card: any vote makes it unhealthy (hami-core.md 4.4).
    public let unhealthyVotes = Column<Int32>()
    /// What vendors keep beside it, by place; see ``VendorColumns``.
    public let vendorColumns: VendorColumns
    public let vendorNumbers: [Column<Int32>]
    var vendorIntervals: [IntervalLists]
    public let nodeOfDevice = Column<Int32>()
    /// 1 = healthy and not voted unhealthy; follows `flags` and `unhealthyVotes`.
    public let usable = Column<UInt8>()
    /// What the short scan reads besides usage, packed: bit 31 = usable, low 16 bits = NUMA node plus 0x4000.
    public let attributes = Column<UInt32>()
    /// Registration data, by device row; cold.
    public internal(set) var records: [DeviceRecord] = []

    // Node columns, by node row.
    /// One cache line a node: what every trial and every commit reads first.
    public let heads = Column<NodeHead>()
    public let free = Column<NodeResources>()
    /// What residents take of each node: kept beside what is left, since a resource that a node does not state is never used up.
    public let taken = Column<NodeResources>()
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
    public package(set) var symbols = SymbolTable()
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
    let vendorCount: Int

    let traits: (String) -> DeviceTypeTraits
    /// Traits by type symbol.
    public internal(set) var typeTraits: [DeviceTypeTraits] = []

    /// Nodes changed since the start, in order; caches remember how far they have read.
    public let changeLog = ChangeLog()
    /// Nodes where something became free, appeared or changed its nature: what did not fit there may fit now.
    public let releaseLog = ChangeLog()
    /// Nodes whose row stands for something else now: other devices, facts or health, another node, or none.
    public let registrationLog = ChangeLog()
    /// Device rows that no node has, by the length of the block: a node with as many devices takes one.
    var freeBlocks: [Int: [Int32]] = [:]
    /// Nodes that are there, rows of removed ones left out.
    public internal(set) var aliveNodeCount = 0
    /// Devices of the nodes that are there.
    public internal(set) var aliveDeviceCount = 0
    /// Numbers given to nodes as they join, by row: one that leaves and comes back has another.
    public internal(set) var generations: [UInt64] = []
    var generationsGiven: UInt64 = 0
    var journal: [JournalEntry] = []
    private let journals = Cell(false)
    /// Whether changes are kept to be taken back.
    public internal(set) var isJournaling: Bool {
        get { journals.value }
        set { journals.value = newValue }
    }
    /// Rises whenever nodes or devices come, go, move or are registered anew, or a node offers something else.
    public internal(set) var structureVersion = 0

    /// - Parameters:
    ///   - vendorCount: vendors of the catalogue, at most 64.
    ///   - columns: what vendors keep of a device beside the rest.
    ///   - traits: what the catalogue knows of a raw device type.
    public init(
        vendorCount: Int, columns: VendorColumns = VendorColumns(), traits: @escaping (String) -> DeviceTypeTraits
    ) {
        self.traits = traits
        self.vendorCount = vendorCount
        vendorColumns = columns
        vendorNumbers = columns.numbers.map { _ in Column<Int32>() }
        vendorIntervals = columns.intervals.map { _ in IntervalLists() }
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
        for column in vendorNumbers { column.deallocate() }
        for lists in vendorIntervals { lists.numbers.deallocate() }
        nodeOfDevice.deallocate()
        usable.deallocate()
        journals.deallocate()
        for vendor in 0..<vendorCount { vendorLogs[vendor].deallocate() }
        vendorLogs.deallocate()
        changeLog.deallocate()
        releaseLog.deallocate()
        registrationLog.deallocate()
        free.deallocate()
        taken.deallocate()
    }

    /// Rows of the node columns, removed nodes included.
    public var nodeRowCount: Int { nodes.count }
    /// Rows of the device columns, those that no node has included; these hold nothing and have nothing.
    public var deviceRowCount: Int { records.count }

    public func node(named name: String) -> Int? { nodeRows[name].map(Int.init) }

    public func devices(of node: Int) -> Range<Int> {
        let first = Int(firstDevice[node])
        return first..<first + Int(deviceCount[node])
    }

    /// Healthy as registered and not contradicted by a resident pod.
    @inlinable
    public func isHealthy(_ device: Int) -> Bool { usable[device] != 0 }
}
