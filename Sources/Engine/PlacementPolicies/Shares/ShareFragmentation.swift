import DeviceTable
import PlacementEngine

/// F of nodes with slots, memory and cores: the sum over their device types, whose devices share the node's CPU.
///
/// A type's devices are a node of their own to ``Fragmentation``: their free parts, and the workload in parts of them. The
/// first device of a type in the table stands for all.
final class ShareFragmentation {
    /// A table of one device type at a stable place.
    private final class TypeTable {
        let table: FragmentationTable
        init(_ fragmentation: Fragmentation) { table = FragmentationTable(fragmentation) }
    }

    private let table: DeviceTable
    /// By type symbol: the plain form, and the fast one where it is used.
    private var plain: [Fragmentation?]
    private var fast: [TypeTable?]
    private let usesTables: Bool
    private let left: UnsafeMutablePointer<Int32>

    /// - Parameter usesTables: ``FragmentationTable`` instead of ``Fragmentation``; the same to the bit.
    init(_ workload: ShareWorkload, _ cluster: Fleet, usesTables: Bool) {
        table = cluster.table
        self.usesTables = usesTables
        plain = Array(repeating: nil, count: table.types.count)
        fast = Array(repeating: nil, count: table.types.count)
        left = .allocate(capacity: cluster.devicesPerNodeMax)
        for device in 0..<table.deviceRowCount where plain[Int(table.type[device])] == nil {
            let fragmentation = Fragmentation(workload.entries(for: device, table))
            plain[Int(table.type[device])] = fragmentation
            if usesTables { fast[Int(table.type[device])] = TypeTable(fragmentation) }
        }
    }

    deinit { left.deallocate() }

    /// F of a node with some usage on top, in thousandths of devices.
    ///
    /// - Complexity: O(types on the node x (devices + entries)); entries x devices in the plain form.
    func total(row: Int, after usages: [CollapsedUsage] = [], cpuMilli: Int64 = 0) -> Double {
        let head = table.heads.base[row]
        let first = Int(head.firstDevice)
        let count = Int(head.deviceCount)
        let cpuLeft = table.free.base[row].cpuMilli - cpuMilli
        var total = 0.0
        for place in 0..<count {
            let type = table.type.base[first + place]
            if (0..<place).contains(where: { table.type.base[first + $0] == type }) { continue }
            var found = 0
            for other in place..<count where table.type.base[first + other] == type {
                let free = DeviceShares.free(first + other, place: other, after: usages, table)
                var slot = found
                while slot > 0 && left[slot - 1] > free {
                    left[slot] = left[slot - 1]
                    slot -= 1
                }
                left[slot] = free
                found += 1
            }
            if let fast = fast[Int(type)] {
                total += fast.table.total(model: 0, cpuLeftMilli: cpuLeft, sorted: left, count: found)
            } else if let plain = plain[Int(type)] {
                total += plain.amounts(model: 0, cpuLeftMilli: cpuLeft, left: left, deviceCount: found).total
            }
        }
        return total
    }
}
