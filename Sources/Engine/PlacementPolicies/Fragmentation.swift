import PlacementEngine
import PlacementModel

/// Idle device milli that the target workload cannot use, by the reason why.
///
/// - Units: thousandths of a device, weighted by popularity.
/// - Source: fgd.md section 7
public struct FragmentAmounts: Sendable, Hashable, BitwiseCopyable {
    /// Devices and CPU too short.
    public var lacksBoth = 0.0
    /// Devices too short, or the devices of a node that fits that have too little left themselves.
    public var lacksDevices = 0.0
    /// CPU too short.
    public var lacksCPU = 0.0
    /// For pods without devices, CPU enough and too short.
    public var withoutDevices = 0.0
    public var withoutDevicesLacksCPU = 0.0
    /// Another model is asked.
    public var otherModel = 0.0

    public init() {}

    /// F: everything that is not usable.
    public var total: Double {
        lacksBoth + lacksDevices + lacksCPU + withoutDevices + withoutDevicesLacksCPU + otherModel
    }

    /// Q1, Q2 and Q4: what devices and CPU are too short for.
    public var lacking: Double { lacksBoth + lacksDevices + lacksCPU }
}

/// The target workload, made ready for a fleet: model lists as bits.
public final class Fragmentation {
    struct Entry: BitwiseCopyable {
        var cpuMilli: Int64
        var milliPerDevice: Int32
        var devices: Int32
        var models: UInt64
        var popularity: Double
    }

    let entries: UnsafeMutableBufferPointer<Entry>

    public convenience init(_ pods: TypicalPods, modes: SymbolTable) {
        self.init(
            pods.entries.map { entry in
                let shape = entry.shape
                return Entry(
                    cpuMilli: shape.cpuMilli, milliPerDevice: shape.milliPerDevice, devices: shape.devices,
                    models: MilliRequest.models(shape.models, among: modes), popularity: entry.popularity)
            })
    }

    init(_ entries: [Entry]) {
        self.entries = .allocate(capacity: entries.count)
        _ = self.entries.initialize(from: entries)
    }

    deinit { entries.deallocate() }

    /// Amounts of a node's state, each added up in the order of the workload.
    ///
    /// - Parameter left: thousandths left by device.
    /// - Complexity: O(entries x devices)
    public func amounts(
        model: Int32, cpuLeftMilli: Int64, left: UnsafePointer<Int32>, deviceCount: Int
    ) -> FragmentAmounts {
        var amounts = FragmentAmounts()
        var idle: Int32 = 0
        for device in 0..<deviceCount { idle &+= left[device] }
        if idle == 0 { return amounts }
        let modelBit: UInt64 = model < 0 ? 0 : 1 << UInt64(model)
        for entry in entries {
            let cpuFits = cpuLeftMilli >= entry.cpuMilli
            let all = entry.popularity * Double(idle)
            if entry.milliPerDevice == 0 {
                if cpuFits { amounts.withoutDevices += all } else { amounts.withoutDevicesLacksCPU += all }
                continue
            }
            if entry.models & modelBit == 0 {
                amounts.otherModel += all
                continue
            }
            var fitting: Int32 = 0
            var tooSmall: Int32 = 0
            for device in 0..<deviceCount {
                if left[device] >= entry.milliPerDevice { fitting &+= 1 } else { tooSmall &+= left[device] }
            }
            if fitting < entry.devices {
                if cpuFits { amounts.lacksDevices += all } else { amounts.lacksBoth += all }
            } else if cpuFits {
                amounts.lacksDevices += entry.popularity * Double(tooSmall)
            } else {
                amounts.lacksCPU += all
            }
        }
        return amounts
    }

    /// Amounts of a node with some CPU less. - Parameter cpuTaken: milli
    func amounts(_ node: MilliNode, cpuTaken: Int64 = 0) -> FragmentAmounts {
        amounts(
            model: node.model, cpuLeftMilli: node.cpuLeftMilli - cpuTaken, left: node.left,
            deviceCount: Int(node.deviceCount))
    }
}
