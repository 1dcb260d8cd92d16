/// Position of a vendor in the catalogue: ascending common word. At most 64, so that sets of vendors fit a word.
public struct VendorID: Sendable, Hashable, Comparable, BitwiseCopyable {
    public let rawValue: UInt8

    public init(_ rawValue: Int) {
        precondition(rawValue >= 0 && rawValue < 64, "a catalogue holds at most 64 vendors")
        self.rawValue = UInt8(rawValue)
    }

    public var index: Int { Int(rawValue) }
    public var bit: UInt64 { 1 << UInt64(rawValue) }

    public static func < (left: VendorID, right: VendorID) -> Bool { left.rawValue < right.rawValue }
}

/// What one container asks of one vendor: HAMi's ContainerDeviceRequest.
///
/// - Units: `memoryMiB` and `cores` are per device; `cores` in percent of one device (vendor units where the vendor has
///   its own); `memoryPercent` 1...100, ``notGivenPercent`` = not given.
/// - Source: hami-core.md 1.3.
public struct DeviceRequest: Sendable, Hashable, BitwiseCopyable {
    /// HAMi's sentinel for "no percentage given".
    public static let notGivenPercent: Int32 = 101

    public var vendor: VendorID
    public var devices: Int32
    public var memoryMiB: Int32
    public var memoryPercent: Int32
    public var cores: Int32

    public init(vendor: VendorID, devices: Int32, memoryMiB: Int32, memoryPercent: Int32, cores: Int32) {
        self.vendor = vendor
        self.devices = devices
        self.memoryMiB = memoryMiB
        self.memoryPercent = memoryPercent
        self.cores = cores
    }

    /// The request within the ranges of its amounts: what is negative asks nothing, what no device could have stays more than
    /// any has. Everything behind this point may add and compare such amounts.
    public var bounded: DeviceRequest {
        var request = self
        request.devices = DeviceCount(nearest: Int64(devices)).int32
        request.memoryMiB = DeviceShareAmount(nearest: Int64(memoryMiB)).int32
        request.cores = DeviceShareAmount(nearest: Int64(cores)).int32
        return request
    }

    /// Memory asked of a device of `totalMiB`: absolute wins, then percent (32-bit wrapping, truncating), else 0.
    @inlinable
    public func memory(ofTotal totalMiB: Int32) -> Int32 {
        if memoryMiB > 0 { return memoryMiB }
        if memoryPercent != DeviceRequest.notGivenPercent { return (totalMiB &* memoryPercent) / 100 }
        return 0
    }
}
