import DecisionExplanations
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// Preemption's choice as a question to the fleet.
@Suite struct PreemptionTests {
    private typealias Batch = ManifestBatch

    private static func running(_ name: String, on node: String, cpu: Int, priority: Int, label: String = "") -> String
    {
        Batch.pod(
            name, metadata: label.isEmpty ? "" : "labels: {app: \(label)}",
            spec: "nodeName: \(node), priority: \(priority)", container: "resources: {requests: {cpu: \(cpu)}}",
            status: "phase: Running")
    }

    private static func explain(_ manifests: String, _ pod: String) throws -> PodExplanation {
        let session = PlacementSession(
            PlacementInput(Array(manifests.utf8), source: "m.yaml"), catalog: try VendorCatalog(),
            options: PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000)))
        return try session.explain(.name(pod))
    }

    private static let cluster =
        Batch.node("a", cpu: 4) + Batch.node("b", cpu: 4) + running("a1", on: "a", cpu: 2, priority: 3)
        + running("a2", on: "a", cpu: 2, priority: 1) + running("b1", on: "b", cpu: 4, priority: 2, label: "web")

    /// The victims matter least, and what was placed before in the queue is there.
    @Test func theLeastImportantGo() throws {
        let wanted = Batch.pod("new", spec: "priority: 9", container: "resources: {requests: {cpu: 2}}")
        let explanation = try Self.explain(Self.cluster + wanted, "new")
        #expect(explanation.notes.contains("preemption: evicting default/a2 would make room on a"))
        #expect(explanation.message == "0/2 nodes are available: 2 Insufficient cpu")
        let large = Batch.pod("new", spec: "priority: 9", container: "resources: {requests: {cpu: 4}}")
        #expect(
            try Self.explain(Self.cluster + large, "new").notes.contains(
                "preemption: evicting default/b1 would make room on b"))
    }

    @Test func budgetsAreSpared() throws {
        let budget = """
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web}
            spec: {selector: {matchLabels: {app: web}}}
            status: {disruptionsAllowed: 0}

            """
        let wanted = Batch.pod("new", spec: "priority: 9", container: "resources: {requests: {cpu: 4}}")
        #expect(
            try Self.explain(Self.cluster + budget + wanted, "new").notes.contains(
                "preemption: evicting default/a1, default/a2 would make room on a"))
    }

    @Test func nobodyHelps() throws {
        let huge = Batch.pod("new", spec: "priority: 9", container: "resources: {requests: {cpu: 5}}")
        #expect(
            try Self.explain(Self.cluster + huge, "new").notes.contains {
                $0.hasSuffix("preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.")
            })
        let never = Batch.pod(
            "new", spec: "priority: 9, preemptionPolicy: Never", container: "resources: {requests: {cpu: 2}}")
        #expect(
            try Self.explain(Self.cluster + never, "new").notes.contains {
                $0.hasSuffix("not eligible due to preemptionPolicy=Never.")
            })
        // Who matters no more than those that run evicts nobody, and nothing is said.
        let equal = Batch.pod("new", spec: "priority: 1", container: "resources: {requests: {cpu: 2}}")
        #expect(try Self.explain(Self.cluster + equal, "new").notes.isEmpty)
    }

    /// HAMi has no say in preemption: where it alone refuses, no victim is found.
    @Test func devicesAreNotFreedByEvictions() throws {
        let holder = Batch.pod(
            "holder", metadata: Batch.holds("GPU-a", 8000, node: "a"), spec: "nodeName: a, priority: 0",
            container: Batch.gpu(8000), status: "phase: Running")
        let explanation = try Self.explain(
            Batch.node("a") + holder + Batch.pod("new", spec: "priority: 9", container: Batch.gpu(8000)), "new")
        #expect(explanation.notes.contains { $0.contains("expected at least one victim pod on node \"a\"") })
    }
}
