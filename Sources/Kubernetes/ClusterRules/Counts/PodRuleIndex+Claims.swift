public import PlacementModel

/// What a claim that waits for its first consumer gets on a node.
public enum ClaimNeed: Sendable, Hashable {
    /// `namespace/name` of a claim, and a volume that is there.
    case volume(claim: String, volume: String)
    /// A volume is made for it.
    case provisioning(claim: String)
}

// What a scheduler has to know of the index besides its answers.
extension PodRuleIndex {
    /// Whether the index counts all that the pod's rules read of others. Pods that nobody asked about are not counted: where a pod brings
    /// a new question, an index has to be made anew with the pod among those it is made for.
    public func covers(_ pod: Pod) -> Bool {
        guard PodKindKey.labelKeys(readBy: pod).isSubset(of: labelKeys) else { return false }
        return !pod.hasScheduling || !pod.scheduling.readsOtherPods || isKnown(pod)
    }

    /// Kinds of pods that are known: they are never forgotten, so that whoever runs for long makes the index anew.
    public var kindCount: Int { kinds.count }

    /// What the claims of pods of a kind get on a node, were one of them placed there now.
    ///
    /// - Complexity: O(claims x volumes)
    public func claimNeeds(of kind: Int32, onNodeRow row: Int) -> [ClaimNeed] {
        guard kind >= 0, kinds[Int(kind)].asksFilters else { return [] }
        return volumes.claimNeeds(kind, kinds[Int(kind)].facts, row)
    }
}
