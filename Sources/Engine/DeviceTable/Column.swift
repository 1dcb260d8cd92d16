/// A growing array of trivial values at a stable address between growths: one column of the table.
///
/// Owned by ``DeviceTable`` alone. A column is a handle; its header lies apart, so that readers hold the column as a constant
/// and pay for no exclusivity check. ``base`` is valid until the next `append`.
public struct Column<Element: BitwiseCopyable>: BitwiseCopyable, @unchecked Sendable {
    // Sendable by hand-over: the table that owns the column is used by one round at a time.
    @usableFromInline
    struct Header: BitwiseCopyable {
        @usableFromInline var base: UnsafeMutablePointer<Element>
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int
    }

    @usableFromInline let header: UnsafeMutablePointer<Header>

    init() {
        header = .allocate(capacity: 1)
        header.initialize(to: Header(base: .allocate(capacity: 16), count: 0, capacity: 16))
    }

    func deallocate() {
        header.pointee.base.deallocate()
        header.deallocate()
    }

    @inlinable public var base: UnsafeMutablePointer<Element> { header.pointee.base }
    @inlinable public var count: Int { header.pointee.count }

    func append(_ value: Element) { append(repeating: value, count: 1) }

    func append(repeating value: Element, count more: Int) {
        let needed = count + more
        if needed > header.pointee.capacity {
            let capacity = max(needed, header.pointee.capacity * 2)
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
            larger.update(from: base, count: count)
            base.deallocate()
            header.pointee.base = larger
            header.pointee.capacity = capacity
        }
        (base + count).initialize(repeating: value, count: more)
        header.pointee.count = needed
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

    /// Makes an empty column like another.
    func takeOver(_ other: Column) {
        precondition(count == 0, "a column takes over another once")
        let capacity = max(other.count, 16)
        base.deallocate()
        header.pointee.base = .allocate(capacity: capacity)
        header.pointee.base.update(from: other.base, count: other.count)
        header.pointee.capacity = capacity
        header.pointee.count = other.count
    }

    /// Keeps some rows alone, in the order given.
    func keep(_ rows: [Int]) {
        let kept = UnsafeMutablePointer<Element>.allocate(capacity: max(rows.count, 16))
        for (place, row) in rows.enumerated() { (kept + place).initialize(to: base[row]) }
        base.deallocate()
        header.pointee.base = kept
        header.pointee.count = rows.count
        header.pointee.capacity = max(rows.count, 16)
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
