import FleetTestSupport
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// The indexed engine decides as the reference does, on random fleets of every device type.
@Suite struct EngineAgreementTests {
    private static func outcomes(
        seed: Int, profile: CompatibilityProfile, _ make: (Cluster) -> any PlacementEngine
    ) throws -> [String] {
        var random = RandomFleet(seed: UInt64(seed), nodes: 24)
        let cluster = Cluster(catalog: try VendorCatalog(), profile: profile)
        for node in random.nodes { cluster.register(node, now: Fleet.now) }
        let engine = make(cluster)
        var lines: [String] = []
        var residents: [ResidentID] = []
        for round in 0..<12 {
            var classIDs: [Int32] = []
            for number in 0..<16 {
                var pod = random.pod(named: "p\(round)-\(number)")
                guard AdmissionWebhook().review(&pod, cluster: cluster).isAllowed else { continue }
                let requests = cluster.catalog.requests(of: pod, state: cluster.state)
                let key = try cluster.classKey(of: pod, requests: requests, defaults: SchedulingDefaults())
                let id = Int32(cluster.requestClass(key).id)
                // Equal pods in a row are what the index is for.
                classIDs += Array(repeating: id, count: 1 + number % 3)
            }
            var result = RoundResult()
            classIDs.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            for outcome in result.outcomes {
                let devices = result.devices(of: outcome).map { "\($0.device):\($0.memoryMiB)/\($0.cores)" }
                lines.append("round \(round) node \(outcome.node) " + devices.joined(separator: " "))
                if outcome.isPlaced { residents.append(ResidentID(row: outcome.resident)) }
            }
            for _ in 0..<residents.count / 3 {
                cluster.remove(residents.remove(at: random.index(below: residents.count)))
            }
        }
        return lines
    }

    @Test(arguments: 1...10) func decisionsAreEqual(_ seed: Int) throws {
        for profile in CompatibilityProfile.all {
            let reference = try Self.outcomes(seed: seed, profile: profile) { ReferenceEngine(cluster: $0) }
            let indexed = try Self.outcomes(seed: seed, profile: profile) { IndexedEngine(cluster: $0) }
            #expect(reference.count == indexed.count)
            if let first = zip(reference, indexed).first(where: { $0 != $1 }) {
                Issue.record("seed \(seed) \(profile.name): reference \(first.0), indexed \(first.1)")
            }
        }
    }
}
