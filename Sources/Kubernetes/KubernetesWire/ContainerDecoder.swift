import PlacementModel

/// Reads one entry of `spec.containers` or `spec.initContainers`.
enum ContainerDecoder {
    /// Reads a list of containers; init containers that restart always are sidecars.
    ///
    /// - Parameter wishes: gets ports of the node and what else a scheduler obeys.
    static func decodeList(
        _ value: some DocumentValue, isInit: Bool, wishes: inout SchedulingWishes
    ) throws(FieldProblem) -> [Container] {
        guard value.documentCount <= InputLimits.containers else {
            throw FieldProblem("expected at most \(InputLimits.containers) containers")
        }
        var list: [Container] = []
        list.reserveCapacity(value.documentCount)
        try value.readElements { value throws(FieldProblem) in
            list.append(try decode(value, isInit: isInit, place: list.count, wishes: &wishes))
        }
        return list
    }

    private static func decode(
        _ value: some DocumentValue, isInit: Bool, place: Int, wishes: inout SchedulingWishes
    ) throws(FieldProblem) -> Container {
        var container = Container()
        var ports: [SchedulingWishes.Port] = []
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "name": container.name = try value.readString()
            case "resources": try decodeResources(value, into: &container)
            case "env": container.environmentNames = try value.readList(decodeVariableName)
            case "securityContext":
                try value.readFields { key, value throws(FieldProblem) in
                    if "privileged" ~= key { container.isPrivileged = try value.readBool() }
                }
            case "ports": ports = try value.readList(SchedulingWishes.decodePort)
            case "restartPolicyRules":
                try value.readElements { value throws(FieldProblem) in
                    try value.readFields { key, value throws(FieldProblem) in
                        guard "action" ~= key, try value.readString() == "RestartAllContainers" else { return }
                        wishes.change { $0.restartsAllContainers = true }
                    }
                }
            case "restartPolicy":
                let policy = try value.readString()
                container.isSidecar = isInit && policy == "Always"
            default: break
            }
        }
        if container.name.isEmpty { throw .missing("name", expected: "the name of the container") }
        // Ports of init containers that end are free again before the others start; kube-scheduler leaves them out.
        if !isInit || container.isSidecar {
            wishes.ports += ports
            if let port = ports.firstIndex(where: { $0.hostPort != 0 }) {
                wishes.unweighed.append("[\(place)].ports[\(port)].hostPort")
            }
        }
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
