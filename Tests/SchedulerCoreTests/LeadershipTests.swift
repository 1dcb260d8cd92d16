import PlacementModel
import Testing

@testable import SchedulerCore

/// Leadership won and lost, and starts: what is found of those before.
@Suite struct LeadershipTests {
    private static let lockKey = "hami.io/mutex.lock"

    @Test func nothingIsWrittenBeforeLeadershipIsWon() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.list()
        #expect(kit.pass(seconds: 1) == [])
        #expect(kit.state("p") == .active)
    }

    /// Each kind that is needed has to be listed to its end first.
    @Test(arguments: WatchedKind.allCases) func nothingIsDecidedBeforeTheKindIsListed(kind: WatchedKind) throws {
        let kit = try CoreKit(needed: Set(WatchedKind.allCases))
        kit.addNode("a")
        kit.addPod("p")
        kit.tell(.leadershipWon(holder: "me"))
        for other in WatchedKind.allCases where other != kind && other != .pods && other != .nodes {
            kit.tell(.listBegun(other))
            kit.tell(.listEnded(other))
        }
        for other in [WatchedKind.nodes, .pods] where other != kind { kit.list([other]) }
        if kind == .nodes { kit.watch(node: "a") }
        if kind == .pods { kit.watch(pod: "p") }
        kit.tell(.listBegun(kind))
        #expect(!kit.pass(seconds: 1).contains { $0.hasPrefix("lock") })
        if kind == .nodes { kit.watch(node: "a") }
        if kind == .pods { kit.watch(pod: "p") }
        kit.tell(.listEnded(kind))
        #expect(kit.pass(milliseconds: 5) == ["lock a 2026-01-01T00:00:01Z,default,p"])
    }

    @Test(arguments: [WatchedKind.pods, .nodes]) func nothingIsDecidedBlindly(kind: WatchedKind) throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.start()
        kit.tell(.watchBroke(kind))
        kit.pass(seconds: 9)
        kit.addPod("p", "cpu=1")
        kit.watch(pod: "p")
        #expect(kit.pass(milliseconds: 5) == ["bind p a"])
        kit.pass(seconds: 2)
        kit.addPod("q", "cpu=1")
        kit.watch(pod: "q")
        #expect(!kit.pass(seconds: 1).contains("bind q a"))
        kit.tell(.watchResumed(kind))
        #expect(kit.pass(milliseconds: 5) == ["bind q a"])
    }

    @Test func lostLeadershipDropsWhatIsOnlyInMemory() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", age: 200)
        kit.addPod("q")
        kit.start()
        #expect(kit.usedMiB == ["a-g0": 2000])
        #expect(kit.tell(.leadershipLost) == [])
        #expect(kit.state("p") == .active && kit.state("q") == .active)
        #expect(kit.usedMiB == [:])
        kit.perform("lock a")
        #expect(kit.pass(seconds: 20) == [])
    }

    /// It leads again: the lock it wrote is that of an earlier leader now; its owner is fenced before the lock is released.
    @Test func anEarlierLeadersLockIsFencedBeforeItIsUsed() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.edit(node: "a") { $0.metadata.annotations[Self.lockKey] = "2026-01-01T00:00:00Z,default,p" }
        #expect(kit.start() == ["read pod p"])
        #expect(kit.state("p") == .binding)
        let version = kit.pods["p"]!.resourceVersion
        #expect(kit.perform("read pod p") == ["patch p"])
        #expect(kit.perform("patch p") == ["release a"])
        #expect(kit.pods["p"]!.resourceVersion != version)
        kit.perform("release a")
        #expect(kit.pass(milliseconds: 5) == ["lock a 2026-01-01T00:00:00Z,default,p"])
        #expect(kit.perform("lock a") == ["bind p a"])
    }

    /// The earlier leader's Binding comes after all, while its pod is being fenced.
    @Test func anEarlierLeadersBindingMayStillCome() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.edit(node: "a") { $0.metadata.annotations[Self.lockKey] = "2026-01-01T00:00:00Z,default,p" }
        kit.start()
        kit.perform("read pod p")
        kit.edit(pod: "p") { pod in
            pod.nodeName = "a"
            pod.metadata.annotations["hami.io/vgpu-node"] = "a"
            pod.metadata.annotations["hami.io/bind-phase"] = "allocating"
            for key in ["to-allocate", "allocated"] {
                pod.metadata.annotations["hami.io/vgpu-devices-" + key] = "a-g0,NVIDIA,700,0:;"
            }
        }
        #expect(kit.perform("patch p") == ["read pod p"])
        kit.perform("read pod p")
        #expect(kit.state("p") == .allocating)
        #expect(kit.usedMiB == ["a-g0": 700])
        #expect(kit.number("release a") == nil)
    }

    @Test func aBindingUnderWayIsInDoubtWhenLeadershipIsWonAgain() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        kit.perform("lock a")
        let late = kit.pending.first!.action
        kit.tell(.leadershipLost)
        #expect(kit.state("p") == .binding)
        #expect(kit.usedMiB == ["a-g0": 1000])
        // Somebody else moves the version: that alone does not prove a later leader's Binding dead.
        kit.edit(pod: "p") { $0.metadata.labels["x"] = "y" }
        kit.watch(pod: "p")
        #expect(kit.tell(.leadershipWon(holder: "me")) == ["read pod p"])
        #expect(kit.perform("read pod p") == ["patch p"])
        kit.perform("patch p")
        #expect(kit.state("p") == .active)
        if case .conflict = kit.apply(late) {} else { Issue.record("the old Binding must be dead") }
    }

    @Test func answersThatComeLateChangeNothing() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        let number = kit.number("lock a")!
        kit.perform("lock a")
        kit.bindFully("p", on: "a")
        for answer in [Answer.conflict, .gone, .unknown, .refused("x"), .done(nil)] {
            #expect(kit.tell(.answered(number, answer)) == [])
            #expect(kit.tell(.answered(ActionNumber(9_999), answer)) == [])
        }
        #expect(kit.state("p") == .allocating)
    }

    // MARK: Starts

    @Test func aStartRebuildsTheLedgerFromObjects() throws {
        let kit = try CoreKit()
        kit.addNode("a", cards: 2)
        for (name, card, phase) in [("done", "a-g0", "success"), ("mid", "a-g1", "allocating")] {
            kit.addPod(name, age: 500) { pod in
                pod.nodeName = "a"
                pod.metadata.annotations["hami.io/vgpu-node"] = "a"
                pod.metadata.annotations["hami.io/bind-phase"] = phase
                pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "\(card),NVIDIA,500,0:;"
                pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] =
                    phase == "success" ? ";" : "\(card),NVIDIA,500,0:;"
            }
        }
        kit.edit(node: "a") { $0.metadata.annotations[Self.lockKey] = "2026-01-01T00:00:00Z,default,mid" }
        kit.addPod("next")
        // No event says anew that pods were bound long ago.
        #expect(kit.start() == [])
        #expect(kit.state("done") == .running)
        #expect(kit.state("mid") == .allocating)
        #expect(kit.state("next") == .reserved)
        #expect(kit.usedMiB == ["a-g0": 1500, "a-g1": 500] || kit.usedMiB == ["a-g0": 500, "a-g1": 1500])
        kit.allocate("mid")
        kit.watch(pod: "mid")
        #expect(kit.watch(node: "a") == ["lock a 2026-01-01T00:00:00Z,default,next"])
    }

    @Test func podsMayComeBeforeTheirNode() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("early") { pod in
            pod.nodeName = "a"
            pod.metadata.annotations["hami.io/vgpu-node"] = "a"
            pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "a-g0,NVIDIA,500,0:;"
            pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";"
        }
        kit.list([.pods, .nodes])
        #expect(kit.usedMiB == ["a-g0": 500])
        kit.delete(node: "a")
        #expect(kit.usedMiB == [:])
        kit.addNode("a", uid: "second")
        kit.watch(node: "a")
        #expect(kit.usedMiB == ["a-g0": 500])
    }

    @Test func aListTellsOfWhatHasGoneInAGap() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addNode("b")
        kit.addPod("p", age: 200)
        kit.addPod("q")
        kit.start()
        kit.bindFully("p", on: "a")
        #expect(kit.usedMiB["a-g0"] ?? 0 > 0)
        kit.editStore { pods, nodes in
            pods["p"] = nil
            nodes["b"] = nil
        }
        kit.tell(.watchBroke(.pods))
        kit.list()
        #expect(kit.state("p") == nil)
        #expect(kit.core.nodes["b"] == nil)
        #expect(!kit.usedMiB.keys.contains("b-g0"))
    }

    @Test func aDoubledOrLateDeleteChangesNothing() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        let old = kit.pods["p"]!
        kit.delete(pod: "p")
        kit.tell(.deleted(old.identity))
        kit.addPod("p", uid: "second")
        kit.watch(pod: "p")
        kit.tell(.deleted(old.identity))
        #expect(kit.entry("p")?.uid == "second")
        #expect(kit.state("p") == .active)
    }

    /// The end of the first was not seen: the second takes its name, and what the first held is free.
    @Test func aPodBornAgainEndsTheOneBefore() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        kit.bindFully("p", on: "a")
        kit.addPod("p", age: -5, uid: "second")
        kit.watch(pod: "p")
        #expect(kit.entry("p")?.uid == "second")
        #expect(kit.usedMiB == [:])
        #expect(kit.core.pods.count == 1)
    }

    @Test func aNodeBornAgainTakesNothingOver() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", age: 200)
        kit.addPod("q")
        kit.start()
        kit.addNode("a", uid: "second")
        kit.watch(node: "a")
        #expect(kit.state("p") == .active && kit.state("q") == .active)
        #expect(kit.usedMiB == [:])
        #expect(kit.pass(milliseconds: 5) == ["lock a 2026-01-01T00:00:00Z,default,p"])
        guard case .lock(let patch)? = kit.pending.last?.action else { return }
        #expect(patch.uid == "second")
    }

    /// The register changed under the head that is being locked for: it releases, and is placed anew.
    @Test func aChangedRegisterPlacesPromisedPodsAnew() throws {
        let kit = try CoreKit()
        kit.addNode("a", cards: 1)
        kit.addPod("p", "n=1 m=40000")
        kit.start()
        kit.perform("lock a")
        kit.answer("bind p", .refused("later"))
        kit.perform("condition p")
        kit.perform("release a")
        kit.pass(seconds: 2)
        #expect(kit.state("p") == .locking)
        let late = kit.pending.last!.action
        kit.edit(node: "a") { node in
            node.metadata.annotations["hami.io/node-nvidia-register"] = node.metadata
                .annotations["hami.io/node-nvidia-register"]!.replacing("a-g0", with: "a-new")
        }
        kit.watch(node: "a")
        #expect(kit.state("p") == .active)
        if case .conflict = kit.apply(late) {} else { Issue.record("written against the old version") }
    }
}
