import PlacementEngine
import PlacementModel
import VendorCatalog

/// What one device of a node has, and whether it alone could serve a request.
public struct DeviceVerdict: Sendable, Hashable {
    /// One thing that the device has too little of, or a rule against it.
    public struct Lack: Sendable, Hashable {
        public enum Kind: String, Sendable, Hashable {
            case memoryMiB
            case cores
            case slots
            /// The device would have to be unused; the amount is the shares in use.
            case idle
            /// A rule without an amount.
            case rule
        }

        public var kind: Kind
        public var reason: RejectionReason
        /// What is missing in the unit of the kind; 0 = no amount can be told.
        public var amount: Int64
        /// What is asked, in the same unit.
        public var asked: Int64
        /// True when not even an unused device of this kind would do.
        public var isPermanent: Bool
    }

    /// The device's place in its node's register.
    public var place: Int
    public var id: String
    public var type: String
    public var usedSlots: Int32
    public var slots: Int32
    public var usedMemoryMiB: Int32
    public var totalMemoryMiB: Int32
    public var usedCores: Int32
    public var totalCores: Int32
    /// The order's score; nil where the policy has none.
    public var score: Float?
    /// In the order in which the vendor checks; empty = the device passes.
    public var lacks: [Lack]
    /// What the pod gets of the device; nil = it was not chosen.
    public var granted: Grant?

    public struct Grant: Sendable, Hashable {
        public var memoryMiB: Int32
        public var cores: Int32
    }

    public var passes: Bool { lacks.isEmpty }
    public var isPermanent: Bool { lacks.contains(where: \.isPermanent) }

    /// Thousandths of the request that the device is short of: the missing shares added up, 1,000 for a rule.
    public var shortfallMilli: Int64 {
        lacks.reduce(0) { sum, lack in
            guard lack.amount > 0, lack.asked > 0, lack.kind != .idle else { return sum + 1000 }
            return sum + (lack.amount * 1000 + lack.asked - 1) / lack.asked
        }
    }
}

/// The devices of a node that one container's request to one vendor looked at.
public struct DeviceAsk: Sendable, Hashable {
    /// Position of the container, init containers first.
    public var container: Int
    public var vendor: String
    public var request: DeviceRequest
    /// In the order tried.
    public var devices: [DeviceVerdict]

    public var passing: Int { devices.reduce(0) { $0 + ($1.passes ? 1 : 0) } }

    /// The devices that lack least, as many as are missing; shorter when the node has too few devices.
    public var nearestMissing: [DeviceVerdict] {
        let missing = max(Int(request.devices) - passing, 0)
        let refused = devices.enumerated().filter { !$0.element.passes }
            .sorted {
                ($0.element.isPermanent ? 1 : 0, $0.element.shortfallMilli, $0.offset)
                    < ($1.element.isPermanent ? 1 : 0, $1.element.shortfallMilli, $1.offset)
            }
        return refused.prefix(missing).map(\.element)
    }
}
