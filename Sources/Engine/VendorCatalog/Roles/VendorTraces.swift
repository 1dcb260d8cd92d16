import DeviceTable
import PlacementModel

/// Made-up devices and asks, for traces and fleets that nobody has.
public protocol VendorTraces: VendorNames {
    /// Writes what the device plugin would write on a node that has these devices, so that ``discover(on:state:parser:)``
    /// finds as many of the same kind; ids are the node's where the vendor counts capacity alone.
    func advertise(_ devices: [DeviceRecord], on node: inout Node)
    /// The devices of a made-up node, for traces.
    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord]
    /// Device models and possible asks of generated traces.
    var traceProfile: TraceProfile { get }
    /// A made-up ask as resource limits, as they stand after admission.
    func traceLimits(for ask: TraceAsk, on model: TraceDeviceModel) -> [(resource: String, amount: Int64)]
}

extension VendorTraces {
    public func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: group.model.isEmpty ? commonWord : group.model)
    }

    /// Devices `<node>-<word>-<i>`, NUMA nodes in equal runs.
    func standardSyntheticDevices(_ group: SyntheticDeviceGroup, type: String) -> [DeviceRecord] {
        (0..<group.devices).map { number in
            DeviceRecord(
                id: "\(group.nodeName)-\(commonWord)-\(number)", index: UInt64(number), slots: group.slots,
                memoryMiB: group.memoryMiB, cores: group.cores, type: type,
                numa: group.numaNodes > 1 ? number * group.numaNodes / max(group.devices, 1) : 0, mode: "hami-core",
                vendorWord: commonWord)
        }
    }
}

/// A group of equal devices of one node in a trace.
public struct SyntheticDeviceGroup: Sendable, Hashable {
    public var nodeName: String
    public var model: String
    public var devices: Int
    public var slots: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    public var numaNodes: Int

    public init(
        nodeName: String, model: String, devices: Int, slots: Int32, memoryMiB: Int32, cores: Int32, numaNodes: Int = 1
    ) {
        self.nodeName = nodeName
        self.model = model
        self.devices = devices
        self.slots = slots
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.numaNodes = numaNodes
    }
}
