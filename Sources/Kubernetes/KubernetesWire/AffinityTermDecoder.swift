import PlacementModel

/// Reads required terms of pod affinity and anti-affinity, and selectors over labels.
enum AffinityTermDecoder {
    /// The required terms of a `podAffinity` or `podAntiAffinity`; preferred ones are passed over.
    static func decodeRequired(_ value: some DocumentValue) throws(FieldProblem) -> [PodAffinityTerm] {
        var terms: [PodAffinityTerm] = []
        try value.readFields { key, value throws(FieldProblem) in
            if "requiredDuringSchedulingIgnoredDuringExecution" ~= key { terms = try value.readList(decodeTerm) }
        }
        return terms
    }

    private static func decodeTerm(_ value: some DocumentValue) throws(FieldProblem) -> PodAffinityTerm {
        var term = PodAffinityTerm(selector: nil, topologyKey: "")
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "labelSelector": term.selector = try decodeSelector(value)
            case "topologyKey": term.topologyKey = try value.readString()
            case "namespaces": term.namespaces = try value.readStrings()
            case "namespaceSelector": term.namespaceSelector = try decodeSelector(value)
            case "matchLabelKeys": term.matchLabelKeys = try value.readStrings()
            case "mismatchLabelKeys": term.mismatchLabelKeys = try value.readStrings()
            default: break
            }
        }
        if term.topologyKey.isEmpty { throw .missing("topologyKey", expected: "the label that tells domains apart") }
        return term
    }

    static func decodeSelector(_ value: some DocumentValue) throws(FieldProblem) -> LabelSelector {
        var selector = LabelSelector()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "matchLabels": selector.matchLabels = try value.readStringMap()
            case "matchExpressions":
                selector.matchExpressions = try value.readList { value throws(FieldProblem) in
                    let requirement = try NodeAffinityDecoder.decodeRequirement(value)
                    switch requirement.operator {
                    case .in, .notIn, .exists, .doesNotExist: return requirement
                    case .greaterThan, .lessThan:
                        throw FieldProblem(
                            "expected one of In, NotIn, Exists, DoesNotExist, found "
                                + requirement.operator.rawValue.debugDescription
                        ).inside(.field("operator"), line: value.documentLine)
                    }
                }
            default: break
            }
        }
        return selector
    }
}
