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

    /// What the API server holds against fields of the spec that admission does not change.
    static func refusals(of pod: Pod) -> [SpecProblem] { pod.hasScheduling ? pod.scheduling.refusals : [] }

    /// The problems in the server's words: one as it stands, several in brackets.
    static func text(of problems: [SpecProblem]) -> String {
        if problems.count == 1 { return problems[0].description }
        return "[" + problems.map(\.description).joined(separator: ", ") + "]"
    }

    /// What the API server holds against the pod's amounts; empty if nothing.
    ///
    /// The pod is to be as admission left it.
    /// - Source: kubernetes pkg/apis/core/validation, validateContainerResourceRequirements and validatePodResources
    static func problems(of pod: Pod) -> [SpecProblem] {
        if pod.containers.isEmpty { return [SpecProblem(field: "spec.containers", message: "Required value")] }
        var problems: [SpecProblem] = []
        for (list, containers) in [("initContainers", pod.initContainers), ("containers", pod.containers)] {
            for (place, container) in containers.enumerated() {
                let check = AmountCheck(
                    field: "spec.\(list)[\(place)].resources", limits: container.limits,
                    requests: container.effectiveRequests, isOfPod: false)
                problems += check.problems
            }
        }
        if !pod.podLimits.isEmpty || !pod.podRequests.isEmpty {
            let check = AmountCheck(
                field: "spec.resources", limits: pod.podLimits, requests: pod.podRequests, isOfPod: true)
            problems += check.problems + problemsWithContainers(pod)
        }
        if !pod.overhead.isEmpty {
            problems += AmountCheck(field: "spec.overhead", limits: [:], requests: [:], isOfPod: false)
                .valueProblems(pod.overhead, "spec.overhead")
        }
        return problems
    }

    /// A pod as a whole cannot ask for less than its containers do, nor be allowed less than one of them.
    ///
    /// - Source: kubernetes pkg/apis/core/validation, validatePodResourceConsistency
    private static func problemsWithContainers(_ pod: Pod) -> [SpecProblem] {
        var bare = pod
        (bare.podRequests, bare.podLimits, bare.overhead) = ([:], [:], [:])
        var limited = bare
        for place in limited.containers.indices { limited.containers[place].requests = bare.containers[place].limits }
        for place in limited.initContainers.indices {
            limited.initContainers[place].requests = bare.initContainers[place].limits
        }
        var problems = problems(of: pod.podRequests, below: bare, "requests") { _ in true }
        problems += Self.problems(of: pod.podLimits, below: limited, "limits") { $0.hasPrefix("hugepages-") }
        for (place, container) in pod.containers.enumerated() {
            for name in container.limits.keys.sorted() {
                guard let own = container.limits[name], let whole = pod.podLimits[name], own > whole else { continue }
                problems.append(
                    SpecProblem(
                        field: "spec.resources.containers[\(place)][\(name)].limits",
                        message: "Invalid value: \(own.canonical.debugDescription): must be less than or equal to pod "
                            + "limits of \(whole.canonical)"))
            }
        }
        return problems
    }

    /// Amounts that are less than what the containers of a pod add up to.
    private static func problems(
        of amounts: [String: Quantity], below pod: Pod, _ field: String, where counts: (String) -> Bool
    ) -> [SpecProblem] {
        let sum = PodRequest.ofQueued(pod)
        return amounts.keys.sorted().compactMap { (name) -> SpecProblem? in
            guard Pod.countsForPod(name), counts(name), let asked = amounts[name] else { return nil }
            let (own, all) = (ResourceAmounts([name: asked]).counted(name), sum.counted(name))
            if all <= own { return nil }
            return SpecProblem(
                field: "spec.resources.\(field)[\(name)]",
                message:
                    "Invalid value: \(asked.canonical.debugDescription): must be greater than or equal to aggregate "
                    + "container \(field) of \(text(of: all, name, in: pod))")
        }
    }

    /// A sum in the server's words: it takes the form of the first amount added.
    private static func text(of sum: Int64, _ name: String, in pod: Pod) -> String {
        let first = (pod.containers + pod.initContainers).lazy.compactMap { $0.effectiveRequests[name] }
            .first { $0.sign != 0 }
        let isBinary = first?.canonical.hasSuffix("i") == true && sum % 1024 == 0
        let digits = name == "cpu" ? "\(sum)m" : isBinary ? "\(sum / 1024)Ki" : "\(sum)"
        return ((try? Quantity(parsing: digits)) ?? .zero).canonical
    }
}

/// Limits and requests of one container, or of the pod as a whole.
private struct AmountCheck {
    let field: String
    let limits: [String: Quantity]
    let requests: [String: Quantity]
    let isOfPod: Bool

    var problems: [SpecProblem] {
        let problems = isFine ? [] : listed
        assert(isFine == listed.isEmpty, "\(field): the quick look and the list differ: \(listed)")
        return problems
    }

    /// Whether there is no problem: nearly always, so that it is found without writing or sorting anything.
    private var isFine: Bool {
        var (pages, compute) = (false, false)
        func note(_ name: String) {
            if name == "cpu" || name == "memory" {
                compute = true
            } else if name.hasPrefix("hugepages-") {
                pages = true
            }
        }
        for (name, quantity) in limits {
            if !isFine(name, quantity) { return false }
            note(name)
        }
        for (name, request) in requests {
            if !isFine(name, request) { return false }
            note(name)
            if let limit = limits[name] {
                if request == limit { continue }
                if request > limit || !Self.isOvercommittable(name) { return false }
            } else if !Self.isOvercommittable(name) {
                return false
            }
        }
        return !pages || compute
    }

    private func isFine(_ name: String, _ quantity: Quantity) -> Bool {
        if quantity.sign < 0 || isOfPod && !Pod.countsForPod(name) { return false }
        if Self.isExtended(name) { return quantity.milliRoundedUp % 1000 == 0 }
        if name.hasPrefix("hugepages-") { return Self.isMultiple(quantity, ofPageIn: name) }
        return name.utf8.contains(UInt8(ascii: "/")) || Self.isStandard(name)
    }

    private var listed: [SpecProblem] {
        var problems = valueProblems(limits, field + ".limits")
        for name in requests.keys.sorted() {
            guard let request = requests[name] else { continue }
            problems += valueProblems([name: request], field + ".requests")
            guard let limit = limits[name] else {
                if !Self.isOvercommittable(name) && !(isOfPod && !Pod.countsForPod(name)) {
                    add(".limits", "Required value: Limit must be set for non overcommitable resources", &problems)
                }
                continue
            }
            let value = "Invalid value: \(request.canonical.debugDescription): must be "
            if request != limit && !Self.isOvercommittable(name) {
                add(".requests", value + "equal to \(name) limit of \(limit.canonical)", &problems)
            } else if request > limit {
                add(".requests", value + "less than or equal to \(name) limit of \(limit.canonical)", &problems)
            }
        }
        let names = Set(limits.keys).union(requests.keys)
        if names.contains(where: { $0.hasPrefix("hugepages-") }) && names.isDisjoint(with: ["cpu", "memory"]) {
            add("", "Forbidden: HugePages require cpu or memory", &problems)
        }
        return problems
    }

    /// What is wrong with single amounts and their names.
    func valueProblems(_ amounts: [String: Quantity], _ path: String) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        for (name, quantity) in amounts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let place = path + "[\(name)]"
            func add(_ message: String) { problems.append(SpecProblem(field: place, message: message)) }
            if isOfPod && !Pod.countsForPod(name) {
                add(
                    "Unsupported value: \(name.debugDescription): supported values: \"cpu\", \"hugepages-\", \"memory\""
                )
                continue
            }
            if !name.utf8.contains(UInt8(ascii: "/")) && !Self.isStandard(name) {
                if !Self.isKnown(name) {
                    add("Invalid value: \(name.debugDescription): must be a standard resource type or fully qualified")
                }
                add("Invalid value: \(name.debugDescription): must be a standard resource for containers")
            }
            let value = "Invalid value: \(quantity.canonical.debugDescription): "
            if quantity.sign < 0 { add(value + "must be greater than or equal to 0") }
            // Extended resources, devices among them, are counted in whole units.
            if Self.isExtended(name) && quantity.milliRoundedUp % 1000 != 0 { add(value + "must be an integer") }
            if name.hasPrefix("hugepages-"), !Self.isMultiple(quantity, ofPageIn: name) {
                add(value + "\(quantity.canonical) is not positive integer multiple of \(name)")
            }
        }
        return problems
    }

    private func add(_ path: String, _ message: String, _ problems: inout [SpecProblem]) {
        problems.append(SpecProblem(field: field + path, message: message))
    }

    /// Whether the resource is one that a device plugin or an operator brings.
    private static func isExtended(_ name: String) -> Bool {
        name.utf8.contains(UInt8(ascii: "/")) && !name.hasPrefix("kubernetes.io/")
            && !name.containsText(".kubernetes.io/")
    }

    private static func isOvercommittable(_ name: String) -> Bool {
        !isExtended(name) && !name.hasPrefix("hugepages-")
    }

    /// Names without a domain that a container may ask for.
    private static func isStandard(_ name: String) -> Bool {
        name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.hasPrefix("hugepages-")
    }

    /// Names without a domain that mean something elsewhere, in quotas above all.
    ///
    /// - Source: pkg/apis/core/helper/helpers.go, standardResources
    private static func isKnown(_ name: String) -> Bool {
        [
            "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
            "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets",
            "configmaps", "persistentvolumeclaims", "storage", "requests.storage", "services.nodeports",
            "services.loadbalancers",
        ].contains(name) || name.hasPrefix("requests.hugepages-")
    }

    private static func isMultiple(_ quantity: Quantity, ofPageIn name: String) -> Bool {
        guard let page = try? Quantity(parsing: String(name.dropFirst("hugepages-".count))), page.roundedUp > 0 else {
            return true
        }
        return quantity.sign > 0 && quantity.roundedUp % page.roundedUp == 0 || quantity.isZero
    }
}
