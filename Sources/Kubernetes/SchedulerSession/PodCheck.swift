import PlacementModel

/// What the Kubernetes API server and kube-scheduler do not let through to a decision.
enum PodCheck {
    /// Why no scheduler looks at the pod; nil if one does.
    ///
    /// - Source: kubernetes pkg/scheduler: plugins/schedulinggates, schedule_one.go skipPodSchedule
    static func reasonForSkipping(_ pod: Pod) -> String? {
        if pod.isTerminating { return "it is being deleted" }
        if pod.schedulingGates.isEmpty { return nil }
        return "waiting for scheduling gates: [\(pod.schedulingGates.joined(separator: " "))]"
    }

    /// The first field for which the API server refuses the pod, with what is wrong; nil if there is none.
    ///
    /// The pod is to be as admission left it. An absent request is its limit.
    /// - Source: kubernetes pkg/apis/core/validation, ValidateResourceRequirements
    static func problem(of pod: Pod) -> (field: String, message: String)? {
        if pod.containers.isEmpty { return ("spec.containers", "pod has no containers") }
        for (list, containers) in [("initContainers", pod.initContainers), ("containers", pod.containers)] {
            for (place, container) in containers.enumerated() {
                let field = "spec.\(list)[\(place)].resources"
                if let problem = problem(limits: container.limits, requests: container.requests, field: field) {
                    return problem
                }
            }
        }
        return problem(limits: pod.podLimits, requests: pod.podRequests, field: "spec.resources")
            ?? problem(in: pod.overhead, field: "spec.overhead")
    }

    private static func problem(
        limits: [String: Quantity], requests: [String: Quantity], field: String
    ) -> (field: String, message: String)? {
        if let problem = problem(in: limits, field: field + ".limits") { return problem }
        if let problem = problem(in: requests, field: field + ".requests") { return problem }
        for (name, request) in requests.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let place = "\(field).requests[\(name.debugDescription)]"
            guard let limit = limits[name] else {
                if isOvercommittable(name) { continue }
                return (place, "the limit must be set: \(name) cannot be overcommitted")
            }
            if request > limit { return (place, "\(request) is more than the limit of \(limit)") }
            if request != limit && !isOvercommittable(name) {
                return (place, "\(request) must equal the limit of \(limit): \(name) cannot be overcommitted")
            }
        }
        return nil
    }

    private static func problem(in amounts: [String: Quantity], field: String) -> (field: String, message: String)? {
        for (name, quantity) in amounts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let place = field + "[" + name.debugDescription + "]"
            if quantity.sign < 0 { return (place, "\(quantity) is negative") }
            // Extended resources, devices among them, are counted in whole units.
            if isExtended(name) && quantity.milliRoundedUp % 1000 != 0 {
                return (place, "\(quantity) is no whole number")
            }
        }
        return nil
    }

    /// Whether the resource is one that a device plugin or an operator brings.
    private static func isExtended(_ name: String) -> Bool {
        name.contains("/") && !name.hasPrefix("kubernetes.io/") && !name.contains(".kubernetes.io/")
    }

    private static func isOvercommittable(_ name: String) -> Bool {
        !isExtended(name) && !name.hasPrefix("hugepages-")
    }
}
