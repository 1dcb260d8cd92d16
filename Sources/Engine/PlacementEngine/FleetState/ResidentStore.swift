import DeviceTable
import PlacementModel

/// Handle of a pod that occupies the fleet; reused after the pod leaves.
public struct ResidentID: Sendable, Hashable {
    public let row: Int32
    public init(row: Int32) { self.row = row }
}

/// What a resident takes besides devices. Few differ, so residents share them by number.
struct ResidentFootprint: Hashable {
    var namespace: Int32
    var resources: NodeResources
}

/// The pods that occupy the fleet: node, footprint, effects on devices. Rows and effect blocks are reused, so arrivals and
/// departures in balance allocate nothing.
///
/// Memory is committed where it is reserved: no placement pays for the first touch of a page. 16 bytes a pod, 20 a device.
struct ResidentStore: ~Copyable {
    struct Row: BitwiseCopyable {
        var node: Int32
        var firstEffect: Int32
        /// -1 = the row is free.
        var effectCount: Int32
        var footprint: Int32
    }

    private(set) var rows: UnsafeMutablePointer<Row>
    private(set) var rowCount = 0
    private var rowCapacity: Int
    private var freeRows: [Int32] = []
    private(set) var effects: UnsafeMutablePointer<DeviceEffect>
    private var effectCount = 0
    private var effectCapacity: Int
    /// Free blocks of effects by the power of two of their size.
    private var freeBlocks: [[Int32]] = Array(repeating: [], count: 24)
    private(set) var footprints: [ResidentFootprint] = []
    private var footprintNumbers: [ResidentFootprint: Int32] = [:]
    /// Extended resources of the few pods that have any.
    var extended: [Int32: [(resource: Symbol, amount: Int64)]] = [:]
    private(set) var aliveCount = 0

    init() {
        rowCapacity = 64
        rows = .allocate(capacity: rowCapacity)
        effectCapacity = 256
        effects = .allocate(capacity: effectCapacity)
    }

    deinit {
        rows.deallocate()
        effects.deallocate()
    }

    subscript(id: ResidentID) -> Row { rows[Int(id.row)] }

    func isAlive(_ id: ResidentID) -> Bool { rows[Int(id.row)].effectCount >= 0 }

    /// Number of a footprint, given at its first use. - Complexity: O(1)
    mutating func number(of footprint: ResidentFootprint) -> Int32 {
        if let known = footprintNumbers[footprint] { return known }
        let number = Int32(footprints.count)
        footprintNumbers[footprint] = number
        footprints.append(footprint)
        return number
    }

    mutating func add(node: Int, effects added: UnsafeBufferPointer<DeviceEffect>, footprint: Int32) -> ResidentID {
        let first = block(for: added.count)
        for place in 0..<added.count { effects[Int(first) + place] = added[place] }
        let row = Row(
            node: Int32(truncatingIfNeeded: node), firstEffect: first,
            effectCount: Int32(truncatingIfNeeded: added.count), footprint: footprint)
        aliveCount += 1
        if let free = freeRows.popLast() {
            rows[Int(free)] = row
            return ResidentID(row: free)
        }
        if rowCount == rowCapacity { growRows(to: rowCount + 1) }
        rows[rowCount] = row
        rowCount += 1
        return ResidentID(row: Int32(truncatingIfNeeded: rowCount - 1))
    }

    mutating func remove(_ id: ResidentID) {
        precondition(isAlive(id), "a pod leaves once")
        let row = rows[Int(id.row)]
        rows[Int(id.row)].effectCount = -1
        freeRows.append(id.row)
        if row.effectCount > 0 { freeBlocks[Self.power(Int(row.effectCount))].append(row.firstEffect) }
        extended[id.row] = nil
        aliveCount -= 1
    }

    /// The pod's effects, valid until the store changes.
    func effects(of id: ResidentID) -> UnsafeBufferPointer<DeviceEffect> {
        let row = rows[Int(id.row)]
        return UnsafeBufferPointer(start: effects + Int(row.firstEffect), count: Int(row.effectCount))
    }

    /// Room for `pods` more of two devices each.
    mutating func reserve(more pods: Int) {
        let neededRows = rowCount + max(pods - freeRows.count, 0)
        if neededRows > rowCapacity { growRows(to: neededRows) }
        let neededEffects = effectCount + 2 * pods
        if neededEffects > effectCapacity { growEffects(to: neededEffects) }
    }

    private mutating func growRows(to needed: Int) {
        let capacity = max(needed, rowCapacity + rowCapacity / 2)
        rows = Self.grown(rows, from: rowCount, to: capacity)
        rowCapacity = capacity
    }

    private mutating func growEffects(to needed: Int) {
        let capacity = max(needed, effectCapacity + effectCapacity / 2)
        effects = Self.grown(effects, from: effectCount, to: capacity)
        effectCapacity = capacity
    }

    /// A larger copy whose pages are all in memory.
    private static func grown<Element: BitwiseCopyable>(
        _ old: UnsafeMutablePointer<Element>, from count: Int, to capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.update(from: old, count: count)
        old.deallocate()
        let bytes = UnsafeMutableRawPointer(larger)
        let pageSize = 4096
        for offset in stride(
            from: count * MemoryLayout<Element>.stride, to: capacity * MemoryLayout<Element>.stride, by: pageSize)
        {
            bytes.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
        }
        return larger
    }

    private mutating func block(for count: Int) -> Int32 {
        if count == 0 { return 0 }
        let power = Self.power(count)
        if let free = freeBlocks[power].popLast() { return free }
        let first = effectCount
        let end = first + (1 << power)
        if end > effectCapacity { growEffects(to: end) }
        effectCount = end
        return Int32(truncatingIfNeeded: first)
    }

    /// Smallest power of two that holds `count`.
    private static func power(_ count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
}
