import DeviceTable
import FleetTestSupport
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// Nodes whose resources, facts or taints change while pods run on them.
@Suite struct NodeChangeTests {
    /// A resource that the old object did not state was unlimited, not used up.
    @Test func aResourceMayBeStatedLater() throws {
        let cards = try CardFleet([CardFleet.node("a")])
        _ = try cards.place("n=1 req:cpu=2", as: "one")
        #expect(cards.fleet.table.free[0].cpuMilli == .max)
        cards.apply(.nodeChanged(CardFleet.node("a", ["cpu": "8"])))
        #expect(cards.fleet.table.free[0].cpuMilli == 6000)
        #expect(try cards.node(for: "n=1 req:cpu=6") == "a")
        #expect(try cards.node(for: "n=1 req:cpu=7") == nil)
        cards.apply(.nodeChanged(CardFleet.node("a")))
        cards.apply(.podGone(uid: "one"))
        cards.apply(.nodeChanged(CardFleet.node("a", ["cpu": "4"])))
        #expect(cards.fleet.table.free[0].cpuMilli == 4000)
    }

    @Test func aNodeThatLeftConstrainsNobody() throws {
        var tainted = CardFleet.node("a")
        tainted.taints = [Taint(key: "dedicated", value: "x", effect: .noSchedule)]
        let cards = try CardFleet([tainted, CardFleet.node("b")])
        #expect(cards.fleet.table.constrainedNodeCount == 1)
        cards.apply(.nodeRemoved(name: "a"))
        #expect(cards.fleet.table.constrainedNodeCount == 0)
    }

    /// Facts belong to a node's shape: nodes whose facts differ are in different states, from the moment they differ.
    @Test func factsAreReadAnew() throws {
        func node(_ name: String, _ losses: String) -> Node {
            .with(
                name: name, ["metax-tech.com/gpu": "4"],
                annotations: ["metax-tech.com/gpu.topology.losses": losses])
        }
        let cards = try CardFleet([node("a", #"{"1":100,"2":200}"#), node("b", #"{"1":100,"2":200}"#)])
        let vendor = try #require(
            cards.fleet.catalog.ids.first { cards.fleet.table.nodeWords[0] & $0.bit != 0 })
        var groups = StateGroups(vendor: vendor)
        groups.catchUp(cards.fleet.table)
        #expect(groups.state(of: 0) == groups.state(of: 1))
        #expect(cards.apply(.nodeChanged(node("b", #"{"1":100,"2":900}"#))) == .done)
        groups.catchUp(cards.fleet.table)
        #expect(groups.state(of: 0) != groups.state(of: 1))
    }

    /// Labels and taints that change move no device and cost no index.
    @Test func labelsLeaveDevicesAlone() throws {
        let cards = try CardFleet([CardFleet.node("a"), CardFleet.node("b")])
        let version = cards.fleet.table.structureVersion
        cards.apply(.nodeChanged(CardFleet.node("a", labels: ["zone": "z"])))
        #expect(cards.fleet.table.structureVersion == version)
        #expect(try cards.node(for: "n=1") == "a")
    }

    /// Pods hold what they hold by device id, whatever becomes of the register.
    @Test func chargesFollowDeviceIDs() throws {
        let cards = try CardFleet([CardFleet.node("a", cards: 3)])
        for uid in ["x", "y", "z"] { _ = try cards.place("n=1 m=20000", as: uid, namespace: "team") }
        let before = cards.fleet.quotas.description()
        let used = cards.fleet.table.sums[0].usedMemoryMiB
        cards.apply(.nodeChanged(CardFleet.node("a", cards: 1)))
        #expect(cards.fleet.table.sums[0].usedMemoryMiB < used)
        cards.apply(.nodeChanged(CardFleet.node("a", cards: 3, memoryMiB: 50_000)))
        #expect(cards.fleet.table.sums[0].usedMemoryMiB == used)
        #expect(cards.fleet.quotas.description() == before)
        #expect(cards.fleet.brokenInvariant() == nil)
    }

    /// What a node stopped offering while a pod held it is not kept at 0 once the pod has left: a fleet made anew has no entry.
    @Test func aResourceNoLongerOfferedLeavesNothing() throws {
        let cards = try CardFleet([CardFleet.node("a", ["example.com/port": "3"])])
        var pod = PodText(names: [:]).pod("req:example.com/port=1", name: "p", namespace: "default")
        pod.nodeName = "a"
        pod.phase = .running
        cards.apply(.podBound(pod))
        #expect(cards.fleet.table.extendedLeft(onNode: 0) == ["example.com/port=2"])
        cards.apply(.nodeChanged(CardFleet.node("a")))
        #expect(cards.fleet.table.extendedLeft(onNode: 0) == ["example.com/port=-1"])
        cards.apply(.podGone(uid: pod.metadata.uid.isEmpty ? "default/p" : pod.metadata.uid))
        #expect(cards.fleet.table.extendedLeft(onNode: 0) == [])
    }
}
