import Foundation
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// What the API server does to a pod that is created: refuses it, or fills in what other objects say.
@Suite("Pods as the API server makes them") struct CreationTests {
    private typealias Batch = ManifestBatch

    /// Pods with what the API server's own validation says to them, null where it takes them.
    @Test func refusedPodsAreInvalidInItsWords() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "RefusedPods/refused.jsonl")
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        for line in lines {
            let value = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let pod = try #require(value["pod"] as? [String: Any])
            let manifest = pod.merging(["kind": "Pod", "apiVersion": "v1"]) { $1 }
            let session = PlacementSession(
                PlacementInput(Array(try JSONSerialization.data(withJSONObject: manifest)), source: "p.json"),
                catalog: try VendorCatalog(), options: PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000)))
            var refused: String?
            session.placeAll { if case .invalid(let text) = $0.verdict { refused = text } }
            #expect(refused == value["refused"] as? String, "\(session.queue.first?.pod.metadata.name ?? "no pod")")
            #expect(session.queue.count == 1)
        }
        #expect(lines.count == 52)
    }

    /// The same rule's other halves, which no recorded case shows.
    @Test(arguments: [
        (
            "resources: {limits: {cpu: 1}}", "resources: {limits: {cpu: 2}}",
            "spec.resources.containers[0][cpu].limits: Invalid value: \"2\": must be less than or equal to pod limits of 1"
        ),
        ("resources: {limits: {cpu: 2}}", "resources: {limits: {cpu: 2}}", nil),
        (
            "resources: {limits: {cpu: 1, hugepages-2Mi: 2Mi}}",
            "resources: {limits: {cpu: 1, hugepages-2Mi: 2Mi}}}, {name: d, resources: {limits: {cpu: 1, hugepages-2Mi: 2Mi}}",
            "spec.resources.limits[hugepages-2Mi]: Invalid value: \"2Mi\": must be greater than or equal to aggregate "
                + "container limits of 4Mi"
        ),
        (
            "resources: {requests: {memory: 1Gi}}", "resources: {requests: {memory: 1536Mi}}",
            "spec.resources.requests[memory]: Invalid value: \"1Gi\": must be greater than or equal to aggregate "
                + "container requests of 1536Mi"
        ),
        (
            "resources: {requests: {memory: 1G}}", "resources: {requests: {memory: 1500M}}",
            "spec.resources.requests[memory]: Invalid value: \"1G\": must be greater than or equal to aggregate "
                + "container requests of 1500M"
        ),
    ])
    func containersKeepWithinTheirPod(_ pod: String, _ container: String, _ wanted: String?) throws {
        let manifest = "kind: Pod\nmetadata: {name: p}\nspec: {\(pod), containers: [{name: c, \(container)}]}\n"
        let session = PlacementSession(
            PlacementInput(Array(manifest.utf8), source: "p.yaml"), catalog: try VendorCatalog(),
            options: PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000)))
        var refused: String?
        session.placeAll { if case .invalid(let text) = $0.verdict { refused = text } }
        if let wanted {
            #expect(refused?.contains(wanted) == true, "\(refused ?? "taken")")
        } else {
            #expect(refused == nil)
        }
    }

    private static func pod(_ name: String, _ spec: String, labels: String = "", uid: String = "") -> Pod? {
        let text =
            Batch.pod(name, metadata: "uid: \"\(uid)\", labels: {\(labels)}", spec: spec) + """
                ---
                {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000, preemptionPolicy: Never}
                ---
                {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: usual}, value: 7, globalDefault: true}
                ---
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: sandbox}
                overhead: {podFixed: {cpu: 250m}}
                scheduling: {nodeSelector: {sandbox: "yes"}, tolerations: [{key: sandbox, operator: Exists}]}

                """
        return PlacementInput(Array(text.utf8), source: "m.yaml").pods.first?.pod
    }

    @Test func prioritiesComeFromTheirClass() throws {
        #expect(Self.pod("p", "priorityClassName: high")?.scheduling.priority == 1000)
        #expect(Self.pod("p", "priorityClassName: high")?.scheduling.neverPreempts == true)
        #expect(Self.pod("p", "priorityClassName: system-node-critical")?.scheduling.priority == 2_000_001_000)
        #expect(Self.pod("p", "restartPolicy: Never")?.scheduling.priority == 7)
        #expect(Self.pod("p", "priority: 3, priorityClassName: high")?.scheduling.priority == 3)
        // A pod that is there stands as it is stored.
        #expect(Self.pod("p", "restartPolicy: Never", uid: "u")?.scheduling.priority == 0)
        let batch = try Batch(
            Batch.node("a") + Batch.pod("p", spec: "priorityClassName: none") + """
                ---
                {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}

                """)
        #expect(
            batch.outcome("p").hasPrefix("invalid spec.priorityClassName: Forbidden: no PriorityClass with name none"))
    }

    @Test func runtimeClassesAddToTheirPods() throws {
        let pod = try #require(Self.pod("p", "runtimeClassName: sandbox, nodeSelector: {disk: ssd}"))
        #expect(pod.overhead.mapValues(\.canonical) == ["cpu": "250m"])
        #expect(pod.nodeSelector == ["disk": "ssd", "sandbox": "yes"])
        #expect(pod.tolerations.map(\.key) == ["sandbox"])
        #expect(
            Self.pod("p", "runtimeClassName: sandbox, nodeSelector: {sandbox: \"no\"}")?.scheduling.refusals.count == 1)
        #expect(Self.pod("p", "runtimeClassName: sandbox", uid: "u")?.overhead.isEmpty == true)
    }

    /// The overhead counts, for each pod of the template.
    @Test func overheadIsAsked() throws {
        let runtime = """
            ---
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: {name: sandbox}
            overhead: {podFixed: {cpu: "1"}}

            """
        let cpu = "resources: {requests: {cpu: 1}}"
        let batch = try Batch(
            runtime + Batch.node("a", cpu: 3) + Batch.pod("plain", container: cpu)
                + Batch.pod("one", spec: "runtimeClassName: sandbox", container: cpu)
                + Batch.pod("two", spec: "runtimeClassName: sandbox", container: cpu))
        #expect(batch.outcome("one") == "a")
        #expect(batch.outcome("two") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
    }

    /// A rollout's pods keep apart by the hash of their template: pods of another one do not count.
    @Test(arguments: [("matchLabelKeys", "b"), ("mismatchLabelKeys", "a")])
    func labelKeysAreMerged(key: String, node: String) throws {
        func pod(_ name: String, _ hash: String) -> String {
            Batch.pod(
                name, metadata: "labels: {app: web, hash: \"\(hash)\"}",
                spec: """
                    affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [\
                    {topologyKey: host, labelSelector: {matchLabels: {app: web}}, \(key): [hash]}]}}
                    """)
        }
        let batch = try Batch(
            Batch.node("a") + Batch.node("b") + pod("old", "1") + pod("same", "1") + pod("other", "2"))
        #expect(batch.outcome("old") == "a")
        #expect(batch.outcome("same") == node)
        #expect(batch.outcome("other") == (key == "matchLabelKeys" ? "a" : "b"))
    }
}
