import PlacementModel

/// Keeps pods off nodes with a taint they do not tolerate.
///
/// Reads the node and the pod alone: changes with the node object.
/// - Source: tainttoleration/taint_toleration.go, Filter
struct TaintTolerationFilter: PodFilter {
    static let plugin = FilterPlugin.taintToleration
    let tolerations: [Toleration]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        .filter(Self(tolerations: pod.pod.tolerations))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        node.node.isTolerated(by: tolerations) ? .pass : .unresolvable("node(s) had untolerated taint(s)")
    }
}
