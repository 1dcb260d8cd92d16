import JSONText

extension PretendAPIServer {
    mutating func create(
        _ route: Route, _ target: RequestTarget, _ request: APIRequest, at time: VirtualTime
    ) throws(APIFailure) -> APIReply {
        let isDry = try isDryRun(target, options: "CreateOptions")
        var object = try checkedBody(request, route)
        if object[path: ["metadata", "name"]]?.string ?? "" == "" {
            let prefix = object[path: ["metadata", "generateName"]]?.string ?? ""
            guard !prefix.isEmpty else {
                throw .invalid(
                    kind: route.resource.kind, group: route.resource.group, name: "",
                    [.required("metadata.name", "name or generateName is required")])
            }
            object[path: ["metadata", "name"]] = .string(prefix + store.newSuffix())
        }
        return APIReply(201, try add(object, route, isDryRun: isDry, at: time))
    }

    /// The body of a POST or PUT, with its kind and namespace as the path has them.
    func checkedBody(_ request: APIRequest, _ route: Route) throws(APIFailure) -> JSON {
        guard request.contentType.utf8.starts(with: "application/json".utf8) else {
            throw APIFailure(
                415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json, "
                    + "application/yaml, application/vnd.kubernetes.protobuf")
        }
        var object = request.body
        guard object.object != nil else {
            throw .badRequest("the object provided is unrecognized (must be of type \(route.resource.kind))")
        }
        let (version, kind) = (object["apiVersion"]?.string, object["kind"]?.string)
        guard version == nil || version == route.resource.apiVersion, kind == nil || kind == route.resource.kind else {
            throw .badRequest(
                "\(kind ?? "") in version \"\(version ?? "")\" cannot be handled as a \(route.resource.kind): converting "
                    + "(\(version ?? "").\(kind ?? "")) to (\(route.resource.apiVersion).\(route.resource.kind)): unknown conversion"
            )
        }
        if route.resource.isNamespaced {
            let named = object.namespace
            guard named.isEmpty || named == route.namespace else {
                throw .badRequest(
                    request.method == .post
                        ? "the namespace of the provided object does not match the namespace sent on the request"
                        : "the namespace of the object (\(named)) does not match the namespace on the URL (\(route.namespace))"
                )
            }
            object[path: ["metadata", "namespace"]] = .string(route.namespace)
        }
        var members: JSONObject = [
            "kind": .string(route.resource.kind), "apiVersion": .string(route.resource.apiVersion),
        ]
        members.members += (object.object?.members ?? []).filter { $0.key != "kind" && $0.key != "apiVersion" }
        return .object(members)
    }

    /// Stores a new object with everything the server adds to it.
    mutating func add(
        _ body: JSON, _ route: Route, isDryRun: Bool, at time: VirtualTime
    ) throws(APIFailure) -> JSON {
        var object = body
        let key = ObjectKey(namespace: route.namespace, name: object.name)
        let subject = route.resource.subject(key.name)
        guard object.resourceVersion.isEmpty else {
            throw APIFailure(500, "", "resourceVersion should not be set on objects to be created")
        }
        try checkName(key.name, route.resource)
        try checkNamespace(of: key, subject)
        for field in [
            "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "resourceVersion",
        ] {
            object[path: ["metadata", field]] = nil
        }
        if route.resource.resource == "pods" {
            object = try admittedPod(object, isDryRun: isDryRun, at: time)
        } else if route.resource.hasStatus, route.resource.resource != "nodes" {
            object[path: ["status"]] = nil
        }
        object[path: ["metadata", "uid"]] = .string(store.newUID())
        object[path: ["metadata", "creationTimestamp"]] = .string(time.text)
        if route.resource.countsGenerations { object[path: ["metadata", "generation"]] = 1 }
        if route.resource.resource == "namespaces" {
            object[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(key.name)
            object[path: ["spec", "finalizers"]] = ["kubernetes"]
            object[path: ["status", "phase"]] = "Active"
        }
        guard store[route.kind, key] == nil else { throw .alreadyExists(subject) }
        return isDryRun ? object : store.write(object, kind: route.kind, at: key)
    }

    private func checkNamespace(of key: ObjectKey, _ subject: FailureSubject) throws(APIFailure) {
        guard !key.namespace.isEmpty, let kind = kinds.firstIndex(where: { $0.resource == "namespaces" }) else {
            return
        }
        guard let namespace = store[kind, ObjectKey(namespace: "", name: key.namespace)] else {
            throw .notFound(kinds[kind].subject(key.namespace))
        }
        guard !namespace.isBeingDeleted else {
            var failure = APIFailure.forbidden(
                subject, "unable to create new content in namespace \(key.namespace) because it is being terminated")
            failure.details?["causes"] = [
                [
                    "reason": "NamespaceTerminating",
                    "message": .string("namespace \(key.namespace) is being terminated"),
                    "field": "metadata.namespace",
                ]
            ]
            throw failure
        }
    }

    private func checkName(_ name: String, _ kind: ResourceKind) throws(APIFailure) {
        func isEdge(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isValid =
            name.utf8.count <= 253
            && parts.allSatisfy { part in
                part.first.map(isEdge) ?? false && part.last.map(isEdge) ?? false
                    && part.allSatisfy { isEdge($0) || $0 == UInt8(ascii: "-") }
            }
        guard !isValid else { return }
        throw .invalid(
            kind: kind.kind, group: kind.group, name: name,
            [
                .invalid(
                    "metadata.name", value: "\"\(name)\"",
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                        + "must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                        + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
            ])
    }

    /// A new pod with its defaults, its priority and what the webhooks make of it.
    private func admittedPod(_ pod: JSON, isDryRun: Bool, at time: VirtualTime) throws(APIFailure) -> JSON {
        var pod = PodRules.withDefaults(pod)
        for webhook in configuration.webhooks {
            pod = PodRules.withDefaults(try webhook.admit(pod, isDryRun: isDryRun))
        }
        let className = pod["spec"]?["priorityClassName"]?.string ?? ""
        if !className.isEmpty {
            guard let priority = object("priorityclasses", name: className) else {
                throw .forbidden(
                    FailureSubject(group: "", resource: "pods", name: pod.name),
                    "no PriorityClass with name \(className) was found")
            }
            pod[path: ["spec", "priority"]] = priority["value"] ?? 0
            pod[path: ["spec", "preemptionPolicy"]] = priority["preemptionPolicy"] ?? "PreemptLowerPriority"
        } else {
            let standard = objects("priorityclasses").first { $0["globalDefault"]?.bool == true }
            if let standard { pod[path: ["spec", "priorityClassName"]] = .string(standard.name) }
            pod[path: ["spec", "priority"]] = standard?["value"] ?? 0
            pod[path: ["spec", "preemptionPolicy"]] = standard?["preemptionPolicy"] ?? "PreemptLowerPriority"
        }
        return try PodRules.created(pod, at: time)
    }
}
