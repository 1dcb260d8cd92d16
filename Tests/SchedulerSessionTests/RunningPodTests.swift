import Testing

/// What pods of a snapshot hold, and where.
@Suite struct RunningPods {
    private typealias Batch = ManifestBatch
    private static let noMemory = "rejected 0/1 nodes are available: 1 CardInsufficientMemory"

    /// The pod runs on b by its spec and on a by its annotation: CPU is short on b, memory of the card on a.
    @Test func aPodHasTwoHomes() throws {
        let batch = try Batch(
            Batch.node("a") + Batch.node("b")
                + Batch.pod(
                    "moved", metadata: Batch.holds("GPU-a", 7000, node: "a"), spec: "nodeName: b",
                    container: "resources: {limits: {nvidia.com/gpu: 1}, requests: {nvidia.com/gpu: 1, cpu: 60}}",
                    status: "phase: Running")
                + Batch.pod("on-b", spec: "nodeSelector: {host: b}", container: "resources: {requests: {cpu: 10}}")
                + Batch.pod("on-a", spec: "nodeSelector: {host: a}", container: "resources: {requests: {cpu: 10}}")
                + Batch.pod("card-a", spec: "nodeSelector: {host: a}", container: Batch.gpu(2000))
                + Batch.pod("card-b", spec: "nodeSelector: {host: b}", container: Batch.gpu(2000)))
        #expect(batch.outcome("on-b").contains("1 Insufficient cpu"))
        #expect(batch.outcome("on-a") == "a")
        #expect(batch.outcome("card-a").contains("1 CardInsufficientMemory"))
        #expect(batch.outcome("card-b") == "b GPU-b:2000:0")
        #expect(
            batch.problems == [
                "m.yaml: Pod default/moved: metadata.annotations[\"hami.io/vgpu-node\"]: it is a, but the pod runs on b: "
                    + "devices count on a, CPU, memory and its slot on b"
            ])
        #expect(batch.session.residentPods == 1)
    }

    /// Neither home is lost because the other is unknown.
    @Test func oneHomeOfTwoIsKnown() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 4)
                + Batch.pod(
                    "bound", metadata: Batch.holds("GPU-x", 7000, node: "x"), spec: "nodeName: a",
                    container: "resources: {requests: {cpu: 3}}")
                + Batch.pod("reserved", metadata: Batch.holds("GPU-a", 7000, node: "a"), spec: "nodeName: y")
                + Batch.pod("cpu", container: "resources: {requests: {cpu: 2}}")
                + Batch.pod("card", container: Batch.gpu(2000)))
        #expect(batch.outcome("cpu") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
        #expect(batch.outcome("card") == Self.noMemory)
        #expect(batch.problems.count == 2)
        #expect(batch.problems.first?.contains("x is not in the fleet; the devices") == true)
        #expect(batch.problems.last?.contains("y, which is not in the fleet; only its devices are counted") == true)
    }

    /// An allocation that cannot be read costs the devices, not the CPU that kube-scheduler counts.
    @Test func aBadAllocationLeavesTheRest() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 4)
                + Batch.pod(
                    "bad",
                    metadata: "annotations: {hami.io/vgpu-node: a, hami.io/vgpu-devices-allocated: \"GPU-a,NVIDIA:;\"}",
                    spec: "nodeName: a", container: "resources: {requests: {cpu: 3}}")
                + Batch.pod("cpu", container: "resources: {requests: {cpu: 2}}"))
        #expect(batch.outcome("cpu") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
        #expect(batch.problems.count == 1)
    }

    /// What a waiting pod has reserved counts until its own turn, and is then given up.
    @Test func aReservationIsNoBinding() throws {
        let manifests =
            Batch.node("a") + Batch.pod("early", container: Batch.gpu(5000))
            + Batch.pod(
                "retried", metadata: Batch.holds("GPU-a", 6000, node: "a"), container: Batch.gpu(7000),
                status: "phase: Pending") + Batch.pod("late", container: Batch.gpu(1000))
        let batch = try Batch(manifests)
        #expect(batch.outcome("early") == Self.noMemory)
        #expect(batch.outcome("retried") == "a GPU-a:7000:0")
        #expect(batch.notes("retried").count == 1)
        #expect(batch.outcome("late") == "a GPU-a:1000:0")
        #expect(batch.session.residentPods == 0)
        #expect(batch.problems.isEmpty)
    }

    /// No filter is asked of a pod that runs: labels have changed, the node is cordoned, and there is more than it can hold.
    @Test func runningPodsAreNotAdmittedAgain() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 2).replacing("status:", with: "spec: {unschedulable: true}\nstatus:")
                + Batch.pod(
                    "old", metadata: Batch.holds("GPU-a", 7900, node: "a"),
                    spec: "nodeName: a, nodeSelector: {host: elsewhere}",
                    container: "resources: {requests: {cpu: 3}}")
                + Batch.pod(
                    "waiting", spec: "tolerations: [{operator: Exists}]", container: Batch.gpu(2000)))
        #expect(batch.session.residentPods == 1)
        #expect(batch.session.refusedPods == 0)
        #expect(batch.outcome("waiting") == Self.noMemory)
    }

    @Test func terminatingPodsHoldTheirDevices() throws {
        let batch = try Batch(
            Batch.node("a")
                + Batch.pod(
                    "stuck",
                    metadata: "deletionTimestamp: \"2024-01-01T00:00:00Z\", "
                        + Batch.holds("GPU-a", 7000, node: "a"), spec: "nodeName: a", status: "phase: Running")
                + Batch.pod("waiting", container: Batch.gpu(5000)))
        #expect(batch.outcome("waiting") == Self.noMemory)
    }

    /// Once all init containers have ended well, only app containers hold devices; one that failed, or runs, holds on.
    @Test(
        "finished init containers hold nothing",
        arguments: [
            ("initContainerStatuses: [{name: i, state: {terminated: {exitCode: 0}}}]", "a GPU-a:5000:0"),
            ("initContainerStatuses: [{name: i, state: {terminated: {exitCode: 1}}}]", noMemory),
            ("initContainerStatuses: [{name: i, state: {running: {}}}]", noMemory),
            ("initContainerStatuses: []", noMemory), ("phase: Running", noMemory),
        ])
    func initContainers(status: String, expected: String) throws {
        let batch = try Batch(
            Batch.node("a")
                + Batch.pod(
                    "released",
                    metadata: "annotations: {hami.io/vgpu-node: a, hami.io/vgpu-devices-allocated: "
                        + "\"GPU-a,NVIDIA,6000,0:;GPU-a,NVIDIA,1000,0:;\"}",
                    spec: "nodeName: a, initContainers: [{name: i}]", status: status)
                + Batch.pod("new", container: Batch.gpu(5000)))
        #expect(batch.outcome("new") == expected)
    }

    /// In-place resize: the larger of spec and status, unless the node said that it cannot.
    @Test(
        "resized pods",
        arguments: [
            ("containerStatuses: [{name: main, allocatedResources: {cpu: 4}, resources: {requests: {cpu: 4}}}]", false),
            ("containerStatuses: [{name: main, resources: {requests: {cpu: 1}}}]", true),
            ("containerStatuses: [{name: main, allocatedResources: {cpu: 4}}]", true),
            ("containerStatuses: [{name: other, resources: {requests: {cpu: 4}}}]", true), ("phase: Running", true),
        ])
    func resized(status: String, fits: Bool) throws {
        let batch = try Batch(
            Batch.node("a", cpu: 5)
                + Batch.pod(
                    "shrinking", spec: "nodeName: a", container: "resources: {requests: {cpu: 1}}", status: status)
                + Batch.pod("new", container: "resources: {requests: {cpu: 2}}"))
        #expect(batch.outcome("new") == (fits ? "a" : "rejected 0/1 nodes are available: 1 Insufficient cpu"))
    }

    @Test func aResizeThatCannotBeDoneCountsWhatIsHeld() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 5)
                + Batch.pod(
                    "growing", spec: "nodeName: a", container: "resources: {requests: {cpu: 4}}",
                    status: "conditions: [{type: PodResizePending, reason: Infeasible}], "
                        + "containerStatuses: [{name: main, resources: {requests: {cpu: 1}}}]")
                + Batch.pod("new", container: "resources: {requests: {cpu: 4}}"))
        #expect(batch.outcome("new") == "a")
    }

    /// HAMi before 2.6 wrote `,,0,0:` for a container without devices.
    @Test func aPlaceholderIsNoDevice() throws {
        let batch = try Batch(
            Batch.node("a")
                + Batch.pod(
                    "mixed",
                    metadata: "annotations: {hami.io/vgpu-node: a, hami.io/vgpu-devices-allocated: "
                        + "\"GPU-a,NVIDIA,1000,0:;,,0,0:;\"}", spec: "nodeName: a")
                + Batch.pod("waiting", container: Batch.gpu(7000)))
        #expect(batch.problems.isEmpty)
        #expect(batch.outcome("waiting") == "a GPU-a:7000:0")
    }
}
