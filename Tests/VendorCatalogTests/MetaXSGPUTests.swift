import BulkJSON
import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

@testable import VendorCatalog

/// - Source: hami-vendors.md 3.6
@Suite struct MetaXSGPUTests {
    static let names = ["n": "metax-tech.com/sgpu", "c": "metax-tech.com/vcore", "m": "metax-tech.com/vmemory"]
    static let online = " @metax-tech.com/sgpu-app-class=online"
    static let offline = " @metax-tech.com/sgpu-app-class=offline"

    static func qos(_ policy: String) -> String { " @metax-tech.com/sgpu-qos-policy=" + policy }

    static func fleet(
        zones: [Int], compute: Int = 100, memoryMiB: Int = 65536, qos: String = "", nodePolicy: String = "binpack",
        admits: Bool = true
    ) throws -> SmallFleet {
        let devices = zones.enumerated().map { index, zone in
            #"{"uuid":"G\#(index)","model":"C500","totalDevCount":16,"totalCompute":\#(compute),"#
                + #""totalVRam":\#(memoryMiB),"numa":0,"healthy":true,"qosPolicy":"\#(qos)","linkZone":\#(zone)}"#
        }
        let register = "[" + devices.joined(separator: ",") + "]"
        return try SmallFleet(
            nodes: [.with(annotations: ["metax-tech.com/node-gpu-devices": register])], names: names,
            defaults: SchedulingDefaults(nodePolicy: nodePolicy), admits: admits)
    }

    @Test func qosKeepsCardsApart() throws {
        let fleet = try Self.fleet(zones: [1, 1, 2, 2])
        let binpack = " @hami.io/gpu-scheduler-policy=binpack"
        #expect(fleet.place("n=1 c=60 m=4") == "3:4096/60")
        #expect(fleet.last?.pod.metadata.annotations["metax-tech.com/sgpu-qos-policy"] == "best-effort")
        #expect(fleet.place("n=1 c=30 m=2048Mi" + Self.qos("fixed-share") + binpack) == "2:2048/30")
        #expect(fleet.place("n=1 c=30 m=1" + Self.qos("best-effort") + binpack) == "3:1024/30")
        #expect(fleet.indexes("n=2 @metax-tech.com/sgpu-topology-aware=true") == "1,0")
        #expect(abs((fleet.last?.score ?? 0) - 1_000_003.9) < 0.2)
    }

    @Test func classesKeepCardsApart() throws {
        let busy = try Self.fleet(zones: [0, 0, 0, 0])
        for _ in 0..<4 { busy.place("n=1 c=10 m=1") }
        #expect(busy.place("n=1 m=1" + Self.online) == "4/4 CardAppClassMismatch")
        let classed = try Self.fleet(zones: [0, 0, 0, 0])
        #expect(classed.place("n=1 m=1" + Self.online) == "3:1024/0")
        #expect(classed.place("n=1 m=1" + Self.online) == "2:1024/0")
        classed.place("n=1 m=1" + Self.offline)
        classed.place("n=1 m=1" + Self.offline)
        #expect(classed.place("n=1 c=10 m=1") == "4/4 CardAppClassMismatch")
    }

    @Test(arguments: [
        ([1, 1, 1, 1, 2, 2, 2, 0], 1, "6", Float(-200_000)), ([1, 1, 1, 1, 2, 2, 2, 0], 2, "6,5", 800_000),
        ([1, 1, 1, 1, 2, 2, 2, 0], 3, "6,5,4", 3_000_000), ([1, 1, 1, 1, 2, 2, 2, 0], 4, "3,2,1,0", 6_000_000),
        ([1, 1, 0, 0], 3, "1,0,3", 1_000_000), ([1, 1, 1, 1], 1, "3", -300_000),
        ([1, 1, 1, 1], 2, "3,2", 600_000), ([1, 1, 1, 1, 2, 2, 2, 2], 8, "7,6,5,4,3,2,1,0", 12_000_000),
    ]) func linkZones(_ zones: [Int], _ cards: Int, _ chosen: String, _ score: Float) throws {
        let topology = " @metax-tech.com/sgpu-topology-aware=true"
        let fleet = try Self.fleet(zones: zones)
        #expect(fleet.indexes("n=\(cards)" + topology) == chosen)
        #expect(fleet.last?.score == score)
        // Under spread the lowest score wins, so the sign turns.
        let spread = try Self.fleet(zones: zones, nodePolicy: "spread")
        spread.place("n=\(cards)" + topology)
        #expect(spread.last?.score == -score)
    }

    /// Cores are not clamped: a card with more than 100 takes more than 100.
    @Test func coresAboveHundred() throws {
        #expect(try Self.fleet(zones: [0, 0]).place("n=1 c=101 m=1") == "2/2 CardInsufficientCore")
        let wide = try Self.fleet(zones: [0], compute: 200)
        #expect(wide.place("n=1 c=101 m=1") == "0:1024/101")
        // 100 is no exclusive number on a card of 200, and passes every QoS.
        #expect(wide.place("n=1 c=100 m=1") == "1/1 CardInsufficientCore")
        #expect(wide.place("n=1 c=99 m=1") == "0:1024/99")
        // A used card of another QoS refuses 101 before the cores are looked at.
        let other = try Self.fleet(zones: [0], compute: 300, qos: "burst-share")
        #expect(other.place("n=1 c=10 m=1" + Self.qos("burst-share")) == "0:1024/10")
        #expect(other.place("n=1 c=101 m=1") == "1/1 CardQosPolicyMismatch")
        #expect(other.place("n=1 c=100 m=1") == "0:1024/100")
        // Online pods take no cores, so no number of them is too high.
        #expect(try Self.fleet(zones: [0]).place("n=1 c=500 m=1" + Self.online) == "0:1024/0")
        // Several cards with more than 100 cores do not look for a link zone.
        let zoned = try Self.fleet(zones: [1, 2, 1], compute: 150)
        #expect(zoned.indexes("n=2 c=120 m=1") == "2,1")
        let whole = try Self.fleet(zones: [1, 2, 1], compute: 150)
        #expect(whole.indexes("n=2 c=100 m=1") == "2,0")
    }

    @Test func exclusivePodsNeedIdleCards() throws {
        let fleet = try Self.fleet(zones: [0])
        fleet.occupy(0)
        #expect(fleet.place("n=1 m=1") == "1/1 ExclusiveDeviceAllocateConflict")
        fleet.occupy(0, cores: 100)
        #expect(fleet.place("n=1 c=0 m=1") == "1/1 CardComputeUnitsExhausted")
    }

    @Test(arguments: [("best-effort", 50, false), ("best-effort", 100, true), ("burst-share", 50, true)])
    func qosOfAUsedCard(_ policy: String, _ cores: Int, _ passes: Bool) throws {
        let fleet = try Self.fleet(zones: [0], compute: 300, qos: "burst-share")
        fleet.occupy(0, slots: 2)
        let answer = fleet.place("n=1 m=1 c=\(cores)" + Self.qos(policy))
        #expect(answer == (passes ? "0:1024/\(cores)" : "1/1 CardQosPolicyMismatch"))
    }

    @Test(arguments: [(2, 0, Float(-40)), (0, 2, -200), (2, 2, -44)])
    func onlineScores(_ onlinePods: Int, _ offlinePods: Int, _ score: Float) throws {
        let fleet = try Self.fleet(zones: [0])
        let metaX = try #require(fleet.cluster.catalog.vendors.compactMap { $0 as? MetaXSGPU }.first)
        fleet.cluster.table.apply(.count(metaX.onlinePods, device: 0, amount: Int32(onlinePods)))
        fleet.cluster.table.apply(.count(metaX.offlinePods, device: 0, amount: Int32(offlinePods)))
        fleet.place("n=1 m=1" + Self.online)
        #expect(fleet.last?.score == score * 10000)
    }

    @Test func containersOfClassedPodsSpread() throws {
        #expect(try Self.fleet(zones: [0, 0]).indexes("n=1 m=1 | n=1 m=1" + Self.online) == "1,0")
        for pods in [Self.online, Self.offline] {
            let answer = try Self.fleet(zones: [0, 0]).place("n=1 c=1 m=1 | n=1 c=1 m=1 | n=1 c=1 m=1" + pods)
            #expect(answer == "2/2 CardAppClassMismatch")
        }
    }

    @Test(arguments: [
        (
            "n=1 @metax-tech.com/sgpu-app-class=x",
            "denied: metax-tech.com/sgpu-app-class must be set one of [online, offline]"
        ),
        ("n=2" + online, "denied: app-class pod must request single device"),
        (
            "n=1" + qos("x"),
            "denied: metax-tech.com/sgpu-qos-policy must be set one of [best-effort, fixed-share, burst-share]"
        ),
        ("n=1", "0:65536/100"), ("n=1 m=4", "0:4096/100"), ("n=1 m=1000", "0:65536/100"),
        ("n=1 m=1001", "1/1 CardInsufficientMemory"),
        ("n=1 m=512Ki", "0:65536/100"), ("n=1 c=-1", "no request"), ("n=1 m=-1", "no request"),
        ("n=1 m=2097152", "no request"), ("req:n=1", "no request"),
    ]) func requests(_ pod: String, _ expected: String) throws {
        #expect(try Self.fleet(zones: [0]).place(pod) == expected)
    }

    @Test func allocationIsToldAsJSON() throws {
        let fleet = try Self.fleet(zones: [0])
        fleet.place("n=1 c=10 m=1")
        #expect(
            fleet.last?.annotations["metax-tech.com/gpu-devices-allocated"]
                == #"[[{"uuid":"G0","compute":10,"vRam":1024}]]"#)
    }
}
