import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// Cards `g0`, `g1`, ... of one node.
enum NVIDIAFleet {
    static let names = [
        "n": "nvidia.com/gpu", "m": "nvidia.com/gpumem", "p": "nvidia.com/gpumem-percentage",
        "c": "nvidia.com/gpucores",
    ]
    static let model = "NVIDIA A100-SXM4-80GB"

    static func node(
        name: String = "node", _ memoryMiB: [Int], prefix: String = "g", type: String = model,
        mode: String = "hami-core",
        annotations: [String: String] = [:], _ edit: (inout RegisteredDevice, Int) -> Void = { _, _ in }
    ) -> Node {
        let devices = RegisteredDevice.make(memoryMiB.count, prefix) { device, number in
            device.count = 10
            device.memoryMiB = memoryMiB[number]
            device.type = type
            device.mode = mode
            edit(&device, number)
        }
        var all = annotations
        all["hami.io/node-nvidia-register"] = devices.register
        return .with(name: name, ["nvidia.com/gpu": "10"], annotations: all)
    }

    static func quota(_ hard: [String: String]) -> ResourceQuota {
        ResourceQuota(
            metadata: ObjectMeta(name: "q"),
            hard: Dictionary(uniqueKeysWithValues: hard.map { ("limits." + names[$0.key]!, Quantity.of($0.value)) }))
    }

    static func make(
        _ nodes: [Node], policy: String = "spread", nodePolicy: String = "binpack",
        profile: CompatibilityProfile = .hami2_10_0, quota: [String: String] = [:], admits: Bool = false
    ) throws -> SmallFleet {
        try SmallFleet(
            nodes: nodes, names: names, profile: profile, quotas: quota.isEmpty ? [] : [Self.quota(quota)],
            defaults: SchedulingDefaults(nodePolicy: nodePolicy, devicePolicy: policy), admits: admits)
    }
}

/// - Source: hami-core.md 7 and the table of section 10
@Suite struct NVIDIATests {
    static let equal = Array(repeating: 8000, count: 2)

    @Test(arguments: [
        ("n=1", "1:8000/0"), ("n=1 m=4096", "1:4096/0"), ("n=1 p=150", "1:8000/0"), ("n=1 p=50", "1:4000/0"),
        ("n=1 p=0", "1:8000/0"), ("n=1 p=0 m=2000", "1:2000/0"), ("n=1 p=50 m=2000", "1:2000/0"),
        ("n=1 m=16Gi", "no request"), ("n=1 m=1500m", "no request"), ("req:n=1 req:m=10", "1:10/0"),
        ("n=-1", "no request"), ("n=1 m=1 c=120", "1:1/100"), ("n=3", "NodeInsufficientDevice"),
        ("n=1 m=9000", "2/2 CardInsufficientMemory"),
    ]) func requests(_ pod: String, _ expected: String) throws {
        #expect(try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal)]).place(pod) == expected)
    }

    @Test(arguments: [
        ("n=1", "1:8000/100"), ("n=1 m=1000", "1:1000/0"), ("n=1 req:p=100", "1:8000/100"), ("m=1000", "1:1000/0"),
        (
            "n=1 p=101",
            "denied: invalid nvidia.com/gpumem-percentage value 101 in container c0: must be an integer between 0 and 100"
        ),
        ("c=10", "1:8000/10"), ("n=1 p=50", "1:4000/0"),
    ]) func admission(_ pod: String, _ expected: String) throws {
        #expect(try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal)], admits: true).place(pod) == expected)
    }

    @Test(arguments: [
        (10, 0, "n=1 m=1", "1/1 CardTimeSlicingExhausted"), (1, 100, "n=1 m=1 c=50", "1/1 CardInsufficientCore"),
        (1, 100, "n=1 m=1", "1/1 CardComputeUnitsExhausted"),
        (1, 0, "n=1 m=1 c=100", "1/1 ExclusiveDeviceAllocateConflict"),
    ]) func usedCards(_ slots: Int32, _ cores: Int32, _ pod: String, _ expected: String) throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node([8000])])
        fleet.occupy(0, slots: slots, cores: cores)
        #expect(fleet.place(pod) == expected)
    }

    @Test(arguments: [
        ("nvidia.com/use-gpuuuid", "dev-0", "2/2 CardUuidMismatch"), ("nvidia.com/use-gpuuuid", " g0 , x", "0"),
        ("nvidia.com/use-gpuuuid", " ", "1"), ("nvidia.com/use-gpuuuid", "G0", "2/2 CardUuidMismatch"),
        ("nvidia.com/nouse-gpuuuid", "g1", "0"), ("nvidia.com/use-gputype", "a100", "1"),
        ("nvidia.com/nouse-gputype", "A100,", "2/2 CardTypeMismatch"), ("nvidia.com/nouse-gputype", ",T4", "1"),
        ("nvidia.com/use-gputype", ",", "2/2 CardTypeMismatch"),
        ("nvidia.com/vgpu-mode", "mig", "2/2 CardTypeMismatch"),
        ("nvidia.com/vgpu-mode", "hami-core,mig", "1"), ("nvidia.com/vgpu-mode", "", "2/2 CardTypeMismatch"),
    ]) func filters(_ key: String, _ value: String, _ expected: String) throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal)])
        #expect(fleet.indexes("n=1 m=1", annotations: [key: value]) == expected)
    }

    @Test func cordonedCardsTakeNoPods() throws {
        func fleet(_ cordon: String) throws -> SmallFleet {
            try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal, annotations: ["hami.io/device-cordon": cordon])])
        }
        #expect(try fleet("g1, ").indexes("n=1 m=1") == "0")
        #expect(try fleet("g1,g0").indexes("n=1 m=1") == "2/2 CardCordoned")
    }

    @Test(arguments: [
        ("binpack", "binpack", "b 1:1000/20"), ("binpack", "spread", "b 0:1000/20"),
        ("spread", "binpack", "a 0:1000/20"),
        ("spread", "spread", "a 1:1000/20"),
    ]) func nodesAndCards(_ nodePolicy: String, _ policy: String, _ expected: String) throws {
        let fleet = try NVIDIAFleet.make(
            [
                NVIDIAFleet.node(name: "a", Self.equal, prefix: "a"),
                NVIDIAFleet.node(name: "b", Self.equal, prefix: "b"),
            ],
            policy: policy, nodePolicy: nodePolicy)
        fleet.occupy(0, memoryMiB: 2000, cores: 25)
        fleet.occupy(3, memoryMiB: 6000, cores: 75)
        #expect(fleet.place("n=1 m=1000 c=20") == expected)
    }

    @Test func orderIsKeptFromContainerToContainer() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal)])
        #expect(fleet.indexes("n=1 m=10 | n=1 m=10 | n=1 m=10") == "1,0,0")
    }

    @Test(arguments: [
        ("spread", "", "7,6,5,4"), ("binpack", "", "7,6,5,4"), ("spread", "true", "7,6,5,4"),
        ("binpack", "true", "3,2,1,0"),
    ]) func numaNodes(_ policy: String, _ bind: String, _ expected: String) throws {
        let node = NVIDIAFleet.node(Array(repeating: 8000, count: 8)) { $0.numa = $1 / 4 }
        let fleet = try NVIDIAFleet.make([node], policy: policy)
        #expect(fleet.indexes("n=4 m=1 @nvidia.com/numa-bind=\(bind)") == expected)
    }

    @Test func oneCardPerNumaNodeBindsNothing() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal) { $0.numa = $1 }])
        #expect(
            fleet.place("n=2 m=1 @nvidia.com/numa-bind=true")
                == "1/2 AllocatedCardsInsufficientRequest, 1/2 NumaNotFit")
    }

    static func topology(_ scores: String, _ cards: Int) throws -> SmallFleet {
        let node = NVIDIAFleet.node(
            Array(repeating: 8000, count: cards), annotations: ["hami.io/node-nvidia-score": scores])
        return try NVIDIAFleet.make([node], policy: "topology-aware")
    }

    @Test func pairScores() throws {
        let positive =
            #"[{"uuid":"g0","score":{"g1":100,"g2":200}},{"uuid":"g1","score":{"g0":100,"g2":150}},"#
            + #"{"uuid":"g2","score":{"g0":200,"g1":150}}]"#
        #expect(try Self.topology(positive, 3).indexes("n=1 m=1") == "1")
        #expect(try Self.topology(positive, 3).indexes("n=2 m=1") == "2,0")
        let negative =
            #"[{"uuid":"g0","score":{"g1":-5,"g2":-3}},{"uuid":"g1","score":{"g0":-5,"g2":-1}},"#
            + #"{"uuid":"g2","score":{"g0":-3,"g1":-1}}]"#
        #expect(try Self.topology(negative, 3).indexes("n=1 m=1") == "0")
        #expect(try Self.topology(negative, 3).indexes("n=2 m=1") == "2,1")
        #expect(try Self.topology("{}", 3).records.isEmpty)
    }

    @Test func mutexNeedsIdleCards() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal)], policy: "mutex")
        fleet.occupy(0)
        #expect(fleet.indexes("n=1 m=1") == "1")
        #expect(
            fleet.place("n=1 m=1") == "2/2 ExclusiveDeviceAllocateConflict")
    }

    @Test func chainsEndWithTheIndex() throws {
        let node = NVIDIAFleet.node(Self.equal) { device, number in device.index = 1 - number }
        #expect(try NVIDIAFleet.make([node], policy: "binpack,numa").indexes("n=1 m=1") == "1")
    }

    @Test func quotaIsAskedPerCard() throws {
        let node = NVIDIAFleet.node([2000, 8000, 4000, 6000])
        let fleet = try NVIDIAFleet.make([node], quota: ["m": "4000", "c": "200"])
        #expect(
            fleet.place("n=2 m=3000 c=60")
                == "1/4 AllocatedCardsInsufficientRequest, 1/4 CardInsufficientMemory, 2/4 ResourceQuotaNotFit"
                || fleet.place("n=2 m=3000 c=60") == "1/4 AllocatedCardsInsufficientRequest, 3/4 ResourceQuotaNotFit")
        #expect(try NVIDIAFleet.make([node], quota: ["m": "1500"]).place("n=1") == "4/4 ResourceQuotaNotFit")
        #expect(try NVIDIAFleet.make([node], quota: ["m": "2000"]).indexes("n=1") == "0")
        #expect(try NVIDIAFleet.make([node], quota: ["m": "0"]).place("n=1 m=1") == "4/4 ResourceQuotaNotFit")
    }

    @Test func weightsMustBeWhole() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Self.equal)])
        let answer = fleet.place("n=1 @hami.io/device-scoring-weights=slot=1,core=-1,memory=3")
        #expect(answer.contains(#""core" weight must not be negative"#))
    }

    /// Init containers count at their peak, app containers add up.
    @Test func usageOfStages() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node([40000])])
        fleet.place("init n=1 m=20000 c=10 | n=1 m=10000 c=5")
        #expect(fleet.cluster.table.usedMemoryMiB[0] == 20000)
        #expect(fleet.cluster.table.usedCores[0] == 10)
        #expect(fleet.cluster.table.used[0] == 1)
        let apps = try NVIDIAFleet.make([NVIDIAFleet.node([40000])])
        apps.place("n=1 m=1000 | n=1 m=1000")
        #expect(apps.cluster.table.usedMemoryMiB[0] == 2000)
        #expect(apps.cluster.table.used[0] == 2)
    }
}
