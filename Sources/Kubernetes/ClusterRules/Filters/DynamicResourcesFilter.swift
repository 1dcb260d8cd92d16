import PlacementModel

/// Claims of dynamic resource allocation. They are not weighed: a pod that has them is refused, with the reason.
struct DynamicResourcesFilter: PodFilter {
    static let plugin = FilterPlugin.dynamicResources
    static let refusal = "resource claims are not weighed"

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        pod.scheduling.resourceClaims.isEmpty ? .skip : .reject(.unresolvable, refusal)
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer { .pass }
}
