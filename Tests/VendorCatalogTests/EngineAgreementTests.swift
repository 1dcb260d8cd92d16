import FleetTestSupport
import Foundation
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// The indexed engine decides as the reference does, on random fleets of every device type: selectors, taints, quotas and
/// departures included, whatever the number of threads.
@Suite struct EngineAgreementTests {
    /// Seeds tried; `BERTH_AGREEMENT_SEEDS=200` widens the search.
    private static let seeds =
        1...(ProcessInfo.processInfo.environment["BERTH_AGREEMENT_SEEDS"].flatMap(Int.init) ?? 10)

    private static func fleet(_ random: inout RandomFleet, profile: CompatibilityProfile) throws -> Cluster {
        let cluster = Cluster(catalog: try VendorCatalog(), profile: profile)
        for (number, node) in random.nodes.enumerated() {
            var node = node
            node.metadata.labels["zone"] = "z\(number % 3)"
            node.allocatable["cpu"] = Quantity(integer: Int64(8 + number % 5 * 8))
            if number % 11 == 7 { node.taints = [Taint(key: "dedicated", value: "batch", effect: .noSchedule)] }
            if number % 13 == 5 { node.isUnschedulable = true }
            cluster.register(node, now: Fleet.now)
        }
        let limits = [
            "limits.nvidia.com/gpumem": 60_000, "limits.nvidia.com/gpucores": 900,
            "limits.cambricon.com/mlu.smlu.vmemory": 300,
        ]
        cluster.quotas.add(
            ResourceQuota(
                metadata: ObjectMeta(name: "q", namespace: "limited"),
                hard: limits.mapValues { Quantity(integer: Int64($0)) }))
        return cluster
    }

    private static func pod(_ random: inout RandomFleet, _ name: String) throws -> Pod {
        var pod = random.pod(named: name)
        if random.chance(oneIn: 4) { pod.nodeSelector = ["zone": "z\(random.index(below: 4))"] }
        if random.chance(oneIn: 5) { pod.tolerations = [Toleration(operator: .exists)] }
        if random.chance(oneIn: 5) { pod.metadata.namespace = "limited" }
        if random.chance(oneIn: 3) {
            pod.containers[0].requests["cpu"] = try Quantity(parsing: "\(1 + random.index(below: 6))")
        }
        return pod
    }

    private static func outcomes(
        seed: Int, profile: CompatibilityProfile, _ make: (Cluster) -> any PlacementEngine
    ) throws -> [String] {
        var random = RandomFleet(seed: UInt64(seed), nodes: 24)
        let cluster = try fleet(&random, profile: profile)
        let engine = make(cluster)
        var lines: [String] = []
        var residents: [ResidentID] = []
        for round in 0..<12 {
            var classIDs: [Int32] = []
            for number in 0..<16 {
                var pod = try pod(&random, "p\(round)-\(number)")
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
            #expect(cluster.table.brokenInvariant() == nil, "seed \(seed) round \(round)")
        }
        return lines
    }

    // The named seeds once showed a stale tree under a quota.
    @Test(arguments: Array(seeds) + [55, 157, 187]) func decisionsAreEqual(_ seed: Int) throws {
        for profile in CompatibilityProfile.all {
            let reference = try Self.outcomes(seed: seed, profile: profile) { ReferenceEngine(cluster: $0) }
            let others: [(name: String, make: (Cluster) -> any PlacementEngine)] = [
                ("indexed", { IndexedEngine(cluster: $0) }),
                ("indexed, 2 threads", { IndexedEngine(cluster: $0, threads: 2, threadedFrom: 1) }),
                ("reference, 2 threads", { ReferenceEngine(cluster: $0, threads: 2, threadedFrom: 1) }),
            ]
            for other in others {
                let lines = try Self.outcomes(seed: seed, profile: profile, other.make)
                #expect(reference.count == lines.count)
                if let first = zip(reference, lines).first(where: { $0 != $1 }) {
                    Issue.record("seed \(seed) \(profile.name): reference \(first.0), \(other.name) \(first.1)")
                }
            }
        }
    }
}
