/// Pods of a backlog that were rejected and wait; they come back when an engine that looks ahead may place them after all.
///
/// Nothing leaves under the backlog clock, so with every other engine a rejected pod stays rejected and is not asked again.
struct ReturningPods {
    private let engine: any PlacementEngine
    /// Sequence numbers in order, with their classes.
    private var pods: [(sequence: Int32, classID: Int32)] = []
    private var retryVersion: Int

    init(_ engine: any PlacementEngine) {
        self.engine = engine
        retryVersion = engine.retryVersion
    }

    /// Takes out the sequence numbers of the pods that are to be offered again with the next round; none unless something changed.
    mutating func takeReturning() -> [Int32] {
        if engine.retryVersion == retryVersion { return [] }
        retryVersion = engine.retryVersion
        for pod in pods { engine.waitingDidChange(pod.classID, by: -1) }
        defer { pods.removeAll(keepingCapacity: true) }
        return pods.map(\.sequence)
    }

    /// Keeps a pod that was rejected.
    mutating func add(_ sequence: Int32, classID: Int32) {
        if !engine.looksAhead || classID == RoundDriver.cannotBeAsked { return }
        pods.append((sequence, classID))
        engine.waitingDidChange(classID, by: 1)
    }
}
