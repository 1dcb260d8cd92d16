import PlacementModel

/// Reads one entry of `spec.containers` or `spec.initContainers`.
enum ContainerDecoder {
    /// Reads a list of containers; init containers that restart always are sidecars.
    ///
    /// - Parameter wishes: gets the paths, inside the list, of what a scheduler would obey and is not weighed.
    static func decodeList(
        _ value: some DocumentValue, isInit: Bool, wishes: inout [String]
    ) throws(FieldProblem) -> [Container] {
        var list: [Container] = []
        list.reserveCapacity(value.documentCount)
        try value.readElements { value throws(FieldProblem) in
            list.append(try decode(value, isInit: isInit, place: list.count, wishes: &wishes))
        }
        return list
    }

    private static func decode(
        _ value: some DocumentValue, isInit: Bool, place: Int, wishes: inout [String]
    ) throws(FieldProblem) -> Container {
        var container = Container()
        var hostPort: Int?
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "name": container.name = try value.readString()
            case "resources": try decodeResources(value, into: &container)
            case "env": container.environmentNames = try value.readList(decodeVariableName)
            case "securityContext":
                try value.readFields { key, value throws(FieldProblem) in
                    if "privileged" ~= key { container.isPrivileged = try value.readBool() }
                }
            case "ports": hostPort = try firstHostPort(value)
            case "restartPolicy":
                let policy = try value.readString()
                container.isSidecar = isInit && policy == "Always"
            default: break
            }
        }
        if container.name.isEmpty { throw .missing("name", expected: "the name of the container") }
        // Ports of init containers that end are free again before the others start; kube-scheduler leaves them out.
        if let hostPort, !isInit || container.isSidecar { wishes.append("[\(place)].ports[\(hostPort)].hostPort") }
        return container
    }

    /// The place of the first port that takes a port of the node.
    private static func firstHostPort(_ value: some DocumentValue) throws(FieldProblem) -> Int? {
        var place = 0
        var first: Int?
        try value.readElements { value throws(FieldProblem) in
            if let port = value.member("hostPort"), port.documentText != "0", first == nil { first = place }
            place += 1
        }
        return first
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
