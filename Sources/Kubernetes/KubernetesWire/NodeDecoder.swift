public import PlacementModel

/// Reads a Kubernetes Node.
///
/// Read are `metadata` (name, uid, labels, annotations), `spec.unschedulable`, `spec.taints`, `status.capacity` and
/// `status.allocatable`; everything else is passed over.
public enum NodeDecoder {
    public static func decode(_ value: some DocumentValue) throws(FieldProblem) -> Node {
        try decode(value, nil)
    }

    /// Reads a node; text that stands in many nodes is shared by way of `pool`.
    static func decode(_ value: some DocumentValue, _ pool: TextPool?) throws(FieldProblem) -> Node {
        var metadata: ObjectMeta?
        var node = Node(metadata: ObjectMeta(name: ""))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata": metadata = try MetadataDecoder.decode(value, pool).meta
            case "spec": try decodeSpec(value, into: &node)
            case "status": try decodeStatus(value, into: &node, pool)
            default: break
            }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        node.metadata = metadata
        return node
    }

    private static func decodeSpec(_ value: some DocumentValue, into node: inout Node) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "unschedulable": node.isUnschedulable = try value.readBool()
            case "taints": node.taints = try value.readList(decodeTaint)
            default: break
            }
        }
    }

    private static func decodeStatus(
        _ value: some DocumentValue, into node: inout Node, _ pool: TextPool?
    ) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "capacity": node.capacity = try value.readQuantityMap(pool)
            case "allocatable": node.allocatable = try value.readQuantityMap(pool)
            case "declaredFeatures": node.declaredFeatures = try value.readStrings()
            default: break
            }
        }
    }

    private static func decodeTaint(_ value: some DocumentValue) throws(FieldProblem) -> Taint {
        var name = ""
        var text = ""
        var effect: TaintEffect?
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "key": name = try value.readString()
            case "value": text = try value.readString()
            case "effect": effect = try value.readChoice(TaintEffect.known)
            default: break
            }
        }
        if name.isEmpty { throw .missing("key", expected: "the key of the taint") }
        guard let effect else { throw .missing("effect", expected: TaintEffect.knownNames) }
        return Taint(key: name, value: text, effect: effect)
    }
}

extension TaintEffect {
    static let known: [TaintEffect] = [.noSchedule, .preferNoSchedule, .noExecute]
    static var knownNames: String { known.map(\.rawValue).joined(separator: ", ") }
}
