import ClusterRules
import PlacementEngine
import PlacementModel

// kube-scheduler's rules over other pods and over volumes, asked before HAMi's.
extension PlacementSession {
    /// Sets up the rules where some pod, running or queued, has one.
    ///
    /// An input without one claim does not say that there are none: then volumes of claims are named, not weighed.
    func setRules(_ input: PlacementInput) {
        let pods = input.pods.lazy.map(\.pod)
        guard PodRuleIndex.isNeeded(for: pods) else { return }
        let index = PodRuleIndex(
            pods: pods, objects: input.cluster, knowsClaims: knowsClaims, profile: options.profile)
        for row in 0..<cluster.table.nodeRowCount { index.set(row, cluster.table.nodes[row]) }
        rules = index
        cluster.podRules = index
    }

    /// Wishes of the manifest that are not weighed here.
    func unweighed(of pod: Pod) -> [String] {
        var fields = pod.notConsidered.isEmpty ? [] : pod.notConsidered.filter { !isWeighed($0) }
        // Room is not kept for a pod that waits for its victims to leave; it is placed in its turn.
        if pod.hasScheduling, !pod.scheduling.nominatedNodeName.isEmpty { fields.append("status.nominatedNodeName") }
        return fields
    }

    private func isWeighed(_ field: String) -> Bool {
        if field.hasSuffix(".hostPort") || field == "spec.resourceClaims" { return true }
        guard field.hasPrefix("spec.volumes["), let kind = field.split(separator: ".").last else { return false }
        switch kind {
        case "persistentVolumeClaim", "ephemeral": return knowsClaims
        case "gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd": return true
        default: return false
        }
    }

    /// The refusal of a pod that no node is looked at for; nil = nodes are looked at.
    func rejectionBeforeNodes(_ requestClass: RequestClass) -> PodRejection? {
        guard requestClass.podKind >= 0, let text = rules?.rejection(of: requestClass.podKind) else { return nil }
        let nodes = (0..<cluster.table.nodeRowCount).count { cluster.table.nodeFlags[$0].contains(.alive) }
        return PodRejection(fleetNodes: nodes, reasons: [PodRejection.Reason(word: text, nodes: nodes)])
    }
}
