/// Something that the core wants done. All but ``recordEvent(_:)`` and ``wake(atNanoseconds:)`` expect one answer.
///
/// At most one write is under way for an object at any time, and none is sent unless the sender is sure to lead.
public enum SchedulerAction: Sendable, Hashable {
    /// PATCH of a node that sets lock annotations; merge patch with `metadata.resourceVersion`.
    case lock(NodePatch)
    /// PATCH of a node that removes lock annotations; merge patch with `metadata.resourceVersion`.
    case release(NodePatch)
    /// POST of a Binding with `metadata.uid` and `metadata.resourceVersion`.
    case bind(PodBinding)
    /// PATCH of a pod's annotations that changes something, so that Bindings sent against the version are dead once it succeeds;
    /// merge patch with `metadata.resourceVersion`.
    case patch(PodPatch)
    /// PATCH of a claim or volume on the way to a pod's volumes; merge patch with `metadata.resourceVersion`.
    case claimVolume(VolumePatch)
    /// PATCH of `pods/status`: condition `PodScheduled` = `False`.
    case setCondition(PodCondition)
    /// GET of one object, from the store and no cache (no `resourceVersion` in the query).
    case read(ObjectIdentity)
    /// An Event, best effort; no answer.
    case recordEvent(EventNote)
    /// The core wants ``SchedulerEvent/timer`` at this reading of the monotonic clock; the latest such action replaces those before.
    /// No answer.
    case wake(atNanoseconds: Int64)

    public var expectsAnswer: Bool {
        switch self {
        case .recordEvent, .wake: false
        default: true
        }
    }
}

/// One annotation, label or the like as a merge patch writes it.
public struct AnnotationWrite: Sendable, Hashable {
    public var key: String
    /// Nil = it is removed.
    public var value: String?

    public init(_ key: String, _ value: String?) {
        self.key = key
        self.value = value
    }
}

/// Annotations of a node, written if the node still has the version.
public struct NodePatch: Sendable, Hashable {
    public var node: String
    public var uid: String
    public var resourceVersion: String
    /// By key, ascending.
    public var annotations: [AnnotationWrite]
}

/// A pod is bound to a node, if it still is the one of the uid and has the version.
public struct PodBinding: Sendable, Hashable {
    public var namespace: String
    public var name: String
    public var uid: String
    public var resourceVersion: String
    public var node: String
    /// Reach the pod in the same transaction as its node; by key, ascending. No value is nil.
    public var annotations: [AnnotationWrite]
    public var labels: [AnnotationWrite]
}

/// Annotations of a pod, written if it still is the one of the uid and has the version.
public struct PodPatch: Sendable, Hashable {
    public var namespace: String
    public var name: String
    public var uid: String
    public var resourceVersion: String
    public var annotations: [AnnotationWrite]
}

/// What a volume needs before its pod may be bound.
public struct VolumePatch: Sendable, Hashable {
    public enum Change: Sendable, Hashable {
        /// Claim: annotation `volume.kubernetes.io/selected-node`, for the provisioner.
        case selectedNode(String)
        /// Volume: `spec.claimRef` to the claim, for the volume controller.
        case claimReference(namespace: String, name: String, uid: String)
    }

    public var object: ObjectIdentity
    public var resourceVersion: String
    public var change: Change
}

/// Why a pod has no node, for people and autoscalers.
public struct PodCondition: Sendable, Hashable {
    public var namespace: String
    public var name: String
    public var uid: String
    /// `Unschedulable` or `SchedulerError`.
    public var reason: String
    public var message: String
}

/// An Event about an object.
public struct EventNote: Sendable, Hashable {
    public var about: ObjectIdentity
    public var isWarning: Bool
    /// One word, `CamelCase`.
    public var reason: String
    public var message: String
}

/// Where the core leaves its actions, in order. Whoever drives the core empties it when they have been taken.
public struct ActionBuffer: Sendable {
    public struct Entry: Sendable, Hashable {
        public var number: ActionNumber
        public var action: SchedulerAction
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    mutating func append(_ action: SchedulerAction, as number: ActionNumber) {
        entries.append(Entry(number: number, action: action))
    }
}
