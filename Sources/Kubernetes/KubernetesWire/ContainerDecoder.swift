import PlacementModel

/// Reads one entry of `spec.containers` or `spec.initContainers`.
enum ContainerDecoder {
    /// Reads an init container; one that restarts always is a sidecar.
    static func decodeInit(_ value: some DocumentValue) throws(FieldProblem) -> Container {
        try decode(value, isInit: true)
    }

    static func decode(_ value: some DocumentValue) throws(FieldProblem) -> Container {
        try decode(value, isInit: false)
    }

    private static func decode(_ value: some DocumentValue, isInit: Bool) throws(FieldProblem) -> Container {
        var container = Container()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "name": container.name = try value.readString()
            case "resources": try decodeResources(value, into: &container)
            case "env": container.environmentNames = try value.readList(decodeVariableName)
            case "securityContext":
                try value.readFields { key, value throws(FieldProblem) in
                    if "privileged" ~= key { container.isPrivileged = try value.readBool() }
                }
            case "restartPolicy":
                let policy = try value.readString()
                container.isSidecar = isInit && policy == "Always"
            default: break
            }
        }
        if container.name.isEmpty { throw .missing("name", expected: "the name of the container") }
        return container
    }

    private static func decodeResources(
        _ value: some DocumentValue, into container: inout Container
    ) throws(FieldProblem) {
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "limits": container.limits = try value.readQuantityMap()
            case "requests": container.requests = try value.readQuantityMap()
            default: break
            }
        }
    }

    private static func decodeVariableName(_ value: some DocumentValue) throws(FieldProblem) -> String {
        var name = ""
        try value.readFields { key, value throws(FieldProblem) in
            if "name" ~= key { name = try value.readString() }
        }
        if name.isEmpty { throw .missing("name", expected: "the name of the variable") }
        return name
    }
}
