import BulkJSON
import FleetTestSupport
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// Reasons counted by kernel and by state are those of the evaluator asked on every node, on random fleets of every device type.
@Suite struct RefusalCounterTests {
    /// Nodes that give each word, and nodes that fit under "fits".
    private static func plainCounts(
        _ requestClass: RequestClass, _ cluster: Fleet, _ evaluator: inout NodeEvaluator
    ) -> [String: Int] {
        var counts: [String: Int] = [:]
        for node in 0..<cluster.table.nodeRowCount {
            if let filter = cluster.firstFailingFilter(requestClass, node: node) {
                counts[filter.word, default: 0] += 1
            } else if evaluator.fits(requestClass, node: node) {
                counts["fits", default: 0] += 1
            } else {
                for word in evaluator.failure().words { counts[word, default: 0] += 1 }
            }
        }
        return counts
    }

    private static func words(_ counts: RefusalCounts) -> [String: Int] {
        var words = ["fits": counts.nodesThatFit, "NodeInsufficientDevice": counts.nodesWithTooFewDevices]
        words["AddResourceUsage failed"] = counts.nodesWithFailedMIG
        for filter in NodeFilter.allCases { words[filter.word] = counts.nodesByFilter[Int(filter.rawValue)] }
        for reason in RejectionReason.allCases { words[reason.word] = counts.nodesByReason[Int(reason.rawValue)] }
        return words.filter { $0.value > 0 }
    }

    @Test(arguments: 1...12) func countsAreEqual(_ seed: Int) throws {
        for profile in CompatibilityProfile.all {
            var random = RandomFleet(seed: UInt64(seed), nodes: 30)
            let cluster = Fleet(
                catalog: try VendorCatalog(), profile: profile, order: .asRegistered, parser: JSONParser())
            for (number, node) in random.nodes.enumerated() {
                var node = node
                if number % 11 == 7 { node.taints = [Taint(key: "dedicated", value: "batch", effect: .noSchedule)] }
                cluster.register(node, now: SmallFleet.now)
            }
            cluster.quotas.add(
                ResourceQuota(
                    metadata: ObjectMeta(name: "q", namespace: "limited"),
                    hard: ["limits.nvidia.com/gpumem": Quantity(integer: 30_000)]))
            var classes: [RequestClass] = []
            for number in 0..<160 {
                var pod = random.pod(named: "p\(number)")
                if random.chance(oneIn: 5) { pod.metadata.namespace = "limited" }
                guard AdmissionWebhook().review(&pod, cluster: cluster).isAllowed else { continue }
                let requests = cluster.catalog.requests(of: pod, state: cluster.state)
                classes.append(
                    cluster.requestClass(
                        try cluster.classKey(of: pod, requests: requests, defaults: SchedulingDefaults())))
            }
            // A fleet in use, so that devices give every reason.
            let engine = ReferenceEngine(cluster: cluster)
            var result = RoundResult()
            classes.map { Int32($0.id) }.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            var counter = RefusalCounter(cluster: cluster)
            var evaluator = NodeEvaluator(cluster: cluster)
            for requestClass in classes {
                let counts = counter.counts(of: requestClass)
                let plain = Self.plainCounts(requestClass, cluster, &evaluator)
                #expect(Self.words(counts) == plain, "seed \(seed) \(profile.name) class \(requestClass.id)")
            }
        }
    }
}
