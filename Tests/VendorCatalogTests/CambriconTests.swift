import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.1
@Suite struct CambriconTests {
    static let names = [
        "n": "cambricon.com/vmlu", "m": "cambricon.com/mlu.smlu.vmemory", "c": "cambricon.com/mlu.smlu.vcore",
    ]

    static func fleet(vcores: Int = 200, memoryUnits: Int = 190, quota: [String: String] = [:]) throws -> SmallFleet {
        let hard = Dictionary(uniqueKeysWithValues: quota.map { ("limits." + names[$0.key]!, Quantity.of($0.value)) })
        return try SmallFleet(
            nodes: [.with([names["c"]!: "\(vcores)", names["m"]!: "\(memoryUnits)"])], names: names,
            quotas: hard.isEmpty ? [] : [ResourceQuota(metadata: ObjectMeta(name: "q"), hard: hard)])
    }

    @Test func sharesAndWholeCards() throws {
        let fleet = try Self.fleet()
        #expect(fleet.records.map(\.memoryMiB) == [24320, 24320])
        #expect(fleet.place("n=1 m=16 c=50") == "1:4096/50")
        #expect(fleet.last?.annotations["CAMBRICON_DSMLU_PROFILE"] == "1_50_16")
        #expect(fleet.last?.annotations["CAMBRICON_DSMLU_ASSIGNED"] == "false")
        #expect(fleet.place("n=1") == "0:24320/100")
        #expect(fleet.place("n=1") == "2/2 CardInsufficientMemory")
        #expect(fleet.place("n=1 m=16 c=200") == "1/2 CardInsufficientCore, 1/2 CardInsufficientMemory")
        #expect(fleet.place("n=3") == "NodeInsufficientDevice")
    }

    @Test func cardsAreStartedHundredsOfCores() throws {
        #expect(try Self.fleet(vcores: 250, memoryUnits: 100).records.map(\.memoryMiB) == [10240, 10240, 10240])
        #expect(try Self.fleet(vcores: -5).records.isEmpty)
    }

    @Test(arguments: [
        ("n=1 m=16Gi", "no request"), ("n=1 m=-1", "no request"), ("n=1 m=8388608", "no request"),
        ("n=1500m", "no request"), ("n=0", "no request"), ("n=1 m=4 c=1500m", "1:1024/100"),
        ("req:n=1 req:m=4", "1:1024/100"),
    ]) func oddAmounts(_ pod: String, _ expected: String) throws {
        #expect(try Self.fleet().place(pod) == expected)
    }

    @Test func quotaIsAskedPerCard() throws {
        let quota = ["m": "20"]
        #expect(try Self.fleet(quota: quota).place("n=1 m=20 c=10") == "1:5120/10")
        #expect(try Self.fleet(quota: quota).place("n=1") == "2/2 ResourceQuotaNotFit")
        let two = try Self.fleet(quota: quota)
        two.admits = false
        #expect(two.place("n=2 m=11") == "1/2 AllocatedCardsInsufficientRequest, 1/2 ResourceQuotaNotFit")
        #expect(two.place("n=1 m=11 | n=1 m=10") == "2/2 ResourceQuotaNotFit")
    }

    @Test func filtersAndSlots() throws {
        let fleet = try Self.fleet(vcores: 100)
        #expect(fleet.place("n=1 m=1 @cambricon.com/use-gpuuuid=other") == "1/1 CardUuidMismatch")
        #expect(fleet.place("n=1 m=1 @cambricon.com/nouse-gpuuuid=node-cambricon-mlu-0") == "1/1 CardUuidMismatch")
        // Constants for card types exist in HAMi, but nothing reads them.
        #expect(fleet.place("n=1 m=1 c=1 @cambricon.com/use-mlutype=other") == "0:256/1")
        fleet.occupy(0, slots: 99)
        #expect(fleet.place("n=1 m=1 c=1") == "1/1 CardTimeSlicingExhausted")
    }

    @Test func profileComesFromTheFirstContainerWithACard() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place(" | n=1 m=8 c=10") == "- | 1:2048/10")
        #expect(fleet.last?.annotations["CAMBRICON_DSMLU_PROFILE"] == "1_10_8")
        #expect(
            fleet.last?.annotations["hami.io/cambricon-mlu-devices-allocated"]
                == ";node-cambricon-mlu-1,MLU,2048,10:;")
    }
}
