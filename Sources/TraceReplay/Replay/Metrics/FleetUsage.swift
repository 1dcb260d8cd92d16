import DeviceTable
import PlacementEngine

/// A copy of what is in use on the fleet, so that samples can be taken within a round.
struct FleetUsage {
    let table: DeviceTable
    /// By device row.
    private(set) var slots: [Int32]
    private(set) var memoryMiB: [Int32]
    private(set) var cores: [Int32]
    /// By node row.
    private(set) var free: [NodeResources]

    init(_ table: DeviceTable) {
        self.table = table
        slots = []
        memoryMiB = []
        cores = []
        free = []
        recount()
    }

    /// Copies the table anew. - Complexity: O(devices + nodes)
    mutating func recount() {
        let devices = table.deviceRowCount
        slots = Array(UnsafeBufferPointer(start: table.used.base, count: devices))
        memoryMiB = Array(UnsafeBufferPointer(start: table.usedMemoryMiB.base, count: devices))
        cores = Array(UnsafeBufferPointer(start: table.usedCores.base, count: devices))
        free = Array(UnsafeBufferPointer(start: table.free.base, count: table.nodeRowCount))
    }

    /// Adds what a pod got. - Complexity: O(its devices)
    mutating func add(_ outcome: Outcome, asking resources: NodeResources, in result: RoundResult) {
        let node = Int(outcome.node)
        let first = Int(table.firstDevice[node])
        for device in result.devices(of: outcome) {
            let row = first + Int(device.device)
            slots[row] += 1
            memoryMiB[row] += device.memoryMiB
            cores[row] += device.cores
        }
        free[node] = free[node].subtracting(resources)
    }

    /// How much of a device is in use, 0 to 1: the larger of its memory and its cores; of a device that counts neither, or
    /// goes out as a whole, its slots.
    func share(of device: Int) -> Double {
        var share = 0.0
        let (memory, core) = (table.totalMemoryMiB[device], table.totalCores[device])
        if memory > 0 { share = Double(memoryMiB[device]) / Double(memory) }
        if core > 0 { share = max(share, Double(cores[device]) / Double(core)) }
        if table.slots[device] == 1 || (memory <= 0 && core <= 0) {
            share = max(share, Double(slots[device]) / Double(max(table.slots[device], 1)))
        }
        return min(max(share, 0), 1)
    }

    /// Mean use of a node's devices, nil without any.
    func share(ofNode node: Int) -> Double? {
        let devices = table.devices(of: node)
        if devices.isEmpty { return nil }
        return devices.reduce(0) { $0 + share(of: $1) } / Double(devices.count)
    }
}
