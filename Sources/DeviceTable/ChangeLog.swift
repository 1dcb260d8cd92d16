/// The nodes that changed, in order, so that caches repair what they hold instead of rebuilding it.
///
/// A reader keeps a position and visits `entries` from there. When the log grows past its limit the oldest half is
/// dropped; a reader whose position has been dropped must rebuild.
public struct ChangeLog: Sendable {
    /// Entries kept before the oldest half is dropped.
    public static let entriesMax = 1 << 16

    public private(set) var entries: [Int32] = []
    /// Position of `entries[0]` counted from the start of time.
    public private(set) var firstPosition = 0

    init() { entries.reserveCapacity(Self.entriesMax + 1) }

    /// Position after the newest entry.
    public var end: Int { firstPosition + entries.count }

    @inline(__always)
    mutating func append(_ node: Int32) {
        if entries.count >= Self.entriesMax { dropOldest() }
        entries.append(node)
    }

    private mutating func dropOldest() {
        let dropped = Self.entriesMax / 2
        entries.removeFirst(dropped)
        firstPosition += dropped
    }

    /// Entries from `position` on, or nil if some of them are gone.
    public func index(of position: Int) -> Int? {
        position >= firstPosition ? position - firstPosition : nil
    }
}
