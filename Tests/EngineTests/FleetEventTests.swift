import DeviceTable
import FleetTestSupport
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// What each event does, done once and done twice.
@Suite struct FleetEventTests {
    @Test func twiceIsHarmlessAndSaid() throws {
        let cards = try CardFleet([CardFleet.node("a"), CardFleet.node("b")])
        #expect(cards.apply(.nodeAdded(CardFleet.node("a"))) == .unchanged)
        let first = try #require(try cards.place("n=1 m=1000", as: "one"))
        #expect(cards.fleet.remove(first))
        #expect(cards.apply(.podGone(uid: "one")) == .unknownPod)
        let second = try #require(try cards.place("n=1 m=2000", as: "two"))
        // The row is the same, the pod is not.
        #expect(first.row == second.row)
        #expect(!cards.fleet.remove(first))
        #expect(cards.fleet.isResident(second))
        #expect(cards.apply(.podGone(uid: "two")) == .done)
        #expect(cards.apply(.podGone(uid: "two")) == .unknownPod)
        #expect(cards.apply(.nodeRemoved(name: "a")) == .done)
        #expect(cards.apply(.nodeRemoved(name: "a")) == .unknownNode)
        #expect(cards.apply(.quotaGone(namespace: "default", name: "q")) == .unknownQuota)
        let quota = CardFleet.quota("default", ["limits.nvidia.com/gpumem": 5])
        #expect(cards.apply(.quotaSet(quota)) == .done)
        #expect(cards.apply(.quotaSet(quota)) == .unchanged)
        #expect(cards.fleet.brokenInvariant() == nil)
    }

    @Test func assumedPodsAreConfirmedOrForgotten() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        let id = try #require(try cards.place("n=1 m=1000", as: "one"))
        #expect(cards.fleet.assume("one", namespace: "default", id) == .unchanged)
        #expect(
            cards.fleet.confirm("one", as: CardFleet.running("one", on: "a", card: "a-g0", memoryMiB: 1000)) == .done)
        #expect(
            cards.fleet.confirm("one", as: CardFleet.running("one", on: "a", card: "a-g0", memoryMiB: 1000))
                == .unchanged)
        #expect(cards.fleet.forget("one") == .notAssumed)
        _ = try cards.place("n=1 m=1000", as: "two")
        #expect(cards.fleet.forget("two") == .done)
        #expect(cards.fleet.forget("two") == .unknownPod)
        // What the cluster says later of a pod that was decided here moves no charge.
        #expect(cards.apply(.podBound(CardFleet.running("one", on: "a", card: "a-g1", memoryMiB: 9))) == .unchanged)
        #expect(cards.fleet.residentCount == 1)
    }

    @Test func nodesStandInOrderOfTheirNames() throws {
        let names = ["c", "a", "b10", "b9", "B", "b1", "zz", "", "b"]
        let cards = try CardFleet(names.map { CardFleet.node($0) })
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(cards.fleet.nodeRows.map { cards.fleet.table.nodes[$0].name } == sorted)
        let asRegistered = try CardFleet(names.map { CardFleet.node($0) }, order: .asRegistered)
        #expect(asRegistered.fleet.nodeRows.map { asRegistered.fleet.table.nodes[$0].name } == names)
    }

    /// Hundreds of nodes join in the worst of orders; rows stay few, and residents follow their nodes.
    @Test func nodesMoveForThoseThatJoin() throws {
        let cards = try CardFleet()
        var random = SeededGenerator(seed: 4)
        for number in (0..<400).shuffled(using: &random) {
            cards.apply(.nodeAdded(CardFleet.node("n\(number)", cards: 1)))
            _ = try cards.place("n=1 m=30000", as: "uid-\(number)")
            if number % 3 == 0 { cards.apply(.nodeRemoved(name: "n\(random.int(0...399))")) }
        }
        #expect(cards.fleet.brokenInvariant() == nil)
        #expect(cards.index.brokenInvariant() == nil)
        #expect(cards.fleet.table.nodeRowCount < 2 * 400)
    }

    @Test func healthIsNoNewDevice() throws {
        let cards = try CardFleet([CardFleet.node("a", cards: 1), CardFleet.node("b", cards: 1)])
        #expect(try cards.node(for: "n=1") == "a")
        let (rows, first) = (cards.fleet.table.deviceRowCount, cards.fleet.table.firstDevice[0])
        #expect(cards.apply(.deviceHealth(node: "a", device: "a-g0", isHealthy: false)) == .done)
        #expect(cards.apply(.deviceHealth(node: "a", device: "a-g0", isHealthy: false)) == .unchanged)
        #expect(cards.apply(.deviceHealth(node: "a", device: "none", isHealthy: false)) == .unknownDevice)
        #expect(try cards.node(for: "n=1") == "b")
        cards.apply(.deviceHealth(node: "a", device: "a-g0", isHealthy: true))
        #expect(try cards.node(for: "n=1") == "a")
        #expect((cards.fleet.table.deviceRowCount, cards.fleet.table.firstDevice[0]) == (rows, first))
    }

    @Test func rowsOfDevicesAreUsedAgain() throws {
        let cards = try CardFleet([CardFleet.node("a"), CardFleet.node("b")])
        for turn in 0..<200 {
            cards.apply(.nodeChanged(CardFleet.node("a", cards: 1 + turn % 3)))
            cards.apply(.nodeRemoved(name: "b"))
            cards.apply(.nodeAdded(CardFleet.node("b", cards: 2, labels: ["turn": "\(turn)"])))
        }
        #expect(cards.fleet.table.deviceRowCount <= 12)
        #expect(cards.fleet.table.nodeRowCount == 2)
        #expect(cards.fleet.brokenInvariant() == nil)
    }

    @Test func podsWaitForTheirNodesAndDevices() throws {
        let cards = try CardFleet([CardFleet.node("b", cards: 1)])
        let early = CardFleet.running("early", on: "a", card: "a-g1", memoryMiB: 40_000)
        #expect(cards.apply(.podBound(early)) == .parked(node: "a"))
        cards.apply(.nodeAdded(CardFleet.node("a", cards: 1)))
        // The node is there, the card is not.
        #expect(cards.fleet.residents(ofPod: "early").count == 1)
        #expect(cards.fleet.table.sums[0].usedMemoryMiB == 0)
        cards.apply(.nodeChanged(CardFleet.node("a", cards: 2)))
        #expect(cards.fleet.table.sums[0].usedMemoryMiB == 40_000)
        cards.apply(.nodeRemoved(name: "a"))
        #expect(cards.fleet.parkedCount == 1)
        cards.apply(.nodeAdded(CardFleet.node("a", cards: 2)))
        #expect(cards.fleet.table.sums[0].usedMemoryMiB == 40_000)
        #expect(cards.fleet.brokenInvariant() == nil)
    }

    /// Devices are counted where the annotation says, CPU and memory where the spec says; each waits for its own node.
    @Test func podsMayHaveTwoHomes() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        var pod = CardFleet.running("two", on: "a", card: "a-g0", memoryMiB: 7000)
        pod.nodeName = "b"
        #expect(cards.apply(.podBound(pod)) == .parked(node: "b"))
        #expect(cards.fleet.table.sums[0].usedMemoryMiB == 7000)
        cards.apply(.nodeAdded(CardFleet.node("b", ["pods": "5"])))
        #expect(cards.fleet.table.free[1].pods == 4)
        #expect(cards.fleet.residents(ofPod: "two").count == 2)
        #expect(cards.apply(.podGone(uid: "two")) == .done)
        #expect(cards.fleet.residentCount == 0)
    }

    @Test func aNodeThatComesBackIsAnother() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        let handle = try #require(cards.fleet.handle(ofNode: "a"))
        #expect(cards.fleet.row(of: handle) == 0)
        cards.apply(.nodeRemoved(name: "a"))
        #expect(cards.fleet.row(of: handle) == nil)
        cards.apply(.nodeAdded(CardFleet.node("a")))
        #expect(cards.fleet.row(of: handle) == nil)
    }

    @Test func aCopyGoesItsOwnWay() throws {
        let cards = try CardFleet([CardFleet.node("a"), CardFleet.node("b")])
        let id = try #require(try cards.place("n=1 m=5000", as: "one", namespace: "team"))
        let asked = try cards.requestClass("n=2 m=40000")
        let copy = cards.fleet.copy()
        #expect(copy.brokenInvariant() == nil)
        #expect(copy.apply(.podGone(uid: "one"), at: SmallFleet.now) == .done)
        copy.apply(.nodeRemoved(name: "b"), at: SmallFleet.now)
        #expect(cards.fleet.isResident(id) && !copy.isResident(id))
        #expect(cards.fleet.nodeRows.count == 2)
        #expect(IndexedEngine(cluster: copy).choose(copy.requestClass(id: asked.id)) == 0)
        #expect(cards.fleet.brokenInvariant() == nil && copy.brokenInvariant() == nil)
    }
}
