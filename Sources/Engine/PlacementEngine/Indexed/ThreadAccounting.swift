/// Somebody who counts what threads allocate. The engine knows no allocator: the host's is the host's.
public protocol ThreadAccounting: Sendable {
    /// A thread begins its part of a round. - Returns: what ``end(since:)`` wants to know.
    func begin() -> UInt64
    /// The same thread has ended it.
    func end(since mark: UInt64)
}
