/// A PersistentVolume: what decides which claims and nodes may have it.
public struct PersistentVolume: Sendable, Hashable {
    /// Where the data lies, as far as attach limits read it.
    public enum Source: Sendable, Hashable {
        case csi(driver: String, handle: String)
        /// A volume of a type that moved to a CSI driver; `plugin` is the old type's name.
        case migrated(plugin: MigratedPlugin, handle: String)
        case other
    }

    /// The claim that a volume belongs to.
    public struct ClaimReference: Sendable, Hashable {
        public var namespace: String
        public var name: String
        /// Empty where the volume was reserved by hand.
        public var uid: String

        public init(namespace: String, name: String, uid: String = "") {
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
    }

    public var metadata: ObjectMeta
    public var isTerminating: Bool
    /// `capacity.storage`.
    public var capacity: Quantity
    public var accessModes: Set<String>
    public var claim: ClaimReference?
    public var storageClassName: String
    public var volumeMode: String
    public var attributesClassName: String
    /// Required node affinity; nil = every node.
    public var nodeAffinity: [NodeSelectorTerm]?
    public var source: Source
    /// `Available`, `Bound`, ….
    public var phase: String

    public init(metadata: ObjectMeta) {
        self.metadata = metadata
        isTerminating = false
        capacity = Quantity(integer: 0)
        accessModes = []
        claim = nil
        storageClassName = ""
        volumeMode = PersistentVolume.filesystem
        attributesClassName = ""
        nodeAffinity = nil
        source = .other
        phase = ""
    }

    public static let filesystem = "Filesystem"
}

/// Volume types of old that a CSI driver serves today.
public enum MigratedPlugin: String, Sendable, Hashable, CaseIterable {
    case awsElasticBlockStore = "kubernetes.io/aws-ebs"
    case gcePersistentDisk = "kubernetes.io/gce-pd"
    case azureDisk = "kubernetes.io/azure-disk"
    case cinder = "kubernetes.io/cinder"
    case portworx = "kubernetes.io/portworx-volume"

    public var driver: String {
        switch self {
        case .awsElasticBlockStore: "ebs.csi.aws.com"
        case .gcePersistentDisk: "pd.csi.storage.gke.io"
        case .azureDisk: "disk.csi.azure.com"
        case .cinder: "cinder.csi.openstack.org"
        case .portworx: "pxd.portworx.com"
        }
    }

    /// What tells a volume from others of its driver.
    ///
    /// - Source: k8s.io/csi-translation-lib/plugins
    public func handle(of name: String, zone: String?) -> String {
        switch self {
        case .awsElasticBlockStore:
            // `aws://zone/vol-1` and `vol-1` are one volume.
            name.hasPrefix("aws://") ? name.split(separator: "/").last.map(String.init) ?? name : name
        case .gcePersistentDisk: "projects/UNSPECIFIED/zones/\(zone ?? "UNSPECIFIED")/disks/\(name)"
        case .azureDisk, .cinder, .portworx: name
        }
    }

    /// The label under which the driver tells a node's zone.
    public var zoneKey: String {
        switch self {
        case .awsElasticBlockStore: "topology.ebs.csi.aws.com/zone"
        case .gcePersistentDisk: "topology.gke.io/zone"
        case .azureDisk: "topology.disk.csi.azure.com/zone"
        case .cinder: "topology.cinder.csi.openstack.org/zone"
        case .portworx: ""
        }
    }
}

/// A PersistentVolumeClaim.
public struct PersistentVolumeClaim: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var isTerminating: Bool
    /// UID of the object that controls the claim; empty = none.
    public var controllerUID: String
    public var accessModes: [String]
    /// `requests.storage`; nil = not stated.
    public var requested: Quantity?
    public var selector: LabelSelector?
    /// Class by annotation or field; empty = none.
    public var storageClassName: String
    public var volumeMode: String
    public var attributesClassName: String
    public var volumeName: String
    /// `Pending`, `Bound`, `Lost`.
    public var phase: String

    public init(metadata: ObjectMeta) {
        self.metadata = metadata
        isTerminating = false
        controllerUID = ""
        accessModes = []
        requested = nil
        selector = nil
        storageClassName = ""
        volumeMode = PersistentVolume.filesystem
        attributesClassName = ""
        volumeName = ""
        phase = ""
    }

    /// `namespace/name`.
    public var fullName: String { metadata.namespace + "/" + metadata.name }

    /// Both sides know of each other.
    public var isBound: Bool {
        !volumeName.isEmpty && metadata.annotations["pv.kubernetes.io/bind-completed"] != nil
    }
}

/// A StorageClass.
public struct StorageClass: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var provisioner: String
    /// `volumeBindingMode: WaitForFirstConsumer`.
    public var waitsForConsumer: Bool
    /// Alternatives; each a list of (key, values) that must all hold. Empty = everywhere.
    public var allowedTopologies: [[NodeSelectorRequirement]]

    public init(metadata: ObjectMeta) {
        self.metadata = metadata
        provisioner = ""
        waitsForConsumer = false
        allowedTopologies = []
    }
}

/// A CSINode: the drivers of a node and how many volumes each may attach.
public struct CSINode: Sendable, Hashable {
    public var metadata: ObjectMeta
    /// By driver; drivers without a limit are missing.
    public var limits: [String: Int64]

    public init(metadata: ObjectMeta, limits: [String: Int64] = [:]) {
        self.metadata = metadata
        self.limits = limits
    }

    /// Plugins whose volumes the node handles by CSI, as its annotation lists them.
    public var migratedPlugins: Set<String> {
        let list = metadata.annotations["storage.alpha.kubernetes.io/migrated-plugins"] ?? ""
        return Set(list.split(separator: ",").map(String.init))
    }
}

/// A CSIDriver, as far as it decides.
public struct CSIDriver: Sendable, Hashable {
    public var metadata: ObjectMeta
    /// The driver publishes how much storage there is where.
    public var tellsCapacity: Bool

    public init(metadata: ObjectMeta, tellsCapacity: Bool = false) {
        self.metadata = metadata
        self.tellsCapacity = tellsCapacity
    }
}

/// A CSIStorageCapacity: how much a class can provision in one topology.
public struct CSIStorageCapacity: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var storageClassName: String
    /// Nodes it is about; nil = none.
    public var nodeTopology: LabelSelector?
    public var capacity: Quantity?
    public var maximumVolumeSize: Quantity?

    public init(metadata: ObjectMeta, storageClassName: String = "") {
        self.metadata = metadata
        self.storageClassName = storageClassName
        nodeTopology = nil
        capacity = nil
        maximumVolumeSize = nil
    }
}

/// A VolumeAttachment.
public struct VolumeAttachment: Sendable, Hashable {
    public var metadata: ObjectMeta
    public var attacher: String
    public var nodeName: String
    /// Empty for inline volumes.
    public var volumeName: String

    public init(metadata: ObjectMeta, attacher: String = "", nodeName: String = "", volumeName: String = "") {
        self.metadata = metadata
        self.attacher = attacher
        self.nodeName = nodeName
        self.volumeName = volumeName
    }
}
