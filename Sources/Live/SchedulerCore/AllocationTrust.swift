import PlacementEngine
import PlacementModel
import VendorCatalog

/// Whose word counts for what a pod holds: tenants may write annotations.
///
/// ```
///  bound by us            the ledger's decision; later edits of the keys move no charge, and are counted
///  bound by somebody      the object: whoever bound it wrote it
///  unbound                nothing, but for schedulers named as trusted, and that for ten minutes
/// ```
enum AllocationTrust {
    static let bindPhase = "hami.io/bind-phase"
    static let bindTime = "hami.io/bind-time"
    static let leader = "berth.io/leader"
    static let fence = "berth.io/fence"

    /// Nodes on which a pod holds something: by its spec, and by its annotation.
    static func homes(of pod: Pod) -> [String] {
        var homes: [String] = []
        if !pod.nodeName.isEmpty { homes.append(pod.nodeName) }
        if let other = pod.metadata.annotations[SchedulerAnnotations.assignedNode], !other.isEmpty,
            !homes.contains(where: { isSame($0, other) })
        {
            homes.append(other)
        }
        return homes
    }

    static func hasReservation(_ pod: Pod) -> Bool {
        pod.metadata.annotations[SchedulerAnnotations.assignedNode].map { !$0.isEmpty } ?? false
    }

    /// Keys that say what a pod holds.
    private static func keys(_ catalog: VendorCatalog) -> [String] {
        [SchedulerAnnotations.assignedNode] + catalog.vendors.map(\.annotations.allocated).filter { !$0.isEmpty }
    }

    /// The pod without what its plugin, its kubelet and its scheduler write on the way: none of that moves a charge.
    static func counted(_ pod: Pod, _ catalog: VendorCatalog) -> Pod {
        var counted = pod
        for vendor in catalog.vendors where !vendor.annotations.toAllocate.isEmpty {
            counted.metadata.annotations[vendor.annotations.toAllocate] = nil
        }
        for key in [bindPhase, bindTime, leader, fence, SchedulerAnnotations.assignedTime] {
            counted.metadata.annotations[key] = nil
        }
        // What a Binding of ours has overwritten with nothing is nothing.
        for key in keys(catalog) where counted.metadata.annotations[key] == "" {
            counted.metadata.annotations[key] = nil
        }
        if counted.hasScheduling {
            var scheduling = counted.scheduling
            scheduling.startSeconds = nil
            scheduling.nominatedNodeName = ""
            scheduling.isPreempted = false
            counted.scheduling = scheduling
        }
        if counted.phase == .running { counted.phase = .pending }
        return counted
    }

    /// The pod as it was decided, whatever its keys say now.
    static func overlaid(_ pod: Pod, _ decision: Decision) -> Pod {
        var overlaid = pod
        for write in decision.annotations { overlaid.metadata.annotations[write.key] = write.value }
        overlaid.nodeName = decision.node
        if decision.hasDevices { overlaid.metadata.labels[SchedulerAnnotations.assignedNode] = decision.node }
        return overlaid
    }

    static func isEdited(_ pod: Pod, from decision: Decision, _ catalog: VendorCatalog) -> Bool {
        keys(catalog).contains { key in
            let decided = decision.annotations.first { isSame($0.key, key) }?.value
            let present = pod.metadata.annotations[key]
            return !isSame(decided ?? "", present ?? "")
        }
    }
}
