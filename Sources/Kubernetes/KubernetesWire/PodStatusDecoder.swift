import PlacementModel

/// Reads the part of a pod's `status` that says what the pod holds: its phase, which init containers have ended, and what
/// is held while containers are resized in place.
enum PodStatusDecoder {
    /// What one entry of `containerStatuses` or `initContainerStatuses` says.
    struct ContainerStatus {
        var name = ""
        /// Nil where the entry has no `resources`: then the spec alone counts.
        var requests: [String: Quantity]?
        var allocated: [String: Quantity] = [:]
        var hasEndedWell = false

        /// The larger of what is asked and what is allocated, resource by resource.
        var held: [String: Quantity]? { requests.map { PodStatusDecoder.larger($0, allocated) } }
    }

    struct Decoded {
        var phase: PodPhase?
        var initContainers: [ContainerStatus] = []
        var containers: [ContainerStatus] = []
        var requests: [String: Quantity]?
        var allocated: [String: Quantity] = [:]
        /// The first condition of type `PodResizePending` has the reason `Infeasible`.
        var isResizeInfeasible: Bool?
        var nominatedNodeName = ""
        var startSeconds: Int64?
        var isPreempted = false

        func apply(to pod: inout Pod) {
            if let phase { pod.phase = phase }
            pod.isResizeInfeasible = isResizeInfeasible ?? false
            pod.held = requests.map { PodStatusDecoder.larger($0, allocated) }
            pod.initContainersAreDone = !initContainers.isEmpty && initContainers.allSatisfy(\.hasEndedWell)
            Self.apply(initContainers, to: &pod.initContainers)
            Self.apply(containers, to: &pod.containers)
            if !nominatedNodeName.isEmpty || startSeconds != nil || isPreempted {
                var scheduling = pod.scheduling
                scheduling.nominatedNodeName = nominatedNodeName
                scheduling.startSeconds = startSeconds
                scheduling.isPreempted = isPreempted
                pod.scheduling = scheduling
            }
        }

        private static func apply(_ statuses: [ContainerStatus], to containers: inout [Container]) {
            for status in statuses {
                guard let held = status.held else { continue }
                for place in containers.indices where containers[place].name == status.name {
                    containers[place].held = held
                }
            }
        }
    }

    static func decode(_ value: some DocumentValue) throws(FieldProblem) -> Decoded {
        var status = Decoded()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "phase":
                if try value.readString().isEmpty { break }
                status.phase = try value.readChoice([
                    PodPhase.pending, .running, .succeeded, .failed, .unknown,
                ])
            case "containerStatuses": status.containers = try value.readList(decodeContainer)
            case "initContainerStatuses": status.initContainers = try value.readList(decodeContainer)
            case "resources": status.requests = try decodeRequests(value)
            case "allocatedResources": status.allocated = try value.readQuantityMap()
            case "conditions":
                try value.readElements { value throws(FieldProblem) in
                    let (type, reason) = (value.member("type")?.documentText, value.member("reason")?.documentText)
                    if type == "DisruptionTarget", reason == "PreemptionByScheduler" {
                        status.isPreempted = value.member("status")?.documentText == "True"
                    }
                    guard status.isResizeInfeasible == nil, type == "PodResizePending" else { return }
                    status.isResizeInfeasible = reason == "Infeasible"
                }
            case "nominatedNodeName": status.nominatedNodeName = try value.readString()
            case "startTime":
                guard let seconds = CivilTime.unixSeconds(rfc3339: try value.readString()) else {
                    throw value.unexpected("an RFC 3339 time")
                }
                status.startSeconds = seconds
            default: break
            }
        }
        return status
    }

    private static func decodeContainer(_ value: some DocumentValue) throws(FieldProblem) -> ContainerStatus {
        var status = ContainerStatus()
        try value.readFields { key, value throws(FieldProblem) in
            switch key {
            case "name": status.name = try value.readString()
            case "resources": status.requests = try decodeRequests(value)
            case "allocatedResources": status.allocated = try value.readQuantityMap()
            case "state":
                let code = value.member("terminated")?.member("exitCode")
                status.hasEndedWell = code.map { $0.documentText == "0" } ?? false
            default: break
            }
        }
        return status
    }

    private static func decodeRequests(_ value: some DocumentValue) throws(FieldProblem) -> [String: Quantity] {
        var requests: [String: Quantity] = [:]
        try value.readFields { key, value throws(FieldProblem) in
            if "requests" ~= key { requests = try value.readQuantityMap() }
        }
        return requests
    }

    private static func larger(_ left: [String: Quantity], _ right: [String: Quantity]) -> [String: Quantity] {
        left.merging(right) { max($0, $1) }
    }
}
