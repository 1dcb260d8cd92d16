public import PlacementModel

/// Reads a Kubernetes Pod: what decides where it may run, and what admission changes.
///
/// A pod without containers is read like any other; admission refuses it later. Scheduling wishes that are not weighed
/// (preferred node affinity, pod affinity and anti-affinity, topology spread, ports of the node, volumes, resource claims)
/// are listed in `Pod.notConsidered`.
public enum PodDecoder {
    public static func decode(_ value: some DocumentValue) throws(FieldProblem) -> Pod {
        try decode(value, nil, template: nil, shelf: nil)
    }

    /// Reads a pod as the API server stores it; what stands in many pods is shared by way of `pool` and `shelf`.
    ///
    /// - Returns: the pod, and its template where it has one spec that could be read.
    static func decode(
        _ value: some DocumentValue, _ pool: TextPool, _ shelf: TemplateShelf
    ) throws(FieldProblem) -> (pod: Pod, template: PodTemplate?) {
        let specs = value.members("spec")
        let template = specs.count == 1 ? shelf.template(of: specs[0]) : nil
        let pod = try decode(value, pool, template: template, shelf: shelf)
        return (template == nil ? pod.stored : pod, template)
    }

    /// - Parameter template: the pod's spec, read before; nil = it is read here, with whatever is wrong in it.
    private static func decode(
        _ value: some DocumentValue, _ pool: TextPool?, template: PodTemplate?, shelf: TemplateShelf?
    ) throws(FieldProblem) -> Pod {
        var metadata: MetadataDecoder.Decoded?
        var status: PodStatusDecoder.Decoded?
        var pod = template?.pod ?? Pod(metadata: ObjectMeta(name: ""))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata": metadata = try MetadataDecoder.decode(value, pool, shelf)
            case "spec":
                if template != nil {
                    try decodeNodeName(value, into: &pod)
                } else {
                    try decodeSpec(value, into: &pod)
                }
            case "status": status = try PodStatusDecoder.decode(value)
            default: break
            }
        }
        status.map { $0.apply(to: &pod) }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        pod.metadata = metadata.meta
        pod.isTerminating = metadata.isTerminating
        return pod
    }

    /// Reads a pod template: a spec with labels and annotations, without a name of its own.
    static func decodeTemplate(_ value: some DocumentValue) throws(FieldProblem) -> Pod {
        var pod = Pod(metadata: ObjectMeta(name: ""))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata":
                try value.readFields { key, value throws(FieldProblem) in
                    switch key {
                    case "labels": pod.metadata.labels = try value.readStringMap()
                    case "annotations": pod.metadata.annotations = try value.readStringMap()
                    default: break
                    }
                }
            case "spec": try decodeSpec(value, into: &pod)
            default: break
            }
        }
        return pod
    }

    private static func decodeNodeName(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            if "nodeName" ~= key { pod.nodeName = try value.readString() }
        }
    }

    static func decodeSpec(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        var wishes = SchedulingWishes()
        var validation = SpecValidation()
        try value.readFields { key, value throws(FieldProblem) in
            let isAdmitted = validation.admits(key, value)
            do throws(FieldProblem) {
                try decodeSpecField(key, value, into: &pod, &wishes)
            } catch {
                // What the server refuses need not be readable.
                if isAdmitted { throw error }
            }
        }
        validation.finish(value)
        if !validation.problems.isEmpty { wishes.change { $0.refusals = validation.problems } }
        wishes.finish(&pod)
    }

    private static func decodeSpecField(
        _ key: MemberKey, _ value: some DocumentValue, into pod: inout Pod, _ wishes: inout SchedulingWishes
    ) throws(FieldProblem) {
        switch key {
        case "containers":
            pod.containers = try decodeContainers(value, "spec.containers", &wishes, &pod.notConsidered)
        case "initContainers":
            pod.initContainers = try decodeContainers(value, "spec.initContainers", &wishes, &pod.notConsidered)
        case "nodeName": pod.nodeName = try value.readString()
        case "schedulerName": pod.schedulerName = try value.readString()
        case "runtimeClassName": pod.runtimeClassName = try value.readString()
        case "nodeSelector": pod.nodeSelector = try value.readStringMap()
        case "affinity": try NodeAffinityDecoder.decodeAffinity(value, into: &pod, &wishes)
        case "tolerations": pod.tolerations = try value.readList(NodeAffinityDecoder.decodeToleration)
        case "overhead": pod.overhead = try value.readQuantityMap()
        case "resources": try decodePodResources(value, into: &pod)
        case "schedulingGates": pod.schedulingGates = try value.readList(decodeGate)
        case "volumes":
            try decodeVolumes(value, into: &pod)
            try wishes.decodeVolumes(value)
        case "topologySpreadConstraints":
            if try wishes.decodeSpread(value) { pod.notConsidered.append("spec.topologySpreadConstraints") }
        case "resourceClaims", "workloadRef", "schedulingGroup":
            if !value.isEmptyCollection { pod.notConsidered.append("spec." + key.string) }
            try wishes.decodeSpecField(key, value)
        default: try wishes.decodeSpecField(key, value)
        }
    }

    private static func decodeContainers(
        _ value: some DocumentValue, _ field: String, _ wishes: inout SchedulingWishes,
        _ notConsidered: inout [String]
    ) throws(FieldProblem) -> [Container] {
        let list = try ContainerDecoder.decodeList(value, isInit: field != "spec.containers", wishes: &wishes)
        for wish in wishes.unweighed { notConsidered.append(field + wish) }
        wishes.unweighed = []
        return list
    }

    private static func decodePodResources(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "requests": pod.podRequests = try value.readQuantityMap()
            case "limits": pod.podLimits = try value.readQuantityMap()
            default: break
            }
        }
    }

    private static func decodeGate(_ value: some DocumentValue) throws(FieldProblem) -> String {
        var name = ""
        try value.readFields { key, value throws(FieldProblem) in
            if "name" ~= key { name = try value.readString() }
        }
        return name
    }

    /// Whether a kind of volume binds a pod to nodes, by where the storage is or how many of them a node can attach.
    static func bindsToNodes(_ kind: MemberKey) -> Bool {
        switch kind {
        case "persistentVolumeClaim", "ephemeral", "gcePersistentDisk", "awsElasticBlockStore", "azureDisk", "rbd",
            "iscsi", "csi":
            true
        default: false
        }
    }

    private static func decodeVolumes(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        var place = 0
        try value.readElements { value throws(FieldProblem) in
            try value.readFields { key, _ throws(FieldProblem) in
                if bindsToNodes(key) { pod.notConsidered.append("spec.volumes[\(place)].\(key.string)") }
            }
            place += 1
        }
    }
}
