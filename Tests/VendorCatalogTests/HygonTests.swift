import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.2
@Suite struct HygonTests {
    static let names = ["n": "hygon.com/dcunum", "m": "hygon.com/dcumem", "c": "hygon.com/dcucores"]
    static let register = "DCU-0,4,16384,100,DCU-Z100,0,true,0,x:DCU-1,4,16384,100,DCU-Z100,1,true,1,x:"

    static func fleet(_ register: String = register) throws -> SmallFleet {
        try SmallFleet(
            nodes: [.with([names["n"]!: "8"], annotations: ["hami.io/node-dcu-register": register])], names: names)
    }

    @Test func sharesFollowThePolicy() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 m=4096 c=50") == "1:4096/50")
        #expect(fleet.last?.annotations["hami.io/dcu-devices-allocated"] == "DCU-1,DCU,4096,50:;")
        #expect(fleet.place("n=1 m=4096 c=50 @hami.io/gpu-scheduler-policy=binpack") == "1:4096/50")
        #expect(fleet.place("n=1 m=4096 c=50") == "0:4096/50")
        #expect(fleet.place("n=1") == "2/2 CardInsufficientMemory")
    }

    @Test(arguments: [
        ("@hygon.com/use-dcutype=k100,z100", "1:16384/100"),
        ("@hygon.com/use-dcutype=k100", "2/2 CardTypeMismatch"),
        ("@hygon.com/nouse-dcutype=Z100", "2/2 CardTypeMismatch"),
        ("@hygon.com/use-dcutype=", "1:16384/100"),
        ("@hygon.com/use-dcutype=,", "2/2 CardTypeMismatch"),
        ("@hygon.com/use-gpuuuid=DCU-0", "0:16384/100"),
        ("@hygon.com/nouse-gpuuuid=DCU-1", "0:16384/100"),
        ("@hygon.com/use-gpuuuid=dcu-0", "2/2 CardUuidMismatch"),
    ]) func filters(_ annotation: String, _ expected: String) throws {
        #expect(try Self.fleet().place("n=1 " + annotation) == expected)
    }

    @Test(arguments: [
        ("n=2200000000", "no request"), ("n=1 c=-1", "no request"), ("n=0", "no request"),
        ("n=1 m=2147483648", "no request"), ("n=1 m=1500m", "1:16384/100"), ("n=1 c=500m", "1:16384/100"),
    ]) func oddAmounts(_ pod: String, _ expected: String) throws {
        #expect(try Self.fleet().place(pod) == expected)
    }

    @Test(arguments: ["", ":", "DCU-0", "test-0,1,1024,100,DCU:", "a,x,1,1,DCU,0,true:", "a,1,1,1,DCU,0,yes:"])
    func unreadableRegistersGiveNoDevices(_ register: String) throws {
        #expect(try Self.fleet(register).records.isEmpty)
    }

    @Test func sevenFieldsLeaveTheIndexAtZero() throws {
        let fleet = try Self.fleet("a,4,1000,100,DCU,0,true:b,4,1000,100,DCU,0,T:")
        #expect(fleet.records.map(\.index) == [0, 0])
        #expect(fleet.place("n=2 m=1 c=1") == "0:1/1 0:1/1")
        #expect(fleet.records.map(\.mode) == ["hami-core", "hami-core"])
    }

    @Test func memoryFactorMultiplies() throws {
        let fleet = try SmallFleet(
            nodes: [.with([:], annotations: ["hami.io/node-dcu-register": Self.register])], names: Self.names,
            catalog: Catalogs.with([
                "hygon": Catalogs.names(count: "hygon.com/dcunum", memory: "hygon.com/dcumem", factor: 4)
            ]))
        #expect(fleet.place("n=1 m=1000") == "1:4000/100")
    }

    @Test(arguments: [("Requesting_2023-11-14 22:12:00", 0), ("Requesting_2023-11-14 22:13:10", 2), ("Reported", 2)])
    func anExpiredHandshakeWithoutCapacityHidesTheCards(_ handshake: String, _ devices: Int) throws {
        // The clock of the tests stands at 22:13:20.
        let node = Node.with(
            [:], annotations: ["hami.io/node-dcu-register": Self.register, "hami.io/node-handshake-dcu": handshake])
        #expect(try SmallFleet(nodes: [node]).records.count == devices)
    }
}
