import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.12
@Suite struct AMDTests {
    static func fleet(_ cards: Int = 2, cores: Int = 304) throws -> SmallFleet {
        let devices = RegisteredDevice.make(cards, "G") { device, _ in
            device.count = 4
            device.memoryMiB = 192_000
            device.cores = cores
            device.type = "AMD Instinct MI300X"
        }
        return try SmallFleet(
            nodes: [.with(["amd.com/gpu": "8"], annotations: ["hami.io/node-amd-register": devices.register])],
            names: ["n": "amd.com/gpu", "m": "amd.com/gpumem", "c": "amd.com/gpucores"])
    }

    @Test func percentBecomesComputeUnits() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 m=8192 c=25") == "1:8192/76")
        #expect(fleet.last?.annotations["hami.io/amd-devices-allocated"] == "G1,AMD Instinct MI300X,8192,76:;")
        #expect(fleet.place("n=1 m=8192") == "0:8192/304")
        #expect(fleet.place("n=1 m=8192 c=1") == "1:8192/3")
    }

    @Test func nothingIsExclusive() throws {
        let fleet = try Self.fleet(1)
        #expect(fleet.place("n=1 m=1000 c=1") == "0:1000/3")
        #expect(fleet.place("n=1 m=1000 c=100") == "1/1 CardInsufficientCore")
        #expect(fleet.place("n=1 m=1000 c=99") == "0:1000/300")
        #expect(try Self.fleet(1, cores: 0).place("n=1 m=1") == "1/1 CardInsufficientCore")
        #expect(try Self.fleet(1, cores: 40).place("n=1 m=1 c=1") == "0:1/1")
    }

    @Test(arguments: [
        ("n=1 c=0", "denied: amd.com/gpucores must be an integer percentage between 1 and 100"),
        ("n=1 c=1500m", "denied: amd.com/gpucores must be an integer percentage between 1 and 100"),
        ("n=1 @amd.com/use-gputype=mi250", "2/2 CardTypeMismatch"),
        ("n=1 @amd.com/use-gputype=mi300x", "1:192000/304"), ("n=1 @amd.com/use-gpu-uuid=G0", "0:192000/304"),
        ("req:n=1", "no request"), ("m=5", "no request"), ("n=0", "no request"), ("n=2147483648", "no request"),
        ("n=1 m=-1", "no request"), ("n=1 m=500m", "no request"),
    ]) func requests(_ pod: String, _ expected: String) throws { #expect(try Self.fleet().place(pod) == expected) }

    @Test func aNodeWithoutCapacityHasNone() throws {
        let devices = RegisteredDevice.make(1, "G") { device, _ in device.type = "AMD" }
        #expect(
            try SmallFleet(nodes: [.with(annotations: ["hami.io/node-amd-register": devices.register])]).records.isEmpty
        )
    }
}
