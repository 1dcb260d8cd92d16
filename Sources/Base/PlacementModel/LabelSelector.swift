/// A selector over the labels of pods, namespaces or volumes: all pairs and all requirements must hold.
///
/// An absent selector (nil where one is expected) matches nothing, an empty one everything; who holds an optional selector
/// says so with ``matches(_:_:)``.
public struct LabelSelector: Sendable, Hashable {
    public var matchLabels: [String: String]
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`; a `NotIn` holds where the key is absent.
    public var matchExpressions: [NodeSelectorRequirement]

    public init(matchLabels: [String: String] = [:], matchExpressions: [NodeSelectorRequirement] = []) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    public var isEmpty: Bool { matchLabels.isEmpty && matchExpressions.isEmpty }

    /// - Complexity: O(requirements)
    public func matches(_ labels: [String: String]) -> Bool {
        for (key, value) in matchLabels where labels[key] != value { return false }
        return matchExpressions.allSatisfy { $0.matches(labels[$0.key]) }
    }

    /// Whether a selector that may be absent matches: nil matches nothing.
    public static func matches(_ selector: LabelSelector?, _ labels: [String: String]) -> Bool {
        selector?.matches(labels) ?? false
    }

    /// The selector with `key In [value]` (or `NotIn`) added for each key that `labels` has.
    ///
    /// - Source: pkg/registry/core/pod/strategy.go, mutatePodAffinity and mutateTopologySpreadConstraints
    public func merging(
        _ keys: [String], of labels: [String: String], as comparison: NodeSelectorRequirement.Operator = .in
    ) -> LabelSelector {
        var merged = self
        for key in keys {
            guard let value = labels[key] else { continue }
            let requirement = NodeSelectorRequirement(key: key, operator: comparison, values: [value])
            if !merged.matchExpressions.contains(requirement) { merged.matchExpressions.append(requirement) }
        }
        return merged
    }
}
