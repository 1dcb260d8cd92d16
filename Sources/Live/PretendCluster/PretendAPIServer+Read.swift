import JSONText

extension PretendAPIServer {
    func get(_ route: Route, _ request: APIRequest) throws(APIFailure) -> APIReply {
        guard let object = store[route.kind, route.key] else { throw .notFound(route.subject) }
        if let table = ObjectTable(request.accept) {
            return APIReply(200, table.body([object], route.resource, version: object.resourceVersion))
        }
        return APIReply(200, object)
    }

    /// The objects that a route and a selector name, in order of namespace and name.
    private func selected(
        _ route: Route, _ selector: ObjectSelector, asOf version: Int64, after: ObjectKey?
    ) -> [(key: ObjectKey, object: JSON)] {
        store.objects(of: route.kind, asOf: version).filter { entry in
            (route.namespace.isEmpty || entry.key.namespace == route.namespace)
                && (after.map { $0 < entry.key } ?? true) && selector.matches(entry.object)
        }
    }

    func list(_ route: Route, _ target: RequestTarget, _ request: APIRequest) throws(APIFailure) -> APIReply {
        let options = try ListOptions(target, kind: route.resource)
        let version = try versionShown(by: options)
        let found = selected(route, options.selector, asOf: version, after: options.continuation?.after)
        let page = options.limit > 0 ? found.prefix(options.limit) : found[...]
        var metadata: JSONObject = ["resourceVersion": .string(String(version))]
        if page.count < found.count, let last = page.last {
            metadata["continue"] = .string(ContinueToken.text(version: version, after: last.key))
            // With a selector the server does not know how many remain.
            if options.selector.isEmpty {
                metadata["remainingItemCount"] = .int(Int64(found.count - page.count))
            }
        }
        let objects = page.map(\.object)
        if let table = ObjectTable(request.accept) {
            return APIReply(200, table.body(objects, route.resource, metadata: metadata))
        }
        let items = route.resource.isCustom ? objects : objects.map(Self.withoutKind)
        return APIReply(
            200,
            [
                "kind": .string("\(route.resource.kind)List"), "apiVersion": .string(route.resource.apiVersion),
                "metadata": .object(metadata), "items": .array(items),
            ])
    }

    /// Items of a list do not say their kind, the list does.
    private static func withoutKind(_ object: JSON) -> JSON {
        guard var members = object.object else { return object }
        members["kind"] = nil
        members["apiVersion"] = nil
        return .object(members)
    }

    /// The version whose state a list shows.
    ///
    /// - Source: "Resource versions" in Kubernetes' API concepts
    private func versionShown(by options: ListOptions) throws(APIFailure) -> Int64 {
        if let continuation = options.continuation {
            guard continuation.version >= store.compactedVersion else {
                var failure = APIFailure.expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start a new "
                        + "list without the continue parameter, or use the continue token in this response to retrieve the "
                        + "remainder of the results. Continuing with the provided token results in an inconsistent list - "
                        + "objects that were created, modified, or deleted between the time the first chunk was returned "
                        + "and now may show up in the list.")
                failure.continueToken = ContinueToken.text(version: store.version, after: continuation.after)
                throw failure
            }
            return continuation.version
        }
        guard let asked = options.resourceVersion, asked > 0 else { return store.version }
        guard asked <= store.version else { throw .tooLargeVersion(asked, current: store.version) }
        // A page of a stated version is of exactly that version, also where that is not said.
        guard options.match == .exact || (options.match == nil && options.limit > 0) else { return store.version }
        guard asked >= store.compactedVersion else {
            throw .expired("The resourceVersion for the provided list is too old.")
        }
        return asked
    }
}
