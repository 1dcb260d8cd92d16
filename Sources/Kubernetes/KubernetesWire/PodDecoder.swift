public import PlacementModel

/// Reads a Kubernetes Pod: what decides where it may run, and what admission changes.
///
/// A pod without containers is read like any other; admission refuses it later. Scheduling wishes that are not weighed
/// (preferred node affinity, pod affinity and anti-affinity, topology spread) are listed in `Pod.notConsidered`.
public enum PodDecoder {
    public static func decode(_ value: some DocumentValue) throws(FieldProblem) -> Pod {
        try decode(value, nil)
    }

    /// Reads a pod; labels and annotations that stand in many pods are shared by way of `pool`.
    static func decode(_ value: some DocumentValue, _ pool: TextPool?) throws(FieldProblem) -> Pod {
        var metadata: MetadataDecoder.Decoded?
        var pod = Pod(metadata: ObjectMeta(name: ""))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata": metadata = try MetadataDecoder.decode(value, pool)
            case "spec": try decodeSpec(value, into: &pod)
            case "status": try decodeStatus(value, into: &pod)
            default: break
            }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        pod.metadata = metadata.meta
        pod.isTerminating = metadata.isTerminating
        return pod
    }

    private static func decodeSpec(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
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
