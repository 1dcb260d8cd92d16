import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// - Source: hami-vendors.md 3.14
@Suite struct VastaiTests {
    /// Strategy and card of each device; nil = not registered.
    static func fleet(
        _ devices: [(strategy: String?, card: String?)], count: Int = 1, policy: String = "spread"
    ) throws -> SmallFleet {
        let records = devices.enumerated().map { index, device in
            var record = RegisteredDevice("D\(index)", index: index)
            record.count = count
            record.memoryMiB = 1
            record.type = "Vastai"
            var custom: [String: String] = [:]
            custom["DeviceStrategy"] = device.strategy.map { "\"\($0)\"" }
            custom["AIC"] = device.card
            record.custom = custom.isEmpty ? nil : custom
            return record
        }
        return try SmallFleet(
            nodes: [.with(annotations: ["hami.io/node-va-register": records.register])],
            names: ["n": "vastaitech.com/va"], defaults: SchedulingDefaults(devicePolicy: policy))
    }

    static func dies(_ cards: [Int]) -> [(strategy: String?, card: String?)] { cards.map { ("die", "\"\($0)\"") } }

    @Test func diesOfACardStayTogether() throws {
        let fleet = try Self.fleet(Self.dies([0, 0, 1, 1]))
        #expect(fleet.indexes("n=1") == "3")
        #expect(fleet.last?.score == 1)
        #expect(fleet.indexes("n=2") == "1,0")
        #expect(fleet.last?.score == 3.5)
        #expect(fleet.place("n=2") == "1/4 AllocatedCardsInsufficientRequest, 3/4 CardTimeSlicingExhausted")
    }

    @Test func mutexLooksAtSiblings() throws {
        let fleet = try Self.fleet(Self.dies([1, 1, 2]), count: 4, policy: "mutex")
        fleet.occupy(0)
        #expect(fleet.indexes("n=1") == "2")
        let full = try Self.fleet(Self.dies([1, 1]), count: 4, policy: "mutex")
        full.occupy(0)
        #expect(full.place("n=1") == "2/2 ExclusiveDeviceAllocateConflict")
    }

    @Test func largestCardFirst() throws {
        let fleet = try Self.fleet(Self.dies([0, 1, 1, 2, 2, 2]))
        #expect(fleet.indexes("n=4") == "5,4,3,2")
    }

    @Test func cardMode() throws {
        let fleet = try Self.fleet([("card", nil), ("card", nil)])
        #expect(fleet.indexes("n=1") == "1")
        #expect(fleet.last?.score == 0)
        #expect(try Self.fleet([(nil, nil), (nil, nil)]).indexes("n=2") == "1,0")
    }

    static let mixed: [(devices: [(strategy: String?, card: String?)], pod: String, chosen: String, score: Float)] = [
        // The card is registered on one die only: the others drop out, the short result is a success.
        ([("die", "\"0\""), ("die", nil), ("die", nil)], "n=2", "0", 1),
        // The first device of the ordered list decides for the node.
        ([("die", "\"0\""), ("card", "\"1\""), ("die", "\"0\"")], "n=2", "2,0", 1),
        ([("card", "\"1\""), ("die", "\"0\""), ("die", "\"0\"")], "n=2", "2,1", 1),
        ([("card", "\"1\""), ("die", "\"0\""), ("die", "\"1\"")], "n=2", "2,1", 0.5),
        // A device of another strategy among the chosen ends the score.
        ([("die", "\"0\""), ("card", "\"0\"")], "n=2", "1,0", 0),
        ([(nil, "\"0\""), (nil, "\"0\"")], "n=2", "1,0", 1),
        // A card id that is no text is a card that groups nothing.
        ([("die", "0"), ("die", "0"), ("die", "\"a\"")], "n=2", "2", 1),
        ([("die", nil), ("die", "\"a\"")], "n=2", "1,0", 0),
    ]

    @Test(arguments: mixed.indices) func mixedStrategies(_ row: Int) throws {
        let (devices, pod, chosen, score) = Self.mixed[row]
        let fleet = try Self.fleet(devices)
        #expect(fleet.indexes(pod) == chosen)
        #expect(fleet.last?.score == score)
    }

    /// Once pods run, the order of the list changes, and with it the device that decides.
    @Test func usageChangesWhoDecides() throws {
        let fleet = try Self.fleet([("card", "\"1\""), ("die", "\"0\""), ("die", "\"0\""), ("die", "\"1\"")], count: 2)
        #expect(fleet.indexes("n=1") == "3")
        // The used die leads the list under spread: die mode, the largest card wins.
        #expect(fleet.indexes("n=2") == "2,1")
    }
}
