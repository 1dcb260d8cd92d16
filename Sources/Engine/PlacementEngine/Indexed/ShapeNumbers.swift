import DeviceTable

/// Numbers for the shapes of nodes, so that a node's shape is compared once and not for every change of its usage.
struct ShapeNumbers: ~Copyable {
    /// Of a node that is like no other: what its devices are cut into or called is not in its shape.
    static let alone: Int32 = -2
    private static let unknown: Int32 = -1

    // By node row.
    private var numbers: UnsafeMutablePointer<Int32>
    /// First device row of the node when its shape was found: a node that got other devices has another.
    private var firstDevices: UnsafeMutablePointer<Int32>
    private var capacity = 0
    private var numberOfShape: [NodeShape: Int32] = [:]
    private var last = (node: -1, number: unknown)

    init() {
        numbers = .allocate(capacity: 0)
        firstDevices = .allocate(capacity: 0)
    }

    deinit {
        numbers.deallocate()
        firstDevices.deallocate()
    }

    /// Makes room for node rows up to `count`.
    mutating func reserve(nodes count: Int) {
        if count <= capacity { return }
        numbers = grown(numbers, from: capacity, to: count, filler: Self.unknown)
        firstDevices = grown(firstDevices, from: capacity, to: count, filler: -1)
        capacity = count
    }

    /// The number of the node's shape, or ``alone``.
    ///
    /// - Complexity: O(1) once known, else O(devices)
    @inline(__always)
    mutating func number(of node: Int, _ table: DeviceTable) -> Int32 {
        let first = table.heads.base[node].firstDevice
        if numbers[node] != Self.unknown && firstDevices[node] == first { return numbers[node] }
        return findNumber(of: node, table)
    }

    private mutating func findNumber(of node: Int, _ table: DeviceTable) -> Int32 {
        let isAlone =
            table.heads.base[node].flags.contains(.duplicateIDs)
            || table.devices(of: node).contains { table.flags.base[$0].contains(.mig) }
        numbers[node] = isAlone ? Self.alone : numberOfLikes(of: node, table)
        firstDevices[node] = table.heads.base[node].firstDevice
        return numbers[node]
    }

    /// Fleets come in runs of like nodes: the last one found is asked first.
    private mutating func numberOfLikes(of node: Int, _ table: DeviceTable) -> Int32 {
        if last.node >= 0, table.heads.base[last.node].flags.contains(.alive),
            table.heads.base[last.node].firstDevice == firstDevices[last.node],
            NodeShape.areAlike(node, last.node, table)
        {
            return last.number
        }
        let shape = NodeShape(of: node, table)
        let number = numberOfShape[shape] ?? Int32(numberOfShape.count)
        numberOfShape[shape] = number
        last = (node, number)
        return number
    }
}
