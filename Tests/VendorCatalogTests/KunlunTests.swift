import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.8
@Suite struct KunlunTests {
    static func fleet(_ cards: Int = 8, used: [Int] = [], policy: String = "spread") throws -> SmallFleet {
        let fleet = try SmallFleet(
            nodes: [.with(["kunlunxin.com/xpu": "\(cards)"])], names: ["n": "kunlunxin.com/xpu"],
            defaults: SchedulingDefaults(devicePolicy: policy))
        // Occupied without memory or cores, so that the order of the cards stays that of their indexes under `order`.
        for card in used { fleet.occupy(card) }
        return fleet
    }

    static let selections: [(wanted: Int, free: [Int], chosen: String)] = [
        (2, [0, 4], "0,4"), (2, [0, 5], "1/8 NumaNotFit"), (2, [0, 1, 2, 4, 5], "4,5"),
        (2, [0, 1, 2, 4, 5, 6, 7], "0,1"), (1, [0, 1, 2, 3, 4], "4"), (1, [0, 1, 4, 5, 6], "4"),
        (1, [0, 1, 4, 5], "0"), (4, [0, 1, 4, 5], "0,1,4,5"), (4, [0, 1, 4, 6], "1/8 NumaNotFit"),
        (4, [0, 1, 2, 4, 5], "0,1,4,5"), (4, [0, 1, 2, 4, 5, 6], "0,1,4,5"), (4, [0, 1, 2, 5, 6, 7], "1,2,5,6"),
        (4, [0, 2, 3, 4, 6, 7], "2,3,6,7"), (4, [1, 2, 3, 4, 5, 6], "1,2,5,6"), (4, [0, 1, 2, 3, 4], "0,1,2,3"),
        (3, Array(0..<8), "1/8 NumaNotFit"), (6, Array(0..<8), "1/8 NumaNotFit"),
        (8, Array(0..<8), "0,1,2,3,4,5,6,7"), (8, Array(0..<7), "1/8 NumaNotFit"),
    ]

    /// The measured table has the cards in index order; unhealthy cards are not free and change no score.
    @Test(arguments: selections.indices) func wingsAndInterconnects(_ row: Int) throws {
        let (wanted, free, chosen) = Self.selections[row]
        let fleet = try Self.fleet()
        for card in 0..<8 where !free.contains(card) { fleet.cluster.table.apply(.unhealthyVote(device: card)) }
        #expect(fleet.indexes("n=\(wanted)") == chosen, "\(wanted) of \(free)")
    }

    @Test(arguments: [("spread", "0,1,2,3,4,5,6,7"), ("binpack", "0,5,6,7,1,2,3,4")])
    func cardByCard(_ policy: String, _ order: String) throws {
        let fleet = try Self.fleet(policy: policy)
        #expect((0..<8).map { _ in fleet.indexes("n=1") }.joined(separator: ",") == order)
    }

    @Test func scoreKeepsWingsWhole() throws {
        let fleet = try Self.fleet()
        let parts: [Float] = (0..<8).map { number in
            fleet.place("n=1")
            let base = 10 * (Float(number) / 800 + Float(number) / 8 + Float(number) / 8)
            return (fleet.last!.score - base).rounded()
        }
        #expect(parts == [0, 2000, 1000, 1000, 0, 1000, 0, 0])
    }

    @Test(arguments: [
        ("spread", [1, 2, 2, 2], ["0", "1,2", "4,5", "3,6"]), ("binpack", [1, 2, 2, 2], ["0", "5,6", "1,2", "3,4"]),
        ("spread", [2, 4], ["0,1", "4,5,6,7"]), ("binpack", [2, 4], ["0,1", "2,3,4,5"]),
    ]) func sequences(_ policy: String, _ wanted: [Int], _ chosen: [String]) throws {
        let fleet = try Self.fleet(policy: policy)
        #expect(wanted.map { fleet.indexes("n=\($0)") } == chosen)
    }

    @Test func nodesOfSixteen() throws {
        #expect(try Self.fleet(16).indexes("n=8") == "1/16 NumaNotFit")
        let fours = try Self.fleet(16)
        #expect(fours.indexes("n=4") == "0,1,2,3")
        #expect(fours.indexes("n=4") == "1/16 NumaNotFit")
        let ones = try Self.fleet(16)
        #expect((0..<5).filter { _ in !ones.indexes("n=1").contains("NumaNotFit") }.count == 4)
    }

    @Test func filtersAndAnnotations() throws {
        #expect(try Self.fleet().place("n=1 @hami.io/use-xpu-uuid=none") == "8/8 CardUuidMismatch")
        #expect(try Self.fleet().place("n=1 @baidu.com/use-gpuuuid=none") == "8/8 CardUuidMismatch")
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 | n=2") == "0:98304/100 | 1:98304/100 2:98304/100")
        #expect(fleet.last?.annotations["BAIDU_COM_DEVICE_IDX"] == "1,2")
    }

    /// Beside virtual cards the list has 16 devices, more than the sort keeps stable.
    @Test func sixteenDevicesOfTwoTypes() throws {
        let virtual = RegisteredDevice.make(8, "xpu-") { device, _ in
            device.count = 4
            device.memoryMiB = 98304
            device.type = "XPU"
        }
        let fleet = try SmallFleet(
            nodes: [.with(["kunlunxin.com/xpu": "8"], annotations: ["hami.io/node-register-xpu": virtual.register])],
            names: ["n": "kunlunxin.com/xpu"])
        #expect((0..<5).map { _ in fleet.indexes("n=1") } == ["0", "3", "2", "1", "4"])
    }
}
