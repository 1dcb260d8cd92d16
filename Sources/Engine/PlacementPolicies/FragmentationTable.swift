import PlacementEngine

/// F over sorted devices, bit for bit what ``Fragmentation`` gives, several times faster.
///
/// ```
/// amounts      distinct milli that the workload asks, ascending: one walk along the sorted devices gives, for each, how
///              many devices have that much and what the others have left
/// entries      the workload in its order, each with its place in `amounts`
/// ```
///
/// Sums of milli are whole numbers, so only the order of the weighted additions matters, and that is the workload's.
struct FragmentationTable: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var cpuMilli: Int64
        var models: UInt64
        var popularity: Double
        var devices: Int32
        /// Place in `amounts`; -1 = asks no device.
        var amount: Int32
    }

    private let entries: UnsafeMutableBufferPointer<Entry>
    private let amounts: UnsafeMutableBufferPointer<Int32>
    /// By amount, for the state at hand.
    private let fitting: UnsafeMutablePointer<Int32>
    private let tooSmall: UnsafeMutablePointer<Int32>

    init(_ fragmentation: Fragmentation) {
        let distinct = Set(fragmentation.entries.map(\.milliPerDevice)).subtracting([0]).sorted()
        amounts = .allocate(capacity: distinct.count)
        _ = amounts.initialize(from: distinct)
        fitting = .allocate(capacity: max(distinct.count, 1))
        fitting.initialize(repeating: 0, count: max(distinct.count, 1))
        tooSmall = .allocate(capacity: max(distinct.count, 1))
        tooSmall.initialize(repeating: 0, count: max(distinct.count, 1))
        entries = .allocate(capacity: fragmentation.entries.count)
        for (place, entry) in fragmentation.entries.enumerated() {
            entries.initializeElement(
                at: place,
                to: Entry(
                    cpuMilli: entry.cpuMilli, models: entry.models, popularity: entry.popularity,
                    devices: entry.devices,
                    amount: distinct.firstIndex(of: entry.milliPerDevice).map(Int32.init) ?? -1))
        }
    }

    deinit {
        entries.deallocate()
        amounts.deallocate()
        fitting.deallocate()
        tooSmall.deallocate()
    }

    /// F of a state.
    ///
    /// - Parameter sorted: thousandths left by device, ascending.
    /// - Complexity: O(entries + amounts + devices), no allocation.
    func total(model: Int32, cpuLeftMilli: Int64, sorted: UnsafePointer<Int32>, count: Int) -> Double {
        var device = 0
        var passed: Int32 = 0
        for place in 0..<amounts.count {
            while device < count && sorted[device] < amounts[place] {
                passed &+= sorted[device]
                device += 1
            }
            fitting[place] = Int32(truncatingIfNeeded: count - device)
            tooSmall[place] = passed
        }
        var idle = passed
        while device < count {
            idle &+= sorted[device]
            device += 1
        }
        if idle == 0 { return 0 }
        return weigh(idle, cpuLeftMilli: cpuLeftMilli, modelBit: model < 0 ? 0 : 1 << UInt64(model))
    }

    @inline(__always)
    private func weigh(_ idle: Int32, cpuLeftMilli: Int64, modelBit: UInt64) -> Double {
        var sums = FragmentAmounts()
        let idle = Double(idle)
        for place in 0..<entries.count {
            let entry = entries.baseAddress! + place
            let cpuFits = cpuLeftMilli >= entry.pointee.cpuMilli
            let popularity = entry.pointee.popularity
            let amount = Int(entry.pointee.amount)
            if amount < 0 {
                if cpuFits {
                    sums.withoutDevices += popularity * idle
                } else {
                    sums.withoutDevicesLacksCPU += popularity * idle
                }
            } else if entry.pointee.models & modelBit == 0 {
                sums.otherModel += popularity * idle
            } else if fitting[amount] < entry.pointee.devices {
                if cpuFits { sums.lacksDevices += popularity * idle } else { sums.lacksBoth += popularity * idle }
            } else if cpuFits {
                sums.lacksDevices += popularity * Double(tooSmall[amount])
            } else {
                sums.lacksCPU += popularity * idle
            }
        }
        return sums.total
    }
}
