import JSONText

/// Who may do what: everybody everything, but for what is taken away.
public struct AccessTable: Sendable {
    /// One thing that a user may not do.
    public struct Denial: Sendable, Hashable {
        public var user: String
        /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
        public var verb: String
        public var group: String
        /// With its subresource: `pods/binding`.
        public var resource: String

        public init(user: String, verb: String, group: String = "", resource: String) {
            self.user = user
            self.verb = verb
            self.group = group
            self.resource = resource
        }
    }

    public var denials: Set<Denial> = []

    public init() {}
}

/// A ValidatingAdmissionPolicy on `pods/binding` with a Lease as its parameter: what names another leader than the holder
/// of the Lease is refused.
public struct LeaderFence: Sendable {
    public var leaseNamespace: String
    public var leaseName: String
    /// The annotation of a Binding that names its leader.
    public var annotation: String
    public var policyName = "bind-leader"
    public var bindingName = "b"

    public init(leaseNamespace: String, leaseName: String, annotation: String) {
        self.leaseNamespace = leaseNamespace
        self.leaseName = leaseName
        self.annotation = annotation
    }
}

/// A token that authentication knows.
public struct ReviewedToken: Sendable, Hashable {
    public var token: String
    public var user: String
    public var groups: [String]

    public init(token: String, user: String, groups: [String] = ["system:authenticated"]) {
        self.token = token
        self.user = user
        self.groups = groups
    }
}

extension PretendAPIServer {
    func checkAccess(of user: String, _ verb: Verb, _ route: Route) throws(APIFailure) {
        let resource = route.resource.resource + (route.subresource.isEmpty ? "" : "/\(route.subresource)")
        let denial = AccessTable.Denial(
            user: user, verb: verb.rawValue, group: route.resource.group, resource: resource)
        guard configuration.access.denials.contains(denial) else { return }
        let place =
            route.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(route.namespace)\""
        let why =
            "User \"\(user)\" cannot \(verb.rawValue) resource \"\(resource)\" in API group "
            + "\"\(route.resource.group)\" \(place)"
        let subject = route.subject
        guard subject.name.isEmpty else { throw .forbidden(subject, why) }
        let name = subject.group.isEmpty ? subject.resource : "\(subject.resource).\(subject.group)"
        throw APIFailure(403, "Forbidden", "\(name) is forbidden: \(why)", details: subject.details)
    }

    /// Reviews of tokens and of access are asked, not kept.
    func review(_ request: APIRequest, _ target: RequestTarget) throws(APIFailure) -> APIReply? {
        var body = request.body
        switch target.path {
        case "/apis/authentication.k8s.io/v1/tokenreviews":
            guard request.method == .post else { throw .unknown("\(request.method.rawValue) \(target.path)") }
            let token = body["spec"]?["token"]?.string ?? ""
            body[path: ["metadata", "creationTimestamp"]] = .null
            if let known = configuration.tokens.first(where: { $0.token == token }) {
                body[path: ["status"]] = [
                    "authenticated": true,
                    "user": ["username": .string(known.user), "groups": .array(known.groups.map(JSON.string))],
                    "audiences": ["https://kubernetes.default.svc"],
                ]
            } else {
                body[path: ["status"]] = [
                    "user": [:], "error": "[invalid bearer token, token lookup failed]",
                ]
            }
            return APIReply(201, body)
        case "/apis/authorization.k8s.io/v1/subjectaccessreviews":
            guard request.method == .post else { throw .unknown("\(request.method.rawValue) \(target.path)") }
            let asked = body["spec"]?["resourceAttributes"]
            let subresource = asked?["subresource"]?.string ?? ""
            let denial = AccessTable.Denial(
                user: body["spec"]?["user"]?.string ?? "", verb: asked?["verb"]?.string ?? "",
                group: asked?["group"]?.string ?? "",
                resource: (asked?["resource"]?.string ?? "") + (subresource.isEmpty ? "" : "/\(subresource)"))
            body[path: ["metadata", "creationTimestamp"]] = .null
            body[path: ["status"]] = ["allowed": .bool(!configuration.access.denials.contains(denial))]
            return APIReply(201, body)
        default: return nil
        }
    }
}
