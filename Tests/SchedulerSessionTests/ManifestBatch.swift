import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

/// A batch from manifests in YAML, as the commands read it, with short texts for what became of it.
struct ManifestBatch {
    let session: PlacementSession
    private(set) var reports: [String: PodReport] = [:]

    init(_ manifests: String, options change: (inout PlacementOptions) -> Void = { _ in }) throws {
        let input = PlacementInput(Array(manifests.utf8), source: "m.yaml")
        // 2023-11-14 22:13:20 UTC
        var options = PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000, redaction: "<time>"))
        change(&options)
        session = PlacementSession(input, catalog: try VendorCatalog(), options: options)
        var made: [String: PodReport] = [:]
        session.placeAll { made[$0.pod] = $0 }
        reports = made
    }

    /// `n1 GPU-0:7000:0`, or the verdict's word with its message.
    func outcome(_ name: String) -> String {
        guard let report = reports["default/" + name] else { return "not queued" }
        switch report.verdict {
        case .placed(let placement):
            return ([placement.node] + placement.devices.map { "\($0.id):\($0.memoryMiB):\($0.cores)" })
                .joined(separator: " ")
        case .rejected(let rejection): return "rejected " + rejection.message
        case .denied(let message): return "denied " + message
        case .invalid(let message): return "invalid " + message
        case .skipped(let message): return "skipped " + message
        }
    }

    func notes(_ name: String) -> [String] { reports["default/" + name]?.notes ?? [] }

    var problems: [String] { session.problems.map(\.description) }

    // MARK: Manifests

    /// A node with one card `GPU-<name>` of 8,000 MiB.
    static func node(_ name: String, cpu: Int = 64, annotations: String = "") -> String {
        """
        ---
        apiVersion: v1
        kind: Node
        metadata:
          name: \(name)
          labels: {host: \(name)}
          annotations:
            hami.io/node-nvidia-register: '[{"id":"GPU-\(name)","count":10,"devmem":8000,"devcore":100,"type":"NVIDIA A10","mode":"hami-core","health":true}]'
            \(annotations)
        status: {allocatable: {cpu: "\(cpu)", memory: 256Gi, pods: "110", nvidia.com/gpu: "10"}}

        """
    }

    /// A pod; `metadata`, `spec` and `container` are flow fields that go in.
    static func pod(
        _ name: String, metadata: String = "", spec: String = "", container: String = "", status: String = ""
    ) -> String {
        """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), \(metadata)}
        spec: {\(spec.isEmpty ? "" : spec + ", ")containers: [{name: main, \(container)}]}
        status: {\(status)}

        """
    }

    /// Resources of a container that asks for one card with some memory.
    static func gpu(_ memoryMiB: Int) -> String {
        "resources: {limits: {nvidia.com/gpu: 1, nvidia.com/gpumem: \(memoryMiB)}}"
    }

    /// Annotations of a pod that HAMi has placed.
    static func holds(_ device: String, _ memoryMiB: Int, node: String) -> String {
        "annotations: {hami.io/vgpu-node: \(node), hami.io/vgpu-devices-allocated: \"\(device),NVIDIA,\(memoryMiB),0:;\"}"
    }
}
