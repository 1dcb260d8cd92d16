import PlacementModel

/// Reads `spec.affinity` and `spec.tolerations`: where a pod may and may not run.
enum NodeAffinityDecoder {
    /// Reads the required node affinity; wishes that are not weighed are listed in the pod.
    static func decodeAffinity(
        _ value: some DocumentValue, into pod: inout Pod, _ wishes: inout SchedulingWishes
    ) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "nodeAffinity": try decodeNodeAffinity(value, into: &pod)
            case "podAffinity", "podAntiAffinity":
                let preferred = value.member("preferredDuringSchedulingIgnoredDuringExecution")
                if let preferred, !preferred.isEmptyCollection {
                    let field = "preferredDuringSchedulingIgnoredDuringExecution"
                    pod.notConsidered.append("spec.affinity.\(key.string).\(field)")
                }
                let terms = try AffinityTermDecoder.decodeRequired(value)
                if terms.isEmpty { return }
                if "podAffinity" ~= key {
                    wishes.change { $0.affinity = terms }
                } else {
                    wishes.change { $0.antiAffinity = terms }
                }
            default: break
            }
        }
    }

    private static func decodeNodeAffinity(_ value: some DocumentValue, into pod: inout Pod) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "requiredDuringSchedulingIgnoredDuringExecution":
                pod.requiredNodeAffinity = try decodeSelector(value)
            case "preferredDuringSchedulingIgnoredDuringExecution":
                if !value.isEmptyCollection { pod.notConsidered.append("spec.affinity.nodeAffinity." + key.string) }
            default: break
            }
        }
    }

    /// Reads a node selector: terms that are alternatives.
    static func decodeSelector(_ value: some DocumentValue) throws(FieldProblem) -> [NodeSelectorTerm] {
        var terms: [NodeSelectorTerm] = []
        try value.readFields { key, value throws(FieldProblem) in
            if "nodeSelectorTerms" ~= key { terms = try value.readList(decodeTerm) }
        }
        return terms
    }

    private static func decodeTerm(_ value: some DocumentValue) throws(FieldProblem) -> NodeSelectorTerm {
        var term = NodeSelectorTerm()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "matchExpressions": term.matchExpressions = try value.readList(decodeRequirement)
            case "matchFields": term.matchFields = try value.readList(decodeRequirement)
            default: break
            }
        }
        return term
    }

    /// Reads a requirement on a label or field.
    static func decodeRequirement(
        _ value: some DocumentValue
    ) throws(FieldProblem) -> NodeSelectorRequirement {
        var name = ""
        var comparison: NodeSelectorRequirement.Operator?
        var values: [String] = []
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "key": name = try value.readString()
            case "operator": comparison = try value.readChoice(NodeSelectorRequirement.Operator.known)
            case "values": values = try value.readList { value throws(FieldProblem) in try value.readString() }
            default: break
            }
        }
        if name.isEmpty { throw .missing("key", expected: "the label or field to look at") }
        guard let comparison else { throw .missing("operator", expected: NodeSelectorRequirement.Operator.knownNames) }
        return NodeSelectorRequirement(key: name, operator: comparison, values: values)
    }

    /// Reads one toleration. No operator means `Equal`, no effect means every effect.
    static func decodeToleration(_ value: some DocumentValue) throws(FieldProblem) -> Toleration {
        var toleration = Toleration()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "key": toleration.key = try value.readString()
            case "operator":
                if try !value.readString().isEmpty {
                    toleration.operator = try value.readChoice([Toleration.Operator.exists, .equal])
                }
            case "value": toleration.value = try value.readString()
            case "effect":
                if try !value.readString().isEmpty { toleration.effect = try value.readChoice(TaintEffect.known) }
            default: break
            }
        }
        return toleration
    }
}

extension NodeSelectorRequirement.Operator {
    static let known: [NodeSelectorRequirement.Operator] = [
        .in, .notIn, .exists, .doesNotExist, .greaterThan, .lessThan,
    ]
    static var knownNames: String { known.map(\.rawValue).joined(separator: ", ") }
}
