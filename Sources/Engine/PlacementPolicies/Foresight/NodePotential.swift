import PlacementEngine
import PlacementModel

/// What the free part of a node is worth to the pods expected: the sum of what each device's free part is worth, less a
/// tenth of the fragmentation, less what CPU shortage is expected to strand.
///
/// - Units: millionths of a device.
/// - Source: the values are cutting-stock duals (``ForesightStatistics/values``); fragmentation as in fgd.md section 7
struct NodePotential {
    /// A frequent shape, made ready for a fleet.
    struct Entry: BitwiseCopyable {
        var cpuMilli: Int64
        var models: UInt64
        var weight: Int64
        var devices: Int32
        var milliPerDevice: Int32
    }

    /// Weight of fragmentation: one in so many.
    static let fragmentationPart: Int64 = 10

    let entries: [Entry]
    let shortage: CPUShortage
    let values: [Int32]

    init(_ statistics: ForesightStatistics, modes: SymbolTable, devicesMax: Int) {
        entries = statistics.typical.map {
            Entry(
                cpuMilli: $0.shape.cpuMilli, models: MilliRequest.models($0.shape.models, among: modes),
                weight: $0.weight, devices: $0.shape.devices, milliPerDevice: $0.shape.milliPerDevice)
        }
        shortage = CPUShortage(statistics, idleMaxMilli: devicesMax * Int(MilliNode.deviceMilli))
        values = statistics.values
    }

    /// Worth of the devices' free parts. - Parameter left: free thousandths by device, in any order.
    @inline(__always)
    func value(_ left: UnsafePointer<Int32>, count: Int) -> Int64 {
        var sum: Int64 = 0
        for device in 0..<count { sum += Int64(values[Int(left[device])]) }
        return sum
    }

    /// The potential, entry by entry and device by device: the meaning of ``PotentialTable``.
    ///
    /// - Parameter left: free thousandths by device, in any order.
    /// - Complexity: O(entries x devices)
    func plain(model: Int32, cpuLeftMilli: Int64, left: UnsafePointer<Int32>, count: Int) -> Int64 {
        var idle: Int32 = 0
        for device in 0..<count { idle += left[device] }
        var weighed: Int64 = 0
        for entry in entries {
            let isModel = model >= 0 && entry.models & (1 << UInt64(model)) != 0
            var fitting: Int32 = 0
            var tooSmall: Int32 = 0
            for device in 0..<count {
                if left[device] >= entry.milliPerDevice { fitting += 1 } else { tooSmall += left[device] }
            }
            let isUsable =
                entry.milliPerDevice > 0 && isModel && fitting >= entry.devices && cpuLeftMilli >= entry.cpuMilli
            // A million millionths, over the entries, of at most 2^16 thousandths.
            weighed += entry.weight * Int64(isUsable ? tooSmall : idle)
        }
        return value(left, count: count) - weighed / (1000 * Self.fragmentationPart)
            - shortage.strandedMicro(idleMilli: idle, cpuLeftMilli: cpuLeftMilli)
    }
}

/// ``NodePotential`` over sorted devices, the same numbers several times faster.
///
/// ```
/// amounts    distinct milli that the entries ask, ascending: one walk along the sorted devices gives, for each, how many
///            devices have that much and what the others have left
/// entries    each with its place in `amounts`; those that ask no device are one sum
/// ```
struct PotentialTable: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var cpuMilli: Int64
        var models: UInt64
        var weight: Int64
        var devices: Int32
        var amount: Int32
    }

    private let potential: NodePotential
    private let entries: UnsafeMutableBufferPointer<Entry>
    private let amounts: UnsafeMutableBufferPointer<Int32>
    private let values: UnsafeMutableBufferPointer<Int32>
    /// Weight of the entries that ask no device.
    private let unusable: Int64
    /// By amount, for the state at hand.
    private let fitting: UnsafeMutablePointer<Int32>
    private let tooSmall: UnsafeMutablePointer<Int32>

    init(_ potential: NodePotential) {
        self.potential = potential
        let distinct = Set(potential.entries.map(\.milliPerDevice)).subtracting([0]).sorted()
        amounts = .allocate(capacity: distinct.count)
        _ = amounts.initialize(from: distinct)
        fitting = .allocate(capacity: distinct.count + 1)
        fitting.initialize(repeating: 0, count: distinct.count + 1)
        tooSmall = .allocate(capacity: distinct.count + 1)
        tooSmall.initialize(repeating: 0, count: distinct.count + 1)
        let asking = potential.entries.filter { $0.milliPerDevice > 0 }
        entries = .allocate(capacity: asking.count)
        for (place, entry) in asking.enumerated() {
            entries.initializeElement(
                at: place,
                to: Entry(
                    cpuMilli: entry.cpuMilli, models: entry.models, weight: entry.weight, devices: entry.devices,
                    amount: Int32(distinct.firstIndex(of: entry.milliPerDevice) ?? 0)))
        }
        unusable = potential.entries.reduce(0) { $0 + ($1.milliPerDevice > 0 ? 0 : $1.weight) }
        values = .allocate(capacity: potential.values.count)
        _ = values.initialize(from: potential.values)
    }

    deinit {
        entries.deallocate()
        amounts.deallocate()
        values.deallocate()
        fitting.deallocate()
        tooSmall.deallocate()
    }

    /// What a state is worth, and the parts that the engines add up over the fleet.
    struct Worth: BitwiseCopyable {
        var potential: Int64
        /// Worth of the devices' free parts.
        var value: Int64
        /// Free parts without what is expected to be stranded.
        var supply: Int64
    }

    /// - Parameter sorted: free thousandths by device, ascending.
    /// - Complexity: O(entries + amounts + devices), no allocation.
    func worth(model: Int32, cpuLeftMilli: Int64, sorted: UnsafePointer<Int32>, count: Int) -> Worth {
        var value: Int64 = 0
        for device in 0..<count { value += Int64(values[Int(sorted[device])]) }
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
        if idle == 0 { return Worth(potential: value, value: value, supply: 0) }
        let modelBit: UInt64 = model < 0 ? 0 : 1 << UInt64(model)
        var weighed = unusable * Int64(idle)
        for place in 0..<entries.count {
            let entry = entries.baseAddress! + place
            let amount = Int(entry.pointee.amount)
            let isUsable =
                entry.pointee.models & modelBit != 0 && fitting[amount] >= entry.pointee.devices
                && cpuLeftMilli >= entry.pointee.cpuMilli
            weighed &+= entry.pointee.weight &* Int64(isUsable ? tooSmall[amount] : idle)
        }
        let stranded = potential.shortage.strandedMicro(idleMilli: idle, cpuLeftMilli: cpuLeftMilli)
        return Worth(
            potential: value - weighed / (1000 * NodePotential.fragmentationPart) - stranded, value: value,
            supply: Int64(idle) * 1000 - stranded)
    }
}
