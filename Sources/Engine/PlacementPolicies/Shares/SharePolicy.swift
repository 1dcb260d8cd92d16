import PlacementEngine
import PlacementModel

/// A policy that chooses the node for pods on devices with slots, memory and cores.
///
/// What fits, and on which devices of a node, stays the vendors' business: a policy scores the one placement that HAMi's rules
/// would make on each node that the pod fits, see ``ShareTrial``. Engines keep scores until the node changes, so a score
/// depends on the request class, the node and what ``roundWillStart(_:in:)`` saw.
protocol SharePolicy: ScoringPolicy, ~Copyable {
    /// See ``PlacementEngine/looksAhead``.
    static var looksAhead: Bool { get }

    /// Score of the placement just tried. Never `Int32.min`, which means that a node does not fit.
    mutating func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32

    /// Sees a round before its first pod is decided. - Returns: whether scores made so far no longer hold.
    mutating func roundWillStart(_ round: UnsafeBufferPointer<Int32>, in cluster: Fleet) -> Bool

    /// Where a pod stands in its round, smaller first; asked where ``looksAhead``.
    func rank(_ requestClass: RequestClass) -> Int64

    /// Says that nodes or devices came, went or were registered anew; no score made so far holds.
    mutating func devicesDidChange(_ cluster: Fleet)

    /// Says that the state of a node row is new.
    mutating func nodeDidChange(row: Int)

    /// See ``PlacementEngine/waitingDidChange(_:by:)``.
    mutating func waitingDidChange(_ classID: Int32, by pods: Int)
}

extension SharePolicy where Self: ~Copyable {
    static var looksAhead: Bool { false }

    mutating func roundWillStart(_ round: UnsafeBufferPointer<Int32>, in cluster: Fleet) -> Bool { false }

    func rank(_ requestClass: RequestClass) -> Int64 { 0 }

    mutating func devicesDidChange(_ cluster: Fleet) {}

    mutating func nodeDidChange(row: Int) {}

    mutating func waitingDidChange(_ classID: Int32, by pods: Int) {}
}
