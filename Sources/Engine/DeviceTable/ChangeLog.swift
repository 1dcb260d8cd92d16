/// The nodes that changed, in order, so that caches repair what they hold instead of rebuilding it.
///
/// A reader keeps a position and visits ``entries`` from there. When the log grows past its limit the older half is
/// dropped; a reader whose position has been dropped must rebuild. A handle, like ``Column``.
public struct ChangeLog: BitwiseCopyable, @unchecked Sendable {
    // Sendable by hand-over, with the table that owns it.
    /// Entries kept before the older half is dropped.
    public static let entriesMax = 1 << 16

    @usableFromInline
    struct Header: BitwiseCopyable {
        @usableFromInline var base: UnsafeMutablePointer<Int32>
        @usableFromInline var count: Int
        /// Position of the first entry counted from the start of time.
        @usableFromInline var firstPosition: Int
    }

    @usableFromInline let header: UnsafeMutablePointer<Header>

    init() {
        header = .allocate(capacity: 1)
        header.initialize(to: Header(base: .allocate(capacity: Self.entriesMax), count: 0, firstPosition: 0))
    }

    func deallocate() {
        header.pointee.base.deallocate()
        header.deallocate()
    }

    /// Position after the newest entry.
    @inlinable public var end: Int { header.pointee.firstPosition + header.pointee.count }

    /// Entries still held, oldest first.
    @inlinable public var entries: UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(start: header.pointee.base, count: header.pointee.count)
    }

    @inline(__always)
    func append(_ node: Int32) {
        if header.pointee.count == Self.entriesMax { dropOlderHalf() }
        header.pointee.base[header.pointee.count] = node
        header.pointee.count += 1
    }

    private func dropOlderHalf() {
        let kept = Self.entriesMax / 2
        header.pointee.base.update(from: header.pointee.base + kept, count: kept)
        header.pointee.count = kept
        header.pointee.firstPosition += Self.entriesMax - kept
    }

    /// Place of `position` in ``entries``, or nil if it is gone.
    @inlinable
    public func index(of position: Int) -> Int? {
        position >= header.pointee.firstPosition ? position - header.pointee.firstPosition : nil
    }
}
