import BulkJSON
import FleetTestSupport
import PlacementModel
import SchedulerSession
import Testing

/// - Source: hami-core.md 7.8 and cases 44-49
@Suite struct NVIDIAMIGTests {
    /// Profiles of a 40 GB card: seven slices, placements as the driver reports them.
    static let profiles =
        #"[{"name":"1g.5gb","memoryMB":5120,"core":14,"sliceCount":1,"placements":["#
        + (0..<7).map { #"{"start":\#($0),"size":1}"# }.joined(separator: ",")
        + #"]},{"name":"2g.10gb","memoryMB":10240,"core":28,"sliceCount":2,"placements":["#
        + #"{"start":0,"size":2},{"start":2,"size":2},{"start":4,"size":2}]},"#
        + #"{"name":"3g.20gb","memoryMB":20480,"core":42,"sliceCount":3,"placements":["#
        + #"{"start":0,"size":4},{"start":4,"size":4}]}]"#

    static func node(cards: Int = 1, mode: String = "mig") -> Node {
        NVIDIAFleet.node(Array(repeating: 40960, count: cards), mode: mode) { device, _ in
            device.count = 7
            if mode == "mig" { device.migProfiles = profiles }
        }
    }

    static func fleet(cards: Int = 1) throws -> SmallFleet { try NVIDIAFleet.make([node(cards: cards)]) }

    /// Starts of the instances that the pod placed last got.
    private func starts(_ fleet: SmallFleet) throws -> [Int64] {
        let text = try #require(fleet.last?.annotations["hami.io/vgpu-mig-allocations"])
        return JSON(try JSONParser().parse(text)).array?.compactMap { $0["placement"]?["start"]?.int64 } ?? []
    }

    @Test func theSmallestProfileThatHoldsTheMemory() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 m=10000") == "0:10240/28")
        #expect(
            fleet.last?.annotations["hami.io/vgpu-mig-allocations"]
                == #"[{"containerIndex":0,"deviceIndex":0,"gpuUUID":"g0","profile":"2g.10gb","placement":{"start":0,"size":2}}]"#
        )
    }

    @Test func placementsLeaveRoom() throws {
        let fleet = try Self.fleet()
        var found: [Int64] = []
        for memory in [20000, 10000, 5000, 5000] {
            fleet.place("n=1 m=\(memory)")
            found += try starts(fleet)
        }
        #expect(found == [4, 0, 3, 2])
    }

    @Test func aFullCardRefuses() throws {
        let fleet = try Self.fleet()
        for _ in 0..<3 { fleet.place("n=1 m=10000") }
        #expect(fleet.place("n=1 m=10000") == "1/1 CardMigTopologyInfeasible")
        #expect(fleet.place("n=1 m=5000") == "0:5120/14")
        #expect(try starts(fleet) == [6])
    }

    @Test func oneCardServesSeveralTimes() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=2 m=4000") == "0:5120/14 0:5120/14")
        #expect(try starts(fleet) == [6, 5])
        for _ in 0..<4 { fleet.place("n=1 m=4000") }
        #expect(
            fleet.place("n=2 m=4000") == "1/1 AllocatedCardsInsufficientRequest, 1/1 CardMigTopologyInfeasible")
        #expect(try NVIDIAFleet.make([Self.node(mode: "hami-core")]).place("n=2 m=1") == "NodeInsufficientDevice")
    }

    @Test func instancesComeBack() throws {
        let fleet = try Self.fleet()
        let before = fleet.cluster.table.snapshot()
        fleet.place("n=3 m=4000")
        let placement = try #require(fleet.last)
        #expect(fleet.cluster.table.kept(of: 0) == ["MIG instances 4+1 5+1 6+1"])
        fleet.remove(placement)
        #expect(fleet.cluster.table.snapshot() == before)
    }

    /// A running pod on a MIG card that does not say which instance it has makes the card unhealthy.
    @Test(arguments: [
        ("", false), ("[]", false), (#"[{"gpuUUID":"g0","profile":"1g.5gb","placement":{"start":6,"size":1}}]"#, true),
        (#"[{"gpuUUID":"g0","profile":"1g.5gb","placement":{"start":6,"size":0}}]"#, false),
    ]) func runningPodsMustNameTheirInstances(_ allocations: String, _ isHealthy: Bool) throws {
        var pod = Pod(metadata: ObjectMeta(name: "running"), containers: [Container(name: "c")])
        pod.metadata.annotations = [
            "hami.io/vgpu-node": "node", "hami.io/vgpu-devices-allocated": "g0,NVIDIA,5120,14:;",
            "hami.io/vgpu-mig-allocations": allocations,
        ]
        let fleet = try SmallFleet(nodes: [Self.node()], names: NVIDIAFleet.names, existing: [pod], admits: false)
        #expect(fleet.place("n=1 m=4000") == (isHealthy ? "0:5120/14" : "1/1 CardNotHealth"))
    }
}
