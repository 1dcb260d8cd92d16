import JSONText

extension PretendAPIServer {
    /// What clients ask before they ask for objects: groups, kinds, version, health, and a schema that says nothing.
    func discovery(_ request: APIRequest, _ target: RequestTarget) throws(APIFailure) -> APIReply? {
        let segments = target.segments
        let isGet = request.method == .get
        switch (segments.first, segments.count) {
        case ("healthz", 1), ("livez", 1), ("readyz", 1):
            return isGet ? APIReply(200, "ok", isPlainText: true) : nil
        case ("version", 1):
            return APIReply(
                200,
                [
                    "major": "1", "minor": .string(String(configuration.minorVersion)),
                    "gitVersion": .string("v1.\(configuration.minorVersion).0-pretend"), "platform": "linux/amd64",
                ])
        case ("openapi", 2) where segments[1] == "v2":
            return APIReply(
                200,
                [
                    "swagger": "2.0",
                    "info": ["title": "Kubernetes", "version": .string("v1.\(configuration.minorVersion).0-pretend")],
                    "paths": [:], "definitions": [:],
                ])
        case ("openapi", 2) where segments[1] == "v3": return APIReply(200, ["paths": [:]])
        case ("api", 1):
            return APIReply(
                200,
                [
                    "kind": "APIVersions", "versions": ["v1"],
                    "serverAddressByClientCIDRs": [],
                ])
        case ("api", 2) where segments[1] == "v1": return APIReply(200, resources(group: "", version: "v1"))
        case ("apis", 1):
            return APIReply(
                200, ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups().map(groupBody))])
        case ("apis", 2):
            guard let group = groups().first(where: { $0.name == segments[1] }) else { return nil }
            var body = groupBody(group)
            body[path: ["kind"]] = "APIGroup"
            body[path: ["apiVersion"]] = "v1"
            return APIReply(200, body)
        case ("apis", 3):
            let isServed = groups().contains { $0.name == segments[1] && $0.versions.contains(segments[2]) }
            return isServed ? APIReply(200, resources(group: segments[1], version: segments[2])) : nil
        default: return nil
        }
    }

    private func groups() -> [(name: String, versions: [String])] {
        var groups: [(name: String, versions: [String])] = []
        let reviews = [("authentication.k8s.io", "v1"), ("authorization.k8s.io", "v1")]
        for (group, version) in reviews + kinds.map({ ($0.group, $0.version) }) where !group.isEmpty {
            if let place = groups.firstIndex(where: { $0.name == group }) {
                if !groups[place].versions.contains(version) { groups[place].versions.append(version) }
            } else {
                groups.append((group, [version]))
            }
        }
        return groups
    }

    private func groupBody(_ group: (name: String, versions: [String])) -> JSON {
        let versions = group.versions.map { version -> JSON in
            ["groupVersion": .string("\(group.name)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(group.name), "versions": .array(versions), "preferredVersion": versions[0]]
    }

    private func resources(group: String, version: String) -> JSON {
        var list: [JSON] = []
        func add(_ name: String, _ kind: ResourceKind, _ kindName: String, verbs: [String], group: String? = nil) {
            var entry: JSONObject = [
                "name": .string(name), "singularName": .string(name.contains("/") ? "" : kind.singular),
                "namespaced": .bool(kind.isNamespaced), "kind": .string(kindName),
                "verbs": .array(verbs.map(JSON.string)),
            ]
            if !name.contains("/"), !kind.shortNames.isEmpty {
                entry["shortNames"] = .array(kind.shortNames.map(JSON.string))
            }
            if let group {
                entry["group"] = .string(group)
                entry["version"] = "v1"
            }
            list.append(.object(entry))
        }
        for kind in kinds where kind.group == group && kind.version == version {
            let verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
            add(kind.resource, kind, kind.kind, verbs: verbs)
            for subresource in kind.subresources {
                let name = "\(kind.resource)/\(subresource)"
                switch subresource {
                case "binding": add(name, kind, "Binding", verbs: ["create"])
                case "eviction": add(name, kind, "Eviction", verbs: ["create"], group: "policy")
                default: add(name, kind, kind.kind, verbs: ["update"])
                }
            }
            if kind.hasStatus { add("\(kind.resource)/status", kind, kind.kind, verbs: ["get", "patch", "update"]) }
        }
        for (name, kindName) in [("tokenreviews", "TokenReview"), ("subjectaccessreviews", "SubjectAccessReview")]
        where group == (name == "tokenreviews" ? "authentication.k8s.io" : "authorization.k8s.io") {
            let kind = ResourceKind(group, version, name, kindName, namespaced: false)
            add(name, kind, kindName, verbs: ["create"])
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"), "resources": .array(list),
        ]
    }
}
