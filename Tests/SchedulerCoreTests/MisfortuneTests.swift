import FleetTestSupport
import KubernetesWire
import PlacementModel
import Testing

@testable import PlacementEngine
@testable import SchedulerCore

/// Stories of a small cluster in which everything goes wrong that may: answers lost, late or untrue to what was done, writes that
/// commit long after, watches behind, objects changed and deleted, locks removed, leadership lost, the process killed.
///
/// After every step: no card holds more than it has, and no plugin gives a pod what was meant for another. Once the misfortunes end,
/// every pod is bound, and every lock is free.
@Suite struct MisfortuneTests {
    @Test(arguments: 0..<8) func stories(part: Int) throws {
        for seed in UInt64(part) * 8..<UInt64(part + 1) * 8 {
            let story = try Misfortune(seed: seed)
            story.run(steps: 250)
            #expect(story.problems.isEmpty, "seed \(seed): \(story.problems) \(story.kit.story.suffix(60))")
        }
    }

    /// What is done does not depend on anything but the events: the same story twice is the same, action by action.
    @Test func theSameStoryTwiceIsTheSame() throws {
        for seed in UInt64(500)..<505 {
            let (first, second) = (try Misfortune(seed: seed), try Misfortune(seed: seed))
            first.run(steps: 250)
            second.run(steps: 250)
            #expect(first.kit.story == second.kit.story)
            #expect(first.kit.core.counts == second.kit.core.counts)
        }
    }

    /// Order among equals is state: objects listed in any order are decided alike.
    @Test func theOrderOfAListDecidesNothing() throws {
        var stories: [[String]] = []
        for backwards in [false, true] {
            let kit = try CoreKit()
            for name in ["a", "b", "c", "d"] { kit.addNode(name, cards: 2) }
            for number in 0..<30 { kit.addPod("p\(number)", "n=1 m=\(1000 + number * 700)", age: Int64(number % 4)) }
            kit.list(backwards: backwards)
            kit.tell(.leadershipWon(holder: "me"))
            stories.append(kit.pass(milliseconds: 5))
        }
        #expect(stories[0] == stories[1])
        #expect(stories[0].count > 4)
    }
}

final class Misfortune {
    let kit: CoreKit
    private var random: SeededGenerator
    private(set) var problems: [String] = []
    /// Writes that the sender has given up on and that may still be done.
    private var late: [SchedulerAction] = []
    /// Versions that the core has been told, by kind and name.
    private var told: [String: String] = [:]
    private var nextPod = 0
    private var leads = false
    private var mayFail = true

    init(seed: UInt64) throws {
        kit = try CoreKit()
        random = SeededGenerator(seed: seed)
        for name in ["a", "b", "c"] { kit.addNode(name, cards: 2) }
        for _ in 0..<6 { addPod() }
        listAll()
        win()
    }

    private func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &random) }

    private func addPod() {
        let memory = Int.random(in: 1...30, using: &random) * 1000
        let priority = Int32.random(in: 0...2, using: &random)
        kit.addPod("p\(nextPod)", "n=1 m=\(memory)", priority: priority, age: Int64(100 - nextPod))
        nextPod += 1
    }

    private func listAll() {
        kit.list()
        told = [:]
        for (name, object) in kit.pods { told["pod " + name] = object.resourceVersion + object.metadata.uid }
        for (name, object) in kit.nodes { told["node " + name] = object.resourceVersion + object.metadata.uid }
    }

    private func win() {
        leads = true
        kit.tell(.leadershipWon(holder: "me"))
    }

    // MARK: Steps

    func run(steps: Int) {
        for _ in 0..<steps where problems.isEmpty {
            step()
            check()
        }
        settle()
    }

    private func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<35: answer()
        case 35..<60: watch()
        case 60..<72: plugin()
        case 72..<86: kit.pass(milliseconds: [1, 5, 5, 20, 300, 1500, 4000].randomElement(using: &random)!)
        case 86..<89: if kit.pods.count < 14 { addPod() }
        case 89..<91: finish()
        case 91..<93: if let name = pick(kit.pods.keys.sorted()) { kit.editStore { pods, _ in pods[name] = nil } }
        case 93..<95:
            if let name = pick(["a", "b", "c"]) {
                kit.edit(node: name) { $0.metadata.labels["x", default: ""] += "." }
            }
        case 95:
            if let name = pick(kit.pods.keys.sorted()) {
                kit.edit(pod: name) { $0.metadata.labels["x", default: ""] += "." }
            }
        case 96:
            if let name = pick(["a", "b", "c"]) {
                kit.edit(node: name) { $0.metadata.annotations["hami.io/mutex.lock"] = nil }
            }
        case 97: commitLate()
        case 98: changeLeader()
        default: crash()
        }
    }

    private func answer() {
        guard let entry = pick(kit.pending), let action = kit.take(entry.number) else { return }
        func tell(_ answer: Answer) { kit.tell(.answered(entry.number, answer)) }
        guard mayFail else { return tell(kit.apply(action)) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<70: tell(kit.apply(action))
        case 70..<80:
            // Done, and the answer lost.
            _ = kit.apply(action)
            tell(.unknown)
        case 80..<90:
            // Given up on, and still under way.
            late.append(action)
            tell(.unknown)
        case 90..<94: tell(.unknown)
        case 94..<97: tell(.throttled(retryAfterSeconds: 1))
        case 97: tell(.notSent)
        default:
            // Answered twice.
            let answer = kit.apply(action)
            tell(answer)
            tell(answer)
        }
    }

    private func commitLate() {
        guard !late.isEmpty else { return }
        let place = Int.random(in: 0..<late.count, using: &random)
        _ = kit.apply(late.remove(at: place))
    }

    /// Tells of one object as it is now, or that it has gone.
    private func watch() {
        var changed: [(String, SchedulerEvent, String?)] = []
        for name in kit.pods.keys.sorted() {
            let (key, object) = ("pod " + name, kit.pods[name]!)
            let version = object.resourceVersion + object.metadata.uid
            if told[key] != version { changed.append((key, .upserted(object), version)) }
        }
        for name in kit.nodes.keys.sorted() {
            let (key, object) = ("node " + name, kit.nodes[name]!)
            let version = object.resourceVersion + object.metadata.uid
            if told[key] != version { changed.append((key, .upserted(object), version)) }
        }
        for key in told.keys.sorted() where key.hasPrefix("pod ") && kit.pods[String(key.dropFirst(4))] == nil {
            changed.append((key, .deleted(.init(.pods, namespace: "default", name: String(key.dropFirst(4)))), nil))
        }
        guard let (key, event, version) = pick(changed) else { return }
        told[key] = version
        kit.tell(event)
        if mayFail && chance(5) { kit.tell(event) }
    }

    /// Kubelet asks the plugin for a pod of its node; the plugin believes the lock.
    private func plugin() {
        let waiting = kit.pods.keys.sorted().filter { name in
            let pod = kit.pod(name)
            return !pod.nodeName.isEmpty && pod.metadata.annotations["hami.io/bind-phase"] == "allocating"
                && pod.phase == .pending
        }
        guard let name = pick(waiting) else { return }
        let node = kit.pod(name).nodeName
        guard let lock = kit.lock(node) else { return }
        let owner = String(lock.split(separator: ",").last ?? "")
        // The owner may have gone: then the plugin fails, and kubelet asks again later.
        guard kit.pods[owner] != nil else { return }
        if owner != name {
            problems.append("\(name) on \(node) gets the devices of \(owner)")
            return
        }
        if mayFail && chance(5) {
            kit.edit(pod: name) { pod in
                pod.metadata.annotations["hami.io/bind-phase"] = "failed"
                pod.phase = .failed
            }
            if chance(50) { kit.edit(node: node) { $0.metadata.annotations["hami.io/mutex.lock"] = nil } }
            return
        }
        kit.edit(pod: name) { pod in
            pod.metadata.annotations["hami.io/bind-phase"] = "success"
            pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";"
        }
        // Its release may fail.
        if !mayFail || chance(90) { kit.edit(node: node) { $0.metadata.annotations["hami.io/mutex.lock"] = nil } }
    }

    private func finish() {
        let running = kit.pods.keys.sorted().filter {
            kit.pod($0).metadata.annotations["hami.io/bind-phase"] == "success"
        }
        if let name = pick(running) { kit.edit(pod: name) { $0.phase = .succeeded } }
    }

    private func changeLeader() {
        if leads {
            leads = false
            kit.tell(.leadershipLost)
        } else {
            // What was sent before is that of an earlier leader.
            for entry in kit.pending { if let action = kit.take(entry.number) { late.append(action) } }
            win()
        }
    }

    /// A new process leads only once the old one's lease has run out. By then both sides have given up on all that the old one sent;
    /// what the API server holds back all the same is settled by the fence, for pods that a lock still names.
    private func crash() {
        for entry in kit.pending {
            if chance(30) { _ = kit.apply(entry.action) } else if chance(30) { late.append(entry.action) }
        }
        late.removeAll { action in
            guard case .bind(let binding) = action else { return false }
            return kit.lock(binding.node)?.hasSuffix("," + binding.name) != true
        }
        kit.crash()
        kit.pass(seconds: 15)
        listAll()
        win()
    }

    // MARK: What must hold

    private func check() {
        var written: [String: Int] = [:]
        for entry in kit.pending {
            switch entry.action {
            case .lock(let patch), .release(let patch): written["node " + patch.node, default: 0] += 1
            case .bind(let binding): written["pod " + binding.name, default: 0] += 1
            case .patch(let patch): written["pod " + patch.name, default: 0] += 1
            case .setCondition(let condition): written["pod " + condition.name, default: 0] += 1
            default: break
            }
        }
        for (name, count) in written.sorted(by: { $0.key < $1.key }) where count > 1 {
            problems.append("\(count) writes are under way for \(name)")
        }
        var held: [String: Int] = [:]
        for name in kit.pods.keys.sorted() {
            let pod = kit.pod(name)
            if pod.nodeName.isEmpty || pod.phase.isTerminal { continue }
            let text = pod.metadata.annotations["hami.io/vgpu-devices-allocated"] ?? ""
            let fields = text.split(whereSeparator: { $0 == "," || $0 == ":" || $0 == ";" })
            if fields.count < 3 {
                problems.append("\(name) is bound without an allocation")
            } else {
                held[String(fields[0]), default: 0] += Int(fields[2]) ?? 0
            }
        }
        for (card, memory) in held.sorted(by: { $0.key < $1.key }) where memory > 40_960 {
            problems.append("\(card) holds \(memory) MiB")
        }
        if let broken = kit.core.placement.fleet.brokenInvariant() { problems.append(broken) }
        if let broken = kit.core.placement.fleet.brokenInvariant() { problems.append(broken) }
    }

    /// Without further misfortune everything comes to rest.
    private func settle() {
        if !problems.isEmpty { return }
        mayFail = false
        late = []
        if !leads { win() }
        // What holds room forever goes, so that everybody fits in the end.
        for _ in 0..<4000 {
            while !kit.pending.isEmpty { answer() }
            watch()
            plugin()
            kit.pass(milliseconds: 500)
            for name in kit.pods.keys.sorted()
            where kit.pod(name).metadata.annotations["hami.io/bind-phase"] == "success" {
                kit.edit(pod: name) { $0.phase = .succeeded }
            }
            check()
            if !problems.isEmpty { return }
            let isDone = kit.pods.keys.allSatisfy { kit.pod($0).phase.isTerminal }
            let isFree = ["a", "b", "c"].allSatisfy { kit.lock($0) == nil }
            if isDone && isFree { return }
        }
        let left = kit.pods.keys.sorted().filter { !kit.pod($0).phase.isTerminal }
        problems.append(
            "not at rest: "
                + left.map { "\($0) \(kit.state($0).map { "\($0)" } ?? "unknown") on \(kit.pod($0).nodeName)" }
                .joined(separator: ", ") + " locks "
                + ["a", "b", "c"].map { kit.lock($0) ?? "-" }.joined(separator: " "))
    }
}
