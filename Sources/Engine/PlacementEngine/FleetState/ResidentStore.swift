import DeviceTable
import PlacementModel

/// Handle of a pod that occupies the fleet. Rows are used again, handles are not: one of a pod that has left names nobody.
public struct ResidentID: Sendable, Hashable, BitwiseCopyable {
    public let row: Int32
    /// The pod's number among all that the fleet has had.
    public let generation: UInt64

    init(row: Int32, generation: UInt64) {
        self.row = row
        self.generation = generation
    }

    /// Nobody's.
    public static let none = ResidentID(row: -1, generation: 0)
}

/// The pods that occupy the fleet: node, footprint, effects on devices. Rows and effect blocks are reused, so arrivals and
/// departures in balance allocate nothing.
///
/// Memory is committed where it is reserved: no placement pays for the first touch of a page. 32 bytes a pod, 20 a device.
struct ResidentStore: ~Copyable {
    struct Row: BitwiseCopyable {
        var node: Int32
        var firstEffect: Int32
        var effectCount: Int32
        var footprint: Int32
        /// -1 = nobody has said.
        var namespace: Int32
        /// 0 = the row is free.
        var generation: UInt64
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
    /// What residents take besides devices; few differ, so they share them by number.
    private(set) var footprints: [NodeResources] = []
    private var footprintNumbers: [NodeResources: Int32] = [:]
    private var freeFootprints: [Int32] = []
    /// Extended resources of the few pods that have any.
    var extended: [Int32: [(resource: Symbol, amount: Int64)]] = [:]
    /// What pods hold of devices that their node does not have now, by row; it is charged when the devices come back.
    var absent: [Int32: [AbsentEffect]] = [:]
    /// Kinds of the pods that rules over other pods concern, by row; see ``InterPodRules``.
    var podKinds: [Int32: Int32] = [:]
    private(set) var aliveCount = 0
    private var generationsGiven: UInt64 = 0

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

    func isAlive(_ id: ResidentID) -> Bool {
        id.row >= 0 && Int(id.row) < rowCount && id.generation != 0 && rows[Int(id.row)].generation == id.generation
    }

    /// The handle of the pod that has a row; nil = none has.
    func id(ofRow row: Int) -> ResidentID? {
        rows[row].generation != 0 ? ResidentID(row: Int32(row), generation: rows[row].generation) : nil
    }

    /// Number of a footprint, given at its first use. - Complexity: O(1)
    mutating func number(of footprint: NodeResources) -> Int32 {
        if let known = footprintNumbers[footprint] { return known }
        let number: Int32
        if let free = freeFootprints.popLast() {
            number = free
            footprints[Int(free)] = footprint
        } else {
            number = Int32(footprints.count)
            footprints.append(footprint)
        }
        footprintNumbers[footprint] = number
        return number
    }

    mutating func add(
        node: Int, effects added: UnsafeBufferPointer<DeviceEffect>, footprint: Int32, namespace: Int32
    ) -> ResidentID {
        let first = block(for: added.count)
        for place in 0..<added.count { effects[Int(first) + place] = added[place] }
        let row: Int
        if let free = freeRows.popLast() {
            row = Int(free)
        } else {
            if rowCount == rowCapacity { growRows(to: rowCount + 1) }
            row = rowCount
            rowCount += 1
        }
        generationsGiven &+= 1
        rows[row] = Row(
            node: Int32(truncatingIfNeeded: node), firstEffect: first,
            effectCount: Int32(truncatingIfNeeded: added.count), footprint: footprint, namespace: namespace,
            generation: generationsGiven)
        aliveCount += 1
        return ResidentID(row: Int32(truncatingIfNeeded: row), generation: generationsGiven)
    }

    /// - Precondition: the pod is there.
    mutating func remove(_ id: ResidentID) {
        let row = rows[Int(id.row)]
        rows[Int(id.row)].effectCount = 0
        rows[Int(id.row)].generation = 0
        freeRows.append(id.row)
        if row.effectCount > 0 { freeBlocks[Self.power(Int(row.effectCount))].append(row.firstEffect) }
        extended[id.row] = nil
        absent[id.row] = nil
        podKinds[id.row] = nil
        aliveCount -= 1
    }

    mutating func setNamespace(_ namespace: Int32, of id: ResidentID) { rows[Int(id.row)].namespace = namespace }

    /// Gives a pod other effects, when its node's devices are other ones. - Precondition: the pod is there.
    mutating func setEffects(_ others: [DeviceEffect], of id: ResidentID) {
        let row = Int(id.row)
        let count = Int(rows[row].effectCount)
        if count > 0 { freeBlocks[Self.power(count)].append(rows[row].firstEffect) }
        rows[row].firstEffect = block(for: others.count)
        rows[row].effectCount = Int32(others.count)
        for (place, effect) in others.enumerated() { effects[Int(rows[row].firstEffect) + place] = effect }
    }

    mutating func setNode(_ node: Int, ofRow row: Int) { rows[row].node = Int32(node) }

    // MARK: Taking back

    /// What a pod that leaves has had, to be put back.
    struct Departure {
        let id: ResidentID
        let row: Row
        let effects: [DeviceEffect]
        let extended: [(resource: Symbol, amount: Int64)]?
        let absent: [AbsentEffect]?
        let podKind: Int32?
    }

    func departure(of id: ResidentID) -> Departure {
        Departure(
            id: id, row: self[id], effects: Array(effects(of: id)), extended: extended[id.row], absent: absent[id.row],
            podKind: podKinds[id.row])
    }

    /// Undoes the last removal, which was this pod's.
    mutating func undoRemoval(_ departure: Departure) {
        let freed = freeRows.removeLast()
        precondition(freed == departure.id.row, "removals are taken back newest first")
        if departure.row.effectCount > 0 {
            let block = freeBlocks[Self.power(Int(departure.row.effectCount))].removeLast()
            precondition(block == departure.row.firstEffect, "blocks are taken back newest first")
        }
        rows[Int(freed)] = departure.row
        for (place, effect) in departure.effects.enumerated() {
            effects[Int(departure.row.firstEffect) + place] = effect
        }
        extended[freed] = departure.extended
        absent[freed] = departure.absent
        podKinds[freed] = departure.podKind
        aliveCount += 1
    }

    /// Makes an empty store like another.
    mutating func takeOver(_ other: borrowing ResidentStore) {
        if other.rowCount > rowCapacity { growRows(to: other.rowCount) }
        if other.effectCount > effectCapacity { growEffects(to: other.effectCount) }
        rows.update(from: other.rows, count: other.rowCount)
        effects.update(from: other.effects, count: other.effectCount)
        (rowCount, effectCount, aliveCount) = (other.rowCount, other.effectCount, other.aliveCount)
        (freeRows, freeBlocks, generationsGiven) = (other.freeRows, other.freeBlocks, other.generationsGiven)
        footprints = other.footprints
        footprintNumbers = other.footprintNumbers
        freeFootprints = other.freeFootprints
        extended = other.extended
        absent = other.absent
    }

    // MARK: Bounds

    /// Forgets footprints that no resident has; their numbers go to others.
    ///
    /// - Parameter isHeld: whether somebody else keeps the number. - Complexity: O(residents)
    mutating func forgetIdleFootprints(isHeld: (Int32) -> Bool) {
        var held = Array(repeating: false, count: footprints.count)
        for row in 0..<rowCount where rows[row].generation != 0 { held[Int(rows[row].footprint)] = true }
        let free = Set(freeFootprints)
        for number in held.indices where !held[number] && !free.contains(Int32(number)) && !isHeld(Int32(number)) {
            footprintNumbers[footprints[number]] = nil
            freeFootprints.append(Int32(number))
        }
    }

    /// Follows devices that have moved. - Parameter newRow: by old row
    mutating func moveDevices(_ newRow: [Int32]) {
        for row in 0..<rowCount where rows[row].generation != 0 {
            for place in Int(rows[row].firstEffect)..<Int(rows[row].firstEffect + rows[row].effectCount) {
                effects[place].device = newRow[Int(effects[place].device)]
            }
        }
    }

    var footprintCount: Int { footprintNumbers.count }

    var memoryBytes: Int {
        rowCapacity * MemoryLayout<Row>.stride + effectCapacity * MemoryLayout<DeviceEffect>.stride
            + freeRows.capacity * 4 + freeBlocks.reduce(0) { $0 + $1.capacity * 4 } + footprints.count * 96
            + extended.count * 64 + absent.count * 64
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

extension ResidentStore {
    borrowing func copy() -> ResidentStore {
        var other = ResidentStore()
        other.takeOver(self)
        return other
    }
}
