import DeviceTable
import PlacementEngine

/// Which pods have arrived and not left, and how much of each vendor's devices is in use: what a ceiling is found for.
struct PresentPods {
    /// A moment of the run.
    struct Moment {
        /// Time of the virtual clock; nil = the end of a backlog.
        var timeMs: Int64?
        /// Running and waiting, by shape.
        var byShape: [Int64]
        var waiting: Int
        /// By vendor id.
        var uses: [Use]
    }

    /// A vendor's devices.
    struct Use {
        var memoryMiB: Int64 = 0
        var cores: Int64 = 0
        /// Some device is charged more than it has, as a vendor's rules may allow.
        var exceedsDevice = false
    }

    private var byShape: [Int64]
    private var shapeOfResident: [Int32: Int32] = [:]
    /// The moment at which most pods waited; among equals the one with most pods, then the first.
    private(set) var mostWaiting: Moment?
    private var mostPods = 0
    private var pods = 0

    init(shapes: Int) { byShape = Array(repeating: 0, count: shapes) }

    mutating func arrive(shape: Int32) {
        byShape[Int(shape)] += 1
        pods += 1
    }

    mutating func place(_ resident: ResidentID, shape: Int32) { shapeOfResident[resident.row] = shape }

    mutating func leave(_ resident: ResidentID) {
        guard let shape = shapeOfResident.removeValue(forKey: resident.row) else { return }
        byShape[Int(shape)] -= 1
        pods -= 1
    }

    /// Keeps the present moment if more pods wait than at any before. - Complexity: O(devices) when it is kept.
    mutating func observe(timeMs: Int64, waiting: Int, _ cluster: Fleet) {
        if let most = mostWaiting, (waiting, pods) <= (most.waiting, mostPods) { return }
        mostWaiting = moment(timeMs: timeMs, waiting: waiting, cluster)
        mostPods = pods
    }

    func moment(timeMs: Int64?, waiting: Int, _ cluster: Fleet) -> Moment {
        let table = cluster.table
        var uses = Array(repeating: Use(), count: cluster.catalog.vendors.count)
        for device in 0..<table.deviceRowCount {
            let vendor = Int(table.vendor[device])
            uses[vendor].memoryMiB += Int64(table.usedMemoryMiB[device])
            uses[vendor].cores += Int64(table.usedCores[device])
            if table.usedMemoryMiB[device] > table.totalMemoryMiB[device]
                || table.usedCores[device] > table.totalCores[device] || table.used[device] > table.slots[device]
            {
                uses[vendor].exceedsDevice = true
            }
        }
        return Moment(timeMs: timeMs, byShape: byShape, waiting: waiting, uses: uses)
    }
}
