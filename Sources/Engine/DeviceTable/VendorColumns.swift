import PlacementModel

/// A count that a vendor keeps for each device; 0 on a fresh one.
public struct CountColumn: Sendable, Hashable {
    let place: Int

    /// Before the catalogue has asked the vendor; no table has such a column.
    public static let undeclared = CountColumn(place: -1)
}

/// A name that a vendor keeps for each device; -1 = none.
public struct SymbolColumn: Sendable, Hashable {
    let place: Int

    /// Before the catalogue has asked the vendor; no table has such a column.
    public static let undeclared = SymbolColumn(place: -1)
}

/// Slices of each device that a vendor's pods hold.
public struct IntervalColumn: Sendable, Hashable {
    let place: Int

    /// Before the catalogue has asked the vendor; no table has such a column.
    public static let undeclared = IntervalColumn(place: -1)
}

/// Half-open interval `start ..< start + size` of the slices of a device.
public struct SliceInterval: Sendable, Hashable, BitwiseCopyable {
    public var start: UInt32
    public var size: UInt32

    public init(start: UInt32, size: UInt32) {
        self.start = start
        self.size = size
    }

    /// 32-bit wrapping ends, as HAMi computes them.
    public func overlaps(_ other: SliceInterval) -> Bool {
        start < other.start &+ other.size && other.start < start &+ size
    }
}

/// Columns that vendors declare for what they keep of a device beside slots, memory and cores.
///
/// ```
/// declared                      numbers, by place and device row       intervals, by place and device row
///   count  "online pods"    0     0  2  0  0 ...                         -  0..2 4..5  -  ...
///   symbol "expected QoS"   1    -1 -1 17 -1 ...
/// ```
///
/// The table gives them room, clears a row whose device leaves, copies them, and takes changes back; what they mean only
/// their vendor knows.
public struct VendorColumns: Sendable {
    /// Numbers, in order: their names, and what stands there on a fresh device.
    public private(set) var numbers: [(name: String, empty: Int32)] = []
    public private(set) var intervals: [String] = []
    /// Those of the numbers that are symbols.
    public private(set) var symbols: [SymbolColumn] = []

    public init() {}

    public mutating func count(_ name: String) -> CountColumn {
        numbers.append((name, 0))
        return CountColumn(place: numbers.count - 1)
    }

    public mutating func symbol(_ name: String) -> SymbolColumn {
        numbers.append((name, -1))
        symbols.append(SymbolColumn(place: numbers.count - 1))
        return symbols[symbols.count - 1]
    }

    public mutating func intervals(_ name: String) -> IntervalColumn {
        intervals.append(name)
        return IntervalColumn(place: intervals.count - 1)
    }
}

/// The lists of one ``IntervalColumn``: few devices have one, so that a row is a number of a list.
struct IntervalLists {
    /// By device row: the number of its list, -1 = none yet.
    let numbers = Column<Int32>()
    private var lists: [[SliceInterval]] = []
    private var free: [Int32] = []

    subscript(device: Int) -> [SliceInterval] {
        let number = numbers[device]
        return number < 0 ? [] : lists[Int(number)]
    }

    var listCount: Int { lists.count }

    /// Where an interval that is held stands; the newest of equal ones.
    func position(of interval: SliceInterval, on device: Int) -> Int? {
        let number = Int(numbers[device])
        return number < 0 ? nil : lists[number].lastIndex(of: interval)
    }

    mutating func append(_ interval: SliceInterval, on device: Int) {
        if numbers[device] < 0 {
            if free.isEmpty {
                free.append(Int32(lists.count))
                lists.append([])
            }
            numbers.set(device, free.removeLast())
        }
        lists[Int(numbers[device])].append(interval)
    }

    mutating func remove(_ interval: SliceInterval, on device: Int) {
        guard let position = position(of: interval, on: device) else {
            preconditionFailure("an interval is released that was never held")
        }
        lists[Int(numbers[device])].remove(at: position)
    }

    mutating func insert(_ interval: SliceInterval, on device: Int, at position: Int) {
        lists[Int(numbers[device])].insert(interval, at: position)
    }

    /// Puts a whole list back. - Precondition: the device has had a list since, or the list is empty.
    mutating func restore(_ list: [SliceInterval], on device: Int) {
        if numbers[device] >= 0 { lists[Int(numbers[device])] = list }
    }

    /// The device leaves its row.
    mutating func clear(_ device: Int) {
        if numbers[device] < 0 { return }
        lists[Int(numbers[device])] = []
        free.append(numbers[device])
        numbers.set(device, -1)
    }

    /// Makes empty lists like others.
    mutating func takeOver(_ other: IntervalLists) {
        numbers.takeOver(other.numbers)
        (lists, free) = (other.lists, other.free)
    }
}

extension DeviceTable {
    /// A vendor's counts, by device row.
    public func counts(_ column: CountColumn) -> Column<Int32> { vendorNumbers[column.place] }

    /// A vendor's names, by device row.
    public func names(_ column: SymbolColumn) -> Column<Symbol> { vendorNumbers[column.place] }

    /// Slices that are held on a device, in the order in which they were taken. - Complexity: O(slices)
    public func slices(_ column: IntervalColumn, of device: Int) -> [SliceInterval] {
        vendorIntervals[column.place][device]
    }

    /// Keeps a name for a device; -1 removes it.
    package func set(_ column: SymbolColumn, _ name: Symbol, device: Int) {
        let names = vendorNumbers[column.place]
        let old = names[device]
        guard old != name else { return }
        names.set(device, name)
        heads.base[Int(nodeOfDevice[device])].flags.insert(.marked)
        noteChange(Int(nodeOfDevice[device]))
        releaseLog.append(nodeOfDevice[device])
        if isJournaling { journal.append(.name(column, device: Int32(device), old: old)) }
    }
}
