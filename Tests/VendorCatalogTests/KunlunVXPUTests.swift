import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.9
@Suite struct KunlunVXPUTests {
    static let names = ["n": "kunlunxin.com/vxpu", "m": "kunlunxin.com/vxpu-memory"]

    static func fleet(policy: String = "spread", memoryMiB: Int = 98304) throws -> SmallFleet {
        let devices = RegisteredDevice.make(8, "xpu-") { device, _ in
            device.count = 4
            device.memoryMiB = memoryMiB
            device.type = "XPU"
        }
        return try SmallFleet(
            nodes: [.with(annotations: ["hami.io/node-register-xpu": devices.register])], names: names,
            defaults: SchedulingDefaults(devicePolicy: policy))
    }

    @Test func slicesSpread() throws {
        let fleet = try Self.fleet()
        let slices = (0..<6).map { _ in fleet.place("n=1 m=20000") }
        #expect(slices == Array(repeating: "0:24576/25", count: 4) + Array(repeating: "1:24576/25", count: 2))
        #expect(fleet.place("n=2 m=30000") == "2:49152/50 3:49152/50")
        #expect(fleet.place("n=1") == "4:98304/100")
        #expect(fleet.place("n=8 m=20000") == "1/8 NumaNotFit")
    }

    @Test func slicesPacked() throws {
        let fleet = try Self.fleet(policy: "binpack")
        #expect((0..<6).map { _ in fleet.indexes("n=1 m=20000") } == ["0", "1", "2", "3", "4", "5"])
        #expect(fleet.indexes("n=2 m=30000") == "6,7")
        #expect(fleet.place("n=1") == "1/8 NumaNotFit")
    }

    /// A card takes a slice when its present ones are of the same size on average.
    @Test(arguments: [
        (2, 49152, 24576, true), (1, 49152, 24576, false), (4, 90000, 20000, false), (3, 73728, 24576, true),
        (0, 0, 98304, true),
    ]) func oneSizePerCard(_ used: Int, _ usedMiB: Int, _ asked: Int, _ fits: Bool) throws {
        let fleet = try Self.fleet()
        for card in 1..<8 { fleet.cluster.table.apply(.unhealthyVote(device: card)) }
        if used > 0 { fleet.occupy(0, slots: Int32(used), memoryMiB: Int32(usedMiB)) }
        #expect(fleet.indexes("n=1 m=\(asked)") == (fits ? "0" : "1/8 NumaNotFit"))
    }

    @Test(arguments: [
        (0, "0:24576/25"), (24576, "0:24576/25"), (24577, "0:49152/50"), (49153, "0:98304/100"),
        (200_000, "0:98304/100"),
    ]) func sizes(_ asked: Int, _ expected: String) throws {
        #expect(try Self.fleet().place("n=1 m=\(asked)") == expected)
    }

    @Test func requestsAreReadWithoutLimits() throws {
        let fleet = try Self.fleet()
        fleet.admits = false
        #expect(fleet.place("req:n=2 req:m=24576") == "0:24576/25 1:24576/25")
    }

    /// Indexes are names: wherever they start, the same cards are chosen while no interconnect is asked.
    @Test(arguments: [0, 1 << 31, (1 << 32) - 4, 1 << 63] as [UInt64])
    func farIndexes(_ start: UInt64) throws {
        let devices = (0..<8).map {
            "{\"id\":\"xpu-\($0)\",\"index\":\(start + UInt64($0)),\"count\":4,\"devmem\":98304,\"devcore\":100,"
                + "\"type\":\"XPU\",\"health\":true}"
        }
        let fleet = try SmallFleet(
            nodes: [.with(annotations: ["hami.io/node-register-xpu": "[\(devices.joined(separator: ","))]"])],
            names: Self.names)
        func indexes(_ cards: UInt64...) -> String { cards.map { String(start + $0) }.joined(separator: ",") }
        #expect(fleet.indexes("n=1 m=20000") == indexes(0))
        #expect(fleet.indexes("n=2 m=20000") == indexes(0, 1))
        #expect(fleet.indexes("n=4 m=90000") == indexes(4, 5, 6, 7))
    }

    @Test func wholeNodes() throws {
        #expect(try Self.fleet().indexes("n=8 m=24576") == "0,1,2,3,4,5,6,7")
        let mixed = try Self.fleet()
        mixed.occupy(3, memoryMiB: 49152)
        mixed.defaults.devicePolicy = "binpack"
        let halves = try Self.fleet()
        for card in 0..<8 { halves.occupy(card, memoryMiB: 49152) }
        #expect(halves.place("n=2 m=24576") == "1/8 NumaNotFit")
        #expect(try Self.fleet(memoryMiB: 0).place("n=1 m=24576") == "1/8 NumaNotFit")
    }

    @Test func mutexNeedsIdleCards() throws {
        let fleet = try Self.fleet()
        for card in 0..<8 { fleet.occupy(card, memoryMiB: 24576) }
        #expect(
            fleet.place("n=1 m=24576 @hami.io/gpu-scheduler-policy=mutex") == "8/8 ExclusiveDeviceAllocateConflict")
        #expect(fleet.place("n=1 m=24576 @hami.io/use-xpu-uuid=none") == "8/8 CardUuidMismatch")
    }
}
