import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.11
@Suite struct EnflameDRSTests {
    static let usual = ["1g.6gb", "3g.20gb", "6g.40gb"]

    static func fleet(
        _ profiles: [String] = usual, cards: Int = 2, capacity: String = "6", policy: String = "spread"
    ) throws -> SmallFleet {
        let ids = profiles.enumerated().map { #""\#($1)":"\#($0)""# }.joined(separator: ",")
        let devices = (0..<cards).map { #"{"index":"\#($0)","minor":"\#($0)","capacity":\#(capacity)}"# }
        let text = #"{"devices":[\#(devices.joined(separator: ","))],"profiles":{\#(ids)}}"#
        return try SmallFleet(
            nodes: [.with(annotations: ["enflame.com/gcu-drs-capacity": text])],
            names: ["n": "enflame.com/drs-gcu", "m": "enflame.com/gcu-memory", "c": "enflame.com/gcu-core"],
            defaults: SchedulingDefaults(devicePolicy: policy))
    }

    @Test func slices() throws {
        let fleet = try Self.fleet()
        #expect(fleet.records.map(\.memoryMiB) == [40960, 40960])
        #expect(fleet.place("n=3") == "1:20480/50")
        #expect(fleet.last?.annotations["enflame.com/gcu-request-size"] == "3")
        #expect(
            fleet.last?.annotations["assigned-containers"]
                == #"{"c0":{"allocated":false,"request":3,"profileID":"1","profileName":"3g.20gb"}}"#)
        #expect(fleet.place("n=2") == "1/2 ModeNotFit")
        #expect(fleet.place("n=6") == "0:40960/100")
    }

    @Test(arguments: [
        ("m=20480 c=40", "1:20480/50"), ("m=80", "1/2 ModeNotFit"), ("m=41", "1/2 ModeNotFit"),
        ("m=81", "1:6144/17"), ("c=17", "1:6144/17"), ("c=18", "1:20480/50"), ("m=7", "1:20480/50"),
        ("m=0", "denied: enflame.com/gcu-memory must be greater than 0"),
        ("c=101", "denied: enflame.com/gcu-core must be in range (0,100]"),
        ("n=0", "denied: enflame.com/drs-gcu must be greater than 0"), ("n=2147483648", "no request"),
        ("n=1 | n=6", "1:6144/17 | 0:40960/100"),
    ]) func requests(_ pod: String, _ expected: String) throws {
        #expect(try Self.fleet().place(pod) == expected)
    }

    /// Names may state any number of slices and GB.
    @Test(arguments: [
        (["92233720368547758g.1gb", "1g.1gb"], "n=1", "1:1024/1"),
        (["1g.9223372036854775807gb"], "m=1", "1/2 ModeNotFit"),
        (["9223372036854775807g.9223372036854775807gb"], "c=1", "1/2 ModeNotFit"),
        (["92233720368547758g.1gb", "1g.1gb"], "m=2147483647", "1/2 ModeNotFit"),
    ]) func profilesAtTheEndsOfNumbers(_ profiles: [String], _ pod: String, _ expected: String) throws {
        #expect(try Self.fleet(profiles).place(pod) == expected)
    }

    /// Across pods cores and memory are the limits, not slots: 5 x 17 percent fill a card.
    @Test func fivePodsFillACard() throws {
        let fleet = try Self.fleet()
        for _ in 0..<10 { fleet.place("n=1") }
        #expect(fleet.place("n=1") == "2/2 CardInsufficientCore")
        #expect(fleet.cluster.table.used[0] == 5)
    }

    /// Within one pod a slice group takes as many slots as it has slices.
    @Test func slotsOfOnePod() throws {
        let fleet = try Self.fleet(["1g.1gb", "3g.3gb"], cards: 1, capacity: "3")
        #expect(fleet.place("n=3 | n=1") == "1/1 CardTimeSlicingExhausted")
    }

    static let uneven: [(profiles: [String], pod: String, expected: String)] = [
        // The largest profile is the one of most slices, not of most memory: 2 x 10 GB is the limit for GB.
        (["1g.40gb", "2g.10gb"], "m=20", "0:40960/50"), (["1g.40gb", "2g.10gb"], "m=21", "0:40960/50"),
        (["1g.40gb", "2g.10gb"], "m=41", "0:40960/50"), (["1g.40gb", "2g.10gb"], "m=40961", "1/1 ModeNotFit"),
        (["1g.40gb", "2g.10gb"], "m=8 c=51", "0:10240/100"), (["1g.40gb", "2g.10gb"], "m=20 c=51", "1/1 ModeNotFit"),
        // Of equal slices the smaller memory comes first.
        (["2g.20gb", "2g.10gb", "4g.30gb"], "n=2", "0:10240/50"),
        (["2g.20gb", "2g.10gb", "4g.30gb"], "m=15", "0:20480/50"),
        // A profile without memory takes no part, nor one whose name does not parse.
        (["1g.xgb", "2g.8gb"], "n=1", "1/1 ModeNotFit"), (["1g", "2g.8gb"], "c=10", "0:8192/100"),
        (["4294967299g.8gb"], "n=3", "1/1 ModeNotFit"), (["4294967299g.8gb"], "m=8", "1/1 ModeNotFit"),
    ]

    @Test(arguments: uneven.indices) func profilesWhoseMemoryDoesNotRise(_ row: Int) throws {
        let (profiles, pod, expected) = Self.uneven[row]
        #expect(try Self.fleet(profiles, cards: 1).place(pod) == expected, "\(profiles) \(pod)")
    }

    @Test func mutexAndHealth() throws {
        let fleet = try Self.fleet(cards: 1, policy: "mutex")
        fleet.occupy(0)
        #expect(fleet.place("n=1") == "1/1 ExclusiveDeviceAllocateConflict")
        fleet.cluster.table.apply(.unhealthyVote(device: 0))
        #expect(fleet.place("n=1") == "1/1 CardNotHealth")
    }

    @Test(arguments: [
        ("6", 2), ("\"6\"", 2), ("6.9", 2), ("\"2147483648\"", 2), ("2147483648", 0), ("0", 0), ("-1", 0),
        ("\"x\"", 0), ("true", 0),
    ]) func capacities(_ capacity: String, _ devices: Int) throws {
        #expect(try Self.fleet(capacity: capacity).records.count == devices)
    }
}
