import PlacementModel

/// Two pods cannot have one port of a node.
///
/// Counts per node: the set of ports in use. Changes when a pod with host ports is bound or goes.
/// - Source: nodeports/node_ports.go, PreFilter and Fits
struct NodePortsFilter: PodFilter {
    static let plugin = FilterPlugin.nodePorts
    let wanted: [HostPort]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        pod.scheduling.hostPorts.isEmpty ? .skip : .filter(Self(wanted: pod.scheduling.hostPorts))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        let isTaken = wanted.contains { port in node.usedPorts.contains { $0.conflicts(with: port) } }
        return isTaken ? .unschedulable("node(s) didn't have free ports for the requested pod ports") : .pass
    }
}
