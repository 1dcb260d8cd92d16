import JSONText

extension PretendAPIServer {
    mutating func replace(
        _ route: Route, _ target: RequestTarget, _ request: APIRequest, at time: VirtualTime
    ) throws(APIFailure) -> APIReply {
        let isDry = try isDryRun(target, options: "UpdateOptions")
        let object = try checkedBody(request, route)
        let name = route.name ?? ""
        guard object.name == name || object.name.isEmpty else {
            throw .badRequest("the name of the object (\(object.name)) does not match the name on the URL (\(name))")
        }
        guard let old = store[route.kind, route.key] else {
            guard route.resource.createsOnUpdate, route.subresource.isEmpty else { throw .notFound(route.subject) }
            var named = object
            named[path: ["metadata", "resourceVersion"]] = nil
            return APIReply(201, try add(named, route, isDryRun: isDry, at: time))
        }
        let uid = object.uid
        guard uid.isEmpty || uid == old.uid else {
            throw .conflict(route.subject, unmetPrecondition("UID", uid, old.uid, route))
        }
        if object.resourceVersion.isEmpty, !route.resource.allowsUnconditionalUpdate {
            throw .invalid(
                kind: route.resource.isCustom ? route.resource.kind : route.resource.resource,
                group: route.resource.group, name: name,
                [.invalid("metadata.resourceVersion", value: "0x0", "must be specified for an update")])
        }
        return APIReply(200, try update(route, to: object, isDryRun: isDry, at: time))
    }

    /// What the store says of a precondition that does not hold.
    func unmetPrecondition(_ field: String, _ asked: String, _ found: String, _ route: Route) -> String {
        "StorageError: invalid object, Code: 4, Key: \(route.resource.storageKey(route.key)), ResourceVersion: 0, "
            + "AdditionalErrorMsg: Precondition failed: \(field) in precondition: \(asked), \(field) in object meta: \(found)"
    }

    /// Writes the new state of an object that exists, as far as the route lets it change.
    ///
    /// - Returns: the object afterwards; unchanged, version included, if nothing would change.
    mutating func update(
        _ route: Route, to changed: JSON, isDryRun: Bool, at time: VirtualTime
    ) throws(APIFailure) -> JSON {
        guard let old = store[route.kind, route.key] else { throw .notFound(route.subject) }
        guard changed.resourceVersion.isEmpty || changed.resourceVersion == old.resourceVersion else {
            throw .conflict(
                route.subject,
                "the object has been modified; please apply your changes to the latest version and try again")
        }
        var new = try keepingSystemFields(of: old, in: changed, route)
        if route.subresource == "status" {
            new = statusUpdate(of: old, to: new, route.resource)
        } else if route.subresource == "finalize" {
            var finalised = old
            finalised[path: ["spec", "finalizers"]] = new["spec"]?["finalizers"] ?? []
            new = finalised
        } else {
            if route.resource.hasStatus {
                new[path: ["status"]] = old["status"]
            }
            if route.resource.resource == "pods" { try PodRules.checkUpdate(from: old, to: new) }
            if route.resource.resource == "leases" { try checkLease(new, route) }
            if let generation = old.generation, !(old["spec"] ?? .null).isSame(as: new["spec"] ?? .null) {
                new[path: ["metadata", "generation"]] = .int(generation + 1)
            }
        }
        if new.isSame(as: old) { return old }
        if isDryRun { return new }
        if isGone(new, route) {
            return store.write(nil, kind: route.kind, at: route.key)
        }
        return store.write(new, kind: route.kind, at: route.key)
    }

    /// Whether an update took away the last thing that kept a deleted object.
    private func isGone(_ object: JSON, _ route: Route) -> Bool {
        guard object.isBeingDeleted, object.finalizers.isEmpty else { return false }
        if route.resource.resource == "namespaces" { return object["spec"]?["finalizers"]?.array?.isEmpty ?? true }
        return (object["metadata"]?["deletionGracePeriodSeconds"]?.int64 ?? 0) == 0
    }

    /// Who an object is and when it came to be is not the client's to say.
    private func keepingSystemFields(of old: JSON, in changed: JSON, _ route: Route) throws(APIFailure) -> JSON {
        var new = changed
        guard changed.uid.isEmpty || changed.uid == old.uid else {
            throw .invalid(
                kind: route.resource.kind, group: route.resource.group, name: old.name,
                [.invalid("metadata.uid", value: "\"\(changed.uid)\"", "field is immutable")])
        }
        for field in [
            "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds",
        ] {
            let value = old["metadata"]?[field]
            if value != nil || new["metadata"]?[field] != nil { new[path: ["metadata", field]] = value }
        }
        new[path: ["metadata", "managedFields"]] = nil
        // An empty map of labels is none.
        for field in ["labels", "annotations", "finalizers", "ownerReferences"] {
            let value = new["metadata"]?[field]
            if value?.object?.isEmpty ?? value?.array?.isEmpty ?? (value?.isNull == true) {
                new[path: ["metadata", field]] = nil
            }
        }
        return new
    }

    /// A write to `/status` changes the status and, of kinds that are built in, labels and annotations.
    private func statusUpdate(of old: JSON, to new: JSON, _ kind: ResourceKind) -> JSON {
        var result = old
        result[path: ["status"]] = new["status"]
        guard !kind.isCustom else { return result }
        for field in ["labels", "annotations"] { result[path: ["metadata", field]] = new["metadata"]?[field] }
        return result
    }

    private func checkLease(_ lease: JSON, _ route: Route) throws(APIFailure) {
        guard let seconds = lease["spec"]?["leaseDurationSeconds"]?.int64, seconds <= 0 else { return }
        throw .invalid(
            kind: "Lease", group: route.resource.group, name: lease.name,
            [.invalid("spec.leaseDurationSeconds", value: String(seconds), "must be greater than 0")])
    }

    mutating func patch(
        _ route: Route, _ target: RequestTarget, _ request: APIRequest, at time: VirtualTime
    ) throws(APIFailure) -> APIReply {
        let isDry = try isDryRun(target, options: "PatchOptions")
        let type = request.contentType.split(separator: ";").first.map(String.init) ?? ""
        if type == "application/apply-patch+yaml" { throw .unknown("server-side apply") }
        let accepted =
            ["application/json-patch+json", "application/merge-patch+json"]
            + (route.resource.isCustom ? [] : ["application/strategic-merge-patch+json"])
        guard accepted.contains(type) else {
            throw APIFailure(
                415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                    + (accepted + ["application/apply-patch+yaml"]).joined(separator: ", "))
        }
        guard let old = store[route.kind, route.key] else { throw .notFound(route.subject) }
        var new: JSON
        if type == "application/json-patch+json" {
            new = try JSONPatch(request.body).applied(to: old)
        } else {
            guard request.body.object != nil else {
                throw .badRequest(
                    "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}")
            }
            new =
                type == "application/merge-patch+json"
                ? MergePatch.applied(request.body, to: old) : try StrategicMergePatch.applied(request.body, to: old)
        }
        guard new.name == route.name else {
            throw .badRequest(
                "the name of the object (\(new.name)) does not match the name on the URL (\(route.name ?? ""))")
        }
        guard new.namespace == route.namespace else {
            throw .badRequest(
                "the namespace of the object (\(new.namespace)) does not match the namespace on the URL (\(route.namespace))"
            )
        }
        return APIReply(200, try update(route, to: new, isDryRun: isDry, at: time))
    }
}
