import KubernetesWire
import PlacementModel
import Testing

@testable import PlacementEngine
@testable import SchedulerCore

/// Soft reservations, refusals with their proof, trust, and what is told of over-commitment.
@Suite struct ReservationTests {
    @Test func aHigherPriorityTakesAReservationBackInItsRound() throws {
        let kit = try CoreKit()
        kit.addNode("a", cards: 2)
        kit.addNode("b", cards: 1)
        kit.edit(node: "b") { $0.isUnschedulable = true }
        kit.addPod("head", "n=1 m=40000", priority: 5)
        kit.addPod("low", "n=1 m=40000", priority: 1)
        kit.start()
        #expect(kit.state("head") == .locking)
        #expect(kit.state("low") == .reserved)
        kit.edit(node: "b") { $0.isUnschedulable = false }
        kit.watch(node: "b")
        kit.addPod("high", "n=1 m=40000", priority: 9) { $0.nodeSelector = ["only": "a"] }
        kit.edit(node: "a") { $0.metadata.labels["only"] = "a" }
        kit.watch(node: "a")
        kit.watch(pod: "high")
        let sent = kit.pass(milliseconds: 5)
        #expect(kit.state("high") == .reserved)
        // The loser is placed anew in the same round.
        #expect(sent.contains { $0.hasPrefix("lock b") && $0.hasSuffix(",low") })
        #expect(kit.state("head") == .locking)
    }

    /// Once something is written for a pod, nobody takes its place.
    @Test(arguments: ["lock", "bind"]) func whatIsBeingWrittenIsNoVictim(step: String) throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("low", "n=1 m=40000")
        kit.start()
        if step == "bind" { kit.perform("lock a") }
        kit.addPod("high", "n=1 m=40000", priority: 9)
        kit.watch(pod: "high")
        kit.pass(milliseconds: 5)
        #expect(kit.state("high") == .refused)
        #expect(kit.state("low") == (step == "lock" ? .locking : .binding))
        #expect(kit.usedMiB == ["a-g0": 40_000])
    }

    @Test func takingBackThatDoesNotHelpChangesNothing() throws {
        let kit = try CoreKit()
        kit.addNode("a", cards: 2)
        kit.addPod("head", "n=1 m=40000", priority: 5)
        kit.addPod("low", "n=1 m=40000", priority: 1)
        kit.start()
        kit.addPod("high", "n=2 m=40000", priority: 9)
        kit.watch(pod: "high")
        kit.pass(milliseconds: 5)
        #expect(kit.state("high") == .refused)
        #expect(kit.state("low") == .reserved)
        #expect(kit.usedMiB == ["a-g0": 40_000, "a-g1": 40_000])
        #expect(kit.core.placement.fleet.brokenInvariant() == nil)
    }

    @Test func aReservationFollowsThePodThatIsDeleted() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        kit.perform("lock a")
        kit.delete(pod: "p")
        #expect(kit.usedMiB == [:])
        #expect(kit.perform("release a") == [])
        #expect(kit.lock("a") == nil)
    }

    /// A bound pod that is being deleted holds what it holds until it is gone.
    @Test func aTerminatingPodHoldsItsDevicesUntilItIsGone() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        kit.bindFully("p", on: "a")
        kit.edit(pod: "p") { $0.isTerminating = true }
        kit.watch(pod: "p")
        #expect(kit.usedMiB == ["a-g0": 1000])
        kit.delete(pod: "p")
        #expect(kit.usedMiB == [:])
    }

    // MARK: Refusals

    @Test func theReasonIsWrittenOnceAndAgainOnlyWhenItChanges() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("full", "n=1 m=40000", age: 900)
        kit.addPod("p", "n=1 m=40000")
        let sent = kit.start()
        #expect(sent.contains("condition p: 0/1 nodes are available: 1 CardInsufficientMemory"))
        #expect(sent.contains("event FailedScheduling p"))
        kit.perform("condition p")
        kit.pass(seconds: 301)
        #expect(kit.number("condition p") == nil)
        kit.addNode("b")
        kit.edit(node: "b") { $0.isUnschedulable = true }
        kit.watch(node: "b")
        let later = kit.pass(milliseconds: 5)
        #expect(later.contains { $0.hasPrefix("condition p: 0/2 nodes") })
    }

    @Test func aConditionThatWasNotWrittenIsWrittenLater() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "n=1 m=50000")
        kit.start()
        kit.answer("condition p", .throttled(retryAfterSeconds: 2))
        kit.pass(milliseconds: 1_990)
        #expect(kit.number("condition p") == nil)
        kit.pass(milliseconds: 20)
        #expect(kit.number("condition p") != nil)
    }

    @Test func neverIsToldWithItsProof() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("full", "n=1 m=40000", age: 900)
        kit.addPod("p", "n=1 m=50000")
        kit.start()
        #expect(kit.state("p") == .neverFits)
        #expect(
            kit.story.contains(
                "condition p: cannot fit any node even if empty: 0/1 nodes are available: 1 CardInsufficientMemory"))
    }

    /// A vendor that is closed for a while does not make a pod one that never fits.
    @Test func aSuspectVendorIsNoProof() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p")
        kit.start()
        kit.bindFully("p", on: "a")
        kit.edit(pod: "p") { pod in
            pod.metadata.annotations["hami.io/bind-phase"] = "failed"
            pod.phase = .failed
        }
        kit.watch(pod: "p")
        kit.addPod("q")
        kit.watch(pod: "q")
        kit.pass(milliseconds: 5)
        #expect(kit.state("q") == .refused)
    }

    @Test func aPodThatCannotBeAskedForIsToldSo() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "n=1 @hami.io/device-scoring-weights={")
        kit.start()
        #expect(kit.state("p") == .neverFits)
        #expect(kit.number("condition p") != nil)
    }

    // MARK: Trust

    @Test func editedAllocationsMoveNoCharge() throws {
        let kit = try CoreKit()
        kit.addNode("a", cards: 2)
        kit.addPod("p")
        kit.start()
        kit.bindFully("p", on: "a")
        let used = kit.usedMiB
        kit.edit(pod: "p") { $0.metadata.annotations["hami.io/vgpu-devices-allocated"] = "a-g0,NVIDIA,1,0:;" }
        #expect(kit.watch(pod: "p") == ["event AllocationEdited p"])
        kit.edit(pod: "p") { $0.metadata.annotations["hami.io/vgpu-node"] = nil }
        #expect(kit.watch(pod: "p") == [])
        #expect(kit.usedMiB == used)
        #expect(kit.core.counts.tamperedAllocations == 1)
        kit.delete(pod: "p")
        #expect(kit.usedMiB == [:])
    }

    @Test func anUnboundPodHoldsNothingUnlessItsSchedulerIsTrusted() throws {
        for isTrusted in [false, true] {
            let kit = try CoreKit(trusted: isTrusted ? ["another"] : [])
            kit.addNode("a")
            kit.addPod("f", scheduler: "another") { pod in
                pod.metadata.annotations["hami.io/vgpu-node"] = "a"
                pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "a-g0,NVIDIA,500,0:;"
            }
            kit.start()
            #expect(kit.usedMiB == (isTrusted ? ["a-g0": 500] : [:]))
            kit.pass(seconds: 601)
            #expect(kit.usedMiB == [:])
        }
    }

    @Test func whatCannotBeReadClosesTheVendorOnItsNode() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("f", scheduler: "another") { pod in
            pod.nodeName = "a"
            pod.metadata.annotations["hami.io/vgpu-node"] = "a"
            pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";"
            pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "a-g0,NVIDIA,many,0:;"
        }
        kit.addPod("p")
        kit.addPod("plain", "cpu=1")
        let sent = kit.start()
        #expect(sent.contains("bind plain a"))
        #expect(kit.state("p") == .refused)
        kit.perform("condition p")
        kit.delete(pod: "f")
        kit.pass(milliseconds: 5)
        #expect(kit.state("p")?.isPromised == true)
    }

    @Test func overcommitmentIsToldOnceWithWhoHoldsIt() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.start()
        for name in ["x", "y"] {
            kit.addPod(name, scheduler: "another") { pod in
                pod.nodeName = "a"
                pod.metadata.annotations["hami.io/vgpu-node"] = "a"
                pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";"
                pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "a-g0,NVIDIA,30000,0:;"
            }
        }
        #expect(kit.watch(pod: "x") == [])
        #expect(kit.watch(pod: "y") == ["event DeviceOvercommitted a"])
        #expect(kit.watch(pod: "y") == [])
        #expect(kit.core.counts.overcommitments == 1)
    }

    // MARK: Volumes

    @Test func volumesAreAwaitedBeforeTheLock() throws {
        let world = try PodWorld()
        try world.bring(to: .waitingForVolumes, before: .volumesReady)
        let kit = world.kit
        #expect(kit.number("lock a") == nil)
        guard case .claimVolume(let patch)? = kit.pending.first?.action else {
            Issue.record("\(kit.story)")
            return
        }
        #expect(patch.change == .selectedNode("a"))
        #expect(patch.resourceVersion == "2")
        kit.perform("claim data")
        kit.pass(seconds: 500)
        #expect(kit.state("p") == .waitingForVolumes)
        #expect(kit.usedMiB == ["a-g0": 1000])
        world.tellOfClaim(isBound: true)
        #expect(kit.state("p") == .locking)
    }

    @Test func volumesThatAreNotBoundGiveUpAfterTenMinutes() throws {
        let world = try PodWorld()
        try world.bring(to: .waitingForVolumes, before: .volumesReady)
        world.kit.perform("claim data")
        world.kit.pass(seconds: 601)
        #expect(
            world.kit.core.counts.transitions[
                TransitionTable.row(from: .waitingForVolumes, on: .volumesFailed)!] == 1)
    }
}
