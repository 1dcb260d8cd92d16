import FleetTestSupport
import PlacementModel
import Testing

@testable import PlacementEngine

/// A whole observer in one file: how many pods of each class every node got, and how long the rounds were.
private final class ClassesByNode: RoundObserver {
    private(set) var pods: [Int32: [Int32: Int]] = [:]
    private(set) var refused: [Int32] = []
    private(set) var devices = 0
    private(set) var sequences: [Int32] = []
    private(set) var offered: [Int32] = []
    private(set) var rounds = 0

    func willOffer(_ sequences: [Int32]) { offered += sequences }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        sequences.append(decision.sequence)
        guard decision.outcome.isPlaced else {
            refused.append(decision.sequence)
            return
        }
        pods[decision.outcome.node, default: [:]][decision.classID, default: 0] += 1
        devices += result.devices(of: decision.outcome).count
    }

    func didEndRound() { rounds += 1 }
}

/// A new observer is one file and the line that adds it to ``RoundDriver/observers``; it changes no decision.
@Suite struct MadeUpObserverTests {
    private static func offer(_ observers: [any RoundObserver]) throws -> (outcomes: [Int32], classes: [Int32]) {
        let cards = try CardFleet((0..<2).map { CardFleet.node("n\($0)", cards: 2) })
        let driver = RoundDriver(IndexedEngine(cluster: cards.fleet))
        driver.observers = observers
        let small = Int32(try cards.requestClass("n=1 m=1000").id)
        let whole = Int32(try cards.requestClass("n=2 m=100000").id)
        let queue = [small, RoundDriver.cannotBeAsked, whole, small, small]
        var next = 0
        let last = LastOutcomes()
        driver.observers.append(last)
        driver.offerBacklog(
            nextRound: {
                defer { next = min(next + 2, queue.count) }
                return next..<min(next + 2, queue.count)
            }, classID: { queue[Int($0)] })
        return (last.nodes, [small, whole])
    }

    private final class LastOutcomes: RoundObserver {
        var nodes: [Int32] = []
        func didDecide(_ decision: RoundDecision, in result: RoundResult) {
            nodes.append(decision.outcome.isPlaced ? decision.outcome.node : -1)
        }
    }

    @Test func hearsOfEveryPodInTheOrderOffered() throws {
        let seen = ClassesByNode()
        let (outcomes, classes) = try Self.offer([seen])
        #expect(seen.sequences == [0, 1, 2, 3, 4])
        #expect(seen.offered == [0, 2, 3, 4])
        #expect(seen.refused == [1, 2])
        #expect(seen.rounds == 3)
        #expect(seen.devices == 3)
        #expect(seen.pods == [0: [classes[0]: 3]])
        #expect(outcomes == [0, -1, -1, 0, 0])
    }

    @Test func changesNoDecision() throws {
        #expect(try Self.offer([ClassesByNode()]).outcomes == Self.offer([]).outcomes)
    }
}
