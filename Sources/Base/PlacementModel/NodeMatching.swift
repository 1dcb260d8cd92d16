// What of a node's object lets a pod in: the questions that several rules ask alike.
extension Node {
    /// Whether a required selector and affinity hold: all pairs, and one of the terms.
    ///
    /// - Parameter affinity: nil = no requirement; an empty list matches no node.
    public func matches(selector: [String: String], affinity: [NodeSelectorTerm]?) -> Bool {
        for (key, value) in selector where metadata.labels[key] != value { return false }
        guard let affinity else { return true }
        return affinity.contains { $0.matches(labels: metadata.labels, nodeName: name) }
    }

    /// Whether every taint that keeps pods off is tolerated; `PreferNoSchedule` keeps none off.
    public func isTolerated(by tolerations: [Toleration]) -> Bool {
        taints.allSatisfy { taint in
            taint.effect == .preferNoSchedule || tolerations.contains { $0.tolerates(taint) }
        }
    }
}
