import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.5
@Suite struct MetaXGPUTests {
    static let table = #"{"1":100,"2":200}"#

    static func fleet(
        _ count: Int, losses: String? = nil, scores: String? = nil, nodePolicy: String = "binpack"
    ) throws -> SmallFleet {
        var annotations: [String: String] = [:]
        annotations["metax-tech.com/gpu.topology.losses"] = losses
        annotations["metax-tech.com/gpu.topology.scores"] = scores
        return try SmallFleet(
            nodes: [.with(["metax-tech.com/gpu": "\(count)"], annotations: annotations)],
            names: ["n": "metax-tech.com/gpu"], defaults: SchedulingDefaults(nodePolicy: nodePolicy))
    }

    @Test func aPodMayHaveOneContainerWithCards() throws {
        let fleet = try Self.fleet(2)
        #expect(fleet.place("n=1 | n=1") == "1/2 CardNotFoundCustomFilterRule, 1/2 CardTimeSlicingExhausted")
        #expect(fleet.place("n=1") == "1:65536/100")
        #expect(fleet.place("n=1") == "0:65536/100")
        #expect(fleet.place("n=1") == "2/2 CardTimeSlicingExhausted")
    }

    @Test(arguments: [
        ("binpack", 1, Float(1900)), ("binpack", 2, 1800), ("spread", 1, 1900), ("spread", 2, 1800),
        ("binpack", 3, 2000), ("other", 1, 0), ("", 1, 0),
    ]) func scoreComesFromTheTable(_ policy: String, _ cards: Int, _ score: Float) throws {
        let fleet = try Self.fleet(4, losses: Self.table, scores: Self.table, nodePolicy: policy)
        fleet.place("n=\(cards)")
        #expect(fleet.last?.score == score)
    }

    /// A table may hold any 64 bits; the difference wraps as HAMi's does.
    @Test(arguments: [
        (Int64.min, Float(Int64.min + 2000)), (.max, Float(2000 - Int64.max)), (Int64.min + 1, Float(Int64.min + 1999)),
    ]) func tablesAtTheEndsOfNumbers(_ loss: Int64, _ score: Float) throws {
        let fleet = try Self.fleet(1, losses: "{\"1\":\(loss)}")
        fleet.place("n=1")
        #expect(fleet.last?.score == score)
    }

    @Test func tables() throws {
        let table = #"{"1":0,"2":110,"3":270,"4":540,"5":580,"6":730,"7":930,"8":1240}"#
        let fleet = try Self.fleet(8, losses: table)
        fleet.place("n=4")
        #expect(fleet.last?.score == 1460)
        // A table that cannot be read has only zeros; a missing one scores nothing.
        let broken = try Self.fleet(1, losses: "{")
        broken.place("n=1")
        #expect(broken.last?.score == 2000)
        let missing = try Self.fleet(1)
        missing.place("n=1")
        #expect(missing.last?.score == 0)
    }

    /// The padded empty list of a node with cards of this type scores as "no cards".
    @Test func otherVendorsPodsScoreToo() throws {
        let fleet = try SmallFleet(
            nodes: [
                .with(
                    ["metax-tech.com/gpu": "1", "enflame.com/gcu": "1"],
                    annotations: ["metax-tech.com/gpu.topology.losses": Self.table])
            ], names: ["g": "enflame.com/gcu"])
        fleet.place("g=1")
        #expect(fleet.last?.score == 2000)
        #expect(fleet.last?.annotations["hami.io/metax-gpu-devices-allocated"] == ";")
    }
}
