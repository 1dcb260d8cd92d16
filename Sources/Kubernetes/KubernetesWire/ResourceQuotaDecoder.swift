public import PlacementModel

/// Reads a Kubernetes ResourceQuota: name, namespace and `spec.hard`.
public enum ResourceQuotaDecoder {
    public static func decode(_ value: some DocumentValue) throws(FieldProblem) -> ResourceQuota {
        var metadata: ObjectMeta?
        var hard: [String: Quantity] = [:]
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "metadata": metadata = try MetadataDecoder.decode(value).meta
            case "spec":
                try value.readFields { key, value throws(FieldProblem) in
                    if "hard" ~= key { hard = try value.readQuantityMap() }
                }
            default: break
            }
        }
        guard let metadata else { throw .missing("metadata", expected: "an object with a name") }
        return ResourceQuota(metadata: metadata, hard: hard)
    }
}
