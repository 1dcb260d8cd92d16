import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// What a request class asks under the policies over devices in thousandths.
///
/// - Units: CPU milli, memory bytes, thousandths of one device.
/// - Source: fgd.md section 2
public struct MilliRequest: Sendable, Hashable, BitwiseCopyable {
    public var cpuMilli: Int64
    public var memoryBytes: Int64
    /// Devices asked; 0 = the pod asks CPU and memory alone.
    public var devices: Int32
    /// Thousandths asked of each device.
    public var milliPerDevice: Int32
    /// Models allowed, a bit by mode symbol; all bits = any model.
    public var models: UInt64
    /// Thousandths over all devices.
    public var totalMilli: Int32
    /// Number that the policy gave the request; -1 = none.
    public var shape: Int32 = -1

    public init(
        cpuMilli: Int64, memoryBytes: Int64 = 0, devices: Int32, milliPerDevice: Int32, models: UInt64 = .max
    ) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
        // A request for nothing of some devices is a request without devices.
        self.devices = milliPerDevice > 0 ? devices : 0
        self.milliPerDevice = devices > 0 ? milliPerDevice : 0
        self.models = models
        // Less than 2^14 devices of at most 1000 thousandths: below 2^24.
        totalMilli = self.devices &* self.milliPerDevice
    }

    public var asksForDevices: Bool { devices > 0 }
    /// Whether the pod shares one device.
    public var isShare: Bool { devices == 1 && milliPerDevice < MilliNode.deviceMilli }
    /// Affinity class of the pod for GpuClustering: 0 = shares a device, else the number of devices.
    public var affinityClass: Int { isShare ? 0 : Int(devices) }
}

extension MilliRequest {
    /// Bits of the models that a `A|B` list names, by mode symbol. - Source: fgd.md section 4 (exact names)
    static func models(_ list: String, among modes: SymbolTable) -> UInt64 {
        let names = list.split(separator: "|")
        if names.isEmpty { return .max }
        var models: UInt64 = 0
        for name in names {
            if let symbol = modes.symbol(of: String(name)), symbol < MilliFleet.modelsMax {
                models |= 1 << UInt64(symbol)
            }
        }
        return models
    }

    /// Reads a class; nil when it asks something that these policies do not know.
    init?(_ requestClass: RequestClass, vendor: VendorID, modes: SymbolTable) {
        guard requestClass.requestCount <= 1 else { return nil }
        let resources = requestClass.resources
        guard requestClass.requestCount == 1 else {
            self.init(
                cpuMilli: resources.cpuMilli, memoryBytes: resources.memoryBytes, devices: 0, milliPerDevice: 0)
            return
        }
        let request = requestClass.requests[0]
        guard request.vendor == vendor else { return nil }
        self.init(
            cpuMilli: resources.cpuMilli, memoryBytes: resources.memoryBytes, devices: request.devices,
            milliPerDevice: request.cores, models: Self.models(requestClass.rules(of: vendor).text, among: modes))
    }
}
