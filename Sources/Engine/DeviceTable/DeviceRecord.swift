import JSONText
import PlacementModel

/// What a vendor's discovery says of one device, as HAMi registers it.
///
/// - Units: `memoryMiB` MiB, `cores` in the vendor's core unit (percent unless the vendor says otherwise).
/// - Source: hami-core.md 1.1.
public struct DeviceRecord: Sendable, Hashable {
    public var id: String
    public var index: UInt64
    /// Shares that may be out at the same time (HAMi's `count`).
    public var slots: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    /// Card model or vendor word; the raw type that requests are matched against.
    public var type: String
    public var numa: Int
    public var mode: String
    public var isHealthy: Bool
    public var vendorWord: String
    public var customInfo: JSON?
    public var migProfiles: [MIGProfile]
    /// Topology scores to other devices of the node by id; NVIDIA only.
    public var pairScores: [String: Int64]
    public var facts: DeviceFacts

    public init(
        id: String, index: UInt64 = 0, slots: Int32 = 0, memoryMiB: Int32 = 0, cores: Int32 = 0, type: String = "",
        numa: Int = 0, mode: String = "", isHealthy: Bool = true, vendorWord: String, customInfo: JSON? = nil
    ) {
        self.id = id
        self.index = index
        self.slots = slots
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.type = type
        self.numa = numa
        self.mode = mode
        self.isHealthy = isHealthy
        self.vendorWord = vendorWord
        self.customInfo = customInfo
        self.migProfiles = []
        self.pairScores = [:]
        self.facts = DeviceFacts()
    }
}

/// Static numbers about a device whose meaning its vendor's file defines (network group, card id, link zone ...).
public struct DeviceFacts: Sendable, Hashable, BitwiseCopyable {
    /// Group the device belongs to, where the vendor has groups.
    public var group: Int32 = 0
    /// A second number, where the vendor needs one.
    public var detail: Int32 = 0
    /// Bits defined by the vendor.
    public var flags: UInt32 = 0

    public init(group: Int32 = 0, detail: Int32 = 0, flags: UInt32 = 0) {
        self.group = group
        self.detail = detail
        self.flags = flags
    }
}

/// One MIG profile of a card and where its instances may start.
public struct MIGProfile: Sendable, Hashable {
    public var name: String
    public var memoryMB: Int32
    public var cores: Int32
    public var slices: Int32
    public var placements: [SliceInterval]

    public init(name: String, memoryMB: Int32, cores: Int32, slices: Int32, placements: [SliceInterval]) {
        self.name = name
        self.memoryMB = memoryMB
        self.cores = cores
        self.slices = slices
        self.placements = placements
    }
}

/// What the catalogue knows of a raw device type.
public struct DeviceTypeTraits: Sendable, Hashable {
    /// Vendors whose word the lower-cased type contains: their requests see the device.
    public var words: UInt64
    /// The vendor whose word equals the type exactly, or -1.
    public var exactVendor: Int16

    public init(words: UInt64, exactVendor: Int16) {
        self.words = words
        self.exactVendor = exactVendor
    }
}

extension DeviceRecord {
    /// Keeps slots, memory and cores within the range of a device's amounts, see ``DeviceAmount``, so that the sums over a node
    /// fit their columns.
    ///
    /// - Returns: a note for each that became another number.
    package mutating func bound() -> [String] {
        var notes: [String] = []
        func bounded(_ amount: Int32, _ name: String) -> Int32 {
            let nearest = DeviceAmount(nearest: Int64(amount)).int32
            if nearest != amount { notes.append("device \(id): \(amount) \(name) are counted as \(nearest)") }
            return nearest
        }
        slots = bounded(slots, "slots")
        memoryMiB = bounded(memoryMiB, "MiB")
        cores = bounded(cores, "cores")
        return notes
    }
}
