import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing

/// Clusters whose numbers stand at the ends of their ranges: an answer, alike from both engines, and never a trap.
@Suite struct ClusterRangeEnds {
    private typealias Batch = ManifestBatch

    private static func pods(_ count: Int, _ make: (Int) -> String) -> String { (0..<count).map(make).joined() }

    /// Room that is kept for more than 64 bits of nominated demand.
    @Test(arguments: SessionEngine.allCases, ["memory: 8Pi", "x.y/z: 9007199254740992"])
    func nominatedDemandDoesNotOverflow(engine: SessionEngine, asked: String) throws {
        let waiting = Self.pods(1030) {
            Batch.pod(
                "w\($0)", spec: "priority: 9", container: "resources: {limits: {\(asked)}}",
                status: "nominatedNodeName: a")
        }
        let one = asked.split(separator: ":")[0]
        let batch = try Batch(
            Batch.node("a").replacing("\"110\"", with: "\"9999\"") + waiting
                + Batch.pod("p", container: "resources: {limits: {\(one): 1, cpu: 1}}")
        ) { $0.engine = engine }
        #expect(batch.outcome("p").hasPrefix("rejected 0/1 nodes are available: 1 Insufficient"))
    }

    /// What pods hold on a node without memory is told, however much it is.
    @Test(arguments: SessionEngine.allCases, [1024, 2500])
    func heldMemoryDoesNotOverflow(engine: SessionEngine, count: Int) throws {
        let running = Self.pods(count) {
            Batch.pod(
                "r\($0)", spec: "nodeName: a", container: "resources: {requests: {memory: 8Pi}}",
                status: "phase: Running")
        }
        let batch = try Batch(
            Batch.node("a").replacing("256Gi", with: "0").replacing("\"110\"", with: "\"9999\"") + running
                + Batch.pod("p", container: "resources: {requests: {memory: 1}}")
        ) { $0.engine = engine }
        #expect(batch.outcome("p") == "rejected 0/1 nodes are available: 1 Insufficient memory")
        #expect(
            batch.problems == [
                "m.yaml: Node a: status.allocatable[\"memory\"]: the pods that run hold \(1 << 61 as Int) bytes more than "
                    + "there is; all of them count"
            ])
    }

    /// A device that more pods hold than 32 bits count is full, not empty.
    @Test(arguments: SessionEngine.allCases)
    func heldDevicesDoNotOverflow(engine: SessionEngine) throws {
        let running = Self.pods(1100) {
            Batch.pod(
                "r\($0)",
                metadata:
                    "annotations: {hami.io/vgpu-node: a, hami.io/vgpu-devices-allocated: 'GPU-a,NVIDIA,2097151,2097151:;'}",
                spec: "nodeName: a", container: Batch.gpu(100), status: "phase: Running")
        }
        let node = Batch.node("a").replacing("\"110\"", with: "\"9999\"").replacing(
            "\"count\":10", with: "\"count\":9999")
        let batch = try Batch(node + running + Batch.pod("p", container: Batch.gpu(100))) { $0.engine = engine }
        #expect(batch.outcome("p") == "rejected 0/1 nodes are available: 1 CardInsufficientMemory")
        #expect(batch.problems.last?.contains("hold \(1 << 29) of 8000 MiB") == true)
    }

    /// Limits whose products leave 64 bits limit nothing, or everything; in both engines.
    @Test(arguments: SessionEngine.allCases)
    func limitsBeyondAllUse(engine: SessionEngine) throws {
        let node = """
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n}
            status:
              capacity: {cambricon.com/mlu.smlu.vcore: "800", cambricon.com/mlu.smlu.vmemory: "1024"}
              allocatable: {cpu: "8", memory: 64Gi, pods: "110", cambricon.com/vmlu: "8",
                cambricon.com/mlu.smlu.vcore: "800", cambricon.com/mlu.smlu.vmemory: "1024"}

            """
        for (limit, isOpen) in [
            ("9000000000000000000", true), ("36028797018963968", true), ("72057594037927935", true),
            ("-9000000000000000000", false), ("3", false),
        ] {
            let quota = """
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q, namespace: default}
                spec: {hard: {limits.cambricon.com/mlu.smlu.vmemory: "\(limit)"}}

                """
            let pod = Batch.pod(
                "p", container: "resources: {limits: {cambricon.com/vmlu: 1, cambricon.com/mlu.smlu.vmemory: 4}}")
            let batch = try Batch(node + quota + pod) { $0.engine = engine }
            #expect(batch.outcome("p").hasPrefix("n ") == isOpen, "\(limit): \(batch.outcome("p"))")
        }
    }

    /// Pods that no API server would store, told before anything is tried.
    @Test func containersWithoutEnd() throws {
        func pod(_ list: String, _ count: Int) -> String {
            let containers = (0..<count).map { "{name: c\($0)}" }.joined(separator: ", ")
            return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {\(list): [\(containers)]}\n"
        }
        for list in ["containers", "initContainers"] {
            let input = PlacementInput(Array(pod(list, InputLimits.containers + 1).utf8), source: "m.yaml")
            #expect(input.pods.isEmpty)
            #expect(
                input.problems.map(\.description) == [
                    "m.yaml:5: Pod default/p: spec.\(list): expected at most 4096 containers"
                ])
            #expect(PlacementInput(Array(pod(list, InputLimits.containers).utf8), source: "m.yaml").pods.count == 1)
        }
    }
}
