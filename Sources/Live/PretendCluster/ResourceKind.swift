/// One kind of object that the API server keeps: where it is served and by which rules it lives.
struct ResourceKind: Sendable {
    var group: String
    var version: String
    var resource: String
    var kind: String
    var isNamespaced: Bool
    var shortNames: [String] = []
    /// Folder of the kind in the store, which shows in some messages.
    var folder: String
    /// Defined by a CustomResourceDefinition: no strategic merge, list items carry their kind.
    var isCustom = false
    var hasStatus = false
    /// Whether `metadata.generation` counts changes of `spec`.
    var countsGenerations = false
    /// PUT without a version overwrites; otherwise it must name one.
    var allowsUnconditionalUpdate = true
    /// PUT of an object that is not there makes it.
    var createsOnUpdate = false
    /// DELETE answers with the object rather than with a Status.
    var returnsDeleted = false
    var subresources: [String] = []

    init(
        _ group: String, _ version: String, _ resource: String, _ kind: String, namespaced: Bool, folder: String? = nil,
        shortNames: [String] = []
    ) {
        self.group = group
        self.version = version
        self.resource = resource
        self.kind = kind
        isNamespaced = namespaced
        self.folder = folder ?? resource
        self.shortNames = shortNames
    }

    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    var singular: String { kind.lowercased() }

    func subject(_ name: String) -> FailureSubject { FailureSubject(group: group, resource: resource, name: name) }

    func storageKey(_ key: ObjectKey) -> String {
        "/registry/\(folder)/" + (key.namespace.isEmpty ? key.name : "\(key.namespace)/\(key.name)")
    }
}

extension ResourceKind {
    private func with(_ change: (inout ResourceKind) -> Void) -> ResourceKind {
        var copy = self
        change(&copy)
        return copy
    }

    /// Every kind a scheduler or `kubectl` may ask for, in the order of discovery.
    static let all: [ResourceKind] = [
        ResourceKind("", "v1", "configmaps", "ConfigMap", namespaced: true, shortNames: ["cm"]),
        ResourceKind("", "v1", "events", "Event", namespaced: true, shortNames: ["ev"]).with {
            $0.createsOnUpdate = true
        },
        ResourceKind("", "v1", "namespaces", "Namespace", namespaced: false, shortNames: ["ns"]).with {
            $0.hasStatus = true
            $0.subresources = ["finalize"]
        },
        ResourceKind("", "v1", "nodes", "Node", namespaced: false, folder: "minions", shortNames: ["no"]).with {
            $0.hasStatus = true
        },
        ResourceKind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", namespaced: true, shortNames: ["pvc"])
            .with {
                $0.hasStatus = true
                $0.returnsDeleted = true
            },
        ResourceKind("", "v1", "persistentvolumes", "PersistentVolume", namespaced: false, shortNames: ["pv"]).with {
            $0.hasStatus = true
            $0.returnsDeleted = true
        },
        ResourceKind("", "v1", "pods", "Pod", namespaced: true, shortNames: ["po"]).with {
            $0.hasStatus = true
            $0.countsGenerations = true
            $0.returnsDeleted = true
            $0.subresources = ["binding", "eviction"]
        },
        ResourceKind("", "v1", "resourcequotas", "ResourceQuota", namespaced: true, shortNames: ["quota"]).with {
            $0.hasStatus = true
            $0.returnsDeleted = true
        },
        ResourceKind("", "v1", "secrets", "Secret", namespaced: true),
        ResourceKind("coordination.k8s.io", "v1", "leases", "Lease", namespaced: true).with {
            $0.allowsUnconditionalUpdate = false
            $0.createsOnUpdate = true
        },
        ResourceKind(
            "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", namespaced: true, shortNames: ["pdb"]
        )
        .with {
            $0.hasStatus = true
            $0.countsGenerations = true
            $0.allowsUnconditionalUpdate = false
        },
        ResourceKind(
            "scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", namespaced: false, shortNames: ["pc"]),
        ResourceKind("storage.k8s.io", "v1", "csidrivers", "CSIDriver", namespaced: false),
        ResourceKind("storage.k8s.io", "v1", "csinodes", "CSINode", namespaced: false),
        ResourceKind("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity", namespaced: true),
        ResourceKind("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced: false, shortNames: ["sc"])
            .with {
                $0.returnsDeleted = true
            },
        ResourceKind("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", namespaced: false).with {
            $0.hasStatus = true
            $0.returnsDeleted = true
        },
    ]

    /// Pod groups come with other software: a cluster serves those that are installed.
    static let podGroups: [ResourceKind] = [
        ResourceKind(
            "scheduling.x-k8s.io", "v1alpha1", "podgroups", "PodGroup", namespaced: true,
            folder: "scheduling.x-k8s.io/podgroups", shortNames: ["pg"]
        ).with {
            $0.isCustom = true
            $0.hasStatus = true
            $0.countsGenerations = true
            $0.allowsUnconditionalUpdate = false
        },
        ResourceKind(
            "scheduling.volcano.sh", "v1beta1", "podgroups", "PodGroup", namespaced: true,
            folder: "scheduling.volcano.sh/podgroups"
        ).with {
            $0.isCustom = true
            $0.hasStatus = true
            $0.countsGenerations = true
            $0.allowsUnconditionalUpdate = false
        },
        ResourceKind("scheduling.k8s.io", "v1beta1", "podgroups", "PodGroup", namespaced: true).with {
            $0.hasStatus = true
            $0.countsGenerations = true
        },
    ]
}
