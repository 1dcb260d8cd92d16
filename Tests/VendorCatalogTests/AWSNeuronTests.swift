import FleetTestSupport
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.13
@Suite struct AWSNeuronTests {
    static let names = ["n": "aws.amazon.com/neuron", "c": "aws.amazon.com/neuroncore"]

    static func node(_ type: String?, _ devices: Int, cores: Int, name: String = "node") -> Node {
        .with(
            name: name, ["aws.amazon.com/neuron": "\(devices)", "aws.amazon.com/neuroncore": "\(cores)"],
            labels: type.map { ["node.kubernetes.io/instance-type": $0] } ?? [:])
    }

    static func fleet(_ type: String = "trn1.32xlarge", _ devices: Int = 16, coresEach: Int = 2) throws -> SmallFleet {
        try SmallFleet(nodes: [node(type, devices, cores: devices * coresEach)], names: names)
    }

    @Test func coresAreBits() throws {
        let fleet = try Self.fleet()
        #expect((0..<4).map { _ in fleet.place("c=1") } == ["15:0/1", "15:0/2", "14:0/1", "14:0/2"])
        #expect(fleet.last?.annotations["AWS_NEURON_IDS"] == "29")
        #expect(fleet.place("c=2") == "13:0/3")
        #expect(fleet.last?.annotations["AWS_NEURON_IDS"] == "26,27")
        #expect(fleet.last?.annotations["NEURON_RESOURCE_TYPE"] == "aws.amazon.com/neuroncore")
        #expect(fleet.place("c=3") == "denied: aws.amazon.com/neuroncore must be 1 or a multiple of 2, got 3")
    }

    @Test func blocksAreAligned() throws {
        let fleet = try Self.fleet()
        #expect(fleet.indexes("n=4") == "0,1,2,3")
        #expect(fleet.last?.annotations["AWS_NEURON_IDS"] == "0,1,2,3")
        #expect(fleet.place("n=2") == "1/16 NumaNotFit")
        #expect(fleet.indexes("c=8") == "4,5,6,7")
        #expect(fleet.place("n=1") == "15:0/3")
        #expect(fleet.place("c=1 | c=1") == "14:0/1 | 14:0/2")
        #expect(fleet.last?.annotations["AWS_NEURON_IDS"] == "28,29")
        #expect(fleet.place("n=8") == "1/16 NumaNotFit")
    }

    @Test func runsOfInferenceNodes() throws {
        let fleet = try Self.fleet("inf2.48xlarge", 12)
        #expect(fleet.indexes("n=3") == "0,1,2")
        #expect(fleet.place("c=1") == "11:0/1")
        #expect(fleet.place("n=9") == "1/12 NumaNotFit")
        #expect(fleet.indexes("n=8") == "3,4,5,6,7,8,9,10")
    }

    @Test(arguments: [
        ("trn1", [7, 13], "1/16 NumaNotFit"), ("trn1", [7], "8,9,10,11,12,13,14,15"),
        ("inf", [5, 14], "6,7,8,9,10,11,12,13"),
    ]) func blocksAroundUsedDevices(_ type: String, _ used: [Int], _ expected: String) throws {
        let fleet = try Self.fleet(type)
        for device in used { fleet.occupy(device) }
        #expect(fleet.indexes("n=8") == expected)
    }

    @Test func aHalfUsedDeviceHasOneCore() throws {
        let fleet = try Self.fleet("trn1", 1)
        fleet.occupy(0, cores: 1)
        #expect(fleet.place("c=2") == "1/1 CardInsufficientCore")
        #expect(fleet.place("c=1") == "0:0/2")
    }

    /// The first node's cores per device are everyone's; Berth reads nodes in input order.
    @Test func nodesWithDifferentCoresPerDevice() throws {
        func fleet(_ order: [Int]) throws -> SmallFleet {
            let kinds = [Self.node("trn1", 4, cores: 8, name: "two"), Self.node("trn2", 4, cores: 32, name: "eight")]
            return try SmallFleet(nodes: order.map { kinds[$0] }, names: Self.names)
        }
        let two = try fleet([0, 1])
        #expect(two.records.map(\.slots) == Array(repeating: 2, count: 8))
        #expect(two.records.map(\.cores) == Array(repeating: 3, count: 8))
        #expect(two.place("n=1") == "two 3:0/3")
        let eight = try fleet([1, 0])
        #expect(eight.records.map(\.slots) == Array(repeating: 8, count: 8))
        #expect(eight.records.map(\.cores) == Array(repeating: 255, count: 8))
        // A whole device asks for 8 cores; only two of them ever stand in the pattern.
        #expect(eight.place("n=1") == "eight 3:0/3")
        #expect(eight.place("c=4") == "1/4 NumaNotFit; 1/4 NumaNotFit")
        #expect(eight.place("c=1") == "eight 3:0/0")
    }

    @Test(arguments: [(2, "c=6", 3, 2), (4, "c=4", 2, 2), (2, "c=1", 1, 1), (2, "c=2", 1, 2), (1, "c=3", 3, 1)])
    func coresAreSplitOverDevices(_ coresEach: Int, _ pod: String, _ devices: Int32, _ cores: Int32) throws {
        let fleet = try Self.fleet("trn1", 4, coresEach: coresEach)
        let request = fleet.cluster.catalog.requests(
            of: PodText(names: Self.names).pod(pod, name: "p"), state: fleet.cluster.state)[0][0]
        #expect(request.devices == devices && request.cores == cores)
    }

    @Test(arguments: [
        ("n=0", "denied: aws.amazon.com/neuron must be greater than 0"),
        ("n=1500m", "denied: aws.amazon.com/neuron must be an integer"),
        ("n=2147483648", "denied: aws.amazon.com/neuron must not exceed 2147483647"),
        ("c=4294967296", "denied: aws.amazon.com/neuroncore must not exceed 4294967294"),
        ("c=2 @aws.amazon.com/use-neuron-uuid=none", "16/16 CardUuidMismatch"),
        ("n=16 @aws.amazon.com/use-neuron-uuid=none", (0..<16).map { "\($0):0/3" }.joined(separator: " ")),
    ]) func requests(_ pod: String, _ expected: String) throws { #expect(try Self.fleet().place(pod) == expected) }

    @Test func anUnknownNodeTypeHasAlignedBlocks() throws {
        let fleet = try SmallFleet(nodes: [Self.node(nil, 8, cores: 16)], names: Self.names)
        #expect(fleet.indexes("n=4") == "0,1,2,3")
        #expect(fleet.last?.score == 0)
    }
}
