import JSONText

/// What a DELETE asks for, from its body and its parameters.
struct DeleteOptions {
    var graceSeconds: Int64?
    var uid: String?
    var resourceVersion: String?
    var isDryRun = false

    init() {}

    init(_ body: JSON?, _ target: RequestTarget) throws(APIFailure) {
        graceSeconds = body?["gracePeriodSeconds"]?.int64
        if let text = target["gracePeriodSeconds"] {
            guard let seconds = Int64(text) else {
                throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
            }
            graceSeconds = seconds
        }
        uid = body?["preconditions"]?["uid"]?.string
        resourceVersion = body?["preconditions"]?["resourceVersion"]?.string
    }
}

extension PretendAPIServer {
    mutating func delete(
        _ route: Route, _ target: RequestTarget, _ request: APIRequest, at time: VirtualTime
    ) throws(APIFailure) -> APIReply {
        var options = try DeleteOptions(request.body.object == nil ? nil : request.body, target)
        options.isDryRun = try isDryRun(target, body: request.body, options: "DeleteOptions")
        return try delete(route, options, at: time)
    }

    /// Deletes an object, or says on it that it is to go once its grace is over and its finalizers are gone.
    ///
    /// - Source: apiserver pkg/registry/rest/delete.go and pkg/registry/generic/registry/store.go
    mutating func delete(_ route: Route, _ options: DeleteOptions, at time: VirtualTime) throws(APIFailure) -> APIReply
    {
        guard var object = store[route.kind, route.key] else { throw .notFound(route.subject) }
        try checkPreconditions(options, of: object, route)
        let isPod = route.resource.resource == "pods"
        var isImmediate = true
        if isPod {
            switch podDeletion(object, options) {
            case .pending: return APIReply(200, object)
            case .marked(let seconds):
                mark(&object, graceSeconds: seconds, at: time)
                isImmediate = seconds == 0
            case .now: if !object.finalizers.isEmpty { mark(&object, graceSeconds: 0, at: time) }
            }
        } else if !object.finalizers.isEmpty || route.resource.resource == "namespaces" {
            mark(&object, graceSeconds: 0, at: time)
        }
        if route.resource.resource == "namespaces" {
            object[path: ["metadata", "deletionGracePeriodSeconds"]] = nil
            object[path: ["status", "phase"]] = "Terminating"
            isImmediate = object["spec"]?["finalizers"]?.array?.isEmpty ?? true
        }
        if !isImmediate || !object.finalizers.isEmpty {
            if options.isDryRun || object.isSame(as: store[route.kind, route.key] ?? .null) {
                return APIReply(200, object)
            }
            return APIReply(200, store.write(object, kind: route.kind, at: route.key))
        }
        if !options.isDryRun {
            let gone = store.write(nil, kind: route.kind, at: route.key)
            if route.resource.returnsDeleted { return APIReply(200, gone) }
        } else if route.resource.returnsDeleted {
            return APIReply(200, object)
        }
        var details = route.subject.details
        details["uid"] = .string(object.uid)
        return APIReply(200, APIFailure.success(details: details))
    }

    private func checkPreconditions(
        _ options: DeleteOptions, of object: JSON, _ route: Route
    ) throws(APIFailure) {
        // Here Kubernetes names the kind where it names the resource elsewhere.
        let subject = FailureSubject(group: route.resource.group, resource: route.resource.kind, name: object.name)
        if let uid = options.uid, uid != object.uid {
            throw .conflict(
                subject,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid)). "
                    + "The object might have been deleted and then recreated")
        }
        if let version = options.resourceVersion, version != object.resourceVersion {
            throw .conflict(
                subject,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
                    + "(\(object.resourceVersion)). The object might have been modified")
        }
    }

    private enum PodDeletion {
        /// It is to go within these seconds from now on.
        case marked(Int64)
        /// It was to go already, and not later than asked now.
        case pending
        case now
    }

    private func podDeletion(_ pod: JSON, _ options: DeleteOptions) -> PodDeletion {
        let asked = options.graceSeconds.map { $0 < 0 ? 1 : $0 }
        if pod.isBeingDeleted {
            guard let left = pod["metadata"]?["deletionGracePeriodSeconds"]?.int64, left != 0 else { return .now }
            guard let asked, asked < left else { return .pending }
            return .marked(asked)
        }
        if pod.nodeName.isEmpty || pod.isFinished { return .marked(0) }
        return .marked(asked ?? pod["spec"]?["terminationGracePeriodSeconds"]?.int64 ?? 0)
    }

    private func mark(_ object: inout JSON, graceSeconds: Int64, at time: VirtualTime) {
        if object.isBeingDeleted {
            guard let left = object["metadata"]?["deletionGracePeriodSeconds"]?.int64, left != graceSeconds else {
                return
            }
        } else if let generation = object.generation {
            object[path: ["metadata", "generation"]] = .int(generation + 1)
        }
        let end = VirtualTime(nanoseconds: 0, wallSeconds: time.wallSeconds + min(graceSeconds, 1_000_000_000))
        object[path: ["metadata", "deletionTimestamp"]] = .string(end.text)
        object[path: ["metadata", "deletionGracePeriodSeconds"]] = .int(graceSeconds)
    }
}
