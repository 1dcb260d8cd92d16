public import ClusterRules
import DecisionExplanations
import PlacementEngine
public import PlacementModel
import VendorCatalog

// Whom kube-scheduler would evict: a question to the fleet as it stands, which changes nothing.
extension PlacementSession {
    /// What kube-scheduler's attempt at the pod and its default preemption come to, with HAMi's answer as its extender.
    ///
    /// HAMi takes no part in preemption: nodes that it alone refuses are tried without it, and no victim helps there.
    ///
    /// - Parameter residents: the pods that run, each with its node.
    /// - Complexity: O(pods + nodes x pods of a node)
    /// - Source: pkg/scheduler/schedule_one.go and framework/preemption/preemption.go
    public func preemption(for pod: Pod, beside residents: some Sequence<Pod>) -> SchedulingAttempt {
        let managed = cluster.catalog.managedResources
        var state = ClusterState(
            nodes: cluster.nodeRows.map { cluster.table.nodes[$0] }, objects: objects, profile: options.profile)
        for resident in residents { state.add(PodFacts(resident.leavingOut(managed))) }
        for entry in queue where entry.pod.isNominated && entry.pod.fullName != pod.fullName {
            state.nominate(PodFacts(entry.pod.leavingOut(managed)), to: entry.pod.scheduling.nominatedNodeName)
        }
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        let key = try? cluster.classKey(of: pod, requests: requests, defaults: options.defaults)
        let requestClass = key.map { cluster.requestClass($0) }
        return state.attempt(PodFacts(pod.leavingOut(managed)), preempts: true) { [cluster, inspector] name in
            guard let requestClass, requestClass.asksForDevices, let row = cluster.table.node(named: name),
                inspector.choose(requestClass, candidates: [row], filtersNodes: false) == nil
            else { return nil }
            return inspector.evaluator.failure().text
        }
    }
}

extension Pod {
    /// The pod as kube-scheduler counts it where another scheduler manages some resources.
    fileprivate func leavingOut(_ managed: Set<String>) -> Pod {
        var pod = self
        func strip(_ containers: inout [Container]) {
            for place in containers.indices {
                containers[place].limits = containers[place].limits.filter { !managed.contains($0.key) }
                containers[place].requests = containers[place].requests.filter { !managed.contains($0.key) }
            }
        }
        strip(&pod.containers)
        strip(&pod.initContainers)
        return pod
    }
}
