public import PlacementModel

/// Reads the objects that say which volumes there are, where, and how many a node may have.
public enum StorageDecoder {
    // MARK: Volumes and claims

    public static func decodeVolume(_ value: some DocumentValue) throws(FieldProblem) -> PersistentVolume {
        var volume = PersistentVolume(metadata: ObjectMeta(name: ""))
        var metadata: MetadataDecoder.Decoded?
        var disk: (plugin: MigratedPlugin, name: String)?
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata": metadata = try MetadataDecoder.decode(value)
            case "spec":
                try value.readFields { key, value throws(FieldProblem) in
                    switch key {
                    case "capacity":
                        volume.capacity = try value.readQuantityMap()["storage"] ?? Quantity(integer: 0)
                    case "accessModes": volume.accessModes = Set(try value.readStrings())
                    case "claimRef": volume.claim = try decodeReference(value)
                    case "storageClassName": volume.storageClassName = try value.readString()
                    case "volumeMode": volume.volumeMode = try value.readString()
                    case "volumeAttributesClassName": volume.attributesClassName = try value.readString()
                    case "nodeAffinity":
                        try value.readFields { key, value throws(FieldProblem) in
                            if "required" ~= key {
                                volume.nodeAffinity = try NodeAffinityDecoder.decodeSelector(value)
                            }
                        }
                    case "csi": volume.source = try decodeCSI(value)
                    default: if let found = try decodeDisk(key, value) { disk = found }
                    }
                }
            case "status":
                try value.readFields { key, value throws(FieldProblem) in
                    if "phase" ~= key { volume.phase = try value.readString() }
                }
            default: break
            }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        volume.metadata = metadata.meta
        volume.isTerminating = metadata.isTerminating
        volume.storageClassName = storageClass(volume.storageClassName, metadata.meta)
        if let disk {
            volume.source = .migrated(plugin: disk.plugin, handle: handle(of: disk, labels: metadata.meta.labels))
        }
        return volume
    }

    public static func decodeClaim(_ value: some DocumentValue) throws(FieldProblem) -> PersistentVolumeClaim {
        var claim = PersistentVolumeClaim(metadata: ObjectMeta(name: ""))
        var metadata: MetadataDecoder.Decoded?
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata":
                metadata = try MetadataDecoder.decode(value)
                if let owners = value.member("ownerReferences") { claim.controllerUID = try controllerUID(owners) }
            case "spec":
                try value.readFields { key, value throws(FieldProblem) in
                    switch key {
                    case "accessModes": claim.accessModes = try value.readStrings()
                    case "resources":
                        try value.readFields { key, value throws(FieldProblem) in
                            if "requests" ~= key { claim.requested = try value.readQuantityMap()["storage"] }
                        }
                    case "selector": claim.selector = try AffinityTermDecoder.decodeSelector(value)
                    case "storageClassName": claim.storageClassName = try value.readString()
                    case "volumeMode": claim.volumeMode = try value.readString()
                    case "volumeAttributesClassName": claim.attributesClassName = try value.readString()
                    case "volumeName": claim.volumeName = try value.readString()
                    default: break
                    }
                }
            case "status":
                try value.readFields { key, value throws(FieldProblem) in
                    if "phase" ~= key { claim.phase = try value.readString() }
                }
            default: break
            }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        claim.metadata = metadata.meta
        claim.isTerminating = metadata.isTerminating
        claim.storageClassName = storageClass(claim.storageClassName, metadata.meta)
        return claim
    }

    /// The annotation of old goes before the field.
    private static func storageClass(_ field: String, _ metadata: ObjectMeta) -> String {
        metadata.annotations["volume.beta.kubernetes.io/storage-class"] ?? field
    }

    private static func decodeReference(
        _ value: some DocumentValue
    ) throws(FieldProblem) -> PersistentVolume.ClaimReference {
        var reference = PersistentVolume.ClaimReference(namespace: "", name: "")
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "namespace": reference.namespace = try value.readString()
            case "name": reference.name = try value.readString()
            case "uid": reference.uid = try value.readString()
            default: break
            }
        }
        return reference
    }

    private static func decodeCSI(_ value: some DocumentValue) throws(FieldProblem) -> PersistentVolume.Source {
        var (driver, handle) = ("", "")
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "driver": driver = try value.readString()
            case "volumeHandle": handle = try value.readString()
            default: break
            }
        }
        return .csi(driver: driver, handle: handle)
    }

    /// A volume of a type that moved to CSI, with the text that tells it from others of its type.
    private static func decodeDisk(
        _ type: MemberKey, _ value: some DocumentValue
    ) throws(FieldProblem) -> (plugin: MigratedPlugin, name: String)? {
        switch type {
        case "awsElasticBlockStore": (.awsElasticBlockStore, try value.member("volumeID")?.readString() ?? "")
        case "gcePersistentDisk": (.gcePersistentDisk, try value.member("pdName")?.readString() ?? "")
        case "azureDisk": (.azureDisk, try value.member("diskURI")?.readString() ?? "")
        case "cinder": (.cinder, try value.member("volumeID")?.readString() ?? "")
        case "portworxVolume": (.portworx, try value.member("volumeID")?.readString() ?? "")
        default: nil
        }
    }

    /// The volume's handle as its CSI driver knows it.
    private static func handle(of disk: (plugin: MigratedPlugin, name: String), labels: [String: String]) -> String {
        disk.plugin.handle(
            of: disk.name,
            zone: labels["topology.kubernetes.io/zone"] ?? labels["failure-domain.beta.kubernetes.io/zone"])
    }

    private static func controllerUID(_ owners: some DocumentValue) throws(FieldProblem) -> String {
        var controller = ""
        try owners.readElements { value throws(FieldProblem) in
            var (uid, isController) = ("", false)
            try value.readFields { key, value throws(FieldProblem) in
                switch key {
                case "uid": uid = try value.readString()
                case "controller": isController = try value.readBool()
                default: break
                }
            }
            if isController { controller = uid }
        }
        return controller
    }

    // MARK: Classes and drivers

    public static func decodeClass(_ value: some DocumentValue) throws(FieldProblem) -> StorageClass {
        var storageClass = StorageClass(metadata: try metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "provisioner": storageClass.provisioner = try value.readString()
            case "volumeBindingMode":
                storageClass.waitsForConsumer = try value.readString() == "WaitForFirstConsumer"
            case "allowedTopologies":
                storageClass.allowedTopologies = try value.readList { value throws(FieldProblem) in
                    var term: [NodeSelectorRequirement] = []
                    try value.readFields { key, value throws(FieldProblem) in
                        if "matchLabelExpressions" ~= key { term = try value.readList(decodeTopology) }
                    }
                    return term
                }
            default: break
            }
        }
        return storageClass
    }

    private static func decodeTopology(_ value: some DocumentValue) throws(FieldProblem) -> NodeSelectorRequirement {
        var requirement = NodeSelectorRequirement(key: "", operator: .in)
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "key": requirement.key = try value.readString()
            case "values": requirement.values = try value.readStrings()
            default: break
            }
        }
        return requirement
    }

    public static func decodeCSINode(_ value: some DocumentValue) throws(FieldProblem) -> CSINode {
        var node = CSINode(metadata: try metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            guard "spec" ~= key else { return }
            try value.readFields { key, value throws(FieldProblem) in
                guard "drivers" ~= key else { return }
                try value.readElements { value throws(FieldProblem) in
                    var driver = ""
                    var limit: Int32?
                    try value.readFields { key, value throws(FieldProblem) in
                        switch key {
                        case "name": driver = try value.readString()
                        case "allocatable":
                            try value.readFields { key, value throws(FieldProblem) in
                                if "count" ~= key { limit = try value.readInt32() }
                            }
                        default: break
                        }
                    }
                    if let limit { node.limits[driver] = Int64(limit) }
                }
            }
        }
        return node
    }

    public static func decodeCSIDriver(_ value: some DocumentValue) throws(FieldProblem) -> CSIDriver {
        var driver = CSIDriver(metadata: try metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            guard "spec" ~= key else { return }
            try value.readFields { key, value throws(FieldProblem) in
                if "storageCapacity" ~= key { driver.tellsCapacity = try value.readBool() }
            }
        }
        return driver
    }

    public static func decodeCapacity(_ value: some DocumentValue) throws(FieldProblem) -> CSIStorageCapacity {
        var capacity = CSIStorageCapacity(metadata: try metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "storageClassName": capacity.storageClassName = try value.readString()
            case "nodeTopology": capacity.nodeTopology = try AffinityTermDecoder.decodeSelector(value)
            case "capacity": capacity.capacity = try value.readQuantity()
            case "maximumVolumeSize": capacity.maximumVolumeSize = try value.readQuantity()
            default: break
            }
        }
        return capacity
    }

    public static func decodeAttachment(_ value: some DocumentValue) throws(FieldProblem) -> VolumeAttachment {
        var attachment = VolumeAttachment(metadata: try metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            guard "spec" ~= key else { return }
            try value.readFields { key, value throws(FieldProblem) in
                switch key {
                case "attacher": attachment.attacher = try value.readString()
                case "nodeName": attachment.nodeName = try value.readString()
                case "source":
                    try value.readFields { key, value throws(FieldProblem) in
                        if "persistentVolumeName" ~= key { attachment.volumeName = try value.readString() }
                    }
                default: break
                }
            }
        }
        return attachment
    }

    static func metadata(of value: some DocumentValue) throws(FieldProblem) -> ObjectMeta {
        var metadata: ObjectMeta?
        try value.readFields { key, value throws(FieldProblem) in
            if "metadata" ~= key { metadata = try MetadataDecoder.decode(value).meta }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        return metadata
    }
}
