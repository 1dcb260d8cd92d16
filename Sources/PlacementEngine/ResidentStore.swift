import DeviceTable
import PlacementModel

/// Handle of a pod that occupies the fleet; reused after the pod leaves.
public struct ResidentID: Sendable, Hashable {
    public let row: Int32
    public init(row: Int32) { self.row = row }
}

/// The pods that occupy the fleet: node, effects on devices, node resources. Rows and effect blocks are reused, so
/// arrivals and departures in balance allocate nothing.
struct ResidentStore {
    struct Row: BitwiseCopyable {
        var node: Int32
        var firstEffect: Int32
        var effectCount: Int32
        var namespace: Int32
        var resources: NodeResources
        var isAlive: Bool
    }

    private(set) var rows: [Row] = []
    private var freeRows: [Int32] = []
    private(set) var effects: [DeviceEffect] = []
    /// Free blocks of effects by the power of two of their size.
    private var freeBlocks: [[Int32]] = Array(repeating: [], count: 24)
    /// Extended resources of the few pods that have any.
    var extended: [Int32: [(resource: Symbol, amount: Int64)]] = [:]
    private(set) var aliveCount = 0

    subscript(id: ResidentID) -> Row { rows[Int(id.row)] }

    mutating func add(
        node: Int, effects added: UnsafeBufferPointer<DeviceEffect>, namespace: Int32, resources: NodeResources
    ) -> ResidentID {
        let first = block(for: added.count)
        for place in 0..<added.count { effects[Int(first) + place] = added[place] }
        let row = Row(
            node: Int32(node), firstEffect: first, effectCount: Int32(added.count), namespace: namespace,
            resources: resources, isAlive: true)
        aliveCount += 1
        if let free = freeRows.popLast() {
            rows[Int(free)] = row
            return ResidentID(row: free)
        }
        rows.append(row)
        return ResidentID(row: Int32(rows.count - 1))
    }

    mutating func remove(_ id: ResidentID) {
        let row = rows[Int(id.row)]
        precondition(row.isAlive, "a pod leaves once")
        rows[Int(id.row)].isAlive = false
        freeRows.append(id.row)
        if row.effectCount > 0 { freeBlocks[Self.power(Int(row.effectCount))].append(row.firstEffect) }
        extended[id.row] = nil
        aliveCount -= 1
    }

    func effects(of id: ResidentID) -> ArraySlice<DeviceEffect> {
        let row = rows[Int(id.row)]
        return effects[Int(row.firstEffect)..<Int(row.firstEffect + row.effectCount)]
    }

    mutating func setEffect(_ place: Int, to effect: DeviceEffect) { effects[place] = effect }

    /// Room for `pods` more, growing by halves at least.
    mutating func reserve(more pods: Int) {
        let needed = rows.count + max(pods - freeRows.count, 0)
        if needed > rows.capacity { rows.reserveCapacity(max(needed, rows.capacity + rows.capacity / 2)) }
        let effectsNeeded = effects.count + 2 * pods
        if effectsNeeded > effects.capacity {
            effects.reserveCapacity(max(effectsNeeded, effects.capacity + effects.capacity / 2))
        }
    }

    private mutating func block(for count: Int) -> Int32 {
        if count == 0 { return 0 }
        let power = Self.power(count)
        if let free = freeBlocks[power].popLast() { return free }
        let first = effects.count
        let filler = DeviceEffect.usage(device: 0, slots: 0, memoryMiB: 0, cores: 0)
        for _ in 0..<(1 << power) { effects.append(filler) }
        return Int32(first)
    }

    /// Smallest power of two that holds `count`.
    private static func power(_ count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
}
