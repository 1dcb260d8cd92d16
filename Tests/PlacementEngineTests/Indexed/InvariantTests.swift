import DeviceTable
import FleetTestSupport
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// What the invariants are for: each finds the fault that it watches for.
@Suite struct InvariantTests {
    /// A fleet of three nodes, one of them tainted, and an engine that has decided a pod of 1 CPU.
    private static func engine() throws -> (Fleet, IndexedEngine, ClassPlan, Int) {
        let fleet = Fleet(catalog: try VendorCatalog(), order: .asRegistered)
        for name in ["a", "b", "c"] {
            var node = Node(metadata: ObjectMeta(name: name), allocatable: ["cpu": Quantity(integer: 4)])
            if name == "c" { node.taints = [Taint(key: "k", value: "", effect: .noSchedule)] }
            fleet.register(node, now: WallClock(unixSeconds: 0))
        }
        let pod = Pod(
            metadata: ObjectMeta(name: "p"),
            containers: [Container(name: "c", requests: ["cpu": Quantity(integer: 1)])])
        let key = try fleet.classKey(of: pod, requests: [[]], defaults: SchedulingDefaults())
        let requestClass = fleet.requestClass(key)
        let engine = IndexedEngine(cluster: fleet)
        #expect(engine.choose(requestClass) == 0)
        #expect(engine.brokenInvariant() == nil)
        let plan = try #require(engine.searchLanes[0].plans[requestClass.id]).pointee
        return (fleet, engine, plan, requestClass.id)
    }

    @Test func aNodeThatIsHeldToRefuseAndTakes() throws {
        let (fleet, engine, plan, id) = try Self.engine()
        engine.searchLanes[0].plans[id]?.pointee.possible.remove(1, nodes: 3, position: plan.releases.end)
        #expect(engine.brokenInvariant() == "class \(id): row 1 is held to refuse it, and takes it")
        withExtendedLifetime(fleet) {}
    }

    @Test func aFilterThatIsOutOfDate() throws {
        let (fleet, engine, _, _) = try Self.engine()
        // Behind the back of the logs.
        fleet.table.heads.base[1].flags.remove(.alive)
        #expect(engine.brokenInvariant()?.contains("row 1") == true)
    }

    @Test func aTreeThatRefuses() throws {
        let (fleet, _, _, _) = try Self.engine()
        let tree = ScoreTree()
        #expect(tree.best(fleet.table, quotaVersion: 0, among: nil) { UInt32($0) } == 0)
        #expect(tree.brokenInvariant() == nil && tree.refused(fleet.table, quotaVersion: 0) == [])
        tree.refuse(0)
        #expect(tree.brokenInvariant() == nil && tree.refused(fleet.table, quotaVersion: 0) == [0])
    }

    @Test func aStateThatIsMissing() {
        let live = UnsafeMutablePointer<LiveStates>.allocate(capacity: 1)
        live.initialize(to: LiveStates(isSpread: false))
        for state in 0..<100 {
            var summary = StateSummary()
            summary.baseScore = Float(state % 7)
            live.pointee.insert(state, summary, firstNode: Int32(state))
        }
        #expect(live.pointee.brokenInvariant(states: 100) == nil)
        #expect(live.pointee.brokenInvariant(states: 101) == "100 states are in chunks, 101 have nodes")
        live.deinitialize(count: 1)
        live.deallocate()
    }
}
