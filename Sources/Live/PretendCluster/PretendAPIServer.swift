import JSONText

/// An API server as a pure state machine: requests in, replies and watch events out, time as an argument.
///
/// It keeps the rules of Kubernetes 1.36 for what a scheduler, device plugins, controllers and `kubectl` use, and says 501
/// to everything else: an answer that was made up would be worse than none. Copying it copies the whole cluster, so that
/// a test can try what would have happened.
///
/// - Determinism: replies depend on the seed and on the requests alone.
public struct PretendAPIServer: Sendable {
    public struct Configuration: Sendable {
        /// Decides uids and generated names.
        public var seed: UInt64
        /// Kubernetes 1.x; labels of a Binding reach the pod from 35 on.
        public var minorVersion = 36
        /// API groups of pod groups that are installed.
        public var podGroupAPIs: [String] = []
        /// Called on each creation of a pod, in order.
        public var webhooks: [AdmissionWebhook] = []
        /// The policy on Bindings that only the holder of a Lease may write.
        public var leaderFence: LeaderFence?
        public var access = AccessTable()
        /// What a TokenReview says about tokens.
        public var tokens: [ReviewedToken] = []
        /// How long a watch stays silent before a bookmark.
        public var bookmarkIntervalNanoseconds: Int64 = 60_000_000_000

        public init(seed: UInt64 = 1) { self.seed = seed }
    }

    public var configuration: Configuration
    let kinds: [ResourceKind]
    var store: ObjectStore
    var watches: [WatchID: OpenWatch] = [:]
    var watchCount = 0
    /// What the server was asked, for budgets of requests and for tests.
    public private(set) var requestCount = 0

    public init(_ configuration: Configuration = Configuration(), at time: VirtualTime) {
        self.configuration = configuration
        kinds = ResourceKind.all + ResourceKind.podGroups.filter { configuration.podGroupAPIs.contains($0.group) }
        store = ObjectStore(kindCount: kinds.count, seed: configuration.seed)
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            _ = handle(
                APIRequest(.post, "/api/v1/namespaces", body: ["metadata": ["name": .string(name)]]), at: time)
        }
        for (name, value) in [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)] {
            let body: JSON = ["metadata": ["name": .string(name)], "value": .int(Int64(value))]
            _ = handle(APIRequest(.post, "/apis/scheduling.k8s.io/v1/priorityclasses", body: body), at: time)
        }
        requestCount = 0
    }

    /// The version of the last write.
    public var version: Int64 { store.version }

    /// Everything after this version is remembered.
    public var oldestVersion: Int64 { store.compactedVersion }

    /// Answers one request. - Complexity: O(objects of the kind) for lists, O(log objects) otherwise.
    public mutating func handle(_ request: APIRequest, at time: VirtualTime) -> APIReply {
        requestCount += 1
        do {
            return try answer(request, at: time)
        } catch {
            return APIReply(error.code, error.status, isPlainText: error.isPlainText)
        }
    }

    private mutating func answer(_ request: APIRequest, at time: VirtualTime) throws(APIFailure) -> APIReply {
        let target = try RequestTarget(request.target)
        if let reply = try discovery(request, target) { return reply }
        if let reply = try review(request, target) { return reply }
        let route = try self.route(target)
        let verb = try Verb(request.method, route, target)
        try checkParameters(target, of: verb)
        try checkAccess(of: request.user, verb, route)
        switch verb {
        case .get: return try get(route, request)
        case .list: return try list(route, target, request)
        case .watch: return try watch(route, target, at: time)
        case .create:
            if route.subresource == "binding" { return try bind(route, target, request, at: time) }
            if route.subresource == "eviction" { return try evict(route, target, request, at: time) }
            return try create(route, target, request, at: time)
        case .update: return try replace(route, target, request, at: time)
        case .patch: return try patch(route, target, request, at: time)
        case .delete: return try delete(route, target, request, at: time)
        }
    }

    /// The objects of a resource as they are now, in order of namespace and name; for those who look from outside.
    ///
    /// - Parameter resource: `pods`, or `podgroups.scheduling.volcano.sh` where the group must be told.
    public func objects(_ resource: String) -> [JSON] {
        guard
            let kind = kinds.firstIndex(where: { $0.resource == resource || "\($0.resource).\($0.group)" == resource })
        else { return [] }
        return store.shelves[kind].keys.map { store.shelves[kind].objects[$0] ?? .null }
    }

    /// One object as it is now.
    public func object(_ resource: String, namespace: String = "", name: String) -> JSON? {
        kinds.firstIndex { $0.resource == resource }.flatMap { store[$0, ObjectKey(namespace: namespace, name: name)] }
    }

    /// Forgets what happened up to a version, as etcd does every five minutes: lists and watches from before are told 410.
    public mutating func compact(upTo version: Int64) { store.compact(upTo: version) }

    /// Goes back to an older version, as when etcd is restored from a backup: every open stream ends.
    ///
    /// - Precondition: the version is still remembered.
    public mutating func restore(to version: Int64) {
        store.restore(to: version)
        watches = [:]
    }
}

/// What a request wants of an object.
enum Verb: String {
    case get, list, watch, create, update, patch, delete

    init(_ method: APIRequest.Method, _ route: Route, _ target: RequestTarget) throws(APIFailure) {
        switch method {
        case .get where route.name == nil:
            self = ["", "0", "false"].contains(target["watch"]?.lowercased() ?? "") ? .list : .watch
        case .get:
            guard route.subresource.isEmpty || route.subresource == "status" else {
                throw APIFailure(
                    405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
                    details: [:])
            }
            self = .get
        case .post where (route.name == nil) != ["binding", "eviction"].contains(route.subresource): self = .create
        case .put where route.name != nil && !["binding", "eviction"].contains(route.subresource): self = .update
        case .patch where route.name != nil && ["", "status"].contains(route.subresource): self = .patch
        case .delete where route.name != nil && route.subresource.isEmpty: self = .delete
        case .delete where route.name == nil: throw .unknown("deletion of whole collections")
        default:
            throw APIFailure(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details: [:]
            )
        }
    }
}

/// Which objects a path names.
struct Route {
    /// Place in the table of kinds.
    var kind: Int
    var resource: ResourceKind
    /// Empty for the whole cluster.
    var namespace: String
    var name: String?
    var subresource: String

    var key: ObjectKey { ObjectKey(namespace: namespace, name: name ?? "") }
    var subject: FailureSubject { resource.subject(name ?? "") }
}

extension PretendAPIServer {
    /// - Throws: 404 for what a real server without these extensions does not serve either, 501 for what it would serve.
    func route(_ target: RequestTarget) throws(APIFailure) -> Route {
        var rest = target.segments[...]
        let group: String
        let version: String
        switch rest.popFirst() {
        case "api":
            group = ""
            version = rest.popFirst() ?? ""
        case "apis":
            group = rest.popFirst() ?? ""
            version = rest.popFirst() ?? ""
        default: throw .unknown("the path \(target.path)")
        }
        let served = kinds.indices.filter { kinds[$0].group == group && kinds[$0].version == version }
        guard !served.isEmpty else {
            let isOptional = ResourceKind.podGroups.contains { $0.group == group }
            throw isOptional ? .noSuchPath : .unknown("the API group of \(target.path)")
        }
        var namespace = ""
        var resource = rest.popFirst() ?? ""
        if resource == "namespaces", rest.count >= 2, !["status", "finalize"].contains(rest[rest.startIndex + 1]) {
            namespace = rest.removeFirst()
            resource = rest.removeFirst()
        }
        guard let kind = served.first(where: { kinds[$0].resource == resource }) else {
            if ResourceKind.podGroups.contains(where: { $0.group == group && $0.resource == resource }) {
                throw .noSuchResource
            }
            throw .unknown("the resource of \(target.path)")
        }
        let name = rest.popFirst()
        let subresource = rest.popFirst() ?? ""
        let known = kinds[kind].subresources + (kinds[kind].hasStatus ? ["status"] : [])
        guard rest.isEmpty, subresource.isEmpty || known.contains(subresource),
            namespace.isEmpty || kinds[kind].isNamespaced,
            !namespace.isEmpty || !kinds[kind].isNamespaced || name == nil
        else { throw .unknown("the path \(target.path)") }
        return Route(
            kind: kind, resource: kinds[kind], namespace: namespace, name: name, subresource: subresource)
    }

    private func checkParameters(_ target: RequestTarget, of verb: Verb) throws(APIFailure) {
        let known: Set<String>
        switch verb {
        case .list, .watch: known = ListOptions.names.union(["includeObject"])
        case .get: known = ["pretty", "resourceVersion", "includeObject"]
        case .create, .update: known = ["pretty", "dryRun", "fieldManager", "fieldValidation"]
        case .patch: known = ["pretty", "dryRun", "fieldManager", "fieldValidation", "force"]
        case .delete: known = ["pretty", "dryRun", "gracePeriodSeconds", "propagationPolicy", "orphanDependents"]
        }
        for (name, _) in target.parameters where !known.contains(name) {
            throw .unknown("the parameter \(name) of \(verb.rawValue)")
        }
    }

    /// Whether a write is only to be tried.
    func isDryRun(_ target: RequestTarget, body: JSON? = nil, options kind: String) throws(APIFailure) -> Bool {
        var values = target.parameters.filter { $0.name == "dryRun" }.map(\.value)
        values += body?["dryRun"]?.array?.compactMap(\.string) ?? []
        for value in values where value != "All" {
            throw .invalid(
                kind: kind, group: "meta.k8s.io", name: "",
                [.unsupported("dryRun", value: value, supported: ["All"])])
        }
        return !values.isEmpty
    }
}
