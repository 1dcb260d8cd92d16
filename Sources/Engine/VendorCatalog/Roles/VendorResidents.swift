import JSONText
import DeviceTable
import PlacementModel

/// What a pod that runs changes on its devices besides the amounts in use.
public protocol VendorResidents: Sendable {
    /// Declares what the vendor keeps for each device beside the rest, and remembers which columns it got. Called once, when
    /// the catalogue is made.
    mutating func declareColumns(_ columns: inout VendorColumns)
    /// Whether placements have effects besides usage.
    var hasResidentEffects: Bool { get }
    /// Effects on a device besides usage, once the pod is resident.
    ///
    /// - Parameter isFirstOnDevice: false for further picks of the same pod on the device.
    func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void)
    /// The same for a pod read back from its annotations.
    func restoredEffects(_ restored: RestoredPod, into effects: (DeviceEffect) -> Void)
    /// Process-wide consequences of a placement (MetaX expects a QoS on the cards it handed out).
    func didPlace(_ pick: Pick, device: Int, _ rules: PodRules, table: DeviceTable)
}

extension VendorResidents {
    public mutating func declareColumns(_ columns: inout VendorColumns) {}

    public var hasResidentEffects: Bool { false }
    public func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void
    ) {}
    public func restoredEffects(_ restored: RestoredPod, into effects: (DeviceEffect) -> Void) {}
    public func didPlace(_ pick: Pick, device: Int, _ rules: PodRules, table: DeviceTable) {}
}

/// A running pod whose devices were read back from its annotations.
public struct RestoredPod {
    public var pod: Pod
    public var table: DeviceTable
    public var node: Int
    /// Rows of the devices that the vendor's collapsed usage names, one an entry, in id order.
    public var devices: [Int]
    public var parser: any JSONTextParser

    public init(pod: Pod, table: DeviceTable, node: Int, devices: [Int], parser: any JSONTextParser) {
        self.pod = pod
        self.table = table
        self.node = node
        self.devices = devices
        self.parser = parser
    }
}
