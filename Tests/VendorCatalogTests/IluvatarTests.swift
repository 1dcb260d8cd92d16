import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.3
@Suite struct IluvatarTests {
    static let models = ["MR-V100", "MR-V50", "BI-V150", "BI-V100"]

    static func fleet(_ model: String = "BI-V100", _ register: String? = nil) throws -> SmallFleet {
        let text = register ?? "I0,10,32768,100,\(model),0,true:I1,10,32768,100,\(model),0,true:"
        return try SmallFleet(
            nodes: [.with([:], annotations: ["hami.io/node-\(model)-register": text])],
            names: [
                "n": "iluvatar.ai/\(model)-vgpu", "m": "iluvatar.ai/\(model).vMem", "c": "iluvatar.ai/\(model).vCore",
            ])
    }

    @Test(arguments: models) func everyModel(_ model: String) throws {
        let fleet = try Self.fleet(model)
        #expect(fleet.place("n=1 m=64 c=50") == "0:16384/50")
        #expect(fleet.last?.annotations["hami.io/\(model)-devices-allocated"] == "I1,\(model),16384,50:;")
        #expect(fleet.place("n=2") == "1/2 AllocatedCardsInsufficientRequest, 1/2 CardInsufficientMemory")
        #expect(fleet.place("n=1 @hami.io/use-\(model)-uuid=I1 m=1") == "0:256/0")
    }

    @Test func severalCardsAreWholeCards() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=2") == "0:32768/100 0:32768/100")
        #expect(fleet.last?.pod.containers[0].limits["iluvatar.ai/BI-V100.vCore"]?.canonical == "200")
        #expect(fleet.last?.pod.containers[0].addedEnvironment.map(\.name) == ["SOL_CONTINER_NAME"])
    }

    @Test func coresDefaultToNone() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 m=64") == "0:16384/0")
        fleet.occupy(0, cores: 100)
        fleet.occupy(1, cores: 100)
        #expect(fleet.place("n=1 m=1") == "2/2 CardComputeUnitsExhausted")
    }

    @Test(arguments: [
        ("n=1 m=16Gi", "no request"), ("n=1 m=-1", "no request"), ("n=1500m", "no request"),
        ("n=1 m=4096", "2/2 CardInsufficientMemory"),
    ]) func oddAmounts(_ pod: String, _ expected: String) throws { #expect(try Self.fleet().place(pod) == expected) }

    @Test func aJSONRegisterIsNoRegister() throws { #expect(try Self.fleet("BI-V100", "[]").records.isEmpty) }
}
