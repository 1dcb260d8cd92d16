public import PlacementModel

/// An object as a list, a watch or the reply to a write shows it: what decides, and the version to write against.
public struct ObservedObject: Sendable {
    public enum Content: Sendable {
        case pod(Pod)
        case node(Node)
        case quota(ResourceQuota)
        case namespace(Namespace)
        case volume(PersistentVolume)
        case claim(PersistentVolumeClaim)
        case storageClass(StorageClass)
        case csiNode(CSINode)
        case csiDriver(CSIDriver)
        case storageCapacity(CSIStorageCapacity)
        case attachment(VolumeAttachment)
    }

    public var content: Content
    /// `metadata.resourceVersion`; only equality and, within one watch, order mean anything.
    public var resourceVersion: String
    /// `metadata.creationTimestamp`, seconds since 1970; 0 where the object has none.
    public var createdSeconds: Int64
    /// Of a pod: some container, be it an init container, has started at least once. Its devices were handed out by then.
    public var hasStartedContainer: Bool

    public init(
        _ content: Content, resourceVersion: String, createdSeconds: Int64 = 0, hasStartedContainer: Bool = false
    ) {
        self.content = content
        self.resourceVersion = resourceVersion
        self.createdSeconds = createdSeconds
        self.hasStartedContainer = hasStartedContainer
    }

    /// Name, namespace, uid, labels and annotations.
    public var metadata: ObjectMeta {
        switch content {
        case .pod(let object): object.metadata
        case .node(let object): object.metadata
        case .quota(let object): object.metadata
        case .namespace(let object): object.metadata
        case .volume(let object): object.metadata
        case .claim(let object): object.metadata
        case .storageClass(let object): object.metadata
        case .csiNode(let object): object.metadata
        case .csiDriver(let object): object.metadata
        case .storageCapacity(let object): object.metadata
        case .attachment(let object): object.metadata
        }
    }
}

extension ObservedObject {
    /// Reads one object of the API server.
    ///
    /// - Parameter kind: the kind of objects that name none, as the items of a list do not.
    /// - Returns: nil for a kind that placement has no use for.
    /// - Throws: ``FieldProblem``, which names the field.
    public static func decode(
        _ value: some DocumentValue, kind assumedKind: String? = nil
    ) throws(FieldProblem) -> ObservedObject? {
        let header = ObjectHeader(value)
        guard let kind = header.kind ?? assumedKind else {
            throw FieldProblem.missing("kind", expected: "the kind of the object")
        }
        let content: Content?
        switch kind {
        case "Pod": content = .pod(try PodDecoder.decode(value).stored)
        case "Node": content = .node(try NodeDecoder.decode(value).stored)
        case "ResourceQuota": content = .quota(try ResourceQuotaDecoder.decode(value).stored)
        default: content = try ClusterObject.decode(value, kind: kind, version: header.apiVersion)?.observed
        }
        guard let content else { return nil }
        var object = ObservedObject(content, resourceVersion: "")
        try object.readVersion(of: value)
        if kind == "Pod", let status = value.member("status") {
            object.hasStartedContainer = (["containerStatuses", "initContainerStatuses"] as [StaticString]).contains {
                status.hasStarted($0)
            }
        }
        return object
    }

    private mutating func readVersion(of value: some DocumentValue) throws(FieldProblem) {
        var version = ""
        var seconds: Int64 = 0
        try value.member("metadata")?.readFields { key, value throws(FieldProblem) in
            switch key {
            case "resourceVersion": version = try value.readString()
            case "creationTimestamp":
                guard let time = CivilTime.unixSeconds(rfc3339: try value.readString()) else {
                    throw value.unexpected("an RFC 3339 time")
                }
                seconds = time
            default: break
            }
        }
        (resourceVersion, createdSeconds) = (version, seconds)
    }
}

extension DocumentValue {
    /// Whether some container of a list of statuses runs, has run, or was started anew.
    fileprivate func hasStarted(_ list: StaticString) -> Bool {
        var found = false
        // The visitor throws nothing.
        try? member(list)?.visitElements { (_, status) throws(FieldProblem) in
            let states = status.members("state") + status.members("lastState")
            if states.contains(where: { $0.member("running") != nil || $0.member("terminated") != nil }) {
                found = true
            }
        }
        return found
    }
}

extension ClusterObject {
    /// Nil for kinds that no decision of a running scheduler reads.
    fileprivate var observed: ObservedObject.Content? {
        switch self {
        case .namespace(let object): .namespace(object)
        case .volume(let object): .volume(object)
        case .claim(let object): .claim(object)
        case .storageClass(let object): .storageClass(object)
        case .csiNode(let object): .csiNode(object)
        case .csiDriver(let object): .csiDriver(object)
        case .capacity(let object): .storageCapacity(object)
        case .attachment(let object): .attachment(object)
        case .budget, .priorityClass, .runtimeClass: nil
        }
    }
}
