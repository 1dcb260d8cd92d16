import KubernetesWire
import PlacementModel

/// Objects besides pods and nodes, as they are now.
struct ClusterObjectTables {
    struct Held<Object> {
        var object: Object
        var version: String
        var listing: Int
    }

    /// By `namespace/name`, or name alone.
    private var tables = [NameTable<Held<ObservedObject>>](repeating: NameTable(), count: WatchedKind.allCases.count)
    /// Kinds whose objects have changed since the rules were told.
    private(set) var changed = Set<WatchedKind>()

    static func key(_ identity: ObjectIdentity) -> String {
        identity.kind.isNamespaced ? identity.namespace + "/" + identity.name : identity.name
    }

    subscript(identity: ObjectIdentity) -> Held<ObservedObject>? {
        tables[Int(identity.kind.rawValue)][Self.key(identity)]
    }

    mutating func set(_ object: ObservedObject, listing: Int) {
        let identity = object.identity
        tables[Int(identity.kind.rawValue)][Self.key(identity)] = Held(
            object: object, version: object.resourceVersion, listing: listing)
        changed.insert(identity.kind)
    }

    mutating func remove(_ identity: ObjectIdentity) {
        tables[Int(identity.kind.rawValue)][Self.key(identity)] = nil
        changed.insert(identity.kind)
    }

    mutating func forgetChanges() { changed = [] }

    /// Objects that the list of their kind has not told of.
    func missing(_ kind: WatchedKind, from listing: Int) -> [ObjectIdentity] {
        tables[Int(kind.rawValue)].inOrder.filter { $0.listing != listing }.map(\.object.identity)
    }

    private func all<Object>(_ kind: WatchedKind, _ pick: (ObservedObject.Content) -> Object?) -> [Object] {
        tables[Int(kind.rawValue)].inOrder.compactMap { pick($0.object.content) }
    }

    /// What rules over other pods and volumes read, in order of names.
    var forRules: ClusterObjects {
        var objects = ClusterObjects()
        objects.namespaces = all(.namespaces) { if case .namespace(let object) = $0 { object } else { nil } }
        objects.volumes = all(.persistentVolumes) { if case .volume(let object) = $0 { object } else { nil } }
        objects.claims = all(.persistentVolumeClaims) { if case .claim(let object) = $0 { object } else { nil } }
        objects.storageClasses = all(.storageClasses) { if case .storageClass(let object) = $0 { object } else { nil } }
        objects.csiNodes = all(.csiNodes) { if case .csiNode(let object) = $0 { object } else { nil } }
        objects.csiDrivers = all(.csiDrivers) { if case .csiDriver(let object) = $0 { object } else { nil } }
        objects.storageCapacities = all(.csiStorageCapacities) {
            if case .storageCapacity(let object) = $0 { object } else { nil }
        }
        objects.attachments = all(.volumeAttachments) { if case .attachment(let object) = $0 { object } else { nil } }
        return objects
    }

    var quotas: [ResourceQuota] { all(.resourceQuotas) { if case .quota(let object) = $0 { object } else { nil } } }
}
