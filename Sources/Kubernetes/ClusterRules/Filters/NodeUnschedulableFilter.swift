import PlacementModel

/// Keeps pods off cordoned nodes, unless they tolerate the taint that a cordon stands for.
///
/// Reads the node and the pod alone: changes with the node object.
/// - Source: nodeunschedulable/node_unschedulable.go, Filter
struct NodeUnschedulableFilter: PodFilter {
    static let plugin = FilterPlugin.nodeUnschedulable
    let toleratesCordon: Bool

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        .filter(Self(toleratesCordon: pod.pod.tolerations.contains { $0.tolerates(.unschedulable) }))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        node.node.isUnschedulable && !toleratesCordon ? .unresolvable("node(s) were unschedulable") : .pass
    }
}
