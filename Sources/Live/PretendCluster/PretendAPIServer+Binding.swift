import JSONText

extension PretendAPIServer {
    /// Gives a pod its node, once: node, annotations, labels and condition in one write.
    ///
    /// - Source: BindingREST in pkg/registry/core/pod/storage/storage.go; answers as captured from a real server
    mutating func bind(
        _ route: Route, _ target: RequestTarget, _ request: APIRequest, at time: VirtualTime
    ) throws(APIFailure) -> APIReply {
        let isDry = try isDryRun(target, options: "CreateOptions")
        let binding = request.body
        guard binding.object != nil else {
            throw .badRequest("the object provided is unrecognized (must be of type Binding)")
        }
        guard binding.namespace.isEmpty || binding.namespace == route.namespace else {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        guard binding.name == route.name else {
            throw .badRequest("name in URL does not match name in Binding object")
        }
        let kind = binding["target"]?["kind"]?.string ?? ""
        let node = binding["target"]?["name"]?.string ?? ""
        if let problem = Self.problem(kind: kind, node: node) { throw APIFailure(500, "", problem) }
        try checkFence(binding, route)
        guard var pod = store[route.kind, route.key] else { throw .notFound(route.subject) }
        guard binding.uid.isEmpty || binding.uid == pod.uid else {
            throw .conflict(route.subject, unmetPrecondition("UID", binding.uid, pod.uid, route))
        }
        guard binding.resourceVersion.isEmpty || binding.resourceVersion == pod.resourceVersion else {
            throw .conflict(
                route.subject, unmetPrecondition("ResourceVersion", binding.resourceVersion, pod.resourceVersion, route)
            )
        }
        let subject = FailureSubject(group: "", resource: "pods/binding", name: pod.name)
        if pod.isBeingDeleted {
            throw .conflict(subject, "pod \(pod.name) is being deleted, cannot be assigned to a host")
        }
        if !pod.nodeName.isEmpty {
            throw .conflict(subject, "pod \(pod.name) is already assigned to node \"\(pod.nodeName)\"")
        }
        if !PodRules.gates(of: pod).isEmpty {
            throw .conflict(subject, "pod \(pod.name) has non-empty .spec.schedulingGates")
        }
        pod[path: ["spec", "nodeName"]] = .string(node)
        if configuration.minorVersion >= 35 { pod[path: ["status", "nominatedNodeName"]] = nil }
        for (key, value) in binding["metadata"]?["annotations"]?.texts ?? [] {
            pod[path: ["metadata", "annotations", key]] = .string(value)
        }
        if configuration.minorVersion >= 35 {
            for (key, value) in binding["metadata"]?["labels"]?.texts ?? [] {
                pod[path: ["metadata", "labels", key]] = .string(value)
            }
        }
        pod.setCondition("PodScheduled", "True", at: time)
        if !isDry { store.write(pod, kind: route.kind, at: route.key) }
        return APIReply(201, APIFailure.success(code: 201))
    }

    private static func problem(kind: String, node: String) -> String? {
        guard kind.isEmpty || kind == "Node" else {
            return APIFailure.FieldProblem.unsupported("target.kind", value: kind, supported: ["Node", "<empty>"]).text
        }
        return node.isEmpty ? APIFailure.FieldProblem.required("target.name").text : nil
    }

    /// The policy that lets none but the leader bind.
    private func checkFence(_ binding: JSON, _ route: Route) throws(APIFailure) {
        guard let fence = configuration.leaderFence else { return }
        let lease = object("leases", namespace: fence.leaseNamespace, name: fence.leaseName)
        let holder = lease?["spec"]?["holderIdentity"]?.string
        if let holder, binding.annotation(fence.annotation) == holder { return }
        let why =
            lease == nil
            ? "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
            : "not the leader"
        var failure = APIFailure.forbidden(
            route.subject,
            "ValidatingAdmissionPolicy '\(fence.policyName)' with binding '\(fence.bindingName)' denied request: \(why)"
        )
        failure.code = 422
        failure.reason = "Invalid"
        throw failure
    }
}
