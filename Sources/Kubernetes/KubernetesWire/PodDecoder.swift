public import PlacementModel

/// Reads a Kubernetes Pod: what decides where it may run, and what admission changes.
///
/// A pod without containers is read like any other; admission refuses it later. Scheduling wishes that are not weighed
/// (preferred node affinity, pod affinity and anti-affinity, topology spread) are listed in `Pod.notConsidered`.
public enum PodDecoder {
    public static func decode(_ value: some DocumentValue) throws(FieldProblem) -> Pod {
        try decode(value, nil, template: nil, shelf: nil)
    }

    /// Reads a pod; what stands in many pods is shared by way of `pool` and `shelf`.
    ///
    /// - Returns: the pod, and its template where it has one spec that could be read.
    static func decode(
        _ value: some DocumentValue, _ pool: TextPool, _ shelf: TemplateShelf
    ) throws(FieldProblem) -> (pod: Pod, template: PodTemplate?) {
        let specs = value.members("spec")
        let template = specs.count == 1 ? shelf.template(of: specs[0]) : nil
        return (try decode(value, pool, template: template, shelf: shelf), template)
    }

    /// - Parameter template: the pod's spec, read before; nil = it is read here, with whatever is wrong in it.
    private static func decode(
        _ value: some DocumentValue, _ pool: TextPool?, template: PodTemplate?, shelf: TemplateShelf?
    ) throws(FieldProblem) -> Pod {
        var metadata: MetadataDecoder.Decoded?
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
            case "status": try decodeStatus(value, into: &pod)
            default: break
            }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        pod.metadata = metadata.meta
        pod.isTerminating = metadata.isTerminating
        return pod
    }

    private static func decodeNodeName(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            if "nodeName" ~= key { pod.nodeName = try value.readString() }
        }
    }

    static func decodeSpec(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "containers": pod.containers = try value.readList(ContainerDecoder.decode)
            case "initContainers": pod.initContainers = try value.readList(ContainerDecoder.decodeInit)
            case "nodeName": pod.nodeName = try value.readString()
            case "schedulerName": pod.schedulerName = try value.readString()
            case "runtimeClassName": pod.runtimeClassName = try value.readString()
            case "nodeSelector": pod.nodeSelector = try value.readStringMap()
            case "affinity": try NodeAffinityDecoder.decodeAffinity(value, into: &pod)
            case "tolerations": pod.tolerations = try value.readList(NodeAffinityDecoder.decodeToleration)
            case "overhead": pod.overhead = try value.readQuantityMap()
            case "topologySpreadConstraints":
                if !value.isEmptyCollection { pod.notConsidered.append("spec.topologySpreadConstraints") }
            default: break
            }
        }
    }

    private static func decodeStatus(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            guard "phase" ~= key, try !value.readString().isEmpty else { return }
            pod.phase = try value.readChoice([PodPhase.pending, .running, .succeeded, .failed, .unknown])
        }
    }
}
