import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.10
@Suite struct EnflameGCUTests {
    static func fleet(_ cards: Int) throws -> SmallFleet {
        try SmallFleet(nodes: [.with(["enflame.com/gcu": "\(cards)"])], names: ["n": "enflame.com/gcu"])
    }

    @Test func wholeCards() throws {
        let fleet = try Self.fleet(2)
        #expect(fleet.place("n=2") == "1:100/100 0:100/100")
        #expect(fleet.place("n=1") == "2/2 ExclusiveDeviceAllocateConflict")
        #expect(fleet.place("n=3") == "NodeInsufficientDevice")
        let half = try Self.fleet(2)
        half.place("n=1")
        #expect(half.place("n=2") == "1/2 AllocatedCardsInsufficientRequest, 1/2 ExclusiveDeviceAllocateConflict")
    }

    @Test func healthAndFilters() throws {
        let fleet = try Self.fleet(1)
        fleet.cluster.table.apply(.unhealthyVote(device: 0))
        #expect(fleet.place("n=1") == "1/1 CardNotHealth")
        #expect(try Self.fleet(0).records.isEmpty)
        #expect(try Self.fleet(1).place("n=1 @enflame.com/use-gpuuuid=none") == "0:100/100")
    }
}
