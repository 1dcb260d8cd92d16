import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.4
@Suite struct MooreThreadsTests {
    static func fleet(cores: Int = 32, memory: Int = 192) throws -> SmallFleet {
        let names = ["n": "mthreads.com/vgpu", "m": "mthreads.com/sgpu-memory", "c": "mthreads.com/sgpu-core"]
        return try SmallFleet(nodes: [.with([names["c"]!: "\(cores)", names["m"]!: "\(memory)"])], names: names)
    }

    @Test func containersOfAPodShareOneCard() throws {
        let fleet = try Self.fleet()
        #expect(fleet.records.map(\.memoryMiB) == [49152, 49152])
        #expect(fleet.place("n=1 m=32 c=8") == "1:16384/8")
        #expect(fleet.place("n=1 m=8 c=2 | n=1 m=8 c=2") == "0:4096/2 | 0:4096/2")
        #expect(fleet.place("n=2") == "2/2 CardInsufficientMemory")
        #expect(fleet.place("n=3") == "NodeInsufficientDevice")
    }

    @Test func severalCardsAreWholeCards() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=2") == "1:49152/16 0:49152/16")
        #expect(fleet.last?.annotations["mthreads.com/gpu-index"] == "1,0")
        #expect(fleet.last?.pod.metadata.annotations["mthreads.com/request-gpu-num"] == "2")
        #expect(fleet.last?.annotations["mthreads.com/predicate-node"] == "node")
    }

    @Test func theSecondContainerMayNotMoveOn() throws {
        #expect(
            try Self.fleet().place("n=1 m=64 c=2 | n=1 m=64 c=2")
                == "1/2 CardInsufficientMemory, 1/2 CardNotFoundCustomFilterRule")
    }

    /// Init containers bind one another, not the app containers.
    @Test func stagesAreApart() throws {
        #expect(try Self.fleet().place("init n=2 | n=1 m=8 c=1") == "1:49152/16 0:49152/16 | 1:4096/1")
    }

    @Test(arguments: [
        ("n=1 m=3", "denied: sGPU memory request value is invalid, valid values are [2, 4, 8, 16, 32, 64, 96]"),
        ("n=1 m=16Gi", "denied: sGPU memory request value is invalid, valid values are [2, 4, 8, 16, 32, 64, 96]"),
        ("n=1", "1:49152/16"), ("n=1 c=3", "1:49152/16"), ("n=1 m=32", "1:16384/0"),
        ("n=0", "denied: mthreads.com/vgpu must be greater than 0"),
        ("n=-1", "denied: mthreads.com/vgpu must be greater than 0"),
    ]) func admission(_ pod: String, _ expected: String) throws { #expect(try Self.fleet().place(pod) == expected) }

    @Test(arguments: ["n=0", "n=-1", "n=4294967296", "n=1 m=16Gi", "n=1 m=-2"])
    func noRequestIsRead(_ pod: String) throws {
        let fleet = try Self.fleet()
        fleet.admits = false
        #expect(fleet.place(pod) == "no request")
    }
}
