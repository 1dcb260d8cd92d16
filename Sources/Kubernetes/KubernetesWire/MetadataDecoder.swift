import PlacementModel

/// Reads `metadata`.
enum MetadataDecoder {
    /// What `metadata` says: the names and whether the object is on its way out.
    struct Decoded {
        var meta: ObjectMeta
        var isTerminating: Bool
    }

    static func decode(
        _ value: some DocumentValue, _ pool: TextPool? = nil, _ shelf: TemplateShelf? = nil
    ) throws(FieldProblem) -> Decoded {
        var meta = ObjectMeta(name: "")
        var isTerminating = false
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "name": meta.name = try value.readString()
            case "namespace": meta.namespace = try value.readString()
            case "uid": meta.uid = try value.readString()
            case "labels": meta.labels = try map(value, pool, shelf)
            case "annotations": meta.annotations = try map(value, pool, shelf)
            case "deletionTimestamp": isTerminating = true
            default: break
            }
        }
        if meta.name.isEmpty { throw .missing("name", expected: "a name") }
        if meta.namespace.isEmpty { meta.namespace = "default" }
        return Decoded(meta: meta, isTerminating: isTerminating)
    }

    private static func map(
        _ value: some DocumentValue, _ pool: TextPool?, _ shelf: TemplateShelf?
    ) throws(FieldProblem) -> [String: String] {
        guard let shelf else { return try value.readStringMap(pool) }
        return try shelf.map(value, pool)
    }
}
