import PlacementModel

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
    /// Totals that were there when those of devices that are gone were last forgotten.
    var totalsAtLeast = 0
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
