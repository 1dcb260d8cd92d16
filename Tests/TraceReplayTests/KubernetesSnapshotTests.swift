@testable import TraceModel
@testable import TraceGeneration
@testable import TraceImport
import BulkJSON
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

@testable import TraceReplay

/// A trace written as a cluster would show it, and read back.
@Suite struct KubernetesSnapshotTests {
    private static let now = WallClock(unixSeconds: 1_767_225_600)

    /// A made-up cluster of several vendors with running pods, as a file.
    static func snapshot(_ folder: TraceFolder, nodes: Int = 24, pods: Int = 160, running: Int = 100) throws
        -> TraceSnapshot
    {
        var options = GeneratorOptions()
        options.nodes = nodes
        options.vendors = [
            ("nvidia", 3), ("ascend", 7), ("cambricon", 1), ("hygon", 2), ("iluvatar", 1), ("mthreads", 1),
            ("metax", 1),
            ("metax-sgpu", 1), ("kunlun", 1), ("xpu", 1), ("enflame", 1), ("enflame-drs", 1), ("amd", 1),
            ("awsneuron", 1), ("vastai", 1), ("biren", 1),
        ]
        options.pods = pods
        options.classes = 60
        options.seed = 3
        options.prefillShare = 0.05
        let catalog = try traceCatalog()
        let snapshot = try TraceSnapshot(
            of: try TraceGenerator.generate(options, catalog: catalog), running: running, now: now, catalog: catalog)
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(snapshot.json, to: folder.file("snapshot.json"))
        return snapshot
    }

    private func session(_ file: String) throws -> PlacementSession {
        PlacementSession(
            try PlacementInput(nodeFiles: [file], podFiles: [file]), catalog: try traceCatalog(),
            options: PlacementOptions(now: Self.now))
    }

    /// One List holds nodes and pods; every running pod is charged what its annotations say, the others are placed.
    @Test func aSnapshotIsAccountedForAndPlaced() throws {
        let folder = TraceFolder()
        let snapshot = try Self.snapshot(folder)
        let session = try session(folder.file("snapshot.json"))
        #expect(session.problems.isEmpty, "\(session.problems)")
        #expect(session.residentPods == snapshot.running && snapshot.running > 100)
        #expect(session.queue.count == snapshot.pods.count - snapshot.running)
        #expect(session.cluster.table.nodeRowCount == 24)
        // What is in use equals what the allocation annotations add up to.
        let table = session.cluster.table
        var memory: [String: Int64] = [:]
        for pod in snapshot.pods where pod.phase == .running {
            for id in session.cluster.catalog.ids {
                let key = session.cluster.catalog[id].annotations.allocated
                guard let text = pod.metadata.annotations[key] else { continue }
                for item in (AllocationText.decode(text) ?? []).joined() {
                    memory[item.uuid, default: 0] += Int64(item.memoryMiB)
                }
            }
        }
        #expect(memory.count > 20)
        for device in 0..<table.deviceRowCount {
            #expect(Int64(table.usedMemoryMiB[device]) == memory[table.records[device].id] ?? 0)
        }
        var placed = 0
        session.placeAll { if case .placed = $0.verdict { placed += 1 } }
        #expect(placed > 0)
    }

    /// Finished, bound elsewhere, unreadable: each running pod is charged as far as it can be, or refused with a reason.
    @Test func podsThatCannotBeChargedAreCountedAndNamed() throws {
        let folder = TraceFolder()
        var snapshot = try Self.snapshot(folder)
        let running = snapshot.pods.indices.filter {
            snapshot.pods[$0].phase == .running && !snapshot.pods[$0].schedulerName.isEmpty
        }
        snapshot.pods[running[0]].phase = .succeeded
        snapshot.pods[running[1]].phase = .failed
        snapshot.pods[running[2]].metadata.annotations[SchedulerAnnotations.assignedNode] = "gone"
        snapshot.pods[running[2]].nodeName = "gone"
        let key = try #require(
            try traceCatalog().vendors.map(\.annotations.allocated).first {
                !$0.isEmpty && snapshot.pods[running[3]].metadata.annotations[$0] != nil
            })
        snapshot.pods[running[3]].metadata.annotations[key] = "not,an:allocation"
        let other = try #require(
            try traceCatalog().vendors.map(\.annotations.allocated).first {
                !$0.isEmpty && snapshot.pods[running[4]].metadata.annotations[$0] != nil
            })
        snapshot.pods[running[4]].metadata.annotations[other] = "lost-device,X,1,1:;"
        try TraceFiles.write(snapshot.json, to: folder.file("snapshot.json"))
        let session = try session(folder.file("snapshot.json"))
        #expect(session.finishedPods == 2 && session.refusedPods == 1)
        #expect(session.residentPods + session.refusedPods + session.finishedPods == snapshot.running)
        let text = session.problems.map(\.description).joined(separator: "\n")
        #expect(text.contains("gone, which is not in the fleet") && text.contains("cannot be read"))
        #expect(text.contains("lost-device, which \(snapshot.pods[running[4]].nodeName) does not have"))
        var summary = PlacementSummary(of: session)
        session.placeAll { summary.count($0) }
        #expect(summary.text.contains("1 running pod not counted"))
    }

    @Test func aSnapshotReplaysAtOnce() throws {
        let folder = TraceFolder()
        let snapshot = try Self.snapshot(folder)
        let result = try KubernetesImporter.read(
            [folder.file("snapshot.json")], now: Self.now, catalog: try traceCatalog())
        #expect(result.problems.isEmpty, "\(result.problems)")
        let trace = result.trace
        #expect(trace.nodes.count == 24 && trace.pods.count == snapshot.pods.count)
        #expect((0..<trace.pods.count).count { trace.pods.placedOn[$0] >= 0 } == snapshot.running)
        let replay = try Replay(trace, catalog: try traceCatalog())
        #expect(replay.residents == snapshot.running && replay.residentsNotPlaced == 0)
        let devices = try trace.makeCluster(catalog: try traceCatalog()).table
        let original = try session(folder.file("snapshot.json")).cluster.table
        #expect(devices.deviceRowCount == original.deviceRowCount)
        for device in 0..<devices.deviceRowCount {
            #expect(devices.totalMemoryMiB[device] == original.totalMemoryMiB[device])
            #expect(devices.slots[device] == original.slots[device])
        }
        let summary = replay.run(clock: { 0 })
        #expect(summary.pods == snapshot.pods.count - snapshot.running && summary.placed > 0)
        // As a trace on disk it is the same.
        try trace.write(folder: folder.file("trace"))
        let again = try Replay(try Trace(folder: folder.file("trace")), catalog: try traceCatalog()).run(clock: { 0 })
        #expect(again.decisionHash == summary.decisionHash)
    }

    @Test func whatATraceCannotHoldIsTold() throws {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        let card =
            #"[{\"id\":\"GPU-0\",\"count\":10,\"devmem\":8192,\"devcore\":100,\"type\":\"NVIDIA-A100\",\"health\":true}]"#
        func pod(_ name: String, _ spec: String, _ status: String = "Pending") -> String {
            #"{"kind":"Pod","metadata":{"name":"\#(name)"},"spec":{\#(spec)},"status":{"phase":"\#(status)"}}"#
        }
        let gpu = #""resources":{"limits":{"nvidia.com/gpu":1}}"#
        let tolerating = #""tolerations":[{"operator":"Exists"}],"containers":[{"name":"c",\#(gpu)}]"#
        let text =
            #"{"kind":"List","items":[{"kind":"Node","metadata":{"name":"a","annotations":{"#
            + #""hami.io/node-nvidia-register":"\#(card)"}},"spec":{"taints":[{"key":"gpu","effect":"NoSchedule"}]}},"#
            + [
                pod("tolerating", tolerating), pod("two", #""containers":[{"name":"c",\#(gpu)},{"name":"d",\#(gpu)}]"#),
                pod("sidecar", #""containers":[{"name":"c",\#(gpu)},{"name":"d"}]"#),
                pod("done", #""containers":[{"name":"c"}]"#, "Succeeded"),
                pod("lost", #""nodeName":"b","containers":[{"name":"c"}]"#, "Running"),
            ].joined(separator: ",") + "]}"
        try TraceFiles.write(Array(text.utf8), to: folder.file("s.json"))
        let result = try KubernetesImporter.read([folder.file("s.json")], now: Self.now, catalog: try traceCatalog())
        #expect(result.trace.pods.count == 2 && result.trace.nodes[0].taints.isEmpty)
        #expect(
            result.problems.map { "\($0.object) \($0.field)" } == [
                "Pod default/two spec.containers", "Pod default/lost spec.nodeName", "Node a spec.taints[0]",
                "Pod default/tolerating spec.tolerations",
            ])
        #expect(result.notes.count == 2)
        #expect(throws: TraceError.self) {
            try KubernetesImporter.read([folder.file("missing.json")], now: Self.now, catalog: try traceCatalog())
        }
    }

    /// Each object and field that decides in the cluster and not in the trace is told once, and running pods keep their nodes.
    @Test func lossesAreToldObjectByObject() throws {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        func card(_ id: String, _ rest: String) -> String {
            #"{\"id\":\"\#(id)\",\"count\":10,\"devmem\":8192,\"devcore\":100,\"type\":\"NVIDIA-A100\",\#(rest)}"#
        }
        let cards = [
            card("GPU-0", #"\"numa\":0,\"health\":false"#), card("GPU-1", #"\"numa\":1,\"health\":true"#),
            card("GPU-2", #"\"numa\":1,\"health\":true"#),
        ].joined(separator: ",")
        func node(_ name: String, _ spec: String) -> String {
            #"{"kind":"Node","metadata":{"name":"\#(name)","annotations":{"hami.io/node-nvidia-register":"[\#(cards)]"}},"#
                + #""spec":{\#(spec)},"status":{"allocatable":{"cpu":"4","memory":"16Gi","pods":"10"}}}"#
        }
        func pod(_ name: String, _ spec: String, annotations: String = "", status: String = "") -> String {
            #"{"kind":"Pod","metadata":{"name":"\#(name)","annotations":{\#(annotations)}},"#
                + #""spec":{\#(spec)},"status":{\#(status)}}"#
        }
        let gpu = #""containers":[{"name":"c","resources":{"limits":{"nvidia.com/gpu":1,"nvidia.com/gpumem":100}}}]"#
        let plain = #""containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]"#
        let required = "requiredDuringSchedulingIgnoredDuringExecution"
        let term = #"[{"topologyKey":"host","labelSelector":{}}]"#
        func held(_ node: String) -> String {
            #""hami.io/vgpu-node":"\#(node)","hami.io/vgpu-devices-allocated":"GPU-1,NVIDIA,100,0:;""#
        }
        let text =
            #"{"kind":"List","items":["#
            + [
                node("a", #""unschedulable":true"#), node("b", ""),
                pod("moved", #""nodeName":"b","# + gpu, annotations: held("a"), status: #""phase":"Running""#),
                // Its node has other labels now, and too little CPU: it runs all the same.
                pod(
                    "old",
                    #""nodeName":"b","nodeSelector":{"zone":"x"},"containers":[{"name":"c","resources":"#
                        + #"{"requests":{"cpu":"9"}}}]"#, status: #""phase":"Running""#),
                pod("retried", gpu, annotations: held("b")),
                pod(
                    "apart",
                    #""affinity":{"podAntiAffinity":{"\#(required)":\#(term)},"podAffinity":{"\#(required)":\#(term)}},"#
                        + plain),
                pod(
                    "zone",
                    #""affinity":{"nodeAffinity":{"\#(required)":{"nodeSelectorTerms":[{"matchExpressions":"#
                        + #"[{"key":"zone","operator":"Exists"}]}]}}},"# + plain),
                pod("port", #""containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":80}]}]"#),
                pod("gated", #""schedulingGates":[{"name":"g"}],"# + plain),
                pod("volume", #""volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"c"}}],"# + plain),
                pod("licence", #""containers":[{"name":"c","resources":{"limits":{"example.com/licence":1}}}]"#),
                pod("nominee", plain, status: #""nominatedNodeName":"b""#),
                #"{"kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"limits.nvidia.com/gpumem":"1"}}}"#,
            ].joined(separator: ",") + "]}"
        try TraceFiles.write(Array(text.utf8), to: folder.file("s.json"))
        let result = try KubernetesImporter.read([folder.file("s.json")], now: Self.now, catalog: try traceCatalog())
        let assigned = "metadata.annotations[\"hami.io/vgpu-node\"]"
        #expect(
            result.problems.map { "\($0.object) \($0.field)" } == [
                "Node a spec.unschedulable", "Node a device GPU-0", "Node a devices", "Node b device GPU-0",
                "Node b devices", "ResourceQuota default/q ", "Pod default/moved \(assigned)",
                "Pod default/retried \(assigned)", "Pod default/apart spec.affinity.podAffinity",
                "Pod default/apart spec.affinity.podAntiAffinity", "Pod default/zone spec.affinity.nodeAffinity",
                "Pod default/port spec.containers", "Pod default/gated spec.schedulingGates",
                "Pod default/volume spec.volumes", "Pod default/licence spec.containers",
                "Pod default/nominee status.nominatedNodeName",
            ])
        let pods = result.trace.pods
        let homes = (0..<pods.count).map { pods.placedOn[$0] }
        #expect(homes[0] == 0 && homes[1] == 1 && homes[2...].allSatisfy { $0 < 0 })
        let replay = try Replay(result.trace, catalog: try traceCatalog())
        #expect(replay.residents == 2 && replay.residentsNotPlaced == 0)
    }

    /// A running pod whose devices cannot be had anew holds the rest of what it asks, in every reader of the trace.
    @Test func runningPodsHoldTheirNodeWithoutDevicesToo() throws {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        let card =
            #"[{\"id\":\"GPU-0\",\"count\":10,\"devmem\":8192,\"devcore\":100,\"type\":\"NVIDIA-A100\",\"health\":true}]"#
        let gpu =
            #""containers":[{"name":"c","resources":{"requests":{"cpu":"3"},"limits":{"nvidia.com/gpu":1,"nvidia.com/gpumem":7000}}}]"#
        func pod(_ name: String, _ spec: String) -> String {
            #"{"kind":"Pod","metadata":{"name":"\#(name)"},"spec":{\#(spec)}}"#
        }
        let text =
            #"{"kind":"List","items":[{"kind":"Node","metadata":{"name":"a","annotations":{"#
            + #""hami.io/node-nvidia-register":"\#(card)"}},"status":{"allocatable":{"cpu":"6","pods":"10"}}},"#
            + [
                pod("one", #""nodeName":"a","# + gpu), pod("two", #""nodeName":"a","# + gpu),
                pod("waits", #""containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]"#),
            ].joined(separator: ",") + "]}"
        try TraceFiles.write(Array(text.utf8), to: folder.file("s.json"))
        let catalog = try traceCatalog()
        let trace = try KubernetesImporter.read([folder.file("s.json")], now: Self.now, catalog: catalog).trace
        let replay = try Replay(trace, catalog: catalog)
        #expect(replay.residents == 2 && replay.residentsNotPlaced == 1)
        #expect(replay.run(clock: { 0 }).placed == 0)
        let exported = try TraceSnapshot(of: trace, running: 0, now: Self.now, catalog: catalog)
        #expect(exported.running == 2)
    }

    @Test func tracesInThousandthsAreNoCluster() throws {
        let error = #expect(throws: TraceError.self) {
            try TraceSnapshot(
                of: try Trace(folder: packageFolder + "/traces/gpu-share-2023"), running: 0, now: Self.now,
                catalog: try traceCatalog())
        }
        #expect(error?.problem.contains("thousandths") == true)
    }
}
