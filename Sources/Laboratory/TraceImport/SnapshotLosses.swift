import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

/// What a cluster's objects say and a trace file cannot hold, object by object and field by field.
struct SnapshotLosses {
    private let cluster: Fleet
    private(set) var problems: [InputProblem] = []

    init(_ cluster: Fleet) { self.cluster = cluster }

    mutating func add(_ entry: PlacementInput.SourcedNode, row: Int, tolerated: Set<Taint>) {
        func lose(_ field: String, _ message: String) {
            problems.append(
                InputProblem(
                    source: entry.source, object: "Node \(entry.node.name)", field: field,
                    message: "a trace cannot say it; " + message))
        }
        if entry.node.isUnschedulable { lose("spec.unschedulable", "there the node takes pods") }
        for (place, taint) in entry.node.taints.enumerated() where tolerated.contains(taint) {
            lose("spec.taints[\(place)]", "some pod tolerates \(taint.key), so it is left out for all")
        }
        let table = cluster.table
        var perNuma: [Int: Int] = [:]
        for device in table.devices(of: row) {
            let id = table.records[device].id
            if !table.isHealthy(device) { lose("device \(id)", "there the device is healthy") }
            if table.flags[device].contains(.cordoned) { lose("device \(id)", "there the device is not cordoned") }
            if table.records[device].mode == "mig" { lose("device \(id)", "there it is not cut by MIG") }
            perNuma[table.numa[device], default: 0] += 1
        }
        if Set(perNuma.values).count > 1 {
            lose("devices", "NUMA nodes of unlike size become alike")
        }
    }

    mutating func add(_ quota: ResourceQuota, source: String) {
        problems.append(
            InputProblem(
                source: source, object: "ResourceQuota \(quota.metadata.namespace)/\(quota.metadata.name)",
                message: "a trace has no quotas; it limits nobody there"))
    }

    /// - Parameter taints: of all nodes.
    mutating func add(_ entry: PlacementInput.SourcedPod, taints: Set<Taint>) {
        let pod = entry.pod
        var fields: [(field: String, what: String)] = []
        func lose(_ field: String, _ what: String) { fields.append((field, what)) }
        if pod.nodeName.isEmpty { addWishes(of: pod, taints: taints, lose) }
        let containers = pod.initContainers + pod.containers
        let asked = Set(containers.flatMap { $0.limits.keys } + containers.flatMap { $0.requests.keys })
        for name in asked.sorted()
        where !cluster.catalog.managedResources.contains(name) && !["cpu", "memory"].contains(name) {
            lose("spec.containers", "nothing of \(name) is asked for there")
        }
        if let assigned = pod.metadata.annotations[SchedulerAnnotations.assignedNode] {
            let key = "metadata.annotations[\(SchedulerAnnotations.assignedNode.debugDescription)]"
            if pod.nodeName.isEmpty {
                lose(key, "its devices on \(assigned) are free there while it waits")
            } else if assigned != pod.nodeName {
                lose(key, "devices on \(assigned), CPU and memory on \(pod.nodeName): there both are on one node")
            }
        }
        problems += fields.map { field, what in
            InputProblem(
                source: entry.source, object: "Pod \(pod.fullName)", field: field,
                message: "a trace cannot say it; " + what)
        }
    }

    /// What a waiting pod wants of its node beside amounts and labels, and what keeps it from being scheduled.
    private func addWishes(of pod: Pod, taints: Set<Taint>, _ lose: (String, String) -> Void) {
        if pod.requiredNodeAffinity != nil {
            lose("spec.affinity.nodeAffinity", "there the pod may run on any node")
        }
        if !pod.schedulingGates.isEmpty { lose("spec.schedulingGates", "there it does not wait for them") }
        if pod.isTerminating { lose("metadata.deletionTimestamp", "there the pod is placed") }
        if taints.contains(where: { taint in pod.tolerations.contains { $0.tolerates(taint) } }) {
            lose("spec.tolerations", "there the taints are left out")
        }
        guard pod.hasScheduling else { return }
        let scheduling = pod.scheduling
        let others = "other pods do not decide there where it may run"
        if !scheduling.affinity.isEmpty { lose("spec.affinity.podAffinity", others) }
        if !scheduling.antiAffinity.isEmpty { lose("spec.affinity.podAntiAffinity", others) }
        if !scheduling.spread.isEmpty { lose("spec.topologySpreadConstraints", others) }
        if !scheduling.hostPorts.isEmpty { lose("spec.containers", "ports of the node are free for all there") }
        if !scheduling.volumes.isEmpty { lose("spec.volumes", "volumes do not decide there where it may run") }
        if !scheduling.resourceClaims.isEmpty { lose("spec.resourceClaims", "nothing is claimed there") }
        if pod.isNominated { lose("status.nominatedNodeName", "no room is kept for it there") }
        for problem in scheduling.refusals { lose(problem.field, "the API server refuses it, a trace does not") }
    }
}
