import FleetTestSupport
import PlacementModel
import Testing

@testable import PlacementEngine

/// Nodes that are like no other (cards of one id, cards cut by MIG) are each a state of their own, of which no bound is known: a
/// search has to try all of them, whatever their score before vendors add theirs.
@Suite struct AloneStateTests {
    /// Two cards that go by one id.
    private static func node(_ name: String) -> Node {
        let cards = RegisteredDevice.make(2, "") { device, _ in
            device.id = name + "-g"
            device.count = 10
            device.memoryMiB = 40_960
            device.type = "NVIDIA A100"
            device.mode = "hami-core"
        }
        return .with(name: name, annotations: ["hami.io/node-nvidia-register": cards.register])
    }

    /// The fuller nodes come first under binpack and refuse; more of them than a search keeps at a time. The one that takes the
    /// pod has the lowest row.
    @Test(arguments: [2, 8, 9, 30])
    func theLastOneIsTriedToo(full: Int) throws {
        let cards = try CardFleet([Self.node("a")] + (0..<full).map { Self.node("b\(100 + $0)") })
        for number in 0..<full {
            let name = "b\(100 + number)"
            cards.apply(.podBound(CardFleet.running("r\(number)", on: name, card: name + "-g", memoryMiB: 39_000)))
        }
        let pod = "n=1 m=8000 @nvidia.com/numa-bind=true @hami.io/gpu-scheduler-policy=mutex"
        #expect(try cards.requestClass(pod).traits.search == .states)
        #expect(try cards.node(for: pod) == "a")
    }
}
