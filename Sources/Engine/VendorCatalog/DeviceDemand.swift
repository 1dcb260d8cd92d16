import PlacementModel

/// What a request needs of devices, coarsely: a device that does not meet it is surely refused.
public struct DeviceDemand: Sendable, Hashable {
    public enum Cores: Sendable, Hashable {
        /// Any device.
        case any
        /// Cores not used up.
        case shared
        /// 100 free cores, and an unused device where 100 is all it has.
        case exclusive
        /// An unused device.
        case idle
        case atLeast(Int32)
    }

    /// Devices that must meet it.
    public var devices: Int32
    /// Nil = no demand.
    public var memoryMiB: Int32?
    /// Percent of the device's memory, where the request gives no absolute number.
    public var memoryPercent: Int32?
    public var cores: Cores
    /// One MIG card may serve the request several times: `devices` holds only where there is none.
    public var repeatsOnMIG = false

    public init(devices: Int32, memoryMiB: Int32? = nil, memoryPercent: Int32? = nil, cores: Cores = .any) {
        self.devices = devices
        self.memoryMiB = memoryMiB
        self.memoryPercent = memoryPercent
        self.cores = cores
    }

    /// The demand of the standard capacity checks (steps M, K, E, F).
    public static func capacity(_ request: DeviceRequest, clampsCores: Bool) -> DeviceDemand {
        var demand = DeviceDemand(devices: request.devices)
        if request.memoryMiB > 0 {
            demand.memoryMiB = request.memoryMiB
        } else if request.memoryPercent != DeviceRequest.notGivenPercent {
            demand.memoryPercent = request.memoryPercent
        }
        let cores = clampsCores ? min(request.cores, 100) : request.cores
        switch cores {
        case 100: demand.cores = .exclusive
        case 0: demand.cores = .shared
        case 1...: demand.cores = .atLeast(cores)
        default: demand.cores = .any
        }
        return demand
    }
}
