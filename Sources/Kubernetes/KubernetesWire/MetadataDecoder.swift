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
            case "ownerReferences": meta.controller = try decodeController(value)
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

    /// The owner that is the controller; where none says so, the first one.
    private static func decodeController(_ value: some DocumentValue) throws(FieldProblem) -> OwnerReference? {
        var found: OwnerReference?
        var isController = false
        try value.readElements { value throws(FieldProblem) in
            var owner = OwnerReference(kind: "", name: "")
            var controls = false
            try value.readFields { key, value throws(FieldProblem) in
                switch key {
                case "kind": owner.kind = try value.readString()
                case "name": owner.name = try value.readString()
                case "controller": controls = try value.readBool()
                default: break
                }
            }
            if found == nil || controls && !isController { (found, isController) = (owner, controls) }
        }
        return found
    }
}
