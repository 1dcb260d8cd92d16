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
    /// Rows of nodes that changed since ``takeChangedNodes()``; a row may stand here twice.
    private var changedNodes: [Int] = []

    init(_ table: DeviceTable) {
        self.table = table
        slots = []
        memoryMiB = []
        cores = []
        free = []
        recount()
        markAllChanged()
    }

    /// Copies the table anew. - Complexity: O(devices + nodes)
    mutating func recount() {
        let devices = table.deviceRowCount
        let before = (slots, memoryMiB, cores, free)
        slots = Array(UnsafeBufferPointer(start: table.used.base, count: devices))
        memoryMiB = Array(UnsafeBufferPointer(start: table.usedMemoryMiB.base, count: devices))
        cores = Array(UnsafeBufferPointer(start: table.usedCores.base, count: devices))
        free = Array(UnsafeBufferPointer(start: table.free.base, count: table.nodeRowCount))
        guard before.0.count == slots.count, before.3.count == free.count else { return markAllChanged() }
        for node in free.indices {
            let differs =
                free[node] != before.3[node]
                || table.devices(of: node).contains {
                    slots[$0] != before.0[$0] || memoryMiB[$0] != before.1[$0] || cores[$0] != before.2[$0]
                }
            if differs { changedNodes.append(node) }
        }
    }

    mutating func markAllChanged() { changedNodes = Array(free.indices) }

    /// Rows of the nodes that changed since the last call; a row may come twice.
    mutating func takeChangedNodes() -> [Int] {
        defer { changedNodes.removeAll(keepingCapacity: true) }
        return changedNodes
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
        changedNodes.append(node)
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
