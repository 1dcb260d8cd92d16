import PlacementModel

/// Keeps a pod that names its node off all others. Queued pods name none.
///
/// - Source: nodename/node_name.go, Fits
struct NodeNameFilter: PodFilter {
    static let plugin = FilterPlugin.nodeName
    let nodeName: String

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        pod.pod.nodeName.isEmpty ? .skip : .filter(Self(nodeName: pod.pod.nodeName))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        node.name == nodeName ? .pass : .unresolvable("node(s) didn't match the requested node name")
    }
}
