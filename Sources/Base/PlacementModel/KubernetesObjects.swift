/// Name, labels and annotations of a Kubernetes object.
public struct ObjectMeta: Sendable, Hashable {
    public var name: String
    public var namespace: String
    public var uid: String
    public var labels: [String: String]
    public var annotations: [String: String]
    /// The object that makes this one anew when it goes; nil for one that nobody cares for.
    public var controller: OwnerReference?

    public init(
        name: String, namespace: String = "default", uid: String = "", labels: [String: String] = [:],
        annotations: [String: String] = [:]
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.labels = labels
        self.annotations = annotations
        self.controller = nil
    }
}

/// An object that another one belongs to.
public struct OwnerReference: Sendable, Hashable {
    public var kind: String
    public var name: String

    public init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// An environment variable with a literal value, as admission adds it.
public struct EnvironmentVariable: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// One container of a pod: what placement and admission read and write.
public struct Container: Sendable, Hashable {
    public var name: String
    public var limits: [String: Quantity]
    public var requests: [String: Quantity]
    /// Names of the variables the manifest already sets.
    public var environmentNames: [String]
    /// Variables appended by admission, in order.
    public var addedEnvironment: [EnvironmentVariable]
    public var isPrivileged: Bool
    /// `restartPolicy: Always` on an init container. HAMi 2.10.0 treats it like any init container.
    public var isSidecar: Bool
    /// What the status says the container holds, while it is resized in place; nil where the status says nothing.
    public var held: [String: Quantity]?

    public init(
        name: String = "", limits: [String: Quantity] = [:], requests: [String: Quantity] = [:],
        environmentNames: [String] = [], isPrivileged: Bool = false, isSidecar: Bool = false
    ) {
        self.name = name
        self.limits = limits
        self.requests = requests
        self.environmentNames = environmentNames
        self.addedEnvironment = []
        self.isPrivileged = isPrivileged
        self.isSidecar = isSidecar
        self.held = nil
    }

    /// The quantity under `name` in limits or, where limits lack the key, in requests. Presence decides, not value.
    public func limitOrRequest(_ name: String) -> Quantity? {
        guard !name.isEmpty else { return nil }
        return limits[name] ?? requests[name]
    }

    public func limit(_ name: String) -> Quantity? {
        name.isEmpty ? nil : limits[name]
    }
}

/// Life-cycle phase of a pod as its status states it.
public enum PodPhase: String, Sendable, Hashable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case unknown = "Unknown"

    /// True when the pod holds no resources any more.
    public var isTerminal: Bool { self == .succeeded || self == .failed }
}

/// A pod: the part of the manifest that decides where it may run.
public struct Pod: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var initContainers: [Container]
    public var containers: [Container]
    public var nodeName: String
    public var schedulerName: String
    public var runtimeClassName: String?
    public var nodeSelector: [String: String]
    /// Required node affinity: terms are alternatives. Nil = no requirement; an empty list matches no node.
    public var requiredNodeAffinity: [NodeSelectorTerm]?
    public var tolerations: [Toleration]
    public var overhead: [String: Quantity]
    /// `spec.resources.requests`: what the pod as a whole asks, in place of the sum over its containers.
    public var podRequests: [String: Quantity]
    /// `spec.resources.limits`.
    public var podLimits: [String: Quantity]
    /// What the status says the pod as a whole holds, while it is resized in place; nil where the status says nothing.
    public var held: [String: Quantity]?
    /// The node cannot do the resize that was asked: what the spec says does not count, only what is held.
    public var isResizeInfeasible: Bool
    /// Names of the scheduling gates: a scheduler does not look at the pod while there is one.
    public var schedulingGates: [String]
    public var phase: PodPhase
    public var isTerminating: Bool
    /// All init containers have ended well, and there is at least one.
    public var initContainersAreDone: Bool
    /// Scheduling wishes in the manifest that Berth does not weigh, by field path; reported with the outcome.
    public var notConsidered: [String]
    /// The rest of what kube-scheduler reads; kept apart because most pods have none of it.
    private var heldScheduling: HeldScheduling?

    /// Priority, ports, affinity to pods, spread and volumes.
    public var scheduling: PodScheduling {
        get { heldScheduling?.value ?? PodScheduling() }
        set { heldScheduling = newValue == PodScheduling() ? nil : HeldScheduling(newValue) }
    }

    /// Whether ``scheduling`` says anything. - Complexity: O(1)
    public var hasScheduling: Bool { heldScheduling != nil }

    public init(metadata: ObjectMeta, containers: [Container] = [], initContainers: [Container] = []) {
        self.metadata = metadata
        self.containers = containers
        self.initContainers = initContainers
        self.nodeName = ""
        self.schedulerName = ""
        self.runtimeClassName = nil
        self.nodeSelector = [:]
        self.requiredNodeAffinity = nil
        self.tolerations = []
        self.overhead = [:]
        self.podRequests = [:]
        self.podLimits = [:]
        self.held = nil
        self.isResizeInfeasible = false
        self.schedulingGates = []
        self.phase = .pending
        self.isTerminating = false
        self.initContainersAreDone = false
        self.notConsidered = []
        self.heldScheduling = nil
    }

    /// Whether the pod goes with its node: a DaemonSet's pod, or a static pod that the node's kubelet runs.
    public var belongsToItsNode: Bool {
        metadata.controller?.kind == "DaemonSet" || isStatic
    }

    /// Whether the node's kubelet runs the pod from a file; the API server holds a mirror of it.
    public var isStatic: Bool {
        metadata.annotations["kubernetes.io/config.mirror"] != nil || metadata.controller?.kind == "Node"
    }

    /// `namespace/name`, the way Kubernetes tools print it.
    public var fullName: String { metadata.namespace + "/" + metadata.name }
}

/// One word in the pod instead of two dozen.
private final class HeldScheduling: Sendable, Hashable {
    let value: PodScheduling

    init(_ value: PodScheduling) { self.value = value }

    static func == (left: HeldScheduling, right: HeldScheduling) -> Bool { left.value == right.value }

    func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// A node: labels, taints and what it offers.
public struct Node: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var isUnschedulable: Bool
    public var taints: [Taint]
    public var capacity: [String: Quantity]
    public var allocatable: [String: Quantity]
    /// Features the kubelet says it has (`status.declaredFeatures`).
    public var declaredFeatures: [String] = []

    public init(
        metadata: ObjectMeta, isUnschedulable: Bool = false, taints: [Taint] = [], capacity: [String: Quantity] = [:],
        allocatable: [String: Quantity] = [:]
    ) {
        self.metadata = metadata
        self.isUnschedulable = isUnschedulable
        self.taints = taints
        self.capacity = capacity
        self.allocatable = allocatable
    }

    public var name: String { metadata.name }
}

/// A ResourceQuota: hard limits of one namespace.
public struct ResourceQuota: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var hard: [String: Quantity]

    public init(metadata: ObjectMeta, hard: [String: Quantity]) {
        self.metadata = metadata
        self.hard = hard
    }
}
