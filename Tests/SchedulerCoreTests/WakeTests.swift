import KubernetesWire
import PlacementModel
import Testing

@testable import SchedulerCore

/// The table of wakes, a test a row: a pod that was refused is decided again because of the event, and no later than its round.
@Suite struct WakeTests {
    private func refused(_ name: String, _ text: String = "n=1 m=40000", _ change: (inout Pod) -> Void = { _ in })
        throws -> CoreKit
    {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("full", "n=1 m=40000", age: 900)
        kit.start()
        kit.bindFully("full", on: "a")
        kit.allocate("full")
        kit.watch(pod: "full")
        kit.watch(node: "a")
        kit.addPod(name, text, change)
        kit.watch(pod: name)
        kit.pass(milliseconds: 5)
        let state = kit.state(name)
        #expect(state == .refused || state == .neverFits)
        kit.perform("condition \(name)")
        kit.watch(pod: name)
        #expect(kit.state(name) == state)
        return kit
    }

    private func expectPlaced(_ name: String, _ kit: CoreKit, _ cause: WakeRow.Cause, before: Int) {
        kit.pass(milliseconds: 5)
        #expect(kit.state(name)?.isPromised == true, "\(kit.story)")
        #expect(kit.core.counts.wakes[WakeTable.row(of: cause)] > before)
        #expect(kit.core.counts.missedWakes == 0)
    }

    private func wakes(_ kit: CoreKit, _ cause: WakeRow.Cause) -> Int {
        kit.core.counts.wakes[WakeTable.row(of: cause)]
    }

    @Test func theTableHasEveryCauseOnceInItsPlace() {
        #expect(WakeTable.rows.map(\.cause) == WakeRow.Cause.allCases)
    }

    @Test func release() throws {
        let kit = try refused("p")
        let before = wakes(kit, .release)
        kit.edit(pod: "full") { $0.phase = .succeeded }
        kit.watch(pod: "full")
        expectPlaced("p", kit, .release, before: before)
    }

    @Test func releaseOfAReservation() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("first", "n=1 m=40000", age: 900)
        kit.addPod("p", "n=1 m=40000")
        kit.start()
        #expect(kit.state("p") == .refused)
        kit.delete(pod: "first")
        kit.pass(milliseconds: 5)
        #expect(kit.state("p")?.isPromised == true)
    }

    @Test func nodeJoined() throws {
        let kit = try refused("p")
        let before = wakes(kit, .node)
        kit.addNode("b")
        kit.watch(node: "b")
        expectPlaced("p", kit, .node, before: before)
    }

    @Test func nodeLabels() throws {
        let kit = try refused("p", "cpu=1") { $0.nodeSelector = ["zone": "z"] }
        let before = wakes(kit, .node)
        kit.edit(node: "a") { $0.metadata.labels["zone"] = "z" }
        kit.watch(node: "a")
        expectPlaced("p", kit, .node, before: before)
    }

    @Test func nodeTaintsAllocatableAndHealth() throws {
        let kit = try CoreKit()
        kit.addNode("a", capacity: ["pods": "110", "cpu": "1"])
        kit.edit(node: "a") { $0.taints = [Taint(key: "off", value: "", effect: .noSchedule)] }
        kit.addPod("taint", "req:cpu=1")
        kit.start()
        #expect(kit.state("taint") == .neverFits)
        kit.perform("condition taint")
        kit.edit(node: "a") { $0.taints = [] }
        kit.watch(node: "a")
        kit.pass(milliseconds: 5)
        #expect(kit.state("taint") == .binding)
        kit.bindFully("taint", on: "a")
        kit.addPod("cpu", "req:cpu=1")
        kit.watch(pod: "cpu")
        kit.pass(milliseconds: 5)
        kit.perform("condition cpu")
        kit.edit(node: "a") { $0.allocatable["cpu"] = Quantity(integer: 2) }
        kit.watch(node: "a")
        kit.pass(milliseconds: 5)
        #expect(kit.state("cpu") == .binding)
        kit.edit(node: "a") { node in
            node.metadata.annotations["hami.io/node-nvidia-register"]! = node.metadata
                .annotations["hami.io/node-nvidia-register"]!.replacing("\"health\":true", with: "\"health\":false")
        }
        kit.watch(node: "a")
        kit.addPod("card")
        kit.watch(pod: "card")
        kit.pass(milliseconds: 5)
        kit.perform("condition card")
        kit.edit(node: "a") { node in
            node.metadata.annotations["hami.io/node-nvidia-register"]! = node.metadata
                .annotations["hami.io/node-nvidia-register"]!.replacing("\"health\":false", with: "\"health\":true")
        }
        kit.watch(node: "a")
        kit.pass(milliseconds: 5)
        #expect(kit.state("card")?.isPromised == true)
        #expect(kit.core.counts.missedWakes == 0)
    }

    private func affinity(_ pod: inout Pod, anti: Bool) {
        var scheduling = pod.scheduling
        let term = PodAffinityTerm(
            selector: LabelSelector(matchLabels: ["app": "web"], matchExpressions: []), topologyKey: "zone")
        if anti { scheduling.antiAffinity = [term] } else { scheduling.affinity = [term] }
        pod.scheduling = scheduling
    }

    @Test(arguments: [false, true]) func otherPods(anti: Bool) throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.edit(node: "a") { $0.metadata.labels["zone"] = "z" }
        if anti {
            kit.addPod("web", "cpu=1", scheduler: "another") { pod in
                pod.nodeName = "a"
                pod.metadata.labels["app"] = "web"
            }
        }
        kit.addPod("p", "cpu=1") { affinity(&$0, anti: anti) }
        kit.start()
        #expect(kit.state("p") == .refused)
        kit.perform("condition p")
        let before = wakes(kit, .otherPods)
        if anti {
            // It does not end: its labels change.
            kit.edit(pod: "web") { $0.metadata.labels["app"] = "db" }
        } else {
            kit.addPod("web", "cpu=1", scheduler: "another") { pod in
                pod.nodeName = "a"
                pod.metadata.labels["app"] = "web"
            }
        }
        kit.watch(pod: "web")
        expectPlaced("p", kit, .otherPods, before: before)
    }

    @Test func namespaces() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.edit(node: "a") { $0.metadata.labels["zone"] = "z" }
        kit.addPod("web", "cpu=1", scheduler: "another") { pod in
            pod.nodeName = "a"
            pod.metadata.labels["app"] = "web"
        }
        kit.addPod("p", "cpu=1") { pod in
            var scheduling = pod.scheduling
            scheduling.affinity = [
                PodAffinityTerm(
                    selector: LabelSelector(matchLabels: ["app": "web"], matchExpressions: []), topologyKey: "zone",
                    namespaceSelector: LabelSelector(matchLabels: ["team": "x"], matchExpressions: []))
            ]
            pod.scheduling = scheduling
        }
        kit.start()
        #expect(kit.state("p") == .refused)
        kit.perform("condition p")
        let before = wakes(kit, .namespaces)
        let namespace = Namespace(metadata: ObjectMeta(name: "default", labels: ["team": "x"]))
        kit.tell(.upserted(.init(.namespace(namespace), resourceVersion: "5")))
        expectPlaced("p", kit, .namespaces, before: before)
    }

    @Test func storage() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "cpu=1") { pod in
            var scheduling = pod.scheduling
            scheduling.volumes = [PodVolume(name: "data", source: .claim(name: "data"))]
            pod.scheduling = scheduling
        }
        kit.start()
        #expect(kit.state("p") == .refused)
        #expect(kit.story.contains { $0.contains("persistentvolumeclaim \"data\" not found") })
        kit.perform("condition p")
        let before = wakes(kit, .storage)
        kit.tell(.upserted(.init(.volume(PersistentVolume(metadata: ObjectMeta(name: "v"))), resourceVersion: "5")))
        var claim = PersistentVolumeClaim(metadata: ObjectMeta(name: "data", namespace: "default", uid: "d"))
        claim.volumeName = "v"
        claim.metadata.annotations["pv.kubernetes.io/bind-completed"] = "yes"
        kit.tell(.upserted(.init(.claim(claim), resourceVersion: "6")))
        expectPlaced("p", kit, .storage, before: before)
    }

    @Test func quota() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        func set(_ amount: Int64) {
            let quota = ResourceQuota(
                metadata: ObjectMeta(name: "q", namespace: "default"),
                hard: ["limits.nvidia.com/gpumem": Quantity(integer: amount)])
            kit.tell(.upserted(.init(.quota(quota), resourceVersion: "5")))
        }
        set(10)
        kit.addPod("p")
        kit.start()
        kit.perform("condition p")
        #expect(kit.state("p") == .neverFits)
        let before = wakes(kit, .quota)
        set(5_000)
        expectPlaced("p", kit, .quota, before: before)
        kit.addPod("q", "n=1 m=4500")
        kit.watch(pod: "q")
        kit.pass(milliseconds: 5)
        kit.perform("condition q")
        #expect(kit.state("q") == .refused)
        kit.tell(.deleted(ObjectIdentity(.resourceQuotas, namespace: "default", name: "q")))
        kit.pass(milliseconds: 5)
        #expect(kit.state("q")?.isPromised == true)
    }

    /// What a pod frees in its namespace's quota counts wherever it ran.
    @Test func releaseInTheNamespacesQuota() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        let quota = ResourceQuota(
            metadata: ObjectMeta(name: "q", namespace: "default"),
            hard: ["limits.nvidia.com/gpumem": Quantity(integer: 1_500)])
        kit.tell(.upserted(.init(.quota(quota), resourceVersion: "5")))
        kit.addPod("first", age: 500)
        kit.addPod("p")
        kit.start()
        #expect(kit.state("p") == .refused)
        kit.delete(pod: "first")
        kit.pass(milliseconds: 5)
        #expect(kit.state("p")?.isPromised == true)
    }

    @Test func classesMadeAnew() throws {
        let kit = try refused("p")
        let before = wakes(kit, .classesMadeAnew)
        // Rules over other pods come into being: the fleet is made anew, and everyone is asked for again.
        kit.addPod("rules", "cpu=1") { affinity(&$0, anti: true) }
        kit.watch(pod: "rules")
        kit.pass(milliseconds: 5)
        #expect(wakes(kit, .classesMadeAnew) == before + 1)
        #expect(kit.state("p") == .refused)
        #expect(kit.usedMiB == ["a-g0": 40_000])
        kit.edit(pod: "full") { $0.phase = .succeeded }
        kit.watch(pod: "full")
        expectPlaced("p", kit, .release, before: 0)
    }

    /// Room is kept for a pod that another scheduler has nominated; when the nomination is cleared, it is anybody's.
    @Test func nominationCleared() throws {
        let kit = try CoreKit()
        kit.addNode("a", capacity: ["pods": "110", "cpu": "1"])
        func nominate(_ pod: inout Pod, _ node: String) {
            var scheduling = pod.scheduling
            scheduling.nominatedNodeName = node
            pod.scheduling = scheduling
        }
        kit.addPod("nominee", "req:cpu=1", priority: 9, scheduler: "another") { nominate(&$0, "a") }
        kit.addPod("p", "req:cpu=1")
        kit.start()
        #expect(kit.state("p") == .refused)
        kit.perform("condition p")
        let before = wakes(kit, .classesMadeAnew)
        kit.edit(pod: "nominee") { nominate(&$0, "") }
        kit.watch(pod: "nominee")
        expectPlaced("p", kit, .classesMadeAnew, before: before)
    }

    @Test func podChanged() throws {
        let kit = try refused("p", "n=1 m=1000") { $0.nodeSelector = ["zone": "z"] }
        let before = wakes(kit, .podChanged)
        kit.edit(pod: "p") { $0.containers[0].limits["nvidia.com/gpumem"] = Quantity(integer: 500) }
        kit.edit(pod: "p") { $0.nodeSelector = [:] }
        kit.watch(pod: "p")
        expectPlaced("p", kit, .podChanged, before: before)
    }

    /// The flush lets everyone try again, and counts those who only fit because of it.
    @Test func flush() throws {
        let kit = try refused("p")
        let before = wakes(kit, .flush)
        kit.pass(seconds: 301)
        #expect(wakes(kit, .flush) == before + 1)
        #expect(kit.state("p") == .refused)
        #expect(kit.core.counts.missedWakes == 0)
        // Room that no event has told of.
        kit.core.placement.free("full-uid", at: .init(unixSeconds: 0))
        kit.pass(seconds: 301)
        #expect(kit.state("p")?.isPromised == true)
        #expect(kit.core.counts.missedWakes == 1)
    }

    /// A heartbeat or a lock wakes nobody.
    @Test func nothingThatDecidesWakesNobody() throws {
        let kit = try refused("p")
        let rounds = kit.core.counts.rounds
        kit.edit(node: "a") { $0.metadata.annotations["hami.io/mutex.lock"] = "2026-01-01T00:00:00Z,default,full" }
        kit.watch(node: "a")
        kit.edit(node: "a") { _ in }
        kit.watch(node: "a")
        kit.pass(milliseconds: 500)
        #expect(kit.core.counts.rounds == rounds)
    }
}
