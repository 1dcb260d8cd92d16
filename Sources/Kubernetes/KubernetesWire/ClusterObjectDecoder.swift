import PlacementModel

/// An object that decides where pods may go without being a node, a pod or a quota.
enum ClusterObject: Sendable {
    case namespace(Namespace)
    case volume(PersistentVolume)
    case claim(PersistentVolumeClaim)
    case storageClass(StorageClass)
    case csiNode(CSINode)
    case csiDriver(CSIDriver)
    case capacity(CSIStorageCapacity)
    case attachment(VolumeAttachment)
    case budget(PodDisruptionBudget)
    case priorityClass(PriorityClass)
    case runtimeClass(RuntimeClass)

    var metadata: ObjectMeta {
        switch self {
        case .namespace(let object): object.metadata
        case .volume(let object): object.metadata
        case .claim(let object): object.metadata
        case .storageClass(let object): object.metadata
        case .csiNode(let object): object.metadata
        case .csiDriver(let object): object.metadata
        case .capacity(let object): object.metadata
        case .attachment(let object): object.metadata
        case .budget(let object): object.metadata
        case .priorityClass(let object): object.metadata
        case .runtimeClass(let object): object.metadata
        }
    }

    var kind: String {
        switch self {
        case .namespace: "Namespace"
        case .volume: "PersistentVolume"
        case .claim: "PersistentVolumeClaim"
        case .storageClass: "StorageClass"
        case .csiNode: "CSINode"
        case .csiDriver: "CSIDriver"
        case .capacity: "CSIStorageCapacity"
        case .attachment: "VolumeAttachment"
        case .budget: "PodDisruptionBudget"
        case .priorityClass: "PriorityClass"
        case .runtimeClass: "RuntimeClass"
        }
    }

    /// `PersistentVolume v1`, `PersistentVolumeClaim default/data`.
    var name: String {
        kind + " " + (Self.isNamespaced(kind) ? metadata.namespace + "/" : "") + metadata.name
    }

    static func isNamespaced(_ kind: String) -> Bool {
        switch kind {
        case "Namespace", "PersistentVolume", "StorageClass", "CSINode", "CSIDriver", "VolumeAttachment",
            "PriorityClass", "RuntimeClass", "Node":
            false
        default: true
        }
    }

    /// The object of a kind placement reads; nil for all others.
    ///
    /// - Parameter version: its `apiVersion`, nil where a list leaves it out.
    static func decode(
        _ value: some DocumentValue, kind: String, version: String?
    ) throws(FieldProblem) -> ClusterObject? {
        switch (kind, version ?? group(of: kind)) {
        case ("Namespace", "v1"): .namespace(try PolicyDecoder.decodeNamespace(value))
        case ("PersistentVolume", "v1"): .volume(try StorageDecoder.decodeVolume(value))
        case ("PersistentVolumeClaim", "v1"): .claim(try StorageDecoder.decodeClaim(value))
        case ("StorageClass", "storage.k8s.io/v1"): .storageClass(try StorageDecoder.decodeClass(value))
        case ("CSINode", "storage.k8s.io/v1"): .csiNode(try StorageDecoder.decodeCSINode(value))
        case ("CSIDriver", "storage.k8s.io/v1"): .csiDriver(try StorageDecoder.decodeCSIDriver(value))
        case ("CSIStorageCapacity", "storage.k8s.io/v1"), ("CSIStorageCapacity", "storage.k8s.io/v1beta1"):
            .capacity(try StorageDecoder.decodeCapacity(value))
        case ("VolumeAttachment", "storage.k8s.io/v1"): .attachment(try StorageDecoder.decodeAttachment(value))
        case ("PodDisruptionBudget", "policy/v1"): .budget(try PolicyDecoder.decodeBudget(value))
        case ("PriorityClass", "scheduling.k8s.io/v1"): .priorityClass(try PolicyDecoder.decodePriorityClass(value))
        case ("RuntimeClass", "node.k8s.io/v1"): .runtimeClass(try PolicyDecoder.decodeRuntimeClass(value))
        default: nil
        }
    }

    private static func group(of kind: String) -> String {
        switch kind {
        case "StorageClass", "CSINode", "CSIDriver", "CSIStorageCapacity", "VolumeAttachment": "storage.k8s.io/v1"
        case "PodDisruptionBudget": "policy/v1"
        case "PriorityClass": "scheduling.k8s.io/v1"
        case "RuntimeClass": "node.k8s.io/v1"
        default: "v1"
        }
    }
}

extension ClusterObjects {
    mutating func append(_ object: ClusterObject) {
        switch object {
        case .namespace(let object): namespaces.append(object)
        case .volume(let object): volumes.append(object)
        case .claim(let object): claims.append(object)
        case .storageClass(let object): storageClasses.append(object)
        case .csiNode(let object): csiNodes.append(object)
        case .csiDriver(let object): csiDrivers.append(object)
        case .capacity(let object): storageCapacities.append(object)
        case .attachment(let object): attachments.append(object)
        case .budget(let object): disruptionBudgets.append(object)
        case .priorityClass(let object): priorityClasses.append(object)
        case .runtimeClass(let object): runtimeClasses.append(object)
        }
    }
}
