import PlacementModel

/// Topology spread constraints with `DoNotSchedule`.
///
/// Counts per constraint and domain: pods of the pod's namespace that the selector matches, over nodes that take part.
/// Changes when a pod of the namespace is bound, goes, is relabelled or starts to terminate, and with nodes: added, gone,
/// relabelled, tainted.
/// - Source: podtopologyspread/filtering.go
struct TopologySpreadFilter: PodFilter {
    static let plugin = FilterPlugin.podTopologySpread

    struct Constraint: Sendable {
        var rule: TopologySpreadConstraint
        /// With the label keys that the API server has not merged.
        var selector: LabelSelector?
        var matchesSelf: Bool
        /// Pods by domain; a domain with no pod is there with 0.
        var counts: [String: Int] = [:]
    }

    let pod: PodFacts
    var constraints: [Constraint]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        if pod.scheduling.spread.isEmpty { return .skip }
        var filter = Self(
            pod: pod,
            constraints: pod.scheduling.spread.map { rule in
                let selector = rule.selector?.merging(rule.matchLabelKeys, of: pod.labels)
                return Constraint(
                    rule: rule, selector: selector, matchesSelf: LabelSelector.matches(selector, pod.labels))
            })
        for node in cluster.nodes { filter.count(node) }
        return .filter(filter)
    }

    private mutating func count(_ node: NodeContents) {
        guard hasAllKeys(node) else { return }
        for place in constraints.indices where counts(node, for: constraints[place]) {
            let constraint = constraints[place]
            let pods =
                constraint.selector.map { selector in
                    // An empty selector counts nobody, though it matches the pod itself.
                    selector.isEmpty
                        ? 0
                        : node.residents.count {
                            $0.namespace == pod.namespace && !$0.pod.isTerminating && selector.matches($0.labels)
                        }
                } ?? 0
            constraints[place].counts[node.labels[constraint.rule.topologyKey] ?? "", default: 0] += pods
        }
    }

    private func hasAllKeys(_ node: NodeContents) -> Bool {
        constraints.allSatisfy { node.labels[$0.rule.topologyKey] != nil }
    }

    /// Whether a node takes part in a constraint, as its policies say.
    private func counts(_ node: NodeContents, for constraint: Constraint) -> Bool {
        if constraint.rule.honorsNodeAffinity
            && !node.node.matches(selector: pod.pod.nodeSelector, affinity: pod.pod.requiredNodeAffinity)
        {
            return false
        }
        return !constraint.rule.honorsTaints || node.node.isTolerated(by: pod.pod.tolerations)
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        for constraint in constraints {
            guard let value = node.labels[constraint.rule.topologyKey] else {
                return .unresolvable(
                    "node(s) didn't match pod topology spread constraints (missing required label)")
            }
            let isShort = constraint.counts.count < Int(constraint.rule.minDomains)
            let low = isShort ? 0 : constraint.counts.values.min() ?? 0
            let skew = (constraint.counts[value] ?? 0) + (constraint.matchesSelf ? 1 : 0) - low
            if skew > Int(constraint.rule.maxSkew) {
                return .unschedulable("node(s) didn't match pod topology spread constraints")
            }
        }
        return .pass
    }

    // The hooks count terminating pods and empty selectors, which counting anew does not.
    mutating func add(_ resident: PodFacts, to node: NodeContents) { count(resident, on: node, 1) }
    mutating func remove(_ resident: PodFacts, from node: NodeContents) { count(resident, on: node, -1) }

    private mutating func count(_ resident: PodFacts, on node: NodeContents, _ sign: Int) {
        guard resident.namespace == pod.namespace, hasAllKeys(node) else { return }
        for place in constraints.indices {
            let constraint = constraints[place]
            guard LabelSelector.matches(constraint.selector, resident.labels), counts(node, for: constraint) else {
                continue
            }
            constraints[place].counts[node.labels[constraint.rule.topologyKey] ?? "", default: 0] += sign
        }
    }
}
