import PackingBound
import PlacementEngine
import PlacementModel

/// What ``ForesightPolicy`` expects of the pods to come, from a list of pods: given, or those that have come so far.
///
/// - Units: CPU milli; thousandths of a device (milli) for requests, millionths (micro) for values.
public struct ForesightStatistics: Sendable, Hashable {
    /// Millionths of a device.
    static let deviceMicro: Int64 = 1_000_000
    /// Most kinds of pods with several devices that slots are kept for.
    static let slotKindsMax = 8
    /// Most CPU that a device is taken to need, and its spread: 16,777 CPUs. Times what a fleet can hold of devices, and
    /// squared, it stays below 2^60.
    static let cpuMilliPerDeviceMax: Int64 = (1 << 24) - 1
    /// Unit of ``Typical/weight``.
    static let weightUnit = 1e6

    /// A frequent shape, see ``TypicalPods``.
    struct Typical: Sendable, Hashable {
        var shape: WorkloadShape
        /// Share among the frequent shapes, in millionths.
        var weight: Int64
    }

    /// Pods with several whole devices, told apart by devices and CPU; CPUs within a tenth are one kind, the largest names
    /// it.
    struct SlotKind: Sendable, Hashable {
        var devices: Int32
        var cpuMilli: Int64
        /// Pods of the list.
        var count: Int64
    }

    /// What the pods of one list of accepted models ask.
    struct ModelDemand: Sendable, Hashable {
        /// Joined by `|`; empty = any.
        var models: String
        var milli: Int64
        /// The part whose slices waste little of a device, see ``ForesightStatistics/isDense(milli:)``.
        var denseMilli: Int64
    }

    let typical: [Typical]
    /// Many devices first, then much CPU.
    let slotKinds: [SlotKind]
    let demands: [ModelDemand]
    /// Asked by all pods of the list.
    let totalMilli: Int64
    /// CPU that pods with devices ask per device; 0 = they ask none.
    let cpuMilliPerDevice: Int64
    /// Spread of the CPU that fills one device: the standard deviation of a sum grows with the root of the devices.
    let cpuSpreadMilli: Int64
    /// Pods without devices that ask at least this much CPU are large: 1.6 times the average.
    let largePlainCPUMilli: Int64
    /// Asked by all pods of the list without devices.
    let allPlainCPUMilli: Int64
    /// Asked by those that are not large.
    let plainCPUMilli: Int64
    /// CPU of a node expected to be left where no pod finds it enough: a third of an ordinary pod without devices.
    let strandedCPUMilliPerNode: Int64
    /// What all pods of the list take, in millionths of a device by their worth.
    let totalWorth: Int64
    /// Millionths of a device that a free part is worth, by its thousandths, 0 to 1000; ascending.
    let values: [Int32]

    /// - Parameter counts: pods of each shape.
    /// - Complexity: O(n log n) in shapes, and a small linear program.
    public init(counts: [WorkloadShape: Int]) {
        let shared = counts.filter { $0.key.devices > 0 }
        typical = TypicalPods(counts: counts).entries.map {
            Typical(shape: $0.shape, weight: Int64(($0.popularity * Self.weightUnit).rounded()))
        }
        values = Self.values(shared)
        slotKinds = Self.slotKinds(shared)
        // A trace has less than 2^27 pods, a pod less than 2^24 thousandths: sums stay below 2^51, and their millionths below 2^61.
        // CPU of all pods may pass 64 bits.
        totalMilli = shared.reduce(0) { $0 + Int64($1.value) * $1.key.totalMilli }
        let cpu = shared.reduce(Int128(0)) { $0 + Int128($1.value) * Int128($1.key.cpuMilli) }
        cpuMilliPerDevice =
            totalMilli > 0 ? min(Int64(clamping: cpu * 1000 / Int128(totalMilli)), Self.cpuMilliPerDeviceMax) : 0
        cpuSpreadMilli = Self.spread(shared, perDevice: cpuMilliPerDevice, totalMilli: totalMilli)
        let plain = counts.filter { $0.key.devices == 0 }
        let plainPods = plain.reduce(Int64(0)) { $0 + Int64($1.value) }
        let plainCPU = plain.reduce(Int128(0)) { $0 + Int128($1.value) * Int128($1.key.cpuMilli) }
        allPlainCPUMilli = Int64(clamping: plainCPU)
        let large = plainPods > 0 ? Int64(clamping: plainCPU * 16 / Int128(10 * plainPods)) : .max
        largePlainCPUMilli = large
        plainCPUMilli = Int64(
            clamping: plain.reduce(Int128(0)) {
                $0 + ($1.key.cpuMilli < large ? Int128($1.value) * Int128($1.key.cpuMilli) : 0)
            })
        let ordinaryPods = plain.reduce(Int64(0)) { $0 + ($1.key.cpuMilli < large ? Int64($1.value) : 0) }
        strandedCPUMilliPerNode = plainCPUMilli / max(3 * ordinaryPods, 1)
        let values = values
        // Less than 2^27 pods of less than 2^14 devices of 2^20 millionths.
        totalWorth = shared.reduce(0) {
            $0 + Int64($1.value) * Int64($1.key.devices) * Int64(values[Int(min(max($1.key.milliPerDevice, 0), 1000))])
        }
        var demands: [String: ModelDemand] = [:]
        for (shape, count) in shared {
            let milli = Int64(count) * shape.totalMilli
            let dense = Self.isDense(milli: shape.milliPerDevice, values: values) ? milli : 0
            demands[shape.models, default: ModelDemand(models: shape.models, milli: 0, denseMilli: 0)].milli += milli
            demands[shape.models]?.denseMilli += dense
        }
        self.demands = demands.values.sorted { $0.models < $1.models }
    }

    /// Worth of free parts from the dual prices of the cutting-stock program over the slices.
    private static func values(_ counts: [WorkloadShape: Int]) -> [Int32] {
        let slices = counts.filter { $0.key.devices == 1 && $0.key.milliPerDevice < 1000 }
            .map { SliceDemand(milli: $0.key.milliPerDevice, count: Int64($0.value)) }
        // Clp has never failed on such a program; a part would then be worth its size.
        guard let stock = try? CuttingStock(slices) else { return (0...1000).map { Int32($0) * 1000 } }
        return stock.values.map {
            Int32((Int64($0) * deviceMicro + Int64(CuttingStock.unit) / 2) / Int64(CuttingStock.unit))
        }
    }

    /// Root of sum of count x (CPU - expected CPU)^2 / devices over the devices' worth of demand.
    private static func spread(_ counts: [WorkloadShape: Int], perDevice: Int64, totalMilli: Int64) -> Int64 {
        if totalMilli == 0 { return 0 }
        // In sixteenths of a squared milli, so that dividing by the devices loses nothing to speak of.
        var sum: Int128 = 0
        for (shape, count) in counts {
            let away = Int128(shape.cpuMilli) - Int128(perDevice) * Int128(shape.totalMilli) / 1000
            sum += Int128(count) * away * away * 16 / Int128(shape.devices)
        }
        // Beyond 2^100 the division comes first; the spread is past its bound by then anyhow.
        let share =
            sum < Int128(1) << 100 ? sum * 1000 / 16 / Int128(totalMilli) : sum / 16 / Int128(totalMilli) * 1000
        return min(Int64(squareRoot(UInt64(clamping: share))), cpuMilliPerDeviceMax)
    }

    private static func slotKinds(_ counts: [WorkloadShape: Int]) -> [SlotKind] {
        var byShape: [SlotKind] = []
        for (shape, count) in counts where shape.devices > 1 && shape.milliPerDevice == 1000 {
            byShape.append(SlotKind(devices: shape.devices, cpuMilli: shape.cpuMilli, count: Int64(count)))
        }
        byShape.sort { ($0.devices, $0.cpuMilli, $0.count) > ($1.devices, $1.cpuMilli, $1.count) }
        var kinds: [SlotKind] = []
        for kind in byShape {
            if let last = kinds.last, last.counts(devices: kind.devices, cpuMilli: kind.cpuMilli) {
                kinds[kinds.count - 1].count += kind.count
            } else {
                kinds.append(kind)
            }
        }
        return Array(kinds.prefix(slotKindsMax))
    }

    /// Millionths of a device that a slice is worth.
    func worth(milli: Int32) -> Int64 { Int64(values[Int(min(max(milli, 0), 1000))]) }

    /// Whether a slice takes at most a ninth more than its size of what a device is worth.
    func isDense(milli: Int32) -> Bool { Self.isDense(milli: milli, values: values) }

    private static func isDense(milli: Int32, values: [Int32]) -> Bool {
        Int64(milli) * 10_000 >= 9 * Int64(values[Int(min(max(milli, 0), 1000))])
    }
}

extension ForesightStatistics.SlotKind {
    /// Whether a pod needs a slot of this kind or of a larger one of as many devices.
    func counts(devices: Int32, cpuMilli: Int64) -> Bool {
        devices == self.devices && cpuMilli * 10 >= self.cpuMilli * 9
    }
}

extension WorkloadShape {
    /// Thousandths over all devices.
    var totalMilli: Int64 { Int64(milliPerDevice) * Int64(devices) }
}

/// The largest whole number whose square is not larger.
func squareRoot(_ number: UInt64) -> UInt64 {
    if number < 2 { return number }
    var root = UInt64(Double(number).squareRoot())
    while root.multipliedReportingOverflow(by: root).overflow || root * root > number { root -= 1 }
    while !(root + 1).multipliedReportingOverflow(by: root + 1).overflow && (root + 1) * (root + 1) <= number {
        root += 1
    }
    return root
}
