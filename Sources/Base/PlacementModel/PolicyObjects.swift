/// A PodDisruptionBudget, as preemption reads it.
public struct PodDisruptionBudget: Sendable, Hashable {
    public var metadata: ObjectMeta
    /// Nil or empty concerns no pod here.
    public var selector: LabelSelector?
    public var disruptionsAllowed: Int32
    /// Names of pods whose disruption has been granted already.
    public var disruptedPods: Set<String>

    public init(
        metadata: ObjectMeta, selector: LabelSelector? = nil, disruptionsAllowed: Int32 = 0,
        disruptedPods: Set<String> = []
    ) {
        self.metadata = metadata
        self.selector = selector
        self.disruptionsAllowed = disruptionsAllowed
        self.disruptedPods = disruptedPods
    }
}

/// A PriorityClass.
public struct PriorityClass: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var value: Int32
    public var isDefault: Bool
    public var neverPreempts: Bool

    public init(metadata: ObjectMeta, value: Int32, isDefault: Bool = false, neverPreempts: Bool = false) {
        self.metadata = metadata
        self.value = value
        self.isDefault = isDefault
        self.neverPreempts = neverPreempts
    }
}

/// A RuntimeClass: what its pods need besides their containers, and where they may run.
public struct RuntimeClass: Sendable, Hashable {
    public var metadata: ObjectMeta
    /// `overhead.podFixed`
    public var overhead: [String: Quantity] = [:]
    public var nodeSelector: [String: String] = [:]
    public var tolerations: [Toleration] = []

    public init(metadata: ObjectMeta) { self.metadata = metadata }
}

/// A Namespace: its labels are what selectors over namespaces read.
public struct Namespace: Sendable, Hashable {
    public var metadata: ObjectMeta

    public init(metadata: ObjectMeta) { self.metadata = metadata }

    public var name: String { metadata.name }
}

/// Objects besides nodes, pods and quotas that decide where pods may go.
public struct ClusterObjects: Sendable {
    public var namespaces: [Namespace] = []
    public var volumes: [PersistentVolume] = []
    public var claims: [PersistentVolumeClaim] = []
    public var storageClasses: [StorageClass] = []
    public var csiNodes: [CSINode] = []
    public var csiDrivers: [CSIDriver] = []
    public var storageCapacities: [CSIStorageCapacity] = []
    public var attachments: [VolumeAttachment] = []
    public var disruptionBudgets: [PodDisruptionBudget] = []
    public var priorityClasses: [PriorityClass] = []
    public var runtimeClasses: [RuntimeClass] = []

    public init() {}
}
