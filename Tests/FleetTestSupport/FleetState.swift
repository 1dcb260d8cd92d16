import DeviceTable
import PlacementEngine
import PlacementModel

/// Everything that pods change in a fleet, to be compared bit for bit.
struct FleetState: Equatable {
    private let table: DeviceTable.Snapshot
    private let quotas: [String: [String: [Int64]]]
    private let counts: [Int]

    init(_ fleet: Fleet) {
        table = fleet.table.snapshot()
        quotas = fleet.quotas.description()
        counts = [fleet.residentCount, fleet.podCount, fleet.parkedCount]
    }

    /// The first thing in which two fleets of the same objects differ, whatever rows their nodes have.
    static func difference(_ one: Fleet, _ other: Fleet) -> String? {
        let names = one.nodeRows.map { one.table.nodes[$0].name }
        let others = other.nodeRows.map { other.table.nodes[$0].name }
        if names != others { return "nodes \(names), \(others)" }
        for (row, otherRow) in zip(one.nodeRows, other.nodeRows) {
            let (own, its) = (node(one.table, row), node(other.table, otherRow))
            if own != its { return "node \(one.table.nodes[row].name) is \(own), \(its)" }
        }
        if one.quotas.description() != other.quotas.description() {
            return "quotas \(one.quotas.description()), \(other.quotas.description())"
        }
        if (one.podCount, one.parkedCount) != (other.podCount, other.parkedCount) {
            return "pods \(one.podCount), parked \(one.parkedCount); \(other.podCount), \(other.parkedCount)"
        }
        return nil
    }

    private static func node(_ table: DeviceTable, _ row: Int) -> String {
        let devices = table.devices(of: row).map { device in
            return "\(table.records[device].id) \(table.used[device])/\(table.usedMemoryMiB[device])/"
                + "\(table.usedCores[device]) \(table.isHealthy(device)) \(table.kept(of: device))"
        }
        return "\(table.free[row]) \(table.extendedLeft(onNode: row)) \(devices.joined(separator: ", "))"
    }
}
