import PlacementModel

/// A pod that restarts all its containers when one ends needs a node whose kubelet can do that.
///
/// Reads the node and the pod alone: changes with the node object.
/// - Source: nodedeclaredfeatures/nodedeclaredfeatures.go
struct DeclaredFeaturesFilter: PodFilter {
    static let plugin = FilterPlugin.nodeDeclaredFeatures
    private static let feature = "RestartAllContainersOnContainerExits"

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        pod.scheduling.restartsAllContainers ? .filter(Self()) : .skip
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        node.node.declaredFeatures.contains(Self.feature)
            ? .pass : .unresolvable("node(s) didn't match Pod's required features")
    }
}
