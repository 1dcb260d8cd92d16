import DeviceTable
import PlacementEngine

/// How much of each vendor's devices is in use, over the run.
public struct AllocationHistory: Sendable, Hashable {
    /// What the samples are taken along.
    public enum Axis: String, Sendable, Hashable {
        /// Pods decided.
        case pods
        /// Milliseconds of the trace.
        case milliseconds
    }

    /// One vendor's totals and what was used of them at each sample.
    ///
    /// - Units: memory MiB; cores in the vendor's unit.
    public struct VendorUse: Sendable, Hashable {
        public var vendor: String
        public var devices: Int
        public var totalSlots: Int64
        public var totalMemoryMiB: Int64
        public var totalCores: Int64
        public var usedSlots: [Int64] = []
        public var usedMemoryMiB: [Int64] = []
        public var usedCores: [Int64] = []
    }

    public var axis: Axis
    public var at: [Int64] = []
    /// Vendors that the fleet has, by common word.
    public var vendors: [VendorUse] = []
}

/// Takes samples of the device table.
struct AllocationSampler {
    private(set) var history: AllocationHistory
    private let table: DeviceTable
    /// Place in `history.vendors` by vendor id.
    private var places: [Int?]
    /// In use as last counted, by vendor id.
    private var uses: [Use]

    init(cluster: Fleet, axis: AllocationHistory.Axis) {
        history = AllocationHistory(axis: axis)
        table = cluster.table
        places = Array(repeating: nil, count: cluster.catalog.vendors.count)
        uses = Array(repeating: Use(), count: places.count)
        for device in 0..<table.deviceRowCount {
            let vendor = Int(table.vendor[device])
            let place = places[vendor] ?? history.vendors.count
            if places[vendor] == nil {
                places[vendor] = place
                history.vendors.append(
                    AllocationHistory.VendorUse(
                        vendor: cluster.catalog.vendors[vendor].commonWord, devices: 0, totalSlots: 0,
                        totalMemoryMiB: 0, totalCores: 0))
            }
            history.vendors[place].devices += 1
            history.vendors[place].totalSlots += Int64(table.slots[device])
            history.vendors[place].totalMemoryMiB += Int64(table.totalMemoryMiB[device])
            history.vendors[place].totalCores += Int64(table.totalCores[device])
        }
        // Vendor ids ascend with the common word.
        let order = places.compactMap { $0 }
        history.vendors = order.map { history.vendors[$0] }
        var next = 0
        for vendor in places.indices where places[vendor] != nil {
            places[vendor] = next
            next += 1
        }
    }

    /// Counts what is in use anew. - Complexity: O(devices)
    mutating func recount() {
        for vendor in uses.indices { uses[vendor] = Use() }
        for device in 0..<table.deviceRowCount {
            uses[Int(table.vendor[device])].add(
                slots: table.used[device], memoryMiB: table.usedMemoryMiB[device], cores: table.usedCores[device])
        }
    }

    /// Adds what a pod got, so that samples can be taken within a round. - Complexity: O(its devices)
    mutating func add(_ outcome: Outcome, in result: RoundResult) {
        for device in result.devices(of: outcome) {
            let row = Int(table.firstDevice[Int(outcome.node)] + device.device)
            uses[Int(table.vendor[row])].add(slots: 1, memoryMiB: device.memoryMiB, cores: device.cores)
        }
    }

    /// Adds a sample of what was counted, replacing one at the same position.
    mutating func sample(at position: Int64) {
        let isNew = history.at.last != position
        if isNew { history.at.append(position) }
        for (vendor, place) in places.enumerated() {
            guard let place else { continue }
            if !isNew {
                history.vendors[place].usedSlots.removeLast()
                history.vendors[place].usedMemoryMiB.removeLast()
                history.vendors[place].usedCores.removeLast()
            }
            history.vendors[place].usedSlots.append(uses[vendor].slots)
            history.vendors[place].usedMemoryMiB.append(uses[vendor].memoryMiB)
            history.vendors[place].usedCores.append(uses[vendor].cores)
        }
    }
}

/// Sums over the devices of one vendor: at most 2^30 devices of less than 2^31.
private struct Use {
    var slots: Int64 = 0
    var memoryMiB: Int64 = 0
    var cores: Int64 = 0

    mutating func add(slots: Int32, memoryMiB: Int32, cores: Int32) {
        self.slots += Int64(slots)
        self.memoryMiB += Int64(memoryMiB)
        self.cores += Int64(cores)
    }
}
