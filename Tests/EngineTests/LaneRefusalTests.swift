import BulkJSON
import FleetTestSupport
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

@testable import PlacementEngine

/// Pools that share no node are decided side by side, in lanes; nodes of one type each, nearly full, so that most classes are
/// refused now and then within a round, and residents leave between rounds.
///
/// The common log of changes stands still until lanes are joined, so refusals that do not last are remembered by the vendor's. No
/// type of the catalogue has been seen to fit after such a refusal within one round: this holds the lanes to the reference, and
/// would pass with the common log too.
@Suite struct LaneRefusalTests {
    private struct Side {
        let fleet: Fleet
        let engine: any PlacementEngine
        let driver: RoundDriver

        init(_ nodes: [Node], _ make: (Fleet) -> any PlacementEngine) throws {
            fleet = Fleet(catalog: try VendorCatalog(), parser: JSONParser())
            for node in nodes { fleet.apply(.nodeAdded(node), at: SmallFleet.now) }
            engine = make(fleet)
            driver = RoundDriver(engine)
        }

        func requestClass(_ pod: Pod) throws -> RequestClass {
            let requests = fleet.catalog.requests(of: pod, state: fleet.state)
            return fleet.requestClass(
                try fleet.classKey(of: pod, requests: requests, defaults: SchedulingDefaults()))
        }
    }

    @Test func lanesDecideAsTheReference() throws {
        var roundsInLanes = 0
        var refused = 0
        for seed in 1...10 {
            var random = RandomFleet(seed: UInt64(seed), nodes: 22, isMixed: false)
            let plain = try Side(random.nodes) { ReferenceEngine(cluster: $0) }
            let laned = try Side(random.nodes) { IndexedEngine(cluster: $0, threads: 2, threadedFrom: 1, lanesFrom: 1) }
            var generator = SeededGenerator(seed: UInt64(seed))
            var residents: [(ResidentID, ResidentID)] = []
            for round in 0..<4 {
                var pods: [Pod] = []
                while pods.count < 60 {
                    let pod = random.pod(named: "p\(round)-\(pods.count)")
                    let asked = try laned.requestClass(pod)
                    // What is not for lanes would leave the round to one lane as a whole.
                    if asked.traits.isIndependent && !laned.fleet.catalog[asked.traits.vendor!].hasResidentEffects {
                        pods.append(pod)
                    }
                }
                let expected = plain.driver.place(try pods.map { Int32(try plain.requestClass($0).id) })
                let found = laned.driver.place(try pods.map { Int32(try laned.requestClass($0).id) })
                #expect(expected.map(\.node) == found.map(\.node), "seed \(seed), round \(round)")
                refused += expected.count { !$0.isPlaced }
                residents += zip(expected, found).filter { $0.0.isPlaced }.map { ($0.0.resident, $0.1.resident) }
                let leaving = residents.count / 3
                for _ in 0..<leaving {
                    let (first, second) = residents.remove(at: generator.int(0...residents.count - 1))
                    plain.fleet.remove(first)
                    laned.fleet.remove(second)
                }
            }
            roundsInLanes += (laned.engine as? IndexedEngine)?.roundsInLanes ?? 0
        }
        #expect(roundsInLanes > 20)
        #expect(refused > 200)
    }
}
