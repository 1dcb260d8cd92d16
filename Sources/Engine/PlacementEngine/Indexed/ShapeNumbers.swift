import DeviceTable

/// Numbers for the shapes of nodes, so that a node's shape is compared once and not for every change of its usage.
struct ShapeNumbers: ~Copyable {
    /// Of a node that is like no other: what its devices are cut into or called is not in its shape.
    static let alone: Int32 = -2
    private static let unknown: Int32 = -1

    // By node row.
    private var numbers: UnsafeMutablePointer<Int32>
    private var capacity = 0
    private var numberOfShape: [NodeShape: Int32] = [:]
    private var last = (node: -1, number: unknown)
    /// How far the log of registrations has been read.
    private var position = 0

    init() { numbers = .allocate(capacity: 0) }

    deinit { numbers.deallocate() }

    /// Shapes that have numbers, those of nodes that are gone included.
    var count: Int { numberOfShape.count }

    /// Makes room for node rows up to `count`.
    mutating func reserve(nodes count: Int) {
        if count <= capacity { return }
        numbers = grown(numbers, from: capacity, to: count, filler: Self.unknown)
        capacity = count
    }

    /// Forgets the shapes of rows that stand for something else since the last call.
    ///
    /// - Complexity: O(registrations since)
    mutating func follow(_ table: DeviceTable) {
        let log = table.registrationLog
        if log.end == position { return }
        last = (-1, Self.unknown)
        let entries = log.entries
        if let first = log.index(of: position) {
            for entry in first..<entries.count where Int(entries[entry]) < capacity {
                numbers[Int(entries[entry])] = Self.unknown
            }
        } else {
            numbers.update(repeating: Self.unknown, count: capacity)
        }
        position = log.end
    }

    /// The number of the node's shape, or ``alone``.
    ///
    /// - Precondition: ``follow(_:)`` has run since the last registration.
    /// - Complexity: O(1) once known, else O(devices)
    @inline(__always)
    mutating func number(of node: Int, _ table: DeviceTable) -> Int32 {
        if numbers[node] != Self.unknown { return numbers[node] }
        return findNumber(of: node, table)
    }

    private mutating func findNumber(of node: Int, _ table: DeviceTable) -> Int32 {
        let isAlone =
            table.heads.base[node].flags.contains(.duplicateIDs)
            || table.devices(of: node).contains { table.flags.base[$0].contains(.mig) }
        numbers[node] = isAlone ? Self.alone : numberOfLikes(of: node, table)
        return numbers[node]
    }

    /// Fleets come in runs of like nodes: the last one found is asked first.
    private mutating func numberOfLikes(of node: Int, _ table: DeviceTable) -> Int32 {
        if last.node >= 0 && NodeShape.areAlike(node, last.node, table) { return last.number }
        let shape = NodeShape(of: node, table)
        let number = numberOfShape[shape] ?? Int32(numberOfShape.count)
        numberOfShape[shape] = number
        last = (node, number)
        return number
    }
}
