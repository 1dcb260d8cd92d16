/// A growing array of trivial values at a stable address between growths: one column of the table.
///
/// Owned by ``DeviceTable`` alone. Kernels read through ``base``, which is valid until the next `append`.
public struct Column<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sendable by hand-over: the table that owns the column is used by one round at a time.
    public internal(set) var base: UnsafeMutablePointer<Element>
    public private(set) var count = 0
    private var capacity: Int

    init() {
        capacity = 16
        base = .allocate(capacity: 16)
    }

    func deallocate() { base.deallocate() }

    mutating func append(_ value: Element) {
        if count == capacity {
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
            larger.update(from: base, count: count)
            base.deallocate()
            base = larger
            capacity *= 2
        }
        (base + count).initialize(to: value)
        count += 1
    }

    @inlinable
    public subscript(index: Int) -> Element {
        assert(index >= 0 && index < count)
        return base[index]
    }

    func set(_ index: Int, _ value: Element) {
        assert(index >= 0 && index < count)
        base[index] = value
    }

    /// A copy of all values, for snapshots.
    func values() -> [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

    func restore(_ values: [Element]) {
        precondition(values.count <= count, "a snapshot has no more rows than its table")
        values.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { base.update(from: start, count: source.count) }
        }
    }
}
