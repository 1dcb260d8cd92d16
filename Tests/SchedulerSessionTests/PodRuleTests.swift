import ClusterRules
import PlacementEngine
import PlacementModel
import PlacementPolicies
import SchedulerSession
import Testing
import VendorCatalog

/// Pods with rules over other pods, placed through the whole session.
@Suite struct PodRules {
    /// A random fleet with zones and racks, some nodes with a card, and pods of a few kinds, some of which run already.
    struct RandomBatch {
        var nodes: [Node] = []
        var pods: [Pod] = []
        private var state: UInt64

        init(seed: UInt64, nodes nodeCount: Int, pods podCount: Int) {
            state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
            for row in 0..<nodeCount { nodes.append(node(row)) }
            let kinds = (0..<9).map { kind($0) }
            for number in 0..<podCount {
                var pod = kinds[below(kinds.count)]
                pod.metadata.name = "p\(number)"
                if below(6) == 0 {
                    pod.nodeName = nodes[below(nodes.count)].name
                    pod.phase = .running
                }
                pods.append(pod)
            }
        }

        private mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }

        private mutating func node(_ row: Int) -> Node {
            var metadata = ObjectMeta(name: "n\(row)", labels: ["host": "n\(row)"])
            if below(8) > 0 { metadata.labels["zone"] = "z\(below(4))" }
            if below(2) == 0 {
                metadata.annotations["hami.io/node-nvidia-register"] =
                    #"[{"id":"GPU-\#(row)","count":4,"devmem":8000,"devcore":100,"type":"NVIDIA A10","mode":"hami-core","health":true}]"#
            }
            let offered = [
                "cpu": Quantity(integer: 4), "memory": Quantity(integer: 1 << 34), "pods": Quantity(integer: 6),
            ]
            return Node(metadata: metadata, capacity: offered, allocatable: offered)
        }

        private mutating func kind(_ number: Int) -> Pod {
            var container = Container(name: "main", requests: ["cpu": Quantity(integer: 1)])
            if below(3) == 0 { container.limits = ["nvidia.com/gpu": Quantity(integer: 1)] }
            var pod = Pod(metadata: ObjectMeta(name: "", labels: ["app": "a\(below(4))"]), containers: [container])
            if below(4) == 0 { pod.metadata.annotations["hami.io/node-scheduler-policy"] = "spread" }
            let selector = LabelSelector(matchLabels: ["app": "a\(below(4))"])
            let key = ["zone", "host"][below(2)]
            switch number % 5 {
            case 0: pod.scheduling.antiAffinity = [PodAffinityTerm(selector: selector, topologyKey: key)]
            case 1: pod.scheduling.affinity = [PodAffinityTerm(selector: selector, topologyKey: key)]
            case 2:
                pod.scheduling.spread = [
                    TopologySpreadConstraint(maxSkew: 1, topologyKey: key, selector: selector)
                ]
            case 3: pod.scheduling.hostPorts = [HostPort(port: Int32(80 + below(2)))]
            default: break
            }
            return pod
        }

        func reports(_ engine: SessionEngine, _ policy: PlacementPolicy? = nil) throws -> [PodReport] {
            let input = PlacementInput(
                nodes: nodes.map { .init($0, source: "n") }, pods: pods.map { .init($0, source: "p") })
            var options = PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000, redaction: "<time>"))
            options.engine = engine
            options.policy = policy
            let session = PlacementSession(input, catalog: try VendorCatalog(), options: options)
            var reports: [PodReport] = []
            session.placeAll { reports.append($0) }
            return reports
        }
    }

    @Test("Policies keep the rules in both engines", arguments: PlacementPolicy.all, 0..<6)
    func policiesAgree(policy: PlacementPolicy, seed: Int) throws {
        let batch = RandomBatch(seed: UInt64(seed), nodes: 6 + seed * 3, pods: 60 + seed * 12)
        let reference = try batch.reports(.reference, policy)
        let indexed = try batch.reports(.indexed, policy)
        #expect(reference.map(\.pod) == indexed.map(\.pod) && reference.contains { $0.verdict.word == "placed" })
        for (left, right) in zip(reference, indexed) {
            #expect(left.verdict == right.verdict, "\(left.pod)")
        }
    }

    @Test("The index decides as the reference does, and no decision breaks a rule", arguments: 0..<16)
    func enginesAgree(seed: Int) throws {
        let batch = RandomBatch(seed: UInt64(seed), nodes: 6 + seed * 3, pods: 60 + seed * 12)
        let reference = try batch.reports(.reference)
        let indexed = try batch.reports(.indexed)
        #expect(reference.count == indexed.count)
        for (left, right) in zip(reference, indexed) {
            #expect(left.verdict == right.verdict, "\(left.pod)")
        }
        // kube-scheduler's filters in their plain form look at every decision.
        var state = ClusterState(nodes: batch.nodes)
        for pod in batch.pods where !pod.nodeName.isEmpty { state.add(PodFacts(pod)) }
        let queue = batch.pods.filter { $0.nodeName.isEmpty }
        #expect(queue.count == reference.count)
        var (placed, rejected) = (0, 0)
        for (pod, report) in zip(queue, reference) {
            var facts = pod
            // What HAMi's devices ask is not kube-scheduler's to check.
            facts.containers[0].limits = [:]
            let attempt = state.attempt(PodFacts(facts), preempts: false)
            switch report.verdict {
            case .placed(let placement):
                placed += 1
                #expect(attempt.feasible.contains(placement.node), "\(report.pod) on \(placement.node)")
                facts.nodeName = placement.node
                state.add(PodFacts(facts))
            case .rejected:
                rejected += 1
                if pod.containers[0].limits.isEmpty { #expect(attempt.feasible.isEmpty, "\(report.pod)") }
            default: Issue.record("\(report.pod): \(report.verdict)")
            }
        }
        #expect(placed > 10 && rejected > 0)
    }

    private static func onePerHost(_ name: String) -> String {
        """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), labels: {app: web}}
        spec:
          affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
            {topologyKey: host, labelSelector: {matchLabels: {app: web}}}]}}
          containers: [{name: main, resources: {requests: {cpu: 1}}}]

        """
    }

    @Test func antiAffinityIsKeptAndSaid() throws {
        let batch = try ManifestBatch(
            ManifestBatch.node("n1") + ManifestBatch.node("n2") + Self.onePerHost("a") + Self.onePerHost("b")
                + Self.onePerHost("c"))
        #expect(Set([batch.outcome("a"), batch.outcome("b")]) == ["n1", "n2"])
        #expect(
            batch.outcome("c")
                == "rejected 0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules")
        #expect(batch.reports["default/a"]?.notConsidered.isEmpty == true)
    }

    @Test func claimsThatTheInputDoesNotTellOfAreNamed() throws {
        let pod = """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            spec:
              volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
              containers: [{name: main}]

            """
        let unknown = try ManifestBatch(ManifestBatch.node("n1") + pod)
        #expect(unknown.outcome("p") == "n1")
        #expect(unknown.reports["default/p"]?.notConsidered == ["spec.volumes[0].persistentVolumeClaim"])
        let other = """
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: other}

            """
        let known = try ManifestBatch(ManifestBatch.node("n1") + pod + other)
        #expect(
            known.outcome("p")
                == "rejected 0/1 nodes are available: 1 persistentvolumeclaim \"data\" not found")
        #expect(known.reports["default/p"]?.notConsidered.isEmpty == true)
    }

    @Test func aPodWithResourceClaimsIsNotPlacedSilently() throws {
        let batch = try ManifestBatch(
            ManifestBatch.node("n1") + """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  resourceClaims: [{name: gpu, resourceClaimName: gpu}]
                  containers: [{name: main}]

                """)
        #expect(batch.outcome("p") == "rejected 0/1 nodes are available: 1 resource claims are not weighed")
    }
}
