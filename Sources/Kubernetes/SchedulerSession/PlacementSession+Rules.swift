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
            pods: pods, objects: input.cluster, knowsClaims: knowsClaims, profile: options.profile
        ) { [cluster] pod in
            let (resources, extended) = PodResources.demand(of: pod, managed: cluster.catalog.managedResources) {
                cluster.table.resourceSymbol($0)
            }
            return NodeDemand(resources: resources, extended: extended)
        }
        for row in 0..<cluster.table.nodeRowCount { index.set(row, cluster.table.nodes[row]) }
        rules = index
        cluster.podRules = index
    }

    /// Wishes of the manifest that are not weighed here.
    func unweighed(of pod: Pod) -> [String] {
        pod.notConsidered.isEmpty ? [] : pod.notConsidered.filter { !isWeighed($0) }
    }

    /// The class to ask for a pod that is nominated to a node which takes it: no other node is looked at then.
    ///
    /// - Source: pkg/scheduler/schedule_one.go, evaluateNominatedNode
    func classOfNominee(_ pod: Pod) -> RequestClass? {
        guard pod.isNominated, let row = cluster.table.node(named: pod.scheduling.nominatedNodeName) else { return nil }
        var pinned = pod
        pinned.nodeName = pod.scheduling.nominatedNodeName
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        guard let key = try? cluster.classKey(of: pinned, requests: requests, defaults: options.defaults) else {
            return nil
        }
        let requestClass = cluster.requestClass(key)
        return inspector.choose(requestClass, candidates: [row]) == nil ? nil : requestClass
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
