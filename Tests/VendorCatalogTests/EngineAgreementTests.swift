import BulkJSON
import FleetTestSupport
import Foundation
@testable import PlacementEngine
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

    /// What pods may share.
    private enum Sharing {
        /// Nodes of several vendors, quotas, pods of every kind.
        case everything
        /// Plain nodes of one vendor, no quotas, pods that leave usage alone there: rounds fall into lanes.
        case nothing
    }

    private static let nodeCount = 24
    /// Nodes that join while pods run, two after every round.
    private static let lateNodes = 10

    private static func node(_ number: Int, of random: RandomFleet) -> Node {
        var node = random.nodes[number]
        node.metadata.labels["zone"] = "z\(number % 3)"
        node.allocatable["cpu"] = Quantity(integer: Int64(8 + number % 5 * 8))
        if number % 11 == 7 { node.taints = [Taint(key: "dedicated", value: "batch", effect: .noSchedule)] }
        if number % 13 == 5 { node.isUnschedulable = true }
        return node
    }

    private static func fleet(
        _ random: RandomFleet, profile: CompatibilityProfile, _ sharing: Sharing, hasQuotas: Bool
    ) throws -> Fleet {
        let cluster = Fleet(catalog: try VendorCatalog(), profile: profile, order: .asRegistered, parser: JSONParser())
        for number in 0..<nodeCount - (sharing == .everything ? lateNodes : 0) {
            let row = cluster.register(node(number, of: random), now: SmallFleet.now).row
            let isPure =
                cluster.table.nodeWords[row].nonzeroBitCount == 1 && cluster.table.nodeFlags[row].contains(.plain)
            if sharing == .nothing && !isPure { cluster.table.removeNode(row) }
        }
        if sharing == .nothing || !hasQuotas { return cluster }
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

    /// What happens to nodes between rounds: some join, one changes its taints and labels, one leaves with its pods.
    private static func changeNodes(
        of cluster: Fleet, after round: Int, _ random: inout RandomFleet, joined: inout Int,
        _ residents: inout [(id: ResidentID, node: Int)]
    ) {
        for _ in 0..<min(2, nodeCount - joined) {
            _ = cluster.register(node(joined, of: random), now: SmallFleet.now)
            joined += 1
        }
        let changed = random.index(below: cluster.table.nodeRowCount)
        if cluster.table.nodeFlags[changed].contains(.alive) {
            var node = cluster.table.nodes[changed]
            node.metadata.labels["zone"] = "z\(round % 4)"
            node.taints = round % 3 == 0 ? [Taint(key: "dedicated", value: "x", effect: .noSchedule)] : []
            node.isUnschedulable = false
            cluster.table.updateNode(changed, to: node, ignoredResources: cluster.catalog.managedResources)
        }
        guard round % 4 == 3 else { return }
        let leaving = random.index(below: cluster.table.nodeRowCount)
        for resident in residents where resident.node == leaving { cluster.remove(resident.id) }
        residents.removeAll { $0.node == leaving }
        if cluster.table.nodeFlags[leaving].contains(.alive) { cluster.table.removeNode(leaving) }
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

    private static func isForLanes(_ requestClass: RequestClass, _ cluster: Fleet) -> Bool {
        guard requestClass.traits.isIndependent, let vendor = requestClass.traits.vendor else { return false }
        return requestClass.traits.scan != nil || !cluster.catalog[vendor].hasResidentEffects
    }

    private static func outcomes(
        seed: Int, profile: CompatibilityProfile, _ sharing: Sharing = .everything,
        _ make: (Fleet) -> any PlacementEngine
    ) throws -> [String] {
        var random = RandomFleet(seed: UInt64(seed), nodes: nodeCount)
        let cluster = try fleet(random, profile: profile, sharing, hasQuotas: seed % 2 == 0)
        var joined = cluster.table.nodeRowCount
        let engine = make(cluster)
        var lines: [String] = []
        var residents: [(id: ResidentID, node: Int)] = []
        for round in 0..<12 {
            var classIDs: [Int32] = []
            for number in 0..<16 {
                var pod = try pod(&random, "p\(round)-\(number)")
                guard AdmissionWebhook().review(&pod, cluster: cluster).isAllowed else { continue }
                let requests = cluster.catalog.requests(of: pod, state: cluster.state)
                let key = try cluster.classKey(of: pod, requests: requests, defaults: SchedulingDefaults())
                let requestClass = cluster.requestClass(key)
                if sharing == .nothing && !isForLanes(requestClass, cluster) { continue }
                let id = Int32(requestClass.id)
                // Equal pods in a row are what the index is for.
                classIDs += Array(repeating: id, count: 1 + number % 3)
            }
            var result = RoundResult()
            classIDs.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            for outcome in result.outcomes {
                let devices = result.devices(of: outcome).map { "\($0.device):\($0.memoryMiB)/\($0.cores)" }
                lines.append(
                    "round \(round) node \(outcome.node) resident \(outcome.resident) "
                        + devices.joined(separator: " "))
                if outcome.isPlaced { residents.append((outcome.resident, Int(outcome.node))) }
            }
            for _ in 0..<residents.count / 3 {
                cluster.remove(residents.remove(at: random.index(below: residents.count)).id)
            }
            if sharing == .everything { changeNodes(of: cluster, after: round, &random, joined: &joined, &residents) }
            #expect(cluster.table.brokenInvariant() == nil, "seed \(seed) round \(round)")
        }
        return lines
    }

    // The named seeds once showed a stale tree under a quota.
    @Test(arguments: Array(seeds) + [55, 157, 187]) func decisionsAreEqual(_ seed: Int) throws {
        for profile in CompatibilityProfile.all {
            let reference = try Self.outcomes(seed: seed, profile: profile) { ReferenceEngine(cluster: $0) }
            let others: [(name: String, make: (Fleet) -> any PlacementEngine)] = [
                ("indexed", { IndexedEngine(cluster: $0) }),
                ("indexed, 2 threads", { IndexedEngine(cluster: $0, threads: 2, threadedFrom: 1) }),
                ("reference, 2 threads", { ReferenceEngine(cluster: $0, threads: 2, threadedFrom: 1) }),
            ]
            for other in others {
                let lines = try Self.outcomes(seed: seed, profile: profile, .everything, other.make)
                #expect(reference.count == lines.count)
                if let first = zip(reference, lines).first(where: { $0 != $1 }) {
                    Issue.record("seed \(seed) \(profile.name): reference \(first.0), \(other.name) \(first.1)")
                }
            }
        }
    }

    /// Rounds whose pods share nothing are decided by several threads at a time, to the last resident number.
    @Test func lanesDecideAsOneThread() throws {
        let profile = CompatibilityProfile.hami2_10_0
        var roundsInLanes = 0
        for seed in Self.seeds {
            let reference = try Self.outcomes(seed: seed, profile: profile, .nothing) { ReferenceEngine(cluster: $0) }
            var engine: IndexedEngine?
            let lines = try Self.outcomes(seed: seed, profile: profile, .nothing) {
                let made = IndexedEngine(cluster: $0, threads: 2, threadedFrom: 1, lanesFrom: 1)
                engine = made
                return made
            }
            #expect(reference == lines, "seed \(seed)")
            roundsInLanes += try #require(engine).roundsInLanes
        }
        #expect(roundsInLanes > Self.seeds.count, "few rounds fell into lanes: \(roundsInLanes)")
    }
}
