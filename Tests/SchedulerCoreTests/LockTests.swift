import PlacementModel
import Testing

@testable import SchedulerCore

/// The lock invariant: each guard of a node's queue, and each way in which a lock can be found.
@Suite struct LockTests {
    private static let lockKey = "hami.io/mutex.lock"

    private func kit(_ pods: String..., cards: Int = 1) throws -> CoreKit {
        let kit = try CoreKit()
        kit.addNode("a", cards: cards)
        for (place, name) in pods.enumerated() { kit.addPod(name, age: 100 - Int64(place)) }
        return kit
    }

    private func setLock(_ kit: CoreKit, _ value: String?) {
        kit.edit(node: "a") { $0.metadata.annotations[Self.lockKey] = value }
    }

    /// Another scheduler's pod, bound to the node.
    private func addForeign(_ kit: CoreKit, _ name: String, allocation: String? = nil, age: Int64 = 200) {
        kit.addPod(name, age: age, scheduler: "another") { pod in
            pod.nodeName = "a"
            guard let allocation else { return }
            pod.metadata.annotations["hami.io/vgpu-node"] = "a"
            pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = allocation
            pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = allocation
            pod.metadata.annotations["hami.io/bind-phase"] = "allocating"
        }
    }

    @Test func aForeignPodBetweenBindAndAllocateKeepsTheLockFree() throws {
        let kit = try kit("p")
        // Bound by somebody who knows no locks: its plugin would take the lock's owner for it.
        addForeign(kit, "f")
        #expect(kit.start() == [])
        #expect(kit.state("p") == .reserved)
        kit.edit(pod: "f", started: true) { _ in }
        #expect(kit.watch(pod: "f") == ["lock a 2026-01-01T00:00:00Z,default,p"])
    }

    @Test func phaseAloneIsNotPastAllocate() throws {
        let kit = try kit("p")
        addForeign(kit, "f", allocation: "a-g0,NVIDIA,10,0:;")
        setLock(kit, "2026-01-01T00:00:00Z,default,f")
        kit.start()
        // Two vendors: the first writes success while the other still has entries.
        kit.edit(pod: "f") { $0.metadata.annotations["hami.io/bind-phase"] = "success" }
        kit.watch(pod: "f")
        #expect(kit.state("f") == .allocating)
        kit.edit(pod: "f") { $0.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";" }
        kit.watch(pod: "f")
        #expect(kit.state("f") == .running)
    }

    @Test func emptyAllocationsWithoutThePhaseArePastAllocate() throws {
        let kit = try kit("p")
        addForeign(kit, "f", allocation: ";")
        #expect(kit.start() == ["lock a 2026-01-01T00:00:00Z,default,p"])
    }

    @Test func anUnreadableAllocationMayBeOne() throws {
        let kit = try kit("p")
        addForeign(kit, "f", allocation: "a-g0,NVIDIA,x,0:;")
        #expect(!kit.start().contains { $0.hasPrefix("lock") })
        #expect(kit.state("f") == .allocating)
    }

    @Test func aVanishedLockIsTakenAgainForItsPodOnceThePodIsRead() throws {
        let kit = try kit("p", "q")
        kit.start()
        kit.bindFully("p", on: "a")
        setLock(kit, nil)
        #expect(kit.watch(node: "a") == ["read pod p"])
        #expect(kit.perform("read pod p") == ["lock a 2026-01-01T00:00:00Z,default,p"])
        kit.perform("lock a")
        #expect(kit.state("q") == .reserved)
        #expect(kit.lock("a") == "2026-01-01T00:00:00Z,default,p")
    }

    @Test func aPluginThatDoesNotReleaseIsHelpedAfterTwoSeconds() throws {
        let kit = try kit("p", "q")
        kit.start()
        kit.bindFully("p", on: "a")
        kit.edit(pod: "p") { pod in
            pod.metadata.annotations["hami.io/bind-phase"] = "success"
            pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = ";"
        }
        #expect(kit.watch(pod: "p") == [])
        kit.pass(milliseconds: 1_999)
        #expect(kit.pending.isEmpty)
        #expect(kit.pass(milliseconds: 1) == ["release a"])
        #expect(kit.perform("release a") == ["lock a 2026-01-01T00:00:02Z,default,q"])
    }

    @Test func aTerminalOwnersLockIsReleasedAtOnce() throws {
        let kit = try kit("p")
        kit.start()
        kit.bindFully("p", on: "a")
        kit.edit(pod: "p") { $0.phase = .failed }
        #expect(kit.watch(pod: "p") == ["release a"])
    }

    /// Expired, its owner bound and not past Allocate: nobody takes it over; the queue goes elsewhere.
    @Test func anExpiredLockOfABoundOwnerMakesTheNodeStuck() throws {
        let kit = try kit("p", "q")
        kit.addNode("b")
        kit.edit(node: "b") { $0.isUnschedulable = true }
        kit.start()
        kit.bindFully("p", on: "a")
        kit.edit(node: "b") { $0.isUnschedulable = false }
        kit.watch(node: "b")
        let said = kit.pass(seconds: 301) + kit.pass(milliseconds: 10)
        #expect(said.contains("event NodeStuck a"))
        #expect(said.contains { $0.hasPrefix("lock b") })
        #expect(!said.contains { $0.hasPrefix("release") || $0.hasPrefix("lock a") })
        // Past Allocate at last: the node is open again.
        kit.allocate("p")
        kit.watch(pod: "p")
        kit.watch(node: "a")
        #expect(kit.core.nodes["a"]?.isStuck == false)
        #expect(kit.core.nodes["a"]?.closedVendors == 0)
    }

    @Test func anExpiredLockOfAnUnboundForeignOwnerIsTakenOver() throws {
        let kit = try kit("p")
        kit.addPod("f", scheduler: "another")
        setLock(kit, "2026-01-01T00:00:00Z,default,f")
        #expect(kit.start() == ["event ForeignLock a"])
        #expect(!kit.pass(seconds: 300).contains("release a"))
        #expect(kit.pass(seconds: 1) == ["release a"])
    }

    @Test func aLockOfNobodyIsReleasedOnceItsOwnerIsProvenAbsent() throws {
        let kit = try kit("p")
        setLock(kit, "2026-01-01T00:00:00Z,default,ghost")
        #expect(kit.start() == ["read pod ghost"])
        #expect(kit.perform("read pod ghost") == ["release a"])
        #expect(kit.perform("release a") == ["lock a 2026-01-01T00:00:00Z,default,p"])
    }

    /// A StatefulSet's pod born again does not own the lock of the one before.
    @Test func aPodBornAgainDoesNotOwnTheOldLock() throws {
        let kit = try kit()
        kit.addPod("p", age: -50, uid: "second")
        setLock(kit, "2026-01-01T00:00:00Z,default,p")
        kit.start()
        #expect(kit.perform("read pod p") == ["release a"])
        kit.perform("release a")
        kit.bindFully("p", on: "a")
        #expect(kit.state("p") == .allocating)
    }

    @Test(arguments: ["", "2026-01-01T00:00:00Z,default", "yesterday,default,p", "a,b,c,d"])
    func aMalformedLockIsReportedAndRemoved(value: String) throws {
        let kit = try kit("p")
        setLock(kit, value)
        #expect(kit.start() == ["event LockMalformed a", "release a"])
        #expect(kit.perform("release a") == ["lock a 2026-01-01T00:00:00Z,default,p"])
    }

    @Test func aBareTimeIsALockUntilItExpires() throws {
        let kit = try kit("p")
        setLock(kit, "2025-12-31T23:56:00Z")
        #expect(kit.start() == [])
        #expect(!kit.pass(seconds: 60).contains("release a"))
        #expect(kit.pass(seconds: 1) == ["release a"])
    }

    @Test func forceDeletedWhileAllocatingClosesTheNodeForTenSeconds() throws {
        let kit = try kit("p", "q")
        kit.start()
        kit.bindFully("p", on: "a")
        #expect(kit.delete(pod: "p") == ["release a"])
        #expect(kit.perform("release a").allSatisfy { !$0.hasPrefix("lock") })
        kit.pass(milliseconds: 9_990)
        #expect(kit.state("q") == .refused)
        kit.perform("condition q")
        kit.pass(milliseconds: 100)
        #expect(kit.number("lock a") != nil)
    }

    @Test func aFailedPluginMakesVendorAndNodeSuspectForThirtySecondsThenSixty() throws {
        let kit = try kit("p")
        kit.start()
        for (name, span) in [("p", Int64(30)), ("q", 60)] {
            kit.bindFully(name, on: "a")
            kit.edit(pod: name) { pod in
                pod.metadata.annotations["hami.io/bind-phase"] = "failed"
                pod.phase = .failed
            }
            kit.watch(pod: name)
            kit.perform("release a")
            #expect(kit.story.contains("event DevicePluginFailed a"))
            if name == "q" { break }
            kit.addPod("q")
            kit.watch(pod: "q")
            kit.pass(milliseconds: span * 1000 - 100)
            #expect(kit.state("q") == .refused)
            if kit.number("condition q") != nil { kit.perform("condition q") }
            kit.pass(milliseconds: 200)
            #expect(kit.number("lock a") != nil)
        }
        kit.addPod("r")
        kit.watch(pod: "r")
        kit.pass(milliseconds: 5)
        #expect(kit.state("r") == .refused)
        kit.perform("condition r")
        kit.pass(seconds: 59)
        #expect(kit.state("r") == .refused)
        kit.pass(seconds: 2)
        #expect(kit.number("lock a") != nil)
    }

    // MARK: Answers to locks

    @Test func aConflictWithANewerVersionKnownIsTriedAtOnce() throws {
        let kit = try kit("p")
        kit.start()
        kit.edit(node: "a") { $0.metadata.labels["x"] = "1" }
        kit.watch(node: "a")
        #expect(kit.perform("lock a") == ["lock a 2026-01-01T00:00:00Z,default,p"])
        #expect(kit.perform("lock a") == ["bind p a"])
    }

    @Test func aConflictWaitsForTheNodesEventOneSecondAtMost() throws {
        let kit = try kit("p")
        kit.start()
        kit.edit(node: "a") { $0.metadata.labels["x"] = "1" }
        #expect(kit.perform("lock a") == [])
        kit.pass(milliseconds: 999)
        #expect(kit.pending.isEmpty)
        #expect(kit.pass(milliseconds: 1) == ["read node a"])
        #expect(kit.perform("read node a").first?.hasPrefix("lock a") == true)
        #expect(kit.perform("lock a") == ["bind p a"])
    }

    @Test func theNodesEventEndsTheWait() throws {
        let kit = try kit("p")
        kit.start()
        kit.edit(node: "a") { $0.metadata.labels["x"] = "1" }
        kit.perform("lock a")
        #expect(kit.watch(node: "a") == ["lock a 2026-01-01T00:00:00Z,default,p"])
    }

    /// A node that changes all the time: after three conflicts it is read and written at once.
    @Test func aRestlessNodeMakesProgress() throws {
        let kit = try kit("p")
        kit.start()
        for number in 0..<3 {
            kit.edit(node: "a") { $0.metadata.labels["x"] = String(number) }
            kit.watch(node: "a")
            if number < 2 { kit.edit(node: "a") { $0.metadata.labels["y"] = String(number) } }
            kit.perform("lock a")
            if number == 0 { #expect(kit.number("lock a") != nil) }
        }
        #expect(kit.number("read node a") != nil)
        kit.perform("read node a")
        #expect(kit.perform("lock a") == ["bind p a"])
    }

    @Test func aLockInDoubtIsReadAndWrittenAgainWithTheVersion() throws {
        let kit = try kit("p")
        kit.start()
        let late = try #require(kit.pending.first).action
        #expect(kit.answer("lock a", .unknown) == ["read node a"])
        #expect(kit.perform("read node a") == ["lock a 2026-01-01T00:00:00Z,default,p"])
        // The first one comes now; the second conflicts and the next read shows the lock.
        _ = kit.apply(late)
        kit.perform("lock a")
        kit.pass(seconds: 1)
        #expect(kit.perform("read node a") == ["bind p a"])
    }

    @Test func aLockThatIsForbiddenBacksOffThisPodAlone() throws {
        let kit = try kit("p", "q")
        kit.start()
        kit.answer("lock a", .refused("no"))
        #expect(kit.state("p") == .backingOff)
        #expect(kit.state("q") == .reserved)
    }

    // MARK: Other locks

    @Test func aPodOfTwoLocksTakesThemInOneWrite() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.edit(node: "a") { node in
            for (name, amount) in [("cambricon.com/mlu.smlu.vcore", "100"), ("cambricon.com/mlu.smlu.vmemory", "160")] {
                node.allocatable[name] = try? Quantity(parsing: amount)
                node.capacity[name] = try? Quantity(parsing: amount)
            }
        }
        kit.addPod("p", "n=1 m=1000 | mlu=1")
        let sent = kit.start()
        guard kit.state("p") == .locking else {
            // The node offers no second vendor in this configuration.
            Issue.record("p is \(String(describing: kit.state("p"))): \(sent)")
            return
        }
        guard case .lock(let patch)? = kit.pending.first?.action else { return }
        #expect(patch.annotations.map(\.key) == ["cambricon.com/dsmlu.lock", "hami.io/mutex.lock"])
        #expect(patch.annotations[0].value == "2026-01-01T00:00:00Z")
    }
}
