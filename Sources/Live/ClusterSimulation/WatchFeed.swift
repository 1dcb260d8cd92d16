import JSONText
import KubernetesWire
import PretendCluster
import SchedulerCore

/// One kind of objects as a process hears of it: a list, then a watch, and again when that breaks.
struct WatchFeed {
    let kind: WatchedKind
    private var watch: WatchID?
    /// From where a broken watch may go on.
    private var version = ""

    init(_ kind: WatchedKind) { self.kind = kind }

    var isOpen: Bool { watch != nil }

    private var path: String {
        switch kind {
        case .pods: "/api/v1/pods"
        case .nodes: "/api/v1/nodes"
        case .namespaces: "/api/v1/namespaces"
        case .resourceQuotas: "/api/v1/resourcequotas"
        case .persistentVolumes: "/api/v1/persistentvolumes"
        case .persistentVolumeClaims: "/api/v1/persistentvolumeclaims"
        case .storageClasses: "/apis/storage.k8s.io/v1/storageclasses"
        case .csiNodes: "/apis/storage.k8s.io/v1/csinodes"
        case .csiDrivers: "/apis/storage.k8s.io/v1/csidrivers"
        case .csiStorageCapacities: "/apis/storage.k8s.io/v1/csistoragecapacities"
        case .volumeAttachments: "/apis/storage.k8s.io/v1/volumeattachments"
        }
    }

    /// Lists the kind and watches from there on.
    mutating func list(_ cluster: inout PretendCluster) -> [SchedulerEvent] {
        let reply = cluster.handle(APIRequest(.get, path, user: "scheduler"))
        var events: [SchedulerEvent] = [.listBegun(kind)]
        for item in reply.body["items"]?.array ?? [] {
            if let object = Self.decode(item, kind) { events.append(.upserted(object)) }
        }
        events.append(.listEnded(kind))
        version = reply.body["metadata"]?["resourceVersion"]?.string ?? ""
        open(&cluster)
        return events
    }

    /// Goes on where the watch had stopped. - Returns: nil if that is too long ago; the kind is then to be listed.
    mutating func resume(_ cluster: inout PretendCluster) -> [SchedulerEvent]? {
        open(&cluster)
        guard let watch else { return nil }
        let batch = cluster.server.pull(watch, at: cluster.now)
        if batch.isEnded {
            self.watch = nil
            return nil
        }
        return [.watchResumed(kind)] + take(batch.events)
    }

    private mutating func open(_ cluster: inout PretendCluster) {
        watch = cluster.handle(APIRequest(.get, "\(path)?watch=1&resourceVersion=\(version)", user: "scheduler")).watch
    }

    /// What has happened since the last look; an empty list and a closed feed when the stream has ended.
    mutating func poll(_ cluster: inout PretendCluster) -> [SchedulerEvent] {
        guard let watch else { return [] }
        let batch = cluster.server.pull(watch, at: cluster.now)
        if batch.isEnded { self.watch = nil }
        return take(batch.events)
    }

    /// The connection breaks.
    mutating func cut(_ cluster: inout PretendCluster) {
        if let watch { cluster.server.close(watch) }
        watch = nil
    }

    private mutating func take(_ events: [JSON]) -> [SchedulerEvent] {
        events.compactMap { event in
            guard let object = event["object"], let type = event["type"]?.string, type != "ERROR" else { return nil }
            version = object.resourceVersion
            switch type {
            case "DELETED":
                return .deleted(ObjectIdentity(kind, namespace: object.namespace, name: object.name, uid: object.uid))
            case "ADDED", "MODIFIED": return Self.decode(object, kind).map(SchedulerEvent.upserted)
            default: return nil
            }
        }
    }

    /// What the cluster pretends can be read; what cannot is a mistake of this module.
    static func decode(_ object: JSON, _ kind: WatchedKind) -> ObservedObject? {
        do {
            return try ObservedObject.decode(object, kind: kind.objectKind)
        } catch {
            preconditionFailure("\(kind) \(object.name): \(error)")
        }
    }
}
