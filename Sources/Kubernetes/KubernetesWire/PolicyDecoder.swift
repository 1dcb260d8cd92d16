public import PlacementModel

/// Reads namespaces, disruption budgets and priority classes.
public enum PolicyDecoder {
    public static func decodeNamespace(_ value: some DocumentValue) throws(FieldProblem) -> Namespace {
        Namespace(metadata: try StorageDecoder.metadata(of: value))
    }

    public static func decodeBudget(_ value: some DocumentValue) throws(FieldProblem) -> PodDisruptionBudget {
        var budget = PodDisruptionBudget(metadata: try StorageDecoder.metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "spec":
                try value.readFields { key, value throws(FieldProblem) in
                    if "selector" ~= key { budget.selector = try AffinityTermDecoder.decodeSelector(value) }
                }
            case "status":
                try value.readFields { key, value throws(FieldProblem) in
                    switch key {
                    case "disruptionsAllowed": budget.disruptionsAllowed = try value.readInt32()
                    case "disruptedPods":
                        try value.readEntries { key, _ throws(FieldProblem) in budget.disruptedPods.insert(key.string) }
                    default: break
                    }
                }
            default: break
            }
        }
        return budget
    }

    public static func decodeRuntimeClass(_ value: some DocumentValue) throws(FieldProblem) -> RuntimeClass {
        var runtime = RuntimeClass(metadata: try StorageDecoder.metadata(of: value))
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "overhead":
                try value.readFields { key, value throws(FieldProblem) in
                    if "podFixed" ~= key { runtime.overhead = try value.readQuantityMap().stored }
                }
            case "scheduling":
                try value.readFields { key, value throws(FieldProblem) in
                    switch key {
                    case "nodeSelector": runtime.nodeSelector = try value.readStringMap()
                    case "tolerations":
                        runtime.tolerations = try value.readList(NodeAffinityDecoder.decodeToleration)
                    default: break
                    }
                }
            default: break
            }
        }
        return runtime
    }

    public static func decodePriorityClass(_ value: some DocumentValue) throws(FieldProblem) -> PriorityClass {
        var priority = PriorityClass(metadata: try StorageDecoder.metadata(of: value), value: 0)
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "value": priority.value = try value.readInt32()
            case "globalDefault": priority.isDefault = try value.readBool()
            case "preemptionPolicy": priority.neverPreempts = try value.readString() == "Never"
            default: break
            }
        }
        return priority
    }
}
