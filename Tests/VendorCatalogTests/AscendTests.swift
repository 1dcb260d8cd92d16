import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.7
@Suite struct AscendTests {
    static let soft = " @huawei.com/vnpu-mode=hami-core"

    static func names(_ word: String) -> [String: String] {
        ["n": "huawei.com/\(word)", "m": "huawei.com/\(word)-memory", "c": "huawei.com/\(word)-core"]
    }

    /// - Parameter networks: JSON texts; nil = none registered.
    static func fleet(
        _ word: String, networks: [String?], count: Int = 4, memoryMiB: Int = 65536, cores: Int = 20,
        takesSoftSplit: Bool = false, type: String? = nil
    ) throws -> SmallFleet {
        let devices = networks.enumerated().map { index, network in
            var device = RegisteredDevice("N\(index)", index: index)
            device.count = count
            device.memoryMiB = memoryMiB
            device.cores = cores
            device.type = type ?? word
            if let network { device.custom = ["NetworkID": network] }
            return device
        }
        var annotations = ["hami.io/node-register-\(word)": devices.register]
        if takesSoftSplit { annotations["hami-vnpu-core"] = "true" }
        return try SmallFleet(nodes: [.with(annotations: annotations)], names: names(word))
    }

    static let twoNetworks: [String?] = ["0", "0", "0", "0", "1", "1", "1", "1"]

    @Test func networksStayTogether() throws {
        let fleet = try Self.fleet("Ascend910B3", networks: Self.twoNetworks)
        #expect(fleet.place("n=1 m=16000") == "7:16384/0")
        #expect(fleet.last?.score == 10)
        #expect(
            fleet.last?.annotations["huawei.com/Ascend910B3"]
                == #"[{"UUID":"N7","temp":"vir05_1c_16g","memory":16384}]"#)
        #expect(fleet.indexes("n=4") == "3,2,1,0")
        #expect(fleet.last?.score == 10.625)
        fleet.place("n=2")
        #expect(fleet.place("n=5") == "1/8 AllocatedCardsInsufficientRequest, 7/8 CardInsufficientMemory")
    }

    @Test(arguments: [
        ("n=2 m=16384", "denied: vNPU not supported for multiple devices"),
        ("n=1 m=70000", "denied: huawei.com/Ascend910B3-memory 70000 is invalid"),
        ("n=1 c=10", "denied: huawei.com/Ascend910B3-core is only supported in hami-core (soft split) mode"),
        ("n=1 m=0", "1:16384/0"), ("n=1", "1:65536/0"),
        ("n=1 m=16Gi", "denied: huawei.com/Ascend910B3-memory 17179869184 is invalid"),
    ]) func hardSplitAdmission(_ pod: String, _ expected: String) throws {
        #expect(try Self.fleet("Ascend910B3", networks: [nil, nil]).place(pod) == expected)
    }

    @Test(arguments: ["n=1 m=-1m", "n=2200000000", "n=1 c=-1", "n=1 m=2147483648"])
    func noRequestIsRead(_ pod: String) throws {
        let fleet = try Self.fleet("Ascend910B3", networks: [nil])
        fleet.admits = false
        #expect(fleet.place(pod) == "no request")
    }

    static let grants: [(String, [(Int, Int)])] = [
        ("Ascend910A", [(1, 2184), (2185, 4369), (3000, 4369), (4370, 8738), (8739, 17476), (17477, 32768)]),
        ("Ascend910B2", [(8192, 8192), (8193, 16384), (16385, 32768), (32769, 65536)]),
        ("Ascend910B3", [(-5, 16384), (16385, 32768), (40000, 65536)]),
        ("Ascend910B4-1", [(1, 16384), (32768, 32768), (65536, 65536)]),
        ("Ascend910B4", [(8192, 8192), (16384, 16384), (16385, 32768)]),
        ("Ascend310P", [(2000, 3072), (3000, 3072), (3073, 6144), (6145, 12288), (12289, 21527), (24576, 21527)]),
    ]

    @Test(arguments: grants.indices) func memoryIsRoundedUpToATemplate(_ row: Int) throws {
        let (word, cases) = Self.grants[row]
        for (asked, granted) in cases {
            let fleet = try Self.fleet(word, networks: [nil])
            #expect(fleet.place("n=1 m=\(asked)") == "0:\(granted)/0", "\(word) \(asked)")
        }
    }

    @Test func softSplit() throws {
        let plain = try Self.fleet("Ascend910B3", networks: Self.twoNetworks)
        #expect(plain.place("n=1 m=1000 c=30" + Self.soft) == "1/8 ModeNotFit")
        let fleet = try Self.fleet("Ascend910B3", networks: [nil, nil], takesSoftSplit: true)
        #expect(fleet.place("n=2 m=20000 c=40" + Self.soft) == "1:20000/40 0:20000/40")
        #expect(
            fleet.last?.annotations["huawei.com/Ascend910B3"]
                == #"[{"UUID":"N1","memory":20000,"core":40},{"UUID":"N0","memory":20000,"core":40}]"#)
        #expect(fleet.place("n=2 m=20000 c=40" + Self.soft) == "1:20000/40 0:20000/40")
        #expect(fleet.place("n=2 m=20000 c=40" + Self.soft) == "2/2 CardInsufficientCore")
        #expect(fleet.place("n=1 m=100 c=100" + Self.soft) == "2/2 CardInsufficientCore")
        // Hard split counts against the registered 20 cores, of which 80 are gone.
        #expect(fleet.place("n=1 m=100") == "2/2 CardInsufficientCore")
    }

    @Test func smallChips() throws {
        let fleet = try Self.fleet("Ascend310P", networks: [nil, nil], count: 7, memoryMiB: 21527, cores: 8)
        #expect(fleet.place("n=1 m=2000") == "1:3072/0")
        #expect(fleet.place("n=1 m=2000") == "0:3072/0")
        #expect(fleet.place("n=1 m=2000") == "1:3072/0")
        #expect(fleet.place("n=1 m=20000") == "2/2 CardInsufficientMemory")
        #expect(fleet.place("n=1 m=12289") == "2/2 CardInsufficientMemory")
    }

    @Test func cardsOfTwoChips() throws {
        let fleet = try Self.fleet("Ascend910C", networks: Array(repeating: nil, count: 8), count: 1)
        #expect(fleet.indexes("n=1") == "7,6")
        #expect(fleet.place("n=3") == "denied: Ascend910C device request must be 1 or 2*n, got 3")
        fleet.place("n=1 m=16384")
        #expect(fleet.last?.containers[0].map(\.memoryMiB) == [16384, 16384])
        #expect(fleet.place("n=6") == "4/6 AllocatedCardsInsufficientRequest, 4/6 CardTimeSlicingExhausted")
        #expect(fleet.indexes("n=4") == "3,2,1,0")
        #expect(
            try Self.fleet("Ascend910C", networks: [nil], count: 1).place("n=1") == "NodeInsufficientDevice")
    }

    @Test(arguments: [
        ([0, 1, 2, 4, 6], 4, "2/4 AllocatedCardsInsufficientRequest, 3/4 CardTimeSlicingExhausted"),
        ([0, 2], 2, "0/2 AllocatedCardsInsufficientRequest, 6/2 CardTimeSlicingExhausted"), ([0, 1], 2, "1,0"),
        ([0, 1, 2, 3], 3, "4/3 AllocatedCardsInsufficientRequest, 4/3 CardTimeSlicingExhausted"),
    ]) func onlyFullCardsServePairs(_ free: [Int], _ chips: Int, _ expected: String) throws {
        let fleet = try Self.fleet("Ascend910C", networks: Array(repeating: nil, count: 8), count: 1)
        fleet.admits = false
        for device in 0..<8 where !free.contains(device) { fleet.occupy(device) }
        #expect(fleet.indexes("n=\(chips)") == expected)
    }

    static let networkCases: [(ids: [String?], chips: Int, chosen: String, score: Float)] = [
        (["0", "1", "1"], 2, "2,1", 10),
        // Ids that are no numbers drop out of the grouping; the short result counts as success.
        (["\"x\"", "\"x\"", "7", "7"], 3, "3,2", 10),
        (["\"x\"", "7", "7"], 3, "2,1,0", 10),
        (["null", "7", "7"], 2, "2,1", 10),
        (["true", "[7]", "7", "7"], 2, "3,2", 10),
        // A missing id turns the grouping off, and the score with it where such a chip is taken.
        ([nil, "1", "0", "1"], 2, "3,2", 5), (["1", "0", "1", nil], 2, "3,2", 0),
        (["0", "0", "0", "1", "1", "1", "2", "2"], 4, "5,4,3,2", 7.5),
        // Fractions are cut off: 0.9 and 0 are one network, so are -0.5 and 0.
        (["0.9", "0", "1", "1.5", "0.1"], 3, "4,1,0", 10),
        (["-0.5", "0.5", "1", "2"], 2, "1,0", 10),
        (["1.99", "2", "2.01"], 2, "2,1", 10),
    ]

    @Test(arguments: networkCases.indices) func networkIDs(_ row: Int) throws {
        let (ids, chips, chosen, score) = Self.networkCases[row]
        let fleet = try Self.fleet("Ascend910B3", networks: ids, count: 1)
        #expect(fleet.indexes("n=\(chips)") == chosen)
        #expect(fleet.last?.score == score)
    }

    @Test func typesMatchBySubstring() throws {
        #expect(try Self.fleet("Ascend910B3", networks: [nil], type: "910B3").place("n=1") == "NodeInsufficientDevice")
        func register(_ word: String, _ memoryMiB: Int) -> String {
            RegisteredDevice.make(2, word + "-") { device, _ in
                device.count = 4
                device.memoryMiB = memoryMiB
                device.cores = 20
                device.type = word
            }.register
        }
        let both = try SmallFleet(
            nodes: [
                .with(annotations: [
                    "hami.io/node-register-Ascend910B4": register("Ascend910B4", 32768),
                    "hami.io/node-register-Ascend910B4-1": register("Ascend910B4-1", 65536),
                ])
            ], names: Self.names("Ascend910B4"))
        both.place("n=1")
        #expect(both.last?.containers[0].map(\.id) == ["Ascend910B4-1-1"])
    }

    @Test func overwritesTheEnvironmentWhereConfigured() throws {
        let tree = #"{"vnpus":{"configs":[{"commonWord":"Ascend310P","resourceName":"x/npu","overwriteEnv":true}]}}"#
        let fleet = try SmallFleet(nodes: [], catalog: Catalogs.with(json: tree))
        var pod = PodText(names: [:]).pod("cpu=1", name: "p")
        _ = try fleet.cluster.catalog.mutate(&pod, state: fleet.cluster.state)
        #expect(pod.containers[0].addedEnvironment.map(\.name) == ["ASCEND_VISIBLE_DEVICES"])
    }
}
