import DeviceTable
import PlacementKernels
import PlacementModel

/// One device chosen for a container. `device` is the device's place in its node; the details belong to the vendor.
public struct Pick: Sendable, Hashable, BitwiseCopyable {
    public var device: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    public var detail: Int32
    public var secondDetail: Int32
    public var thirdDetail: Int32

    public init(
        device: Int32, memoryMiB: Int32, cores: Int32, detail: Int32 = 0, secondDetail: Int32 = 0,
        thirdDetail: Int32 = 0
    ) {
        self.device = device
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.detail = detail
        self.secondDetail = secondDetail
        self.thirdDetail = thirdDetail
    }
}

/// The picks of one container for one vendor, in the order Fit returned them.
public struct AllocationEntry: Sendable, Hashable, BitwiseCopyable {
    /// Container position, init containers first.
    public var container: Int32
    public var vendor: UInt8
    public var isInit: Bool
    public var firstPick: Int32
    public var pickCount: Int32
}

/// Why a node was refused.
public enum FitFailure: UInt8, Sendable, Hashable {
    case none
    /// Counted per device in the workspace's reasons.
    case deviceReasons
    /// More devices asked than the node has of the type; HAMi gives this word bare.
    case nodeInsufficientDevice
    case migAllocationFailed
}

/// A node being tried for a pod: a working copy of its usage, the device order, the picks so far and the reasons.
///
/// Made once, used for every (pod, node) pair; nothing is allocated per pair. All device arrays are indexed by the
/// device's place in its node. Owned by one evaluator; not thread-safe.
/// - Source: hami-core.md 4.5, hami-vendors.md 1.6-1.8.
public struct FitWorkspace: ~Copyable {
    // The node under trial: columns of the table, shifted to its first device. Read only.
    public private(set) var node = 0
    public private(set) var firstDevice = 0
    public private(set) var deviceCount = 0
    public private(set) var slots: UnsafePointer<Int32>
    public private(set) var totalMemoryMiB: UnsafePointer<Int32>
    public private(set) var totalCores: UnsafePointer<Int32>
    public private(set) var index: UnsafePointer<UInt64>
    public private(set) var numa: UnsafePointer<Int>
    public private(set) var type: UnsafePointer<Symbol>
    public private(set) var mode: UnsafePointer<Symbol>
    public private(set) var uuid: UnsafePointer<Symbol>
    public private(set) var words: UnsafePointer<UInt64>
    public private(set) var exactVendor: UnsafePointer<Int16>
    public private(set) var vendorOfDevice: UnsafePointer<UInt8>
    public private(set) var facts: UnsafePointer<DeviceFacts>
    public private(set) var flags: UnsafePointer<DeviceFlags>
    public private(set) var usable: UnsafePointer<UInt8>
    /// Usage before the pod, straight from the table.
    public private(set) var usedBefore: UnsafePointer<Int32>
    public private(set) var usedMemoryBefore: UnsafePointer<Int32>
    public private(set) var usedCoresBefore: UnsafePointer<Int32>

    // The working copy.
    public let used: UnsafeMutablePointer<Int32>
    public let usedMemoryMiB: UnsafeMutablePointer<Int32>
    public let usedCores: UnsafeMutablePointer<Int32>
    /// One number per device that the vendor keeps during a decision; starts as `facts.detail`.
    public let vendorLane: UnsafeMutablePointer<Int32>
    public let score: UnsafeMutablePointer<Float>
    /// The node's device list in its present order.
    public let order: UnsafeMutableBufferPointer<Int32>
    /// Devices that the present request may look at, in list order; Fit scans from the end.
    public let bucket: UnsafeMutablePointer<Int32>
    public internal(set) var bucketCount = 0
    /// Room for a vendor's own lists, two of `capacity` each.
    public let scratch: UnsafeMutablePointer<Int32>
    public let secondScratch: UnsafeMutablePointer<Int32>
    public let capacity: Int

    // What has been chosen.
    public private(set) var picks: UnsafeMutablePointer<Pick>
    public internal(set) var pickCount = 0
    private var pickCapacity: Int
    public private(set) var entries: UnsafeMutablePointer<AllocationEntry>
    public internal(set) var entryCount = 0
    private var entryCapacity: Int
    /// First pick of the Fit that is running.
    public internal(set) var fitStart = 0
    /// Slices of devices taken during this pass, with the device's place.
    public internal(set) var slicesTaken: [(device: Int32, slices: SliceInterval)] = []

    // The pod.
    public var initContainerCount = 0
    public var isInitPass = false
    /// Position of the container whose Fit is running, init containers first.
    public var runningContainer = 0
    public var namespace: Int32 = -1

    // Why not.
    public let reasons: UnsafeMutablePointer<Int32>
    public var reasonDenominator: Int32 = 0
    public var failure = FitFailure.none
    /// Reasons that are reported even when their count is 0, as a bit set of raw values.
    public var reportsZero: UInt32 = 0

    public let table: DeviceTable
    public let quotas: QuotaLedger
    public let profile: CompatibilityProfile

    /// - Parameter devicesMax: most devices on one node.
    public init(table: DeviceTable, quotas: QuotaLedger, profile: CompatibilityProfile, devicesMax: Int) {
        self.table = table
        self.quotas = quotas
        self.profile = profile
        capacity = max(devicesMax, 1)
        used = .allocate(capacity: capacity)
        usedMemoryMiB = .allocate(capacity: capacity)
        usedCores = .allocate(capacity: capacity)
        vendorLane = .allocate(capacity: capacity)
        score = .allocate(capacity: capacity)
        order = .allocate(capacity: capacity)
        bucket = .allocate(capacity: capacity)
        scratch = .allocate(capacity: capacity)
        secondScratch = .allocate(capacity: capacity)
        pickCapacity = capacity * 4
        picks = .allocate(capacity: pickCapacity)
        entryCapacity = 64
        entries = .allocate(capacity: entryCapacity)
        reasons = .allocate(capacity: RejectionReason.allCases.count)
        reasons.initialize(repeating: 0, count: RejectionReason.allCases.count)
        slicesTaken.reserveCapacity(64)
        slots = UnsafePointer(table.slots.base)
        totalMemoryMiB = UnsafePointer(table.totalMemoryMiB.base)
        totalCores = UnsafePointer(table.totalCores.base)
        index = UnsafePointer(table.index.base)
        numa = UnsafePointer(table.numa.base)
        type = UnsafePointer(table.type.base)
        mode = UnsafePointer(table.mode.base)
        uuid = UnsafePointer(table.uuid.base)
        words = UnsafePointer(table.words.base)
        exactVendor = UnsafePointer(table.exactVendor.base)
        vendorOfDevice = UnsafePointer(table.vendor.base)
        facts = UnsafePointer(table.facts.base)
        flags = UnsafePointer(table.flags.base)
        usable = UnsafePointer(table.usable.base)
        usedBefore = UnsafePointer(table.used.base)
        usedMemoryBefore = UnsafePointer(table.usedMemoryMiB.base)
        usedCoresBefore = UnsafePointer(table.usedCores.base)
    }

    deinit {
        used.deallocate()
        usedMemoryMiB.deallocate()
        usedCores.deallocate()
        vendorLane.deallocate()
        score.deallocate()
        order.deallocate()
        bucket.deallocate()
        scratch.deallocate()
        secondScratch.deallocate()
        picks.deallocate()
        entries.deallocate()
        reasons.deallocate()
    }

    /// Turns to a node: columns, pristine usage, registration order, no picks, no reasons.
    ///
    /// - Precondition: the node has at most `capacity` devices. - Complexity: O(devices)
    public mutating func load(node: Int) {
        self.node = node
        let first = Int(table.heads.base[node].firstDevice)
        firstDevice = first
        deviceCount = Int(table.heads.base[node].deviceCount)
        precondition(deviceCount <= capacity, "the workspace was made for smaller nodes")
        slots = UnsafePointer(table.slots.base + first)
        totalMemoryMiB = UnsafePointer(table.totalMemoryMiB.base + first)
        totalCores = UnsafePointer(table.totalCores.base + first)
        index = UnsafePointer(table.index.base + first)
        numa = UnsafePointer(table.numa.base + first)
        type = UnsafePointer(table.type.base + first)
        mode = UnsafePointer(table.mode.base + first)
        uuid = UnsafePointer(table.uuid.base + first)
        words = UnsafePointer(table.words.base + first)
        exactVendor = UnsafePointer(table.exactVendor.base + first)
        vendorOfDevice = UnsafePointer(table.vendor.base + first)
        facts = UnsafePointer(table.facts.base + first)
        flags = UnsafePointer(table.flags.base + first)
        usable = UnsafePointer(table.usable.base + first)
        usedBefore = UnsafePointer(table.used.base + first)
        usedMemoryBefore = UnsafePointer(table.usedMemoryMiB.base + first)
        usedCoresBefore = UnsafePointer(table.usedCores.base + first)
        pickCount = 0
        entryCount = 0
        fitStart = 0
        clearReasons()
        resetUsage()
    }

    /// Back to the usage before the pod and to registration order: every init container and the app containers
    /// together each start so. Picks stay.
    public mutating func resetUsage() {
        used.update(from: usedBefore, count: deviceCount)
        usedMemoryMiB.update(from: usedMemoryBefore, count: deviceCount)
        usedCores.update(from: usedCoresBefore, count: deviceCount)
        for device in 0..<deviceCount {
            order[device] = Int32(truncatingIfNeeded: device)
            vendorLane[device] = facts[device].detail
        }
        if !slicesTaken.isEmpty { slicesTaken.removeAll(keepingCapacity: true) }
    }

    public mutating func clearReasons() {
        for reason in 0..<Self.reasonCount { reasons[reason] = 0 }
        failure = .none
        reportsZero = 0
    }

    private static let reasonCount = RejectionReason.allCases.count

    // MARK: For vendors

    @inline(__always)
    public func isHealthy(_ device: Int) -> Bool {
        usable[device] != 0
    }

    /// Notes that a device was refused. A device counts once, for its first failing check.
    @inline(__always)
    public func reject(_ reason: RejectionReason, count: Int32 = 1) {
        reasons[Int(reason.rawValue)] &+= count
    }

    @inline(__always)
    public func setReason(_ reason: RejectionReason, count: Int32) {
        reasons[Int(reason.rawValue)] = count
    }

    /// Picks made by the Fit that is running.
    @inline(__always)
    public var fitCount: Int { pickCount - fitStart }

    @inline(__always)
    public mutating func take(_ pick: Pick) {
        if pickCount == pickCapacity { growPicks() }
        picks[pickCount] = pick
        pickCount += 1
    }

    private mutating func growPicks() {
        let larger = UnsafeMutablePointer<Pick>.allocate(capacity: pickCapacity * 2)
        larger.update(from: picks, count: pickCount)
        picks.deallocate()
        picks = larger
        pickCapacity *= 2
    }

    /// Drops what the running Fit picked beyond the first `count`.
    public mutating func keepPicks(_ count: Int) {
        precondition(count <= fitCount)
        pickCount = fitStart + count
    }

    mutating func close(entryOf container: Int, vendor: VendorID) {
        if entryCount == entryCapacity {
            let larger = UnsafeMutablePointer<AllocationEntry>.allocate(capacity: entryCapacity * 2)
            larger.update(from: entries, count: entryCount)
            entries.deallocate()
            entries = larger
            entryCapacity *= 2
        }
        entries[entryCount] = AllocationEntry(
            container: Int32(container), vendor: vendor.rawValue, isInit: isInitPass, firstPick: Int32(fitStart),
            pickCount: Int32(fitCount))
        entryCount += 1
    }

    mutating func takeSlices(_ slices: SliceInterval, of device: Int) { slicesTaken.append((Int32(device), slices)) }

    /// A vendor's counts of the node's devices, before the pod.
    func counts(_ column: CountColumn) -> UnsafePointer<Int32> {
        UnsafePointer(table.counts(column).base + firstDevice)
    }

    /// A vendor's names of the node's devices, before the pod.
    func names(_ column: SymbolColumn) -> UnsafePointer<Symbol> {
        UnsafePointer(table.names(column).base + firstDevice)
    }

    /// The first device of the node with this id; HAMi charges usage there.
    public func firstDevice(withID id: Symbol) -> Int? {
        (0..<deviceCount).first { uuid[$0] == id }
    }

    /// Standard usage: one slot, the memory and the cores. Below 2^30 where amounts are in range, see ``DeviceAmount``; as given
    /// they wrap as HAMi's do.
    @inline(__always)
    public func addStandardUsage(_ pick: Pick, on device: Int) {
        used[device] &+= 1
        usedCores[device] &+= pick.cores
        usedMemoryMiB[device] &+= pick.memoryMiB
    }
}
