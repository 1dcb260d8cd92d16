public import KubernetesWire
import PlacementModel

/// Something that happens to the scheduler.
///
/// The one that numbers and records events hands them over one at a time, in the order in which they are recorded. Across kinds the
/// order means nothing: a pod may come before its node or claim. Everything may be told twice.
public enum SchedulerEvent: Sendable {
    /// An object was listed, added or changed (`ADDED`, `MODIFIED`, and each item of a list).
    case upserted(ObservedObject)
    /// An object is gone (`DELETED`).
    case deleted(ObjectIdentity)
    /// A list of the kind begins: what is not told again before ``listEnded(_:)`` has gone in the gap.
    case listBegun(WatchedKind)
    /// The list is complete, and a watch goes on from it.
    case listEnded(WatchedKind)
    /// The kind has no live watch; it comes back by ``watchResumed(_:)`` or by a list.
    case watchBroke(WatchedKind)
    /// A watch goes on where it had stopped, with nothing lost.
    case watchResumed(WatchedKind)
    /// What became of an action. Answers may be late, or never come; one to a number that is not awaited changes nothing.
    case answered(ActionNumber, Answer)
    /// The time of an ``SchedulerAction/wake(atNanoseconds:)`` has come. Harmless at any other time.
    case timer
    /// This process leads from now on. No write of an earlier leader can be under way any more but for those that its API server holds
    /// back.
    ///
    /// - Parameter holder: identity in the Lease; it is written on every Binding.
    case leadershipWon(holder: String)
    /// This process leads no more: it writes nothing from now on.
    case leadershipLost
}

/// The kinds that decisions read.
public enum WatchedKind: UInt8, Sendable, Hashable, CaseIterable {
    case pods, nodes, namespaces, resourceQuotas
    case persistentVolumes, persistentVolumeClaims, storageClasses
    case csiNodes, csiDrivers, csiStorageCapacities, volumeAttachments

    /// `kind` of the objects.
    public var objectKind: String {
        switch self {
        case .pods: "Pod"
        case .nodes: "Node"
        case .namespaces: "Namespace"
        case .resourceQuotas: "ResourceQuota"
        case .persistentVolumes: "PersistentVolume"
        case .persistentVolumeClaims: "PersistentVolumeClaim"
        case .storageClasses: "StorageClass"
        case .csiNodes: "CSINode"
        case .csiDrivers: "CSIDriver"
        case .csiStorageCapacities: "CSIStorageCapacity"
        case .volumeAttachments: "VolumeAttachment"
        }
    }

    public var isNamespaced: Bool {
        switch self {
        case .pods, .resourceQuotas, .persistentVolumeClaims, .csiStorageCapacities: true
        default: false
        }
    }
}

/// Which object.
public struct ObjectIdentity: Sendable, Hashable {
    public var kind: WatchedKind
    /// Empty for kinds without namespace.
    public var namespace: String
    public var name: String
    /// Empty = whichever has the name.
    public var uid: String

    public init(_ kind: WatchedKind, namespace: String = "", name: String, uid: String = "") {
        self.kind = kind
        self.namespace = kind.isNamespaced ? namespace : ""
        self.name = name
        self.uid = uid
    }
}

extension ObservedObject {
    public var identity: ObjectIdentity {
        ObjectIdentity(kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid)
    }

    public var kind: WatchedKind {
        switch content {
        case .pod: .pods
        case .node: .nodes
        case .quota: .resourceQuotas
        case .namespace: .namespaces
        case .volume: .persistentVolumes
        case .claim: .persistentVolumeClaims
        case .storageClass: .storageClasses
        case .csiNode: .csiNodes
        case .csiDriver: .csiDrivers
        case .storageCapacity: .csiStorageCapacities
        case .attachment: .volumeAttachments
        }
    }
}

/// The number of an action: the answer names it. Numbers rise by one from action to action and are never given twice.
public struct ActionNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var value: UInt64

    public init(_ value: UInt64) { self.value = value }

    public static func < (left: ActionNumber, right: ActionNumber) -> Bool { left.value < right.value }
    public var description: String { "#\(value)" }
}

/// What became of an action that expects an answer.
public enum Answer: Sendable {
    /// 200, 201. The object that the reply holds: the one read, or the one patched as it is now; nil for a Binding, whose reply is
    /// a Status.
    case done(ObservedObject?)
    /// 409: the version or uid sent is not the object's, or a Binding found the pod bound, being deleted or gated.
    case conflict
    /// 404.
    case gone
    /// 403, 422, or an admission plugin's refusal; the text for people.
    case refused(String)
    /// 429: nothing was done.
    case throttled(retryAfterSeconds: Int64)
    /// Time-out, 5xx, a connection that was cut: it may have been done, it may still be done.
    case unknown
    /// The dispatcher did not send it, because it was no longer sure to lead.
    case notSent
}
