import PlacementModel
import Testing

@testable import SchedulerCore

/// What is done about Bindings whose outcome is not known, and the table of answers.
@Suite struct FenceTests {
    private func binding(_ name: String = "p") throws -> CoreKit {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod(name)
        kit.start()
        kit.perform("lock a")
        return kit
    }

    @Test func aBindingCarriesUidAndVersion() throws {
        let kit = try binding()
        guard case .bind(let binding)? = kit.pending.first?.action else { throw Missing() }
        #expect(binding.uid == "p-uid")
        #expect(binding.resourceVersion == kit.pods["p"]?.resourceVersion)
    }

    @Test func timedOutAndDone() throws {
        let kit = try binding()
        let answer = kit.apply(try #require(kit.pending.first).action)
        if case .done = answer {} else { throw Missing() }
        #expect(kit.answer("bind p", .unknown) == ["read pod p"])
        #expect(kit.perform("read pod p") == ["event Scheduled p"])
        #expect(kit.state("p") == .allocating)
        #expect(kit.usedMiB == ["a-g0": 1000])
    }

    /// One read that shows no node proves nothing: the Binding may still come.
    @Test func oneReadIsNoProof() throws {
        let kit = try binding()
        let late = try #require(kit.pending.first).action
        kit.answer("bind p", .unknown)
        #expect(kit.perform("read pod p") == ["patch p"])
        #expect(kit.state("p") == .binding)
        #expect(kit.usedMiB == ["a-g0": 1000])
        // It comes after the read: the patch conflicts, and the next read shows it.
        _ = kit.apply(late)
        #expect(kit.perform("patch p") == ["read pod p"])
        kit.perform("read pod p")
        #expect(kit.state("p") == .allocating)
        #expect(kit.usedMiB == ["a-g0": 1000])
    }

    @Test func aWriteProvesItDead() throws {
        let kit = try binding()
        let late = try #require(kit.pending.first).action
        kit.answer("bind p", .unknown)
        kit.perform("read pod p")
        kit.perform("patch p")
        #expect(kit.state("p") == .active)
        #expect(kit.usedMiB == [:])
        if case .conflict = kit.apply(late) {} else { throw Missing() }
    }

    /// The value written is new every time: the same once more would move no version.
    @Test func aWriteThatChangesNothingIsNoProof() throws {
        let kit = try binding()
        kit.answer("bind p", .unknown)
        kit.perform("read pod p")
        #expect(kit.answer("patch p", .done(kit.pods["p"])) == ["patch p"])
        #expect(kit.state("p") == .binding)
        kit.perform("patch p")
        #expect(kit.state("p") == .active)
    }

    @Test func anotherVersionProvesItDead() throws {
        let kit = try binding()
        kit.answer("bind p", .unknown)
        kit.edit(pod: "p") { $0.metadata.labels["x"] = "y" }
        kit.perform("read pod p")
        #expect(kit.state("p") == .active)
        #expect(kit.usedMiB == [:])
    }

    @Test func anUnansweredBindingIsInDoubtAfterHalfAMinute() throws {
        let kit = try binding()
        let number = try #require(kit.number("bind p"))
        #expect(kit.pass(seconds: 29) == [])
        #expect(kit.pass(seconds: 1) == ["read pod p"])
        // Its answer comes late: by then nobody awaits it.
        kit.tell(.answered(number, .done(nil)))
        #expect(kit.state("p") == .binding)
        kit.perform("read pod p")
        #expect(kit.number("patch p") != nil)
    }

    @Test func readsAndWritesInDoubtAreTriedAgain() throws {
        let kit = try binding()
        kit.answer("bind p", .unknown)
        #expect(kit.answer("read pod p", .unknown) == [])
        #expect(kit.pass(seconds: 1) == ["read pod p"])
        kit.perform("read pod p")
        #expect(kit.answer("patch p", .unknown) == [])
        #expect(kit.pass(seconds: 1) == ["read pod p"])
        #expect(kit.usedMiB == ["a-g0": 1000])
    }

    @Test func conflictThenOurs() throws {
        let kit = try binding()
        _ = kit.apply(try #require(kit.pending.first).action)
        #expect(kit.answer("bind p", .conflict) == ["read pod p"])
        kit.perform("read pod p")
        #expect(kit.state("p") == .allocating)
    }

    @Test func conflictThenAnothers() throws {
        let kit = try binding()
        kit.addNode("b")
        kit.watch(node: "b")
        kit.edit(pod: "p", started: true) { $0.nodeName = "b" }
        kit.perform("bind p")
        kit.perform("read pod p")
        #expect(kit.state("p") == .running)
        // What was reserved on a is free, and so is its lock.
        #expect(kit.usedMiB == [:])
        #expect(kit.number("release a") != nil)
    }

    @Test func conflictThenAnotherVersionIsDecidedAnew() throws {
        let kit = try binding()
        kit.edit(pod: "p") { $0.metadata.labels["x"] = "y" }
        kit.perform("bind p")
        kit.perform("read pod p")
        #expect(kit.state("p") == .active)
        kit.perform("release a")
        #expect(kit.pass(milliseconds: 5).last == "lock a 2026-01-01T00:00:00Z,default,p")
        kit.bindFully("p", on: "a")
        #expect(kit.state("p") == .allocating)
    }

    @Test func notFoundForgetsThePod() throws {
        let kit = try binding()
        kit.answer("bind p", .gone)
        #expect(kit.state("p") == nil)
        #expect(kit.usedMiB == [:])
        #expect(kit.number("release a") != nil)
    }

    @Test func refusedBacksOffAloneOneSecondToTen() throws {
        let kit = try binding()
        var waits: [Int64] = []
        for _ in 0..<6 {
            kit.answer("bind p", .refused("policy says no"))
            #expect(kit.state("p") == .backingOff)
            if kit.number("condition p") != nil { kit.perform("condition p") }
            kit.perform("release a")
            // Another pod is not held up.
            var seconds: Int64 = 0
            while kit.state("p") == .backingOff {
                kit.pass(seconds: 1)
                seconds += 1
            }
            waits.append(seconds)
            kit.pass(milliseconds: 5)
            kit.perform("lock a")
        }
        #expect(waits == [1, 2, 4, 8, 10, 10])
        #expect(kit.story.contains("condition p: policy says no"))
    }

    @Test func throttledKeepsThePlaceAndWaits() throws {
        let kit = try binding()
        kit.answer("bind p", .throttled(retryAfterSeconds: 3))
        #expect(kit.usedMiB == ["a-g0": 1000])
        kit.pass(milliseconds: 2_999)
        #expect(kit.number("bind p") == nil)
        #expect(kit.pass(milliseconds: 1) == ["bind p a"])
    }

    @Test func theReplysVersionIsUsedForTheNextWrite() throws {
        let kit = try CoreKit()
        kit.addNode("a")
        kit.addPod("p", "n=1 m=1000") { $0.nodeSelector = ["zone": "z"] }
        kit.start()
        // The reply to the condition tells the version; the watch has not.
        kit.perform("condition p")
        kit.edit(node: "a") { $0.metadata.labels["zone"] = "z" }
        kit.watch(node: "a")
        kit.pass(milliseconds: 5)
        kit.perform("lock a")
        kit.perform("bind p")
        kit.watch(pod: "p")
        #expect(kit.state("p") == .allocating)
    }

    /// A watch that is behind does not bring an older version back.
    @Test func anOlderVersionIsNoNews() throws {
        let kit = try binding()
        let old = try #require(kit.pods["p"])
        kit.perform("bind p")
        kit.watch(pod: "p")
        kit.tell(.upserted(old))
        #expect(kit.state("p") == .allocating)
        #expect(kit.entry("p")?.ghostSince == nil)
    }

    struct Missing: Error {}
}
