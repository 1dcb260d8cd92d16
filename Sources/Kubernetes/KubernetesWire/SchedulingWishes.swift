import PlacementModel

/// Gathers, while a pod is read, what few pods have: ports, gates, terms over other pods, volumes, resize status.
///
/// Nothing of it is made for a pod without such fields.
struct SchedulingWishes {
    /// A container port; which ports of the node it takes is known when the whole spec has been read.
    struct Port {
        var address = ""
        var transport = ""
        var containerPort: Int32 = 0
        var hostPort: Int32 = 0
    }

    var ports: [Port] = []
    /// Paths, inside the list of containers at hand, of what is read but not weighed.
    var unweighed: [String] = []
    private var usesHostNetwork = false
    private var scheduling = PodScheduling()
    private var isTouched = false

    mutating func change(_ body: (inout PodScheduling) -> Void) {
        body(&scheduling)
        isTouched = true
    }

    /// Puts what was gathered of a spec into the pod.
    ///
    /// On the host's network every container port is a port of the node, as the API server fills in.
    mutating func finish(_ pod: inout Pod) {
        for port in ports {
            let number = port.hostPort == 0 && usesHostNetwork ? port.containerPort : port.hostPort
            if number <= 0 { continue }
            change {
                $0.hostPorts.append(HostPort(address: port.address, transport: port.transport, port: number))
            }
        }
        // A priority that stands there has been taken from its class.
        if scheduling.priority != 0 { scheduling.priorityClassName = "" }
        if isTouched { pod.scheduling = scheduling }
    }

    static func decodePort(_ value: some DocumentValue) throws(FieldProblem) -> Port {
        var port = Port()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "hostIP": port.address = try value.readString()
            case "protocol": port.transport = try value.readString()
            case "containerPort": port.containerPort = try value.readInt32()
            case "hostPort": port.hostPort = try value.readInt32()
            default: break
            }
        }
        return port
    }

    mutating func decodeSpecField(_ key: MemberKey, _ value: some DocumentValue) throws(FieldProblem) {
        switch key {
        case "priority":
            let priority = try value.readInt32()
            if priority != 0 { change { $0.priority = priority } }
        case "priorityClassName":
            let name = try value.readString()
            if !name.isEmpty { change { $0.priorityClassName = name } }
        case "preemptionPolicy":
            if try value.readString() == "Never" { change { $0.neverPreempts = true } }
        case "hostNetwork": usesHostNetwork = try value.readBool()
        case "resourceClaims": try decodeNames(value) { scheduling, names in scheduling.resourceClaims = names }
        default: break
        }
    }

    private mutating func decodeNames(
        _ value: some DocumentValue, _ store: (inout PodScheduling, [String]) -> Void
    ) throws(FieldProblem) {
        let names = try value.readList { value throws(FieldProblem) in
            var name = ""
            try value.readFields { key, value throws(FieldProblem) in
                if "name" ~= key { name = try value.readString() }
            }
            return name
        }
        if !names.isEmpty { change { store(&$0, names) } }
    }

    /// Constraints with `ScheduleAnyway` never keep a pod off a node and are passed over.
    ///
    /// - Returns: whether there are such.
    mutating func decodeSpread(_ value: some DocumentValue) throws(FieldProblem) -> Bool {
        var passesOver = false
        var constraints: [TopologySpreadConstraint] = []
        try value.readElements { value throws(FieldProblem) in
            var constraint = TopologySpreadConstraint(maxSkew: 1, topologyKey: "", selector: nil)
            var isRequired = true
            try value.readFields { key, value throws(FieldProblem) in
                switch key {
                case "maxSkew": constraint.maxSkew = try value.readInt32()
                case "minDomains": constraint.minDomains = try value.readInt32()
                case "topologyKey": constraint.topologyKey = try value.readString()
                case "whenUnsatisfiable": isRequired = try value.readString() != "ScheduleAnyway"
                case "labelSelector": constraint.selector = try AffinityTermDecoder.decodeSelector(value)
                case "matchLabelKeys": constraint.matchLabelKeys = try value.readStrings()
                case "nodeAffinityPolicy": constraint.honorsNodeAffinity = try value.readString() != "Ignore"
                case "nodeTaintsPolicy": constraint.honorsTaints = try value.readString() == "Honor"
                default: break
                }
            }
            if constraint.topologyKey.isEmpty {
                throw .missing("topologyKey", expected: "the label that tells domains apart")
            }
            if isRequired { constraints.append(constraint) } else { passesOver = true }
        }
        if !constraints.isEmpty { change { $0.spread = constraints } }
        return passesOver
    }

    mutating func decodeVolumes(_ value: some DocumentValue) throws(FieldProblem) {
        var volumes: [PodVolume] = []
        try value.readElements { value throws(FieldProblem) in
            try value.require(.object)
            guard Self.isRead(value) else { return }
            var name = ""
            var source: PodVolume.Source?
            try value.readFields { key, value throws(FieldProblem) in
                switch key {
                case "name": name = try value.readString()
                case "persistentVolumeClaim":
                    source = .claim(name: try value.member("claimName")?.readString() ?? "")
                case "ephemeral": source = .ephemeral
                case "gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd":
                    source = try Self.decodeDisk(key, value)
                default: break
                }
            }
            if let source { volumes.append(PodVolume(name: name, source: source)) }
        }
        if !volumes.isEmpty { change { $0.volumes = volumes } }
    }

    /// Whether a volume has a source that ``decodeVolumes(_:)`` reads.
    static func isRead(_ volume: some DocumentValue) -> Bool {
        var isRead = false
        try? volume.visitMembers { (key, _) throws(FieldProblem) in
            switch key {
            case "persistentVolumeClaim", "ephemeral", "gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd":
                isRead = true
            default: break
            }
        }
        return isRead
    }

    private static func decodeDisk(
        _ type: MemberKey, _ value: some DocumentValue
    ) throws(FieldProblem) -> PodVolume.Source {
        var texts: [String: String] = [:]
        var monitors: [String] = []
        var isReadOnly = false
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "readOnly": isReadOnly = try value.readBool()
            case "pdName", "volumeID", "iqn", "pool", "image": texts[key.string] = try value.readString()
            case "monitors": monitors = try value.readStrings()
            default: break
            }
        }
        switch type {
        case "gcePersistentDisk":
            return .gcePersistentDisk(name: texts["pdName"] ?? "", isReadOnly: isReadOnly)
        case "awsElasticBlockStore":
            return .awsElasticBlockStore(id: texts["volumeID"] ?? "", isReadOnly: isReadOnly)
        case "iscsi": return .iscsi(iqn: texts["iqn"] ?? "", isReadOnly: isReadOnly)
        default:
            // The API server fills in the pool that most clusters have.
            return .rbd(
                monitors: monitors, pool: texts["pool"] ?? "rbd", image: texts["image"] ?? "", isReadOnly: isReadOnly)
        }
    }
}
