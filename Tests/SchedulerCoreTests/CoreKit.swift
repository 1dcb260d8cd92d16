import BulkJSON
import FleetTestSupport
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

@testable import SchedulerCore

/// A core and an API server that does what it is told, when it is told to: every answer and every watch event is one step of a test.
final class CoreKit {
    private(set) var core: SchedulerCore
    private(set) var time = Now(monotonicNanoseconds: 1_000_000_000, wallSeconds: 1_767_225_600)
    /// What the core asked for at the last event, timers left out.
    private(set) var last: [String] = []
    /// All of it, ever.
    private(set) var story: [String] = []
    /// Actions without an answer, in order.
    private(set) var pending: [ActionBuffer.Entry] = []
    private(set) var wakeAt: Int64?

    /// The store: objects by `kind/namespace/name`.
    private(set) var pods: [String: ObservedObject] = [:]
    private(set) var nodes: [String: ObservedObject] = [:]
    private var version = 100

    private let configuration: CoreConfiguration

    init(
        lockTimeoutSeconds: Int64 = 300, needed: Set<WatchedKind> = [.pods, .nodes], trusted: Set<String> = []
    ) throws {
        configuration = CoreConfiguration(
            catalog: try VendorCatalog(), parser: JSONParser(), schedulerNames: ["berth"], neededKinds: needed,
            trustedReservations: trusted, lockTimeoutSeconds: lockTimeoutSeconds)
        core = SchedulerCore(configuration)
    }

    /// The process dies and another one begins; the store stays.
    func crash() {
        core = SchedulerCore(configuration)
        pending = []
        wakeAt = nil
    }

    // MARK: Events

    @discardableResult
    func tell(_ event: SchedulerEvent) -> [String] {
        var buffer = ActionBuffer()
        core.handle(event, at: time, into: &buffer)
        last = []
        for entry in buffer.entries {
            if case .wake(let at) = entry.action {
                wakeAt = at
                continue
            }
            if entry.action.expectsAnswer { pending.append(entry) }
            last.append(Self.text(entry.action))
        }
        story += last
        return last
    }

    /// Lets time pass to the millisecond, timers included.
    @discardableResult
    func pass(milliseconds: Int64) -> [String] {
        let end = time.monotonicNanoseconds + milliseconds * 1_000_000
        var all: [String] = []
        while let at = wakeAt, at <= end {
            wakeAt = nil
            setTime(max(at, time.monotonicNanoseconds))
            all += tell(.timer)
        }
        setTime(end)
        all += tell(.timer)
        last = all
        return all
    }

    @discardableResult
    func pass(seconds: Int64) -> [String] { pass(milliseconds: seconds * 1000) }

    private var nanosecondsOfWall: Int64 = 0
    private func setTime(_ nanoseconds: Int64) {
        nanosecondsOfWall += nanoseconds - time.monotonicNanoseconds
        time = Now(
            monotonicNanoseconds: nanoseconds, wallSeconds: 1_767_225_600 + nanosecondsOfWall / 1_000_000_000)
    }

    /// Lists both kinds and wins leadership; then the first round.
    @discardableResult
    func start() -> [String] {
        list()
        let atOnce = tell(.leadershipWon(holder: "me"))
        return atOnce + pass(milliseconds: 5)
    }

    /// Tells of everything in the store, in order of names.
    func list(_ kinds: [WatchedKind] = [.nodes, .pods], backwards: Bool = false) {
        for kind in kinds {
            tell(.listBegun(kind))
            let table = kind == .pods ? pods : nodes
            let keys = table.keys.sorted()
            for key in backwards ? keys.reversed() : keys { tell(.upserted(table[key]!)) }
            tell(.listEnded(kind))
        }
    }

    // MARK: The store

    private func nextVersion() -> String {
        version += 1
        return String(version)
    }

    /// A node with cards of 40 GiB, `<name>-g0` and so on.
    func addNode(_ name: String, cards: Int = 1, uid: String? = nil, capacity: [String: String] = ["pods": "110"]) {
        let devices = RegisteredDevice.make(cards, name + "-g") { device, _ in
            device.count = 10
            device.memoryMiB = 40_960
            device.type = "NVIDIA A100"
            device.mode = "hami-core"
        }
        var node = Node.with(
            name: name, capacity, annotations: ["hami.io/node-nvidia-register": devices.register])
        node.metadata.uid = uid ?? name + "-uid"
        set(node)
    }

    func set(_ node: Node) { nodes[node.name] = ObservedObject(.node(node), resourceVersion: nextVersion()) }

    func node(_ name: String) -> Node {
        guard case .node(let node)? = nodes[name]?.content else { preconditionFailure("no node \(name)") }
        return node
    }

    func edit(node name: String, _ change: (inout Node) -> Void) {
        var node = node(name)
        change(&node)
        set(node)
    }

    /// A pod of ours; `n` cards, `m` MiB each.
    func addPod(
        _ name: String, _ text: String = "n=1 m=1000", priority: Int32 = 0, age: Int64 = 100, uid: String? = nil,
        scheduler: String = "berth", _ change: (inout Pod) -> Void = { _ in }
    ) {
        var pod = PodText(names: [
            "n": "nvidia.com/gpu", "m": "nvidia.com/gpumem", "mlu": "cambricon.com/vmlu",
            "gcu": "enflame.com/gcu",
        ]).pod(text, name: name)
        pod.metadata.uid = uid ?? name + "-uid"
        pod.schedulerName = scheduler
        if priority != 0 {
            var scheduling = pod.scheduling
            scheduling.priority = priority
            pod.scheduling = scheduling
        }
        change(&pod)
        pods[name] = ObservedObject(
            .pod(pod), resourceVersion: nextVersion(), createdSeconds: 1_767_225_600 - age)
    }

    func pod(_ name: String) -> Pod {
        guard case .pod(let pod)? = pods[name]?.content else { preconditionFailure("no pod \(name)") }
        return pod
    }

    func edit(pod name: String, started: Bool = false, _ change: (inout Pod) -> Void) {
        var pod = pod(name)
        change(&pod)
        let old = pods[name]!
        pods[name] = ObservedObject(
            .pod(pod), resourceVersion: nextVersion(), createdSeconds: old.createdSeconds,
            hasStartedContainer: old.hasStartedContainer || started)
    }

    /// Changes the store without a word to the core.
    func editStore(_ change: (inout [String: ObservedObject], inout [String: ObservedObject]) -> Void) {
        change(&pods, &nodes)
    }

    // MARK: Watches

    @discardableResult
    func watch(pod name: String) -> [String] { tell(.upserted(pods[name]!)) }

    @discardableResult
    func watch(node name: String) -> [String] { tell(.upserted(nodes[name]!)) }

    @discardableResult
    func delete(pod name: String) -> [String] {
        let object = pods.removeValue(forKey: name)!
        return tell(.deleted(object.identity))
    }

    @discardableResult
    func delete(node name: String) -> [String] {
        let object = nodes.removeValue(forKey: name)!
        return tell(.deleted(object.identity))
    }

    // MARK: Answers

    /// The action without an answer whose text begins so.
    func number(_ prefix: String) -> ActionNumber? { pending.first { Self.text($0.action).hasPrefix(prefix) }?.number }

    /// Answers an action without doing it.
    @discardableResult
    func answer(_ prefix: String, _ answer: Answer) -> [String] {
        guard let number = number(prefix) else {
            preconditionFailure("nothing asked for begins with \(prefix): \(story)")
        }
        pending.removeAll { $0.number == number }
        return tell(.answered(number, answer))
    }

    /// Takes an action from those without an answer.
    func take(_ number: ActionNumber) -> SchedulerAction? {
        let entry = pending.first { $0.number == number }
        pending.removeAll { $0.number == number }
        return entry?.action
    }

    /// Does what was asked for in the store, as the API server would; then answers.
    @discardableResult
    func perform(_ prefix: String) -> [String] {
        guard let number = number(prefix), let entry = pending.first(where: { $0.number == number }) else {
            preconditionFailure("nothing asked for begins with \(prefix): \(story)")
        }
        return answer(prefix, apply(entry.action))
    }

    /// What the API server says; a write that succeeds is in the store.
    func apply(_ action: SchedulerAction) -> Answer {
        switch action {
        case .lock(let patch), .release(let patch):
            guard let held = nodes[patch.node] else { return .gone }
            if held.resourceVersion != patch.resourceVersion || held.metadata.uid != patch.uid { return .conflict }
            edit(node: patch.node) { node in
                for write in patch.annotations { node.metadata.annotations[write.key] = write.value }
            }
            return .done(nodes[patch.node])
        case .bind(let binding):
            guard let held = pods[binding.name] else { return .gone }
            let pod = pod(binding.name)
            if held.metadata.uid != binding.uid || held.resourceVersion != binding.resourceVersion
                || !pod.nodeName.isEmpty || pod.isTerminating
            {
                return .conflict
            }
            edit(pod: binding.name) { pod in
                pod.nodeName = binding.node
                for write in binding.annotations { pod.metadata.annotations[write.key] = write.value }
                for write in binding.labels { pod.metadata.labels[write.key] = write.value }
            }
            return .done(nil)
        case .patch(let patch):
            guard let held = pods[patch.name] else { return .gone }
            if held.resourceVersion != patch.resourceVersion || held.metadata.uid != patch.uid { return .conflict }
            edit(pod: patch.name) { pod in
                for write in patch.annotations { pod.metadata.annotations[write.key] = write.value }
            }
            return .done(pods[patch.name])
        case .read(let identity):
            let object = identity.kind == .pods ? pods[identity.name] : nodes[identity.name]
            return object.map { .done($0) } ?? .gone
        case .setCondition(let condition):
            guard pods[condition.name] != nil else { return .gone }
            edit(pod: condition.name) { _ in }
            return .done(pods[condition.name])
        case .claimVolume: return .done(nil)
        case .recordEvent, .wake: return .notSent
        }
    }

    // MARK: Whole ways

    /// Locks for and binds a pod that has just been decided, and shows it.
    func bindFully(_ name: String, on node: String) {
        if number("lock \(node)") != nil { perform("lock \(node)") }
        perform("bind \(name) \(node)")
        watch(pod: name)
    }

    /// What the plugin does when it has handed out a pod's devices: phase, then lock. Nothing is told of it.
    func allocate(_ name: String, phase: String = "success") {
        edit(pod: name) { pod in
            pod.metadata.annotations["hami.io/bind-phase"] = phase
            if phase == "success" { pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";" }
        }
        edit(node: pod(name).nodeName) { $0.metadata.annotations["hami.io/mutex.lock"] = nil }
    }

    // MARK: What is known

    func state(_ name: String) -> PodState? { core.podsByName["default/" + name]?.state }
    func entry(_ name: String) -> PodEntry? { core.podsByName["default/" + name] }
    func lock(_ node: String) -> String? { self.node(node).metadata.annotations["hami.io/mutex.lock"] }
    var usedMiB: [String: Int] {
        var used: [String: Int] = [:]
        let table = core.placement.fleet.table
        for row in core.placement.fleet.nodeRows {
            for device in table.devices(of: row) where table.usedMemoryMiB[device] != 0 {
                used[table.records[device].id] = Int(table.usedMemoryMiB[device])
            }
        }
        return used
    }

    /// An action in a few words: `lock a`, `bind p a`, `read pod p`.
    static func text(_ action: SchedulerAction) -> String {
        switch action {
        case .lock(let patch): "lock \(patch.node) " + patch.annotations.map { $0.value ?? "-" }.joined(separator: ";")
        case .release(let patch): "release \(patch.node)"
        case .bind(let binding): "bind \(binding.name) \(binding.node)"
        case .patch(let patch): "patch \(patch.name)"
        case .claimVolume(let patch): "claim \(patch.object.name)"
        case .setCondition(let condition): "condition \(condition.name): \(condition.message)"
        case .read(let identity): "read \(identity.kind == .pods ? "pod" : "node") \(identity.name)"
        case .recordEvent(let note): "event \(note.reason) \(note.about.name)"
        case .wake: "wake"
        }
    }
}
