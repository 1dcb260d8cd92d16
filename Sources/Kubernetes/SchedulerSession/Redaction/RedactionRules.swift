/// What becomes of the fields of an object when a snapshot is redacted: what no decision reads goes, what is a name is replaced,
/// the rest stays. A field that stands in none of the lists is dropped.
public enum RedactionRules {
    /// Amounts, enumerations and settings: as they are, with everything in them.
    static let kept: Set<String> = [
        "accessModes", "action", "allocatable", "allocatedResources", "apiVersion", "attacher", "capacity",
        "completionMode",
        "completions", "containerPort", "controller", "count", "creationTimestamp", "currentHealthy",
        "declaredFeatures",
        "deletionTimestamp", "desiredHealthy", "disruptionsAllowed", "driver", "effect", "exitCode", "expectedPods",
        "globalDefault",
        "hard", "hostNetwork", "hostPort", "key", "kind", "limits", "matchLabelKeys", "maximumVolumeSize",
        "maxSkew", "maxUnavailable", "minAvailable", "minDomains", "mismatchLabelKeys", "nodeAffinityPolicy",
        "nodeTaintsPolicy", "operator", "overhead", "parallelism", "phase", "podFixed", "preemptionPolicy", "priority",
        "privileged",
        "protocol", "provisioner", "qosClass", "readOnly", "reason", "replicas", "requests", "restartPolicy",
        "restartPolicyRules", "schedulerName", "size", "startTime", "storage", "storageCapacity", "tolerationSeconds",
        "topologyKey", "topologyKeys", "type", "unschedulable", "volumeBindingMode", "volumeMode", "weight",
        "whenUnsatisfiable",
    ]

    /// Names: texts, and lists of them.
    static let renamed: Set<String> = [
        "attributesClass", "claimName", "diskName", "diskURI", "hostIP", "image", "iqn", "monitors", "name",
        "namespace",
        "namespaces",
        "nodeID", "nodeName", "nominatedNodeName", "pdName", "persistentVolumeName", "pool", "priorityClassName",
        "runtimeClassName", "storageClassName", "targetPortal", "uid", "value", "values", "volumeAttributesClassName",
        "volumeHandle", "volumeID", "volumeName",
    ]

    /// Maps whose keys stay and whose values are names.
    static let labelled: Set<String> = ["labels", "matchLabels", "nodeSelector"]

    /// Maps whose keys are names.
    static let keyedByName: Set<String> = ["disruptedPods"]

    /// Objects and lists that are looked into.
    static let entered: Set<String> = [
        "affinity", "allowedTopologies", "awsElasticBlockStore", "azureDisk", "cinder", "claimRef", "conditions",
        "containerStatuses", "containers", "csi", "drivers", "ephemeral", "gcePersistentDisk", "initContainerStatuses",
        "initContainers", "iscsi", "items", "jobTemplate", "labelSelector", "matchExpressions", "matchFields",
        "matchLabelExpressions", "metadata", "namespaceSelector", "nodeAffinity", "nodeSelectorTerms", "nodeTopology",
        "ownerReferences", "persistentVolumeClaim", "podAffinity", "podAffinityTerm", "podAntiAffinity", "ports",
        "portworxVolume", "preference", "preferredDuringSchedulingIgnoredDuringExecution", "rbd", "required",
        "requiredDuringSchedulingIgnoredDuringExecution", "resourceClaims", "resources", "running", "scheduling",
        "schedulingGates",
        "securityContext", "selector", "source", "spec", "state", "status", "taints", "template", "terminated",
        "tolerations",
        "topologySpreadConstraints", "volumeClaimTemplate", "volumes", "waiting",
    ]

    /// Fields that decisions read in part; nothing of them is needed to make the same ones.
    static let dropped: Set<String> = ["env", "schedulingGroup", "workloadRef"]

    /// Kinds that decisions read; objects of others are left out.
    static let kinds: Set<String> = [
        "CSIDriver", "CSINode", "CSIStorageCapacity", "CronJob", "DaemonSet", "Deployment", "Job", "Namespace", "Node",
        "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodDisruptionBudget", "PriorityClass", "ReplicaSet",
        "RuntimeClass",
        "ResourceQuota", "StatefulSet", "StorageClass", "VolumeAttachment",
    ]

    /// Labels whose values are public words that decisions read.
    static let publicLabels: Set<String> = [
        "kubernetes.io/arch", "kubernetes.io/os", "node.kubernetes.io/instance-type",
    ]

    /// Every field that the rules know of.
    public static let known: Set<String> = kept.union(renamed).union(labelled).union(keyedByName).union(entered)
        .union(dropped).union(["annotations"])
}
