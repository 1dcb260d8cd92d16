import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing

/// Pods that run hold what they hold, be there so much or not; that there is not is said.
@Suite struct OvercommitTests {
    private typealias Batch = ManifestBatch

    @Test func nodesThatHoldTooMuchAreNamed() throws {
        func running(_ name: String, cpu: Int) -> String {
            Batch.pod(
                name, metadata: Batch.holds("GPU-a", 7000, node: "a"), spec: "nodeName: a",
                container: "resources: {requests: {cpu: \(cpu)}, limits: {nvidia.com/gpu: 1, nvidia.com/gpumem: 7000}}",
                status: "phase: Running")
        }
        let batch = try Batch(
            Batch.node("a", cpu: 4) + running("one", cpu: 3) + running("two", cpu: 3)
                + Batch.pod("waits", container: "resources: {requests: {cpu: 1}}"))
        #expect(
            batch.problems == [
                "m.yaml: Node a: status.allocatable[\"cpu\"]: the pods that run hold 2000 thousandths of a CPU more than "
                    + "there is; all of them count",
                "m.yaml: Node a: device GPU-a: the pods that run hold 14000 of 8000 MiB; all of them count",
            ])
        #expect(batch.session.residentPods == 2 && batch.session.refusedPods == 0)
        #expect(batch.outcome("waits") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
        let enough = try Batch(Batch.node("a", cpu: 4) + running("one", cpu: 4))
        #expect(enough.problems.isEmpty)
    }
}
