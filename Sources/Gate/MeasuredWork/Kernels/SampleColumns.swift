import DeviceTable
import PlacementKernels
import SeededNumbers

/// Device columns of many made-up nodes, eight devices each, half of the nodes uniform.
final class SampleColumns {
    static let devicesPerNode = 8
    let nodes: Int
    private let used: UnsafeMutablePointer<Int32>
    private let usedMemoryMiB: UnsafeMutablePointer<Int32>
    private let usedCores: UnsafeMutablePointer<Int32>
    private let attributes: UnsafeMutablePointer<UInt32>
    private let slots: UnsafeMutablePointer<Int32>
    private let totalMemoryMiB: UnsafeMutablePointer<Int32>
    private let totalCores: UnsafeMutablePointer<Int32>
    private let words: UnsafeMutablePointer<UInt64>
    private let exactVendor: UnsafeMutablePointer<Int16>

    init(nodes: Int, seed: UInt64) {
        self.nodes = nodes
        let devices = nodes * Self.devicesPerNode
        var random = SeededGenerator(seed: seed)
        func column<Value>(_ make: (Int) -> Value) -> UnsafeMutablePointer<Value> {
            let column = UnsafeMutablePointer<Value>.allocate(capacity: devices)
            for device in 0..<devices { (column + device).initialize(to: make(device)) }
            return column
        }
        used = column { _ in Int32(random.below(5)) }
        usedMemoryMiB = column { _ in Int32(random.below(48) * 1024) }
        usedCores = column { _ in Int32(random.below(11) * 10) }
        attributes = column { device in
            (random.below(20) == 0 ? 0 : 1 << 31) | UInt32(device % Self.devicesPerNode / 4)
        }
        slots = column { _ in 10 }
        totalMemoryMiB = column { device in Int32(device / Self.devicesPerNode % 2 == 0 ? 65536 : 32768) }
        totalCores = column { _ in 100 }
        words = column { _ in 1 }
        exactVendor = column { _ in 0 }
    }

    deinit {
        used.deallocate()
        usedMemoryMiB.deallocate()
        usedCores.deallocate()
        attributes.deallocate()
        slots.deallocate()
        totalMemoryMiB.deallocate()
        totalCores.deallocate()
        words.deallocate()
        exactVendor.deallocate()
    }

    /// The columns of one node.
    @inline(__always)
    func columns(of node: Int) -> NodeColumns {
        let first = node * Self.devicesPerNode
        // Every other node reads its totals with stride 0, as uniform nodes of the table do.
        return NodeColumns(
            used: used + first, usedMemoryMiB: usedMemoryMiB + first, usedCores: usedCores + first,
            attributes: attributes + first, slots: slots + first, totalMemoryMiB: totalMemoryMiB + first,
            totalCores: totalCores + first, words: words + first, exactVendor: exactVendor + first,
            stride: node % 2, count: Self.devicesPerNode)
    }

    /// What the default node score reads.
    func sums(of node: Int) -> NodeSums {
        var sums = NodeSums()
        let columns = columns(of: node)
        for device in 0..<columns.count {
            sums.used += columns.used[device]
            sums.usedCores += columns.usedCores[device]
            sums.usedMemoryMiB += columns.usedMemoryMiB[device]
            sums.slots += columns.slots[device * columns.stride]
            sums.totalCores += columns.totalCores[device * columns.stride]
            sums.totalMemoryMiB += columns.totalMemoryMiB[device * columns.stride]
        }
        return sums
    }
}
