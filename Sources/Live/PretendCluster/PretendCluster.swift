import JSONText
import PlacementModel
import SeededNumbers

/// A cluster that is only pretended: an API server, kubelets with device plugins, controllers and another scheduler, all in
/// one thread on a virtual clock.
///
/// Time moves from occurrence to occurrence; what each part sees of the others' writes, it sees after delays that the seed
/// decides. Who schedules the pods stands outside and asks through ``handle(_:)``.
///
/// - Determinism: what happens depends on the seed and on the requests from outside alone.
public struct PretendCluster: Sendable {
    enum Occurrence: Sendable {
        case sync(node: String, pod: ObjectKey)
        case allocate(node: String)
        case started(node: String, uid: String)
        case finished(node: String, uid: String)
        case stopped(node: String, uid: String)
        case lifecycle
        case remake(workload: Int, name: String)
        case foreignRound
        case foreignBind(pod: ObjectKey, node: String)
        case emptyNamespace(String)
    }

    public var server: PretendAPIServer
    var agenda = TimeQueue<Occurrence>()
    var generator: SeededGenerator
    /// By node name.
    var kubelets: [String: Kubelet] = [:]
    public internal(set) var workloads: [Workload] = []
    public internal(set) var foreign: ForeignScheduler?
    public internal(set) var grants: [DeviceGrant] = []
    /// When the node of a pod was first missed, by uid; never iterated.
    var orphanSince: [String: Int64] = [:]
    /// Changes of pods and nodes up to this version have been noticed.
    var noticedVersion: Int64 = 0
    public private(set) var nanoseconds: Int64 = 0
    /// What the wall clock shows at nanosecond 0; moves when clocks jump.
    public var wallSecondsAtStart: Int64 = 1_796_000_000
    /// What happened, oldest first, once `tellsStory` is set.
    public internal(set) var story: [StoryLine] = []
    public var tellsStory = false

    /// One sentence of what happened.
    public struct StoryLine: Sendable, Hashable {
        public var nanoseconds: Int64
        public var who: String
        public var what: String
    }

    public init(_ configuration: PretendAPIServer.Configuration) {
        server = PretendAPIServer(
            configuration, at: VirtualTime(nanoseconds: 0, wallSeconds: 1_796_000_000))
        generator = SeededGenerator(seed: configuration.seed &+ 0x5eed)
        noticedVersion = server.version
        agenda.add(.lifecycle, at: Self.lifecycleIntervalNanoseconds)
    }

    public var now: VirtualTime {
        VirtualTime(nanoseconds: nanoseconds, wallSeconds: wallSecondsAtStart + nanoseconds / 1_000_000_000)
    }

    /// When the next thing happens by itself.
    public var nextNanoseconds: Int64? { agenda.firstTime }

    /// Lets everything happen that is due up to a time, and makes it that time.
    public mutating func run(until end: Int64) {
        while let (time, occurrence) = agenda.removeFirst(by: end) {
            nanoseconds = max(nanoseconds, time)
            take(occurrence)
            notice()
        }
        nanoseconds = max(nanoseconds, end)
    }

    /// Answers a request from outside, now.
    public mutating func handle(_ request: APIRequest) -> APIReply {
        let reply = server.handle(request, at: now)
        notice()
        return reply
    }

    private mutating func take(_ occurrence: Occurrence) {
        switch occurrence {
        case .sync(let node, let pod): syncPod(pod, on: node)
        case .allocate(let node): allocate(on: node)
        case .started(let node, let uid): started(uid, on: node)
        case .finished(let node, let uid): finished(uid, on: node)
        case .stopped(let node, let uid): stopped(uid, on: node)
        case .lifecycle: checkNodes()
        case .remake(let workload, let name): remake(name, of: workload)
        case .foreignRound: foreignRound()
        case .foreignBind(let pod, let node): foreignBind(pod, to: node)
        case .emptyNamespace(let name): emptyNamespace(name)
        }
    }

    /// Tells kubelets and controllers of what changed since the last time.
    private mutating func notice() {
        guard server.version != noticedVersion else { return }
        let from = noticedVersion
        noticedVersion = server.version
        for change in server.changes(of: "pods", after: from) {
            let node = (change.after ?? change.before)?.nodeName ?? ""
            if !node.isEmpty, kubelets[node] != nil {
                schedule(.sync(node: node, pod: change.key), milliseconds: 5, 150)
            }
            noticeWorkload(change)
            noticeBudgets(change)
        }
        for change in server.changes(of: "namespaces", after: from) where change.after?.isBeingDeleted == true {
            schedule(.emptyNamespace(change.key.name), milliseconds: 50, 500)
        }
    }

    /// A delay between two numbers of milliseconds, in nanoseconds.
    mutating func delay(milliseconds least: Int, _ most: Int) -> Int64 {
        Int64(least) * 1_000_000 + Int64(generator.below(max(1, (most - least) * 1_000))) * 1_000
    }

    /// Something will happen after a delay between two numbers of milliseconds.
    mutating func schedule(_ occurrence: Occurrence, milliseconds least: Int, _ most: Int) {
        let time = nanoseconds + delay(milliseconds: least, most)
        agenda.add(occurrence, at: time)
    }

    /// A request of one of the cluster's own parts.
    @discardableResult
    mutating func ask(
        _ method: APIRequest.Method, _ target: String, _ body: JSON = .null, type: String = "application/json"
    ) -> APIReply {
        server.handle(APIRequest(method, target, body: body, contentType: type, user: "system"), at: now)
    }

    package mutating func tell(_ who: @autoclosure () -> String, _ what: @autoclosure () -> String) {
        guard tellsStory else { return }
        story.append(StoryLine(nanoseconds: nanoseconds, who: who(), what: what()))
    }
}

extension ObjectKey {
    var podPath: String { "/api/v1/namespaces/\(namespace)/pods/\(name)" }
    public var text: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

extension JSON {
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}

extension PretendAPIServer {
    /// What happened to a kind after a version, oldest first, as far as it is remembered.
    func changes(of resource: String, after version: Int64) -> [ObjectStore.Change] {
        guard let kind = kinds.firstIndex(where: { $0.resource == resource }) else { return [] }
        let shelf = store.shelves[kind]
        return Array(shelf.changes[shelf.firstChange(after: version)...])
    }
}
