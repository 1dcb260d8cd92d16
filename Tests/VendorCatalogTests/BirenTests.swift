import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.15
@Suite struct BirenTests {
    static func fleet(_ cards: Int = 2, isHealthy: Bool = true) throws -> SmallFleet {
        let devices = RegisteredDevice.make(cards, "7-") { device, _ in
            device.count = 2
            device.memoryMiB = 65536
            device.type = "Biren"
            device.isHealthy = isHealthy
        }
        return try SmallFleet(
            nodes: [.with(annotations: ["hami.io/node-biren-register": devices.register])],
            names: ["n": "birentech.com/gpu"])
    }

    @Test func slotsAlone() throws {
        let fleet = try Self.fleet()
        #expect((0..<4).map { _ in fleet.indexes("n=1") } == ["1", "0", "1", "0"])
        #expect(fleet.place("n=1") == "2/2 CardTimeSlicingExhausted")
        let half = try Self.fleet()
        half.occupy(1, slots: 2)
        #expect(half.place("n=2") == "1/2 AllocatedCardsInsufficientRequest, 1/2 CardTimeSlicingExhausted")
    }

    @Test func filters() throws {
        #expect(try Self.fleet(1).place("n=1 @birentech.com/use-gpuuuid=x") == "1/1 CardUuidMismatch")
        #expect(try Self.fleet(1).place("n=1 @birentech.com/use-biren=x") == "0:0/0")
        #expect(try Self.fleet(1, isHealthy: false).place("n=1") == "1/1 CardNotHealth")
        let used = try Self.fleet(1)
        used.occupy(0)
        #expect(used.place("n=1 @hami.io/gpu-scheduler-policy=mutex") == "1/1 ExclusiveDeviceAllocateConflict")
    }

    @Test func aCountInRequestsIsARequest() throws { #expect(try Self.fleet().place("req:n=1") == "1:0/0") }
}
