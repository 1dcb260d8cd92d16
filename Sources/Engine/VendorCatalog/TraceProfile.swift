import PlacementModel

/// How a vendor appears in generated traces: device models, and what pods may ask of them.
public struct TraceProfile: Sendable, Hashable {
    /// Name on the command line, lower case; device types of one vendor may share it.
    public var key: String
    public var models: [TraceDeviceModel]
    /// Numbers of whole devices a pod may ask.
    public var deviceCounts: [Int]
    /// Most devices of an ask for shares of devices, 0 = devices go out as a whole only.
    public var sharedCountMax: Int
    /// Legal values of the memory resource in its own unit; empty = any.
    public var memorySteps: [Int64]
    /// Value of the cores resource that means a whole device; 0 = cores are never stated.
    public var coresPerDevice: Int64
    /// Whether memory and cores are stated for all devices of the pod together.
    public var statesTotals: Bool
    /// Values of the count resource where it counts slices of one device; empty = it counts devices.
    public var slices: [Int64]

    public init(
        key: String, models: [TraceDeviceModel], deviceCounts: [Int] = [1, 2, 4, 8], sharedCountMax: Int = 1,
        memorySteps: [Int64] = [], coresPerDevice: Int64 = 100, statesTotals: Bool = false, slices: [Int64] = []
    ) {
        self.key = key
        self.models = models
        self.deviceCounts = deviceCounts
        self.sharedCountMax = sharedCountMax
        self.memorySteps = memorySteps
        self.coresPerDevice = coresPerDevice
        self.statesTotals = statesTotals
        self.slices = slices
    }
}

/// A device model of a made-up node. - Units: memory MiB and cores of one device, cores in the vendor's unit.
public struct TraceDeviceModel: Sendable, Hashable {
    /// The model as the fleet names it; where it becomes the raw device type, it contains the vendor's word.
    public var name: String
    public var devicesPerNode: Int
    public var slots: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    public var numaNodes: Int

    public init(
        _ name: String, devicesPerNode: Int = 8, slots: Int32 = 10, memoryMiB: Int32, cores: Int32 = 100,
        numaNodes: Int = 2
    ) {
        self.name = name
        self.devicesPerNode = devicesPerNode
        self.slots = slots
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.numaNodes = numaNodes
    }
}

/// What a made-up pod wants of devices, before a vendor puts it into words.
public struct TraceAsk: Sendable, Hashable {
    public var devices: Int
    /// Share of a device's memory in thousandths; 1000 = the whole device.
    public var memoryShareMilli: Int
    /// Share of a device's compute in percent; 0 = not stated.
    public var corePercent: Int

    public init(devices: Int, memoryShareMilli: Int, corePercent: Int) {
        self.devices = devices
        self.memoryShareMilli = memoryShareMilli
        self.corePercent = corePercent
    }

    public var isWhole: Bool { memoryShareMilli >= 1000 }
}

extension VendorTraces {
    public var traceProfile: TraceProfile {
        TraceProfileTable.profile(word: commonWord)
            ?? TraceProfile(
                key: commonWord.lowercased(), models: [TraceDeviceModel(commonWord, memoryMiB: 65_536)],
                sharedCountMax: resources.memory.isEmpty ? 0 : 1)
    }

    /// Resource limits as they stand after admission: what is not divisible is asked as a whole.
    public func traceLimits(for ask: TraceAsk, on model: TraceDeviceModel) -> [(resource: String, amount: Int64)] {
        let profile = traceProfile
        if !profile.slices.isEmpty {
            let place = min(ask.memoryShareMilli, 1000) * (profile.slices.count - 1) / 1000
            return [(resources.count, profile.slices[place])]
        }
        let isShared = !ask.isWhole && profile.sharedCountMax > 0
        let devices =
            isShared
            ? min(ask.devices, profile.sharedCountMax) : profile.deviceCounts.last { $0 <= ask.devices } ?? 1
        let factor = profile.statesTotals ? Int64(devices) : 1
        var limits = [(resource: resources.count, amount: Int64(devices))]
        if !resources.memory.isEmpty, isShared || profile.statesTotals {
            // Less than 2^31 MiB of a device, in thousandths.
            let units = max(
                Int64(model.memoryMiB) * Int64(isShared ? ask.memoryShareMilli : 1000) / 1000 / Int64(memoryUnitMiB), 1)
            let legal =
                profile.memorySteps.isEmpty ? units : profile.memorySteps.last { $0 <= units } ?? profile.memorySteps[0]
            limits.append((resources.memory, legal * factor))
        }
        let percent = isShared ? ask.corePercent : 100
        if !resources.cores.isEmpty, percent > 0, profile.coresPerDevice > 0 {
            limits.append((resources.cores, max(profile.coresPerDevice * Int64(percent) / 100, 1) * factor))
        }
        return limits
    }
}
