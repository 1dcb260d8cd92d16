import PlacementModel

/// Required affinity and anti-affinity between pods, in both directions.
///
/// Counts by topology key and value: residents' anti-affinity terms that mean the pod; residents that all affinity terms of
/// the pod mean; residents that each of its anti-affinity terms means. Changes when a pod is bound, goes or is relabelled,
/// when a node is added, goes or is relabelled, and with the labels of namespaces.
/// - Source: interpodaffinity/filtering.go and plugin.go
struct InterPodAffinityFilter: PodFilter {
    static let plugin = FilterPlugin.interPodAffinity

    struct Domain: Sendable, Hashable {
        var key: String
        var value: String
    }

    let pod: PodFacts
    /// Labels of the pod's namespace.
    let namespaceLabels: [String: String]
    let affinity: [ScopedTerm]
    let antiAffinity: [ScopedTerm]
    /// Only counts other than 0.
    var residentsAnti: [Domain: Int] = [:]
    var affinityCounts: [Domain: Int] = [:]
    var antiCounts: [Domain: Int] = [:]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        var filter = Self(
            pod: pod, namespaceLabels: cluster.labels(ofNamespace: pod.namespace),
            affinity: pod.affinity.map { $0.resolved(in: cluster) },
            antiAffinity: pod.antiAffinity.map { $0.resolved(in: cluster) })
        for node in cluster.nodes {
            for resident in node.residents { filter.count(resident, on: node, 1) }
        }
        if filter.residentsAnti.isEmpty && filter.affinity.isEmpty && filter.antiAffinity.isEmpty { return .skip }
        return .filter(filter)
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        if !satisfiesAffinity(node) { return .unresolvable("node(s) didn't match pod affinity rules") }
        for term in antiAffinity {
            if let value = node.labels[term.topologyKey],
                antiCounts[Domain(key: term.topologyKey, value: value), default: 0] > 0
            {
                return .unschedulable("node(s) didn't match pod anti-affinity rules")
            }
        }
        if !residentsAnti.isEmpty {
            for (key, value) in node.labels where residentsAnti[Domain(key: key, value: value), default: 0] > 0 {
                return .unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")
            }
        }
        return .pass
    }

    private func satisfiesAffinity(_ node: NodeContents) -> Bool {
        var isMet = true
        for term in affinity {
            guard let value = node.labels[term.topologyKey] else { return false }
            if affinityCounts[Domain(key: term.topologyKey, value: value), default: 0] <= 0 { isMet = false }
        }
        if isMet { return true }
        // The first pod of a group that wants to be together has nobody to join.
        return affinityCounts.isEmpty && affinity.allSatisfy { $0.matches(pod, namespaceLabels: [:]) }
    }

    mutating func add(_ resident: PodFacts, to node: NodeContents) { count(resident, on: node, 1) }
    mutating func remove(_ resident: PodFacts, from node: NodeContents) { count(resident, on: node, -1) }

    private mutating func count(_ resident: PodFacts, on node: NodeContents, _ sign: Int) {
        for term in resident.antiAffinity where term.matches(pod, namespaceLabels: namespaceLabels) {
            Self.count(&residentsAnti, term.topologyKey, on: node, sign)
        }
        if !affinity.isEmpty, affinity.allSatisfy({ $0.matches(resident, namespaceLabels: [:]) }) {
            for term in affinity { Self.count(&affinityCounts, term.topologyKey, on: node, sign) }
        }
        for term in antiAffinity where term.matches(resident, namespaceLabels: [:]) {
            Self.count(&antiCounts, term.topologyKey, on: node, sign)
        }
    }

    private static func count(_ counts: inout [Domain: Int], _ key: String, on node: NodeContents, _ sign: Int) {
        guard let value = node.labels[key] else { return }
        let domain = Domain(key: key, value: value)
        let count = counts[domain, default: 0] + sign
        counts[domain] = count == 0 ? nil : count
    }
}

extension ScopedTerm {
    /// The term as the pod's own terms are read: its selector over namespaces turned into names.
    ///
    /// In 1.36.2 the selector stays and is then tried on no labels at all, so that one made only of `NotIn` and
    /// `DoesNotExist` admits every namespace (kubernetes issue 141526).
    func resolved(in cluster: ClusterState) -> ScopedTerm {
        guard let namespaceSelector, !namespaceSelector.isEmpty else { return self }
        var term = self
        term.namespaces.formUnion(cluster.namespaces(matching: namespaceSelector))
        if cluster.profile.resolvesNamespaceSelectorsOnce { term.namespaceSelector = nil }
        return term
    }
}
