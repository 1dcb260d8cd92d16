import DeviceTable
import PlacementModel

/// What Fit and score read of a node that no pod changes.
struct NodeShape: Hashable {
    private var devices: [Int]
    private var facts: NodeFacts

    init(of node: Int, _ table: DeviceTable) {
        devices = []
        let rows = table.devices(of: node)
        devices.reserveCapacity(rows.count * 12)
        for device in rows {
            devices.append(Int(table.type[device]))
            devices.append(Int(table.mode[device]))
            devices.append(Int(table.slots[device]))
            devices.append(Int(table.totalMemoryMiB[device]))
            devices.append(Int(table.totalCores[device]))
            devices.append(table.numa[device])
            devices.append(Int(truncatingIfNeeded: table.index[device]))
            devices.append(Int(table.vendor[device]))
            devices.append(Int(table.flags[device].rawValue))
            devices.append(Int(table.facts[device].group))
            devices.append(Int(table.facts[device].detail))
            devices.append(Int(table.facts[device].flags))
        }
        facts = table.nodeFacts[node]
    }

    /// Whether two nodes have equal shapes, without making them.
    static func areAlike(_ node: Int, _ other: Int, _ table: DeviceTable) -> Bool {
        let count = Int(table.heads.base[node].deviceCount)
        if count != Int(table.heads.base[other].deviceCount) { return false }
        let first = Int(table.heads.base[node].firstDevice)
        let second = Int(table.heads.base[other].firstDevice)
        func areEqual<Value: Equatable>(_ column: UnsafeMutablePointer<Value>) -> Bool {
            for device in 0..<count where column[first + device] != column[second + device] { return false }
            return true
        }
        return areEqual(table.type.base) && areEqual(table.mode.base) && areEqual(table.slots.base)
            && areEqual(table.totalMemoryMiB.base) && areEqual(table.totalCores.base) && areEqual(table.numa.base)
            && areEqual(table.index.base) && areEqual(table.vendor.base) && areEqual(table.flags.base)
            && areEqual(table.facts.base) && table.nodeFacts[node] == table.nodeFacts[other]
    }
}
