import JSONText
import DeviceTable
import PlacementModel

/// What is written to a placed pod.
///
/// - Source: hami-core.md 2.4, 2.6
public protocol VendorAnnotations: VendorNames {
    /// The vendor's extra keys for a placed pod; standard keys are written by the catalogue.
    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String])
    /// The type an allocation carries; HAMi uses the common word, except where a vendor writes the card's raw type.
    func allocatedType(of record: DeviceRecord) -> String
    /// HAMi's CustomInfo of an allocated device.
    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON?
}

extension VendorAnnotations {
    public func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {}
    public func allocatedType(of record: DeviceRecord) -> String { commonWord }
    public func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? { nil }
}

/// A vendor's share of a placed pod, as PatchAnnotations receives it: one list a container, in HAMi's alignment.
public struct VendorPlacement {
    public var pod: Pod
    public var node: Node
    public var now: WallClock
    public var rules: PodRules
    /// Containers in the vendor's list, each with its devices; padding included, HAMi's misalignment too.
    public var containers: [[PlacedDevice]]
    /// All devices of the node that the vendor's requests see.
    public var bucket: [DeviceRecord]
    public var state: ProcessState

    public init(
        pod: Pod, node: Node, now: WallClock, rules: PodRules, containers: [[PlacedDevice]], bucket: [DeviceRecord],
        state: ProcessState
    ) {
        self.pod = pod
        self.node = node
        self.now = now
        self.rules = rules
        self.containers = containers
        self.bucket = bucket
        self.state = state
    }
}

/// One allocated device: HAMi's ContainerDevice.
public struct PlacedDevice: Sendable, Hashable {
    public var record: DeviceRecord
    public var type: String
    public var memoryMiB: Int32
    public var cores: Int32
    public var pick: Pick
    public var info: JSON?

    public init(record: DeviceRecord, type: String, memoryMiB: Int32, cores: Int32, pick: Pick, info: JSON?) {
        self.record = record
        self.type = type
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.pick = pick
        self.info = info
    }
}
