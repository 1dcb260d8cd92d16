import FleetTestSupport
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// Limits of namespaces: whom they concern, what counts, and that they cost others nothing.
@Suite struct QuotaTests {
    @Test func onlyLimitsOnDevicesSplitClasses() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        cards.apply(.quotaSet(CardFleet.quota("plain", ["limits.cpu": 4, "pods": 9])))
        cards.apply(.quotaSet(CardFleet.quota("limited", ["limits.nvidia.com/gpumem": 5000])))
        let anywhere = try cards.requestClass("n=1 m=1000")
        #expect(anywhere.namespace == -1 && anywhere.traits.scan != nil)
        #expect(try cards.requestClass("n=1 m=1000", namespace: "plain") === anywhere)
        #expect(try cards.requestClass("n=1 m=1000", namespace: "limited").namespace >= 0)
        // A limit on one vendor's devices says nothing of another's.
        #expect(try cards.requestClass("birentech.com/gpu=1", namespace: "limited").namespace == -1)
        cards.apply(.quotaGone(namespace: "limited", name: "q"))
        #expect(try cards.requestClass("n=1 m=1000", namespace: "limited") === anywhere)
    }

    @Test func whatRanBeforeTheFirstQuotaCounts() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        cards.apply(.podBound(CardFleet.running("old", on: "a", card: "a-g0", memoryMiB: 3000, namespace: "team")))
        _ = try cards.place("n=1 m=1000", as: "new", namespace: "team")
        cards.apply(.quotaSet(CardFleet.quota("team", ["limits.nvidia.com/gpumem": 5000])))
        #expect(try cards.node(for: "n=1 m=1001", namespace: "team") == nil)
        #expect(try cards.node(for: "n=1 m=1000", namespace: "team") == "a")
        cards.apply(.podGone(uid: "old"))
        #expect(try cards.node(for: "n=1 m=4000", namespace: "team") == "a")
        #expect(cards.fleet.brokenInvariant() == nil)
    }

    /// Near the limit every pod is decided by the check itself, far from it and beyond it without; the three agree.
    @Test func theLimitIsMetToTheLastMebibyte() throws {
        let cards = try CardFleet((0..<8).map { CardFleet.node("n\($0)", cards: 4) })
        cards.apply(.quotaSet(CardFleet.quota("team", ["limits.nvidia.com/gpumem": 20_000])))
        var placed = 0
        while try cards.place("n=2 m=999", as: "p\(placed)", namespace: "team") != nil { placed += 1 }
        #expect(placed == 10)
        #expect(try cards.node(for: "n=1 m=21", namespace: "team") == nil)
        #expect(try cards.node(for: "n=1 m=20", namespace: "team") != nil)
        #expect(cards.index.staysRefused(Int32(try cards.requestClass("n=1 m=21", namespace: "team").id)))
    }

    /// Of two objects that limit the same the one with the last name counts, whichever came first.
    @Test func orderOfObjectsIsNoHistory() throws {
        for names in [["q1", "q2"], ["q2", "q1"]] {
            let cards = try CardFleet([CardFleet.node("a")])
            for name in names {
                let limit = name == "q2" ? 2000 : 9000
                cards.apply(.quotaSet(CardFleet.quota("team", named: name, ["limits.nvidia.com/gpumem": limit])))
            }
            #expect(try cards.node(for: "n=1 m=2001", namespace: "team") == nil)
            #expect(try cards.node(for: "n=1 m=2000", namespace: "team") == "a")
        }
    }
}
