import JSONText
import PretendCluster

/// A pretend cluster whose pods are bound by the test, lock and all.
struct HandScheduledCluster {
    static let lock = "hami.io/mutex.lock"
    static let plugin = DevicePlugin(
        commonWord: "NVIDIA", countResource: "nvidia.com/gpu", toAllocate: "hami.io/vgpu-devices-to-allocate",
        lock: lock)

    var cluster: PretendCluster

    init(nodes: [String] = ["n1"], seed: UInt64 = 3, requestsPerSecond: Int64 = 5) {
        cluster = PretendCluster(PretendAPIServer.Configuration(seed: seed))
        cluster.tellsStory = true
        for node in nodes {
            cluster.addNode(
                ["metadata": ["name": .string(node)]], plugins: [Self.plugin], requestsPerSecond: requestsPerSecond)
        }
    }

    /// A pod of some containers, each with its number of devices.
    static func template(_ devices: [Int], runSeconds: Int? = nil) -> JSON {
        let containers: [JSON] = devices.enumerated().map { place, count in
            [
                "name": .string("c\(place)"),
                "resources": ["limits": count == 0 ? [:] : ["nvidia.com/gpu": .int(Int64(count))]],
            ]
        }
        var pod: JSON = ["metadata": [:], "spec": ["schedulerName": "berth", "containers": .array(containers)]]
        if let runSeconds {
            pod[path: ["metadata", "annotations", PretendCluster.runSecondsAnnotation]] = .string(String(runSeconds))
        }
        return pod
    }

    @discardableResult
    mutating func make(_ name: String, _ devices: [Int] = [1], runSeconds: Int? = nil) -> APIReply {
        var pod = Self.template(devices, runSeconds: runSeconds)
        pod[path: ["metadata", "name"]] = .string(name)
        return cluster.handle(APIRequest(.post, "/api/v1/namespaces/default/pods", body: pod))
    }

    @discardableResult
    mutating func lock(_ node: String, for name: String) -> APIReply {
        let value = "\(cluster.now.text),default,\(name)"
        return cluster.handle(
            APIRequest(
                .patch, "/api/v1/nodes/\(node)",
                body: ["metadata": ["annotations": .object([Self.lock: .string(value)])]],
                contentType: "application/merge-patch+json"))
    }

    /// - Parameter devices: ids by container.
    @discardableResult
    mutating func bind(_ name: String, to node: String, devices: [[String]]) -> APIReply {
        let text = devices.map { ids in ids.map { "\($0),NVIDIA,1000,10:" }.joined() + ";" }.joined()
        let annotations: JSONObject = [
            "hami.io/bind-phase": "allocating", "hami.io/bind-time": "1", "hami.io/vgpu-node": .string(node),
            Self.plugin.toAllocate: .string(text),
        ]
        return cluster.handle(
            APIRequest(
                .post, "/api/v1/namespaces/default/pods/\(name)/binding",
                body: [
                    "metadata": ["name": .string(name), "annotations": .object(annotations)],
                    "target": ["kind": "Node", "name": .string(node)],
                ]))
    }

    mutating func wait(seconds: Double) {
        cluster.run(until: cluster.nanoseconds + Int64(seconds * 1_000_000_000))
    }

    func pod(_ name: String) -> JSON? { cluster.server.object("pods", namespace: "default", name: name) }
    func node(_ name: String) -> JSON? { cluster.server.object("nodes", name: name) }
    func phase(_ name: String) -> String { pod(name)?["status"]?["phase"]?.string ?? "gone" }
    func bindPhase(_ name: String) -> String? { pod(name)?.annotation("hami.io/bind-phase") }
    func holder(of node: String) -> String? { self.node(node)?.annotation(Self.lock) }
}
