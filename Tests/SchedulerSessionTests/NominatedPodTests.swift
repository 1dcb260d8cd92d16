import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing

/// Room that pods leave for others which are nominated to a node.
@Suite struct NominatedPods {
    private typealias Batch = ManifestBatch

    private static func pod(_ name: String, cpu: Int, priority: Int = 0, nominated: String = "", spec: String = "")
        -> String
    {
        Batch.pod(
            name, spec: "priority: \(priority)" + (spec.isEmpty ? "" : ", " + spec),
            container: "resources: {requests: {cpu: \(cpu)}}",
            status: nominated.isEmpty ? "" : "nominatedNodeName: \(nominated)")
    }

    /// Pods that matter no more leave room on the node; those that matter more do not, and the pod itself takes it.
    @Test(arguments: SessionEngine.allCases)
    func roomIsKept(engine: SessionEngine) throws {
        let batch = try Batch(
            Batch.node("a", cpu: 4)
                + Self.pod("small", cpu: 1) + Self.pod("equal", cpu: 2, priority: 9)
                + Self.pod("more", cpu: 1, priority: 10)
                + Self.pod("waiting", cpu: 2, priority: 9, nominated: "a") + Self.pod("late", cpu: 1)
        ) { $0.engine = engine }
        #expect(batch.outcome("small") == "a")
        #expect(batch.outcome("equal") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
        #expect(batch.outcome("more") == "a")
        #expect(batch.outcome("waiting") == "a")
        #expect(batch.notes("waiting").first == "it is nominated to a, which takes it")
        #expect(batch.outcome("late") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
    }

    /// A pod that was refused for the room of another fits once that one runs elsewhere.
    @Test func roomIsFreeAgain() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 2) + Batch.node("b", cpu: 8)
                + Self.pod("first", cpu: 2, spec: "nodeSelector: {host: a}")
                + Self.pod("waiting", cpu: 2, priority: 9, nominated: "a", spec: "nodeSelector: {host: b}")
                + Self.pod("second", cpu: 2, spec: "nodeSelector: {host: a}"))
        #expect(
            batch.outcome("first")
                == "rejected 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node selector")
        // The node it is nominated to does not take it: all are looked at.
        #expect(batch.outcome("waiting") == "b")
        #expect(batch.notes("waiting").isEmpty)
        #expect(batch.outcome("second") == "a")
    }

    /// The nominated node is taken though another one comes first.
    @Test func theNominatedNodeComesFirst() throws {
        let batch = try Batch(
            Batch.node("a") + Batch.node("b") + Self.pod("waiting", cpu: 2, nominated: "b")
                + Self.pod("unknown", cpu: 2, nominated: "gone"))
        #expect(batch.outcome("waiting") == "b")
        #expect(batch.outcome("unknown") == "a")
    }

    /// Ports, anti-affinity and affinity see nominated pods as if they were there; a pod has to do with and without them.
    @Test func rulesSeeNominatedPods() throws {
        func term(_ kind: String, _ app: String) -> String {
            "affinity: {\(kind): {requiredDuringSchedulingIgnoredDuringExecution: "
                + "[{topologyKey: host, labelSelector: {matchLabels: {app: \(app)}}}]}}"
        }
        func waiting(_ name: String, spec: String = "priority: 5", container: String = "") -> String {
            Batch.pod(
                name, metadata: "labels: {app: \(name)}", spec: spec, container: container,
                status: "nominatedNodeName: a")
        }
        let port = "ports: [{containerPort: 80, hostPort: 80}]"
        let batch = try Batch(
            Batch.node("a") + Batch.pod("port", container: port)
                + Batch.pod("away", spec: term("podAntiAffinity", "apart"))
                + Batch.pod("near", spec: term("podAffinity", "apart"))
                + waiting("apart", container: port))
        #expect(
            batch.outcome("port")
                == "rejected 0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports")
        #expect(
            batch.outcome("away") == "rejected 0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules")
        // The nominated pod may never come: it is nobody's company yet.
        #expect(batch.outcome("near") == "rejected 0/1 nodes are available: 1 node(s) didn't match pod affinity rules")
        #expect(batch.outcome("apart") == "a")
    }
}
