/// A port of the node that a container wants for itself.
public struct HostPort: Sendable, Hashable {
    /// `0.0.0.0` where the pod names none; any other text is compared as it stands.
    public var address: String
    /// TCP, UDP or SCTP.
    public var transport: String
    public var port: Int32

    public static let anyAddress = "0.0.0.0"

    public init(address: String = "", transport: String = "", port: Int32) {
        self.address = address.isEmpty ? Self.anyAddress : address
        self.transport = transport.isEmpty ? "TCP" : transport
        self.port = port
    }

    /// Whether both cannot be had on one node: the same number and protocol, and addresses that are equal or the wildcard.
    public func conflicts(with other: HostPort) -> Bool {
        port == other.port && transport == other.transport
            && (address == other.address || address == Self.anyAddress || other.address == Self.anyAddress)
    }
}

/// One required term of pod affinity or anti-affinity.
public struct PodAffinityTerm: Sendable, Hashable {
    /// Nil matches no pod, empty matches all.
    public var selector: LabelSelector?
    public var topologyKey: String
    /// Namespaces by name. With no name and no selector, the namespace of the pod that has the term.
    public var namespaces: [String]
    /// Namespaces by their labels; nil selects none, empty all.
    public var namespaceSelector: LabelSelector?
    /// Keys whose values the API server merges into the selector of a pod that is created.
    public var matchLabelKeys: [String]
    public var mismatchLabelKeys: [String]

    public init(
        selector: LabelSelector?, topologyKey: String, namespaces: [String] = [],
        namespaceSelector: LabelSelector? = nil, matchLabelKeys: [String] = [], mismatchLabelKeys: [String] = []
    ) {
        self.selector = selector
        self.topologyKey = topologyKey
        self.namespaces = namespaces
        self.namespaceSelector = namespaceSelector
        self.matchLabelKeys = matchLabelKeys
        self.mismatchLabelKeys = mismatchLabelKeys
    }
}

/// One topology spread constraint with `DoNotSchedule`.
public struct TopologySpreadConstraint: Sendable, Hashable {
    public var maxSkew: Int32
    public var minDomains: Int32
    public var topologyKey: String
    public var selector: LabelSelector?
    public var matchLabelKeys: [String]
    /// `nodeAffinityPolicy: Honor`: nodes that the pod's selector or affinity leaves out are not counted.
    public var honorsNodeAffinity: Bool
    /// `nodeTaintsPolicy: Honor`: nodes with taints the pod does not tolerate are not counted.
    public var honorsTaints: Bool

    public init(
        maxSkew: Int32, topologyKey: String, selector: LabelSelector?, minDomains: Int32 = 1,
        matchLabelKeys: [String] = [], honorsNodeAffinity: Bool = true, honorsTaints: Bool = false
    ) {
        self.maxSkew = maxSkew
        self.minDomains = minDomains
        self.topologyKey = topologyKey
        self.selector = selector
        self.matchLabelKeys = matchLabelKeys
        self.honorsNodeAffinity = honorsNodeAffinity
        self.honorsTaints = honorsTaints
    }
}

/// What a pod mounts, as far as it can keep the pod off a node.
public struct PodVolume: Sendable, Hashable {
    public enum Source: Sendable, Hashable {
        case claim(name: String)
        /// A generic ephemeral volume: its claim is named for pod and volume.
        case ephemeral
        case gcePersistentDisk(name: String, isReadOnly: Bool)
        case awsElasticBlockStore(id: String, isReadOnly: Bool)
        case iscsi(iqn: String, isReadOnly: Bool)
        case rbd(monitors: [String], pool: String, image: String, isReadOnly: Bool)
    }

    public var name: String
    public var source: Source

    public init(name: String, source: Source) {
        self.name = name
        self.source = source
    }
}

/// A field for which the API server refuses an object, and its words.
public struct SpecProblem: Sendable, Hashable, CustomStringConvertible {
    /// As the server prints it: `spec.containers[0].resources.requests[cpu]`.
    public var field: String
    /// `Invalid value: "-1": must be greater than or equal to 0`
    public var message: String

    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    public var description: String { field + ": " + message }
}

/// What kube-scheduler reads of a pod besides requests, node constraints and tolerations. Most pods have little of it.
public struct PodScheduling: Sendable, Hashable {
    public var priority: Int32 = 0
    /// The class that a priority is still to be taken from; empty where ``priority`` says it.
    public var priorityClassName = ""
    /// `preemptionPolicy: Never`.
    public var neverPreempts = false
    public var nominatedNodeName = ""
    /// Seconds since 1970 at which the pod started; nil = not yet.
    public var startSeconds: Int64?
    /// On its way out because the scheduler preempted it.
    public var isPreempted = false
    /// Ports of containers and sidecars, init containers left out.
    public var hostPorts: [HostPort] = []
    /// Required terms only.
    public var affinity: [PodAffinityTerm] = []
    public var antiAffinity: [PodAffinityTerm] = []
    public var spread: [TopologySpreadConstraint] = []
    public var volumes: [PodVolume] = []
    /// Names of `spec.resourceClaims`.
    public var resourceClaims: [String] = []
    /// Some container restarts all containers when it ends, which its node must be able to do.
    public var restartsAllContainers = false
    /// What the API server holds against the spec; a pod that has any is never created.
    public var refusals: [SpecProblem] = []
    public init() {}

    /// Whether rules that look at other pods or at volumes have anything to check.
    public var readsOtherPods: Bool {
        !hostPorts.isEmpty || !affinity.isEmpty || !antiAffinity.isEmpty || !spread.isEmpty || !volumes.isEmpty
    }
}
