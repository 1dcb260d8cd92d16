import JSONText

extension PretendAPIServer {
    /// Deletes a pod if the budgets that cover it allow it.
    ///
    /// - Source: pkg/registry/core/pod/storage/eviction.go
    mutating func evict(
        _ route: Route, _ target: RequestTarget, _ request: APIRequest, at time: VirtualTime
    ) throws(APIFailure) -> APIReply {
        let eviction = request.body
        guard eviction.name == route.name else {
            throw .badRequest("name in URL does not match name in Eviction object")
        }
        guard let pod = store[route.kind, route.key] else { throw .notFound(route.subject) }
        var options = try DeleteOptions(eviction["deleteOptions"], target)
        options.isDryRun = try isDryRun(target, body: eviction["deleteOptions"], options: "CreateOptions")
        let isUncovered = pod.isFinished || pod.phase == "Pending" || pod.isBeingDeleted
        if !isUncovered { try takeFromBudget(of: pod, isDryRun: options.isDryRun, at: time) }
        // The server checks the versions first, so that what it wrote into the pod itself does not break them.
        guard options.uid == nil || options.uid == pod.uid else {
            _ = try delete(route, options, at: time)
            return APIReply(201, APIFailure.success(code: 201))
        }
        if options.resourceVersion == nil || options.resourceVersion == pod.resourceVersion {
            options.resourceVersion = nil
            if !options.isDryRun, !isUncovered { try markDisrupted(route, at: time) }
        }
        _ = try delete(route, options, at: time)
        return APIReply(201, APIFailure.success(code: 201))
    }

    private mutating func markDisrupted(_ route: Route, at time: VirtualTime) throws(APIFailure) {
        guard var pod = store[route.kind, route.key] else { return }
        pod.setCondition(
            "DisruptionTarget", "True", reason: "EvictionByEvictionAPI", message: "Eviction API: evicting", at: time)
        store.write(pod, kind: route.kind, at: route.key)
    }

    /// Takes one disruption from the budget that covers a pod.
    ///
    /// - Throws: 429 if there is none left, 500 if several budgets cover the pod.
    private mutating func takeFromBudget(of pod: JSON, isDryRun: Bool, at time: VirtualTime) throws(APIFailure) {
        guard let kind = kinds.firstIndex(where: { $0.resource == "poddisruptionbudgets" }) else { return }
        let budgets = store.shelves[kind].keys.filter { $0.namespace == pod.namespace }.compactMap { key in
            store[kind, key].flatMap { budget in Self.covers(budget, pod) ? (key: key, budget: budget) : nil }
        }
        guard budgets.count <= 1 else {
            throw APIFailure(
                500, "",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        guard let key = budgets.first?.key, var budget = budgets.first?.budget else { return }
        func number(_ field: String) -> Int64 { budget["status"]?[field]?.int64 ?? 0 }
        let isReady = pod.condition("Ready")?.value["status"]?.string == "True"
        if !isReady, number("currentHealthy") >= number("desiredHealthy"), number("desiredHealthy") > 0 { return }
        if number("observedGeneration") < budget.generation ?? 0 {
            throw Self.budgetFailure(
                "The disruption budget \(budget.name) is still being processed by the server.", retryAfterSeconds: 10)
        }
        guard number("disruptionsAllowed") > 0 else {
            throw Self.budgetFailure(
                "The disruption budget \(budget.name) needs \(number("desiredHealthy")) healthy pods and has "
                    + "\(number("currentHealthy")) currently", retryAfterSeconds: 0)
        }
        guard !isDryRun else { return }
        budget[path: ["status", "disruptionsAllowed"]] = .int(number("disruptionsAllowed") - 1)
        budget[path: ["status", "disruptedPods", pod.name]] = .string(time.text)
        store.write(budget, kind: kind, at: key)
    }

    /// A budget without a selector, or with an empty one, covers nothing.
    static func covers(_ budget: JSON, _ pod: JSON) -> Bool {
        guard budget.namespace == pod.namespace,
            let selector = ObjectSelector(labelSelector: budget["spec"]?["selector"])
        else { return false }
        return !selector.isEmpty && selector.matches(pod)
    }

    private static func budgetFailure(_ cause: String, retryAfterSeconds: Int64) -> APIFailure {
        var failure = APIFailure.tooManyRequests(
            "Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds: retryAfterSeconds)
        failure.details?["causes"] = [["reason": "DisruptionBudget", "message": .string(cause)]]
        return failure
    }
}
