import PlacementModel
import Testing

@testable import SchedulerCore

/// The way of pods from the queue to their nodes when nothing goes wrong.
@Suite struct BindingWay {
    @Test func onePodIsLockedForBoundAndDone() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        #expect(kit.start() == ["lock a 2026-01-01T00:00:00Z,default,p"])
        #expect(kit.state("p") == .locking)
        #expect(kit.perform("lock a") == ["bind p a"])
        #expect(kit.state("p") == .binding)
        #expect(kit.perform("bind p") == [])
        #expect(kit.state("p") == .binding)
        #expect(kit.watch(pod: "p") == ["event Scheduled p"])
        #expect(kit.state("p") == .allocating)
        let annotations = kit.pod("p").metadata.annotations
        #expect(annotations["hami.io/vgpu-node"] == "a")
        #expect(annotations["hami.io/vgpu-devices-allocated"] == "a-g0,NVIDIA,1000,0:;")
        #expect(annotations["hami.io/vgpu-devices-to-allocate"] == "a-g0,NVIDIA,1000,0:;")
        #expect(annotations["hami.io/bind-phase"] == "allocating")
        #expect(annotations["hami.io/bind-time"] == "1767225600")
        #expect(annotations["berth.io/leader"] == "me")
        #expect(kit.pod("p").metadata.labels["hami.io/vgpu-node"] == "a")
        #expect(kit.usedMiB == ["a-g0": 1000])
        kit.allocate("p")
        kit.watch(pod: "p")
        #expect(kit.state("p") == .running)
        kit.watch(node: "a")
        kit.edit(pod: "p") { $0.phase = .succeeded }
        kit.watch(pod: "p")
        #expect(kit.state("p") == .done)
        #expect(kit.usedMiB == [:])
        kit.delete(pod: "p")
        #expect(kit.state("p") == nil)
        #expect(kit.pending.isEmpty)
    }

    @Test func aPodWithoutLockedDevicesIsBoundAtOnce() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "cpu=1")
        #expect(kit.start() == ["bind p a"])
        kit.perform("bind p")
        kit.watch(pod: "p")
        #expect(kit.state("p") == .running)
    }

    @Test func theQueueOfANodeIsServedOneByOne() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", age: 30)
        kit.addPod("q", age: 20)
        kit.addPod("r", priority: 5, age: 10)
        #expect(kit.start() == ["lock a 2026-01-01T00:00:00Z,default,r"])
        kit.bindFully("r", on: "a")
        // Its plugin works: nobody else is locked for.
        #expect(kit.pending.isEmpty)
        kit.allocate("r")
        // The lock is seen gone before the pod is seen done: the pod is read, and nothing is locked again.
        #expect(kit.watch(node: "a") == ["read pod r"])
        #expect(kit.perform("read pod r") == ["lock a 2026-01-01T00:00:00Z,default,p"])
        kit.bindFully("p", on: "a")
        kit.allocate("p")
        #expect(kit.watch(pod: "p") == [])
        #expect(kit.watch(node: "a") == ["lock a 2026-01-01T00:00:00Z,default,q"])
    }

    @Test func nodesDoNotWaitForEachOtherAndLongQueuesComeFirst() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addNode("b")
        kit.addPod("a1") { $0.nodeSelector = ["kubernetes.io/hostname": "a"] }
        for name in ["b1", "b2"] { kit.addPod(name) { $0.nodeSelector = ["kubernetes.io/hostname": "b"] } }
        for name in ["a", "b"] { kit.edit(node: name) { $0.metadata.labels["kubernetes.io/hostname"] = name } }
        #expect(
            kit.start() == ["lock b 2026-01-01T00:00:00Z,default,b1", "lock a 2026-01-01T00:00:00Z,default,a1"])
    }

    @Test func devicesInInitContainersAloneTakeTheLockToo() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "init n=1 m=1000 | cpu=1")
        #expect(kit.start() == ["lock a 2026-01-01T00:00:00Z,default,p"])
    }

    @Test func keysLeftFromAnAttemptBeforeAreOverwritten() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "cpu=1") { pod in
            pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "x-g0,NVIDIA,1,1:;"
            pod.metadata.annotations["hami.io/vgpu-node"] = "x"
        }
        kit.start()
        kit.bindFully("p", on: "a")
        #expect(kit.pod("p").metadata.annotations["hami.io/vgpu-devices-allocated"] == "")
        #expect(kit.pod("p").metadata.annotations["hami.io/vgpu-node"] == "")
        #expect(kit.usedMiB == [:])
        #expect(kit.core.counts.tamperedAllocations == 0)
    }

    @Test func aRoundGathersForFiveMillisecondsInOrderOfTheQueue() throws {
        let kit = try CoreKit()
        kit.addNode("a", cards: 1)
        kit.start()
        kit.addPod("young", "n=1 m=40000", age: 1)
        kit.watch(pod: "young")
        kit.pass(milliseconds: 3)
        kit.addPod("old", "n=1 m=40000", age: 50)
        kit.watch(pod: "old")
        #expect(kit.state("young") == .active)
        #expect(kit.pass(milliseconds: 2).first == "lock a 2026-01-01T00:00:00Z,default,old")
        #expect(kit.state("young") == .refused)
        #expect(kit.core.counts.rounds == 1)
    }
}
