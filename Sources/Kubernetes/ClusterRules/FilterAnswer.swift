/// The filters of kube-scheduler, by the names it gives them.
public enum FilterPlugin: String, Sendable, Hashable, CaseIterable {
    case nodeUnschedulable = "NodeUnschedulable"
    case nodeName = "NodeName"
    case taintToleration = "TaintToleration"
    case nodeAffinity = "NodeAffinity"
    case nodePorts = "NodePorts"
    case nodeResourcesFit = "NodeResourcesFit"
    case volumeRestrictions = "VolumeRestrictions"
    case nodeVolumeLimits = "NodeVolumeLimits"
    case volumeBinding = "VolumeBinding"
    case volumeZone = "VolumeZone"
    case podTopologySpread = "PodTopologySpread"
    case interPodAffinity = "InterPodAffinity"
    case dynamicResources = "DynamicResources"
    case nodeDeclaredFeatures = "NodeDeclaredFeatures"
}

/// Why a pod, or a pod on one node, was refused.
public struct Rejection: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable {
        /// Evicting pods might help.
        case unschedulable = "Unschedulable"
        /// Evicting pods cannot help.
        case unresolvable = "UnschedulableAndUnresolvable"
        case error = "Error"
    }

    public var status: Status
    /// Nil where the node was left out by the names in the pod's affinity.
    public var plugin: FilterPlugin?
    public var reasons: [String]

    public init(_ status: Status, _ plugin: FilterPlugin?, _ reasons: [String]) {
        self.status = status
        self.plugin = plugin
        self.reasons = reasons
    }
}

/// What a filter says of one node.
enum FilterAnswer: Sendable {
    case pass
    case reject(Rejection.Status, [String])
    /// The attempt ends; the text is the filter's.
    case error(String)

    static func unschedulable(_ reason: String) -> FilterAnswer { .reject(.unschedulable, [reason]) }
    static func unresolvable(_ reason: String) -> FilterAnswer { .reject(.unresolvable, [reason]) }
}

/// What a filter makes of a pod before it sees any node.
enum Preparation {
    /// The filter, with what it has counted for the pod.
    case filter(any PodFilter)
    /// The same, and no other node than these comes into question.
    case filterAmong(any PodFilter, names: Set<String>)
    /// There is nothing to check for this pod; the filter is not asked again.
    case skip
    case reject(Rejection.Status, String)
}

/// One filter at work for one pod: its counts over the fleet, and its question to a node.
///
/// A value, so that a dry run copies it, adds and removes pods, and throws the copy away.
protocol PodFilter: Sendable {
    static var plugin: FilterPlugin { get }

    /// Counts what the filter has to know of the fleet. - Complexity: O(pods) where it reads other pods
    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer

    /// Says that a pod was put on the node for the time of a trial. kube-scheduler's hooks do not always do what counting
    /// anew would; where they differ, the filter says so.
    mutating func add(_ resident: PodFacts, to node: NodeContents)
    mutating func remove(_ resident: PodFacts, from node: NodeContents)
}

extension PodFilter {
    mutating func add(_ resident: PodFacts, to node: NodeContents) {}
    mutating func remove(_ resident: PodFacts, from node: NodeContents) {}
}

/// All filters in kube-scheduler's order, for PreFilter and Filter alike.
///
/// - Source: pkg/scheduler/apis/config/v1/default_plugins.go
enum FilterRegistry {
    static let inOrder: [any PodFilter.Type] = [
        NodeUnschedulableFilter.self, NodeNameFilter.self, TaintTolerationFilter.self, NodeAffinityFilter.self,
        NodePortsFilter.self, NodeResourcesFilter.self, VolumeRestrictionsFilter.self, NodeVolumeLimitsFilter.self,
        VolumeBindingFilter.self, VolumeZoneFilter.self, TopologySpreadFilter.self, InterPodAffinityFilter.self,
        DynamicResourcesFilter.self, DeclaredFeaturesFilter.self,
    ]
}
