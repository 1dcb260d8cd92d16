/// Pods that wait to be offered, in the form that suits the engine: by request class, or in one line for an engine that looks
/// ahead and wants to see the whole queue.
public struct PodQueue {
    var waiting = WaitingPods()
    var pods: [Int32] = []
    private let looksAhead: Bool

    public init(for engine: any PlacementEngine) { looksAhead = engine.looksAhead }

    /// Adds a pod that came after all others.
    ///
    /// - Precondition: it can be asked for.
    public mutating func append(_ sequence: Int32, classID: Int32) {
        precondition(classID != RoundDriver.cannotBeAsked, "a pod that cannot be asked for never waits")
        if looksAhead { pods.append(sequence) } else { waiting.append(sequence, classID: classID) }
    }

    public var count: Int { waiting.count + pods.count }

    /// Sequence numbers of all who wait, ascending. - Complexity: O(n log n)
    public var all: [Int32] { (waiting.all + pods).sorted() }
}
