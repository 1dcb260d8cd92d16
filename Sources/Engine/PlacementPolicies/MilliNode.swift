import DeviceTable
import PlacementEngine

/// A node as the policies see it; `left` and `residents` point into the fleet's columns.
///
/// ```
/// left       thousandths left by device, in device order       owned by MilliFleet
/// residents  pods with devices by affinity class               owned by AffinityLedger
/// ```
///
/// - Units: CPU milli, memory bytes, thousandths of one device.
/// - Source: fgd.md section 2
public struct MilliNode: BitwiseCopyable {
    /// Thousandths of a whole device.
    public static let deviceMilli: Int32 = 1000

    public var row: Int32
    /// Mode symbol of the devices; -1 = the node has none.
    public var model: Int32 = -1
    public var deviceCount: Int32 = 0
    /// Sum of `left`.
    public var idleMilli: Int32 = 0
    /// Devices of which nothing is taken.
    public var wholeDevices: Int32 = 0
    /// Largest of `left`.
    public var largestLeft: Int32 = 0
    public var cpuLeftMilli: Int64 = 0
    public var memoryLeftBytes: Int64 = 0
    public var podsLeft: Int64 = 0
    /// Taints, a mark as unschedulable or a removal: the node filters must be asked.
    public var needsFilters = false
    public var left: UnsafeMutablePointer<Int32>
    public var residents: UnsafeMutablePointer<Int32>

    /// Sums up `left` after it changed. - Complexity: O(devices)
    public mutating func summarise() {
        idleMilli = 0
        wholeDevices = 0
        largestLeft = 0
        for device in 0..<Int(deviceCount) {
            let milli = left[device]
            idleMilli &+= milli
            if milli == Self.deviceMilli { wholeDevices &+= 1 }
            if milli > largestLeft { largestLeft = milli }
        }
    }

    /// Whether the request fits: CPU, memory, pod count, model, devices.
    ///
    /// - Complexity: O(1); O(devices) for several parts of devices.
    /// - Source: fgd.md section 4
    @inline(__always)
    public func fits(_ request: MilliRequest) -> Bool {
        if request.cpuMilli > cpuLeftMilli || request.memoryBytes > memoryLeftBytes || podsLeft < 1 { return false }
        if !request.asksForDevices { return true }
        if model < 0 || request.models & (1 << UInt64(truncatingIfNeeded: model)) == 0 { return false }
        if request.devices == 1 { return largestLeft >= request.milliPerDevice }
        if request.milliPerDevice == Self.deviceMilli { return wholeDevices >= request.devices }
        return partsFit(request)
    }

    /// The greedy walk over devices, several parts from one device allowed.
    private func partsFit(_ request: MilliRequest) -> Bool {
        var missing = request.devices
        for device in 0..<Int(deviceCount) {
            missing -= left[device] / request.milliPerDevice
            if missing <= 0 { return true }
        }
        return false
    }

    /// The tightest devices that have the milli asked, as bits: ascending by what is left, the first among equals, as many
    /// as asked or as there are.
    ///
    /// - Complexity: O(devices x devices asked)
    public func tightestDevices(_ request: MilliRequest) -> UInt64 {
        var chosen: UInt64 = 0
        for _ in 0..<request.devices {
            var best = -1
            for device in 0..<Int(deviceCount)
            where chosen & (1 << UInt64(device)) == 0 && left[device] >= request.milliPerDevice {
                if best < 0 || left[device] < left[best] { best = device }
            }
            if best < 0 { break }
            chosen |= 1 << UInt64(best)
        }
        return chosen
    }

    /// The fitting device with the least left, the first among equals. - Precondition: one fits.
    public func tightestDevice(_ request: MilliRequest) -> Int {
        var best = -1
        for device in 0..<Int(deviceCount) where left[device] >= request.milliPerDevice {
            if best < 0 || left[device] < left[best] { best = device }
        }
        return best
    }
}
