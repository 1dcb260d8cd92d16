import PlacementModel
import SchedulerSession

// Pods that come and go with their nodes, as what-if has to know them.

extension PlacementInput {
    /// The pods that DaemonSets would run on a new node: one for each set whose pods may run there.
    ///
    /// A set is known by the pods it has now; the largest node's pod would tell no more than any other, since all come from
    /// one template. Each is pinned to its node by name, which does not count for the new one.
    /// - Complexity: O(pods) once for all nodes; see ``daemonPods``.
    static func daemonPods(on node: Node, _ samples: [Pod]) -> [Pod] {
        samples.compactMap { sample in
            guard sample.mayRun(on: node) else { return nil }
            var pod = sample
            pod.metadata.name += "-on-" + node.name
            pod.nodeName = node.name
            return pod
        }
    }

    /// One pod of each DaemonSet that runs, without what ties it to its node; by namespace and name of the set.
    var daemonPods: [Pod] {
        var samples: [String: Pod] = [:]
        for entry in pods where !entry.pod.phase.isTerminal && !entry.pod.nodeName.isEmpty {
            guard let owner = entry.pod.metadata.controller, owner.kind == "DaemonSet" else { continue }
            let key = entry.pod.metadata.namespace + "/" + owner.name
            if let known = samples[key], known.metadata.name <= entry.pod.metadata.name { continue }
            samples[key] = entry.pod
        }
        return samples.sorted { $0.key < $1.key }.map { _, pod in
            var pod = pod
            // Devices are HAMi's to give; what a set asks of them is not known before its pod is placed.
            pod.metadata.annotations = [:]
            pod.requiredNodeAffinity = pod.requiredNodeAffinity.map { terms in
                terms.map { term in
                    var term = term
                    term.matchFields.removeAll { $0.key == "metadata.name" }
                    return term
                }
            }
            // A term that named the node and nothing else is met by every node.
            if pod.requiredNodeAffinity?.contains(where: { $0.matchExpressions.isEmpty && $0.matchFields.isEmpty })
                ?? false
            {
                pod.requiredNodeAffinity = nil
            }
            return pod
        }
    }
}

extension Pod {
    /// Whether selectors, affinity and taints let the pod onto a node. Taints that say how a node fares do not count: the
    /// DaemonSet controller tolerates them.
    fileprivate func mayRun(on node: Node) -> Bool {
        for (key, value) in nodeSelector where node.metadata.labels[key] != value { return false }
        if let terms = requiredNodeAffinity,
            !terms.contains(where: { $0.matches(labels: node.metadata.labels, nodeName: node.name) })
        {
            return false
        }
        return node.taints.allSatisfy { taint in
            taint.effect == .preferNoSchedule || taint.isCondition || tolerations.contains { $0.tolerates(taint) }
        }
    }
}

extension Taint {
    /// Whether the taint says how a node fares at the moment, and not what it is for.
    var isCondition: Bool {
        key.hasPrefix("node.kubernetes.io/") || key.hasPrefix("node.cloudprovider.kubernetes.io/")
            || key.hasPrefix("ToBeDeleted") || key == "DeletionCandidateOfClusterAutoscaler"
    }
}
