import JSONText

extension PretendCluster {
    static let lifecycleIntervalNanoseconds: Int64 = 5_000_000_000
    /// A node that has been silent this long is not ready.
    static let graceNanoseconds: Int64 = 50_000_000_000
    /// A pod whose node is gone this long is removed.
    static let orphanNanoseconds: Int64 = 40_000_000_000
    static let unreachable = "node.kubernetes.io/unreachable"

    /// The controllers of nodes look around: who is silent, who is back, who is left behind.
    ///
    /// - Source: pkg/controller/nodelifecycle, pkg/controller/tainteviction, pkg/controller/podgc
    mutating func checkNodes() {
        for node in server.objects("nodes") {
            let kubelet = kubelets[node.name]
            let isReady = node.condition("Ready")?.value["status"]?.string == "True"
            let silence = kubelet.map { $0.isSilent ? nanoseconds - $0.silentSinceNanoseconds : 0 } ?? 0
            if isReady, silence >= Self.graceNanoseconds {
                setReady(node, isReady: false)
            } else if !isReady, kubelet?.isSilent == false {
                setReady(node, isReady: true)
            } else if !isReady {
                evictPods(of: node)
            }
        }
        removeOrphans()
        agenda.add(.lifecycle, at: nanoseconds + Self.lifecycleIntervalNanoseconds)
    }

    private mutating func setReady(_ node: JSON, isReady: Bool) {
        let condition: JSON = [
            "type": "Ready", "status": isReady ? "True" : "Unknown",
            "reason": isReady ? "KubeletReady" : "NodeStatusUnknown", "lastTransitionTime": .string(now.text),
        ]
        ask(
            .patch, "/api/v1/nodes/\(node.name)/status", ["status": ["conditions": [condition]]],
            type: "application/strategic-merge-patch+json")
        var taints = (node["spec"]?["taints"]?.array ?? []).filter { $0["key"]?.string != Self.unreachable }
        if !isReady {
            for effect in ["NoSchedule", "NoExecute"] {
                taints.append(
                    ["key": .string(Self.unreachable), "effect": .string(effect), "timeAdded": .string(now.text)])
            }
        }
        ask(
            .patch, "/api/v1/nodes/\(node.name)", ["spec": ["taints": taints.isEmpty ? .null : .array(taints)]],
            type: "application/merge-patch+json")
        tell("node controller", "\(node.name) is \(isReady ? "ready again" : "not ready")")
    }

    /// Pods on a node that is not reached go once they have tolerated it long enough.
    private mutating func evictPods(of node: JSON) {
        guard let taint = node["spec"]?["taints"]?.array?.first(where: { isUnreachableTaint($0) }),
            let kubelet = kubelets[node.name]
        else { return }
        let unreachableSince = kubelet.silentSinceNanoseconds + Self.graceNanoseconds
        for pod in server.objects("pods") where pod.nodeName == node.name && !pod.isBeingDeleted {
            let matching = (pod["spec"]?["tolerations"]?.array ?? []).filter { toleration in
                let key = toleration["key"]?.string ?? ""
                let effect = toleration["effect"]?.string ?? ""
                return (key.isEmpty || key == taint["key"]?.string) && (effect.isEmpty || effect == "NoExecute")
            }
            let isForEver = matching.contains { $0["tolerationSeconds"]?.int64 == nil }
            let seconds = matching.compactMap { $0["tolerationSeconds"]?.int64 }.min() ?? 0
            guard !isForEver, nanoseconds - unreachableSince >= VirtualTime.nanoseconds(seconds: seconds)
            else { continue }
            ask(.delete, pod.key.podPath, ["preconditions": ["uid": .string(pod.uid)]])
            tell("node controller", "evicts \(pod.key.text) from \(node.name)")
        }
    }

    private func isUnreachableTaint(_ taint: JSON) -> Bool {
        taint["key"]?.string == Self.unreachable && taint["effect"]?.string == "NoExecute"
    }

    /// Pods of nodes that are gone go too, once their node has been gone for long enough not to be coming back.
    private mutating func removeOrphans() {
        for pod in server.objects("pods") where !pod.nodeName.isEmpty {
            guard server.object("nodes", name: pod.nodeName) == nil else {
                orphanSince[pod.uid] = nil
                continue
            }
            let since = orphanSince[pod.uid] ?? nanoseconds
            orphanSince[pod.uid] = since
            guard nanoseconds - since >= Self.orphanNanoseconds else { continue }
            orphanSince[pod.uid] = nil
            ask(
                .delete, pod.key.podPath, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
            tell("pod collector", "removes \(pod.key.text), whose node \(pod.nodeName) is gone")
        }
    }
}
