import PlacementModel

/// Node selector and required node affinity. Where every term names nodes, only those are looked at.
///
/// Reads the node and the pod alone: changes with the node object.
/// - Source: nodeaffinity/node_affinity.go, PreFilter and Filter
struct NodeAffinityFilter: PodFilter {
    static let plugin = FilterPlugin.nodeAffinity
    let selector: [String: String]
    let terms: [NodeSelectorTerm]?

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        let filter = Self(selector: pod.pod.nodeSelector, terms: pod.pod.requiredNodeAffinity)
        if filter.selector.isEmpty && filter.terms == nil { return .skip }
        guard let terms = filter.terms, !terms.isEmpty else { return .filter(filter) }
        var union = Set<String>()
        for term in terms {
            guard let names = names(in: term) else { return .filter(filter) }
            union.formUnion(names)
        }
        if union.isEmpty { return .reject(.unresolvable, "pod affinity terms conflict") }
        return .filterAmong(filter, names: union)
    }

    /// Names that all `metadata.name In` of the term allow; nil where it has none.
    private static func names(in term: NodeSelectorTerm) -> Set<String>? {
        var names: Set<String>?
        for field in term.matchFields where field.key == "metadata.name" && field.operator == .in {
            names = names?.intersection(field.values) ?? Set(field.values)
        }
        return names
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        node.node.matches(selector: selector, affinity: terms)
            ? .pass : .unresolvable("node(s) didn't match Pod's node affinity/selector")
    }
}
