import FleetTestSupport
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// What is forgotten, and that no decision depends on it.
@Suite struct BoundsTests {
    @Test func idleClassesGoAndTheirIdsAreUsedAgain() throws {
        let cards = try CardFleet((0..<4).map { CardFleet.node("n\($0)", cards: 4) })
        let held = try cards.requestClass("n=1 m=77")
        _ = try cards.node(for: "n=1 m=77")
        for size in 0..<Limits.requestClasses + 10 { _ = try cards.requestClass("n=1 m=\(1000 + size)") }
        cards.fleet.forgetIdle { $0 == held.id }
        #expect(cards.fleet.classCount == Limits.requestClasses / 2)
        #expect(try cards.requestClass("n=1 m=77") === held)
        let count = cards.fleet.classes.count
        let made = try cards.requestClass("n=3 m=5")
        #expect(made.id < count && cards.fleet.classes.count == count)
        #expect(try cards.node(for: "n=3 m=5") == "n0")
        #expect(try cards.node(for: "n=1 m=77") == "n0")
        // Classes made once the engine has followed are met under ids that were dropped, too. Neighbours differ, so that one
        // taken for another shows.
        for size in 1...20 {
            let (pod, node) = size % 2 == 0 ? ("n=2 m=\(16_000 + size)", "n0") : ("n=9 m=\(size)", nil)
            #expect(try cards.requestClass(pod).id < count)
            #expect(try cards.node(for: pod) == node)
        }
        #expect(cards.index.brokenInvariant() == nil)
        #expect(cards.fleet.brokenInvariant() == nil)
    }

    @Test func namespacesFootprintsAndSymbolsGo() throws {
        let cards = try CardFleet([CardFleet.node("a", cards: 4)])
        cards.apply(.quotaSet(CardFleet.quota("limited", ["limits.nvidia.com/gpumem": 9000])))
        cards.apply(.podBound(CardFleet.running("kept", on: "a", card: "a-g0", memoryMiB: 100, namespace: "home")))
        for number in 0..<Limits.symbols + 10 {
            let uid = "p\(number)"
            _ = cards.fleet.table.symbols.intern("gone-\(number)")
            if number > Limits.namespaces + 10 { continue }
            let pod = CardFleet.running(uid, on: "a", card: "a-g1", memoryMiB: 1 + number, namespace: "team-\(number)")
            cards.apply(.podBound(pod))
            cards.apply(.podGone(uid: uid))
        }
        cards.fleet.forgetIdle { _ in false }
        #expect(cards.fleet.quotas.namespaceCount == 2)
        #expect(cards.fleet.table.symbols.heldCount < 20)
        #expect(cards.fleet.table.records[0].id == cards.fleet.table.symbols[cards.fleet.table.uuid[0]])
        #expect(cards.fleet.brokenInvariant() == nil)
        #expect(try cards.node(for: "n=1 m=9001", namespace: "limited") == nil)
        #expect(try cards.node(for: "n=1 m=9000 @nvidia.com/use-gpuuuid=a-g3", namespace: "limited") == "a")
    }

    /// Rows of devices that nodes have left are closed up; what pods hold moves along.
    @Test func gapsBetweenDevicesClose() throws {
        let cards = try CardFleet((0..<40).map { CardFleet.node("n\($0)", cards: 2) })
        for number in 0..<40 { _ = try cards.place("n=1 m=15000", as: "p\(number)") }
        // Blocks of every length: none serves the next turn.
        for cardCount in 3..<70 {
            for number in 0..<2 { cards.apply(.nodeChanged(CardFleet.node("n\(number)", cards: cardCount))) }
        }
        for number in 0..<2 { cards.apply(.nodeChanged(CardFleet.node("n\(number)", cards: 2))) }
        let rows = cards.fleet.table.deviceRowCount
        #expect(rows > 2 * 80 + Limits.freeDevices)
        cards.fleet.forgetIdle { _ in false }
        #expect(cards.fleet.table.deviceRowCount == 80)
        #expect(cards.fleet.brokenInvariant() == nil)
        #expect(try cards.node(for: "n=2 m=100") != nil)
        #expect(cards.index.brokenInvariant() == nil)
    }

    @Test func memoryIsToldByStructure() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        _ = try cards.place("n=1", as: "one")
        let told = cards.fleet.memory + cards.index.memory
        #expect(Set(told.map(\.structure)).count == told.count)
        #expect(told.allSatisfy { $0.bytes >= 0 } && told.reduce(0) { $0 + $1.bytes } > 100_000)
    }
}
