import JSONText

/// Another scheduler in the same cluster, of HAMi's kind: it reserves by annotations, locks nodes, and binds.
///
/// It is as simple as a neighbour may be: pods that name it go to the first of its nodes that has a device with nothing on
/// it, as far as annotations tell.
public struct ForeignScheduler: Sendable {
    public var name: String
    /// The nodes it places pods on, in its order.
    public var nodes: [String]
    public var plugin: DevicePlugin
    /// Node annotation with its devices, and pod annotation with what is allocated.
    public var register: String
    public var allocated: String
    /// Devices of a node by id, as it believes they are.
    public var devices: @Sendable (_ node: JSON) -> [String]
    /// Memory and cores it writes for a device.
    public var memoryMiB: Int64 = 1
    public var cores: Int64 = 0
    public var intervalNanoseconds: Int64 = 1_000_000_000

    public init(
        name: String, nodes: [String], plugin: DevicePlugin, register: String, allocated: String,
        devices: @escaping @Sendable (_ node: JSON) -> [String]
    ) {
        self.name = name
        self.nodes = nodes
        self.plugin = plugin
        self.register = register
        self.allocated = allocated
        self.devices = devices
    }
}

extension PretendCluster {
    /// Another scheduler starts.
    public mutating func start(_ scheduler: ForeignScheduler) {
        foreign = scheduler
        agenda.add(.foreignRound, at: nanoseconds + scheduler.intervalNanoseconds)
    }

    /// One round: pods that name it and have no node are tried in order of their names.
    mutating func foreignRound() {
        guard let foreign else { return }
        agenda.add(.foreignRound, at: nanoseconds + foreign.intervalNanoseconds)
        for pod in server.objects("pods")
        where pod["spec"]?["schedulerName"]?.string == foreign.name && pod.nodeName.isEmpty && !pod.isBeingDeleted
            && PodRules.gates(of: pod).isEmpty
        {
            guard let (node, device) = freeDevice(foreign, for: pod) else { continue }
            let text = "\(device),\(foreign.plugin.commonWord),\(foreign.memoryMiB),\(foreign.cores):;"
            ask(
                .patch, pod.key.podPath,
                [
                    "metadata": [
                        "annotations": .object([
                            DevicePlugin.assignedNode: .string(node),
                            "hami.io/vgpu-time": .string(String(now.wallSeconds)),
                            foreign.plugin.toAllocate: .string(text), foreign.allocated: .string(text),
                        ])
                    ]
                ], type: "application/merge-patch+json")
            schedule(.foreignBind(pod: pod.key, node: node), milliseconds: 5, 40)
        }
    }

    /// The first device of its nodes that no other pod's annotation holds.
    private func freeDevice(_ foreign: ForeignScheduler, for pod: JSON) -> (node: String, device: String)? {
        let others = server.objects("pods").filter { !$0.isFinished && $0.uid != pod.uid }
        let held = others.compactMap { $0.annotation(foreign.allocated) }
        for name in foreign.nodes {
            guard let node = server.object("nodes", name: name),
                node["spec"]?["unschedulable"]?.bool != true,
                node.condition("Ready")?.value["status"]?.string == "True"
            else { continue }
            if let device = foreign.devices(node).first(where: { id in !held.contains { $0.contains(id + ",") } }) {
                return (name, device)
            }
        }
        return nil
    }

    /// It locks the node and binds, or gives up until its next round.
    mutating func foreignBind(_ key: ObjectKey, to node: String) {
        guard let foreign, let object = server.object("nodes", name: node),
            let pod = server.object("pods", namespace: key.namespace, name: key.name), pod.nodeName.isEmpty
        else { return }
        if let lock = foreign.plugin.lock {
            if object.annotation(lock) != nil { return }
            let value = "\(now.text),\(key.namespace),\(key.name)"
            let reply = ask(
                .patch, "/api/v1/nodes/\(node)",
                [
                    "metadata": [
                        "resourceVersion": .string(object.resourceVersion),
                        "annotations": .object([lock: .string(value)]),
                    ]
                ], type: "application/merge-patch+json")
            guard reply.isSuccess else { return }
        }
        ask(
            .patch, key.podPath,
            [
                "metadata": [
                    "annotations": .object([
                        DevicePlugin.bindPhase: "allocating", DevicePlugin.bindTime: .string(String(now.wallSeconds)),
                    ])
                ]
            ], type: "application/merge-patch+json")
        let reply = ask(
            .post, key.podPath + "/binding",
            [
                "metadata": ["name": .string(key.name), "uid": .string(pod.uid)],
                "target": ["kind": "Node", "name": .string(node)],
            ])
        tell(foreign.name, "\(reply.isSuccess ? "binds" : "cannot bind") \(key.text) to \(node)")
    }

    /// Somebody with `kubectl` takes the lock off a node.
    public mutating func removeLock(_ lock: String, of node: String) {
        _ = handle(
            APIRequest(
                .patch, "/api/v1/nodes/\(node)", body: ["metadata": ["annotations": .object([lock: .null])]],
                contentType: "application/merge-patch+json", user: "human"))
        tell("human", "removes \(lock) of \(node)")
    }

    /// Somebody deletes a pod with or without grace.
    public mutating func deletePod(_ key: ObjectKey, graceSeconds: Int64?) {
        let body: JSON = graceSeconds.map { ["gracePeriodSeconds": .int($0)] } ?? .null
        _ = handle(APIRequest(.delete, key.podPath, body: body, user: "human"))
        tell("human", "deletes \(key.text)\(graceSeconds == 0 ? " by force" : "")")
    }
}
