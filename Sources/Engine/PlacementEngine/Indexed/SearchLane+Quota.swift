import DeviceTable
import PlacementModel
import VendorCatalog

// Pods of namespaces with limits. Far from the limit, and beyond it, every node gives the quota's check one answer: the pod is
// then decided as one of a namespace without limits, or refused. Only near the limit does it depend on the node.
extension SearchLane {
    /// What a namespace's limits say of a class before any node is looked at.
    enum QuotaAnswer {
        /// Whatever node and devices the pod gets, the limits allow it.
        case always
        /// Whatever node is asked, the limits refuse it.
        case never
        case depends
    }

    /// - Complexity: O(requests)
    func quotaAnswer(_ plan: UnsafeMutablePointer<ClassPlan>) -> QuotaAnswer {
        let requestClass = plan.pointee.requestClass
        let namespace = plan.pointee.namespace
        guard cluster.quotas.limitsNamespace(namespace) else { return .always }
        var vendors = requestClass.requestedVendors
        while vendors != 0 {
            let vendor = VendorID(vendors.trailingZeroBitCount)
            vendors &= vendors - 1
            let names = cluster.catalog[vendor].resources
            let room = cluster.quotas.room(of: namespace, vendor: vendor, factor: names.memoryFactor)
            if room.memoryMiB == nil && room.cores == nil { continue }
            let need = QuotaNeed(requestClass, vendor, cluster)
            guard let need else { return .depends }
            let fits = need.most.memoryMiB <= room.memoryMiB ?? .max && need.most.cores <= room.cores ?? .max
            if fits { continue }
            let cannot = need.least.memoryMiB > room.memoryMiB ?? .max || need.least.cores > room.cores ?? .max
            return cannot && cluster.catalog[vendor].standardFit?.quotaNames != nil ? .never : .depends
        }
        return .always
    }

    @inline(never)
    func placeUnderQuota(
        _ plan: UnsafeMutablePointer<ClassPlan>, next: UnsafeMutablePointer<ClassPlan>?, into result: inout RoundResult
    ) {
        switch quotaAnswer(plan) {
        case .never: result.reject()
        case .depends: placeBySearch(plan, next: next, into: &result)
        case .always:
            guard let twin = plan.pointee.requestClass.twin else {
                return placeBySearch(plan, next: next, into: &result)
            }
            placeBySearch(self.plan(of: twin.id), next: next, into: &result)
            let outcome = result.outcomes[result.outcomes.count - 1]
            if outcome.isPlaced { cluster.setNamespace(plan.pointee.namespace, of: outcome.resident) }
        }
    }

    /// The plan by which a node is chosen for a class; nil = no node can be.
    func planUnderQuota(_ plan: UnsafeMutablePointer<ClassPlan>) -> UnsafeMutablePointer<ClassPlan>? {
        if plan.pointee.namespace < 0 { return plan }
        switch quotaAnswer(plan) {
        case .never: return nil
        case .depends: return plan
        case .always: return plan.pointee.requestClass.twin.map { self.plan(of: $0.id) } ?? plan
        }
    }
}

/// Bounds of what the quota's check adds up for a class and one vendor, whatever node is tried.
private struct QuotaNeed {
    var most: (memoryMiB: Int64, cores: Int64) = (0, 0)
    /// Of the first device that any request is given.
    var least: (memoryMiB: Int64, cores: Int64) = (.max, .max)

    /// Nil where nothing is known beforehand: cards cut by MIG are charged the instance.
    init?(_ requestClass: RequestClass, _ vendor: VendorID, _ fleet: Fleet) {
        let kinds = fleet.table.deviceKinds[vendor.index]
        if kinds.hasMIG { return nil }
        let totals = (kinds.memoryTotalsMiB.first ?? 0, kinds.memoryTotalsMiB.last ?? 0)
        for place in 0..<requestClass.requestCount {
            let request = requestClass.requests[place]
            if request.vendor != vendor { continue }
            // Where devices are chosen by topology, all that pass are gathered first.
            let gathered = requestClass.devicePolicy.isTopologyAware ? fleet.devicesPerNodeMax : 0
            let devices = Int64(max(Int(request.devices), gathered))
            let memory = [request.memory(ofTotal: totals.0), request.memory(ofTotal: totals.1)].map { Int64($0) }
            let cores = Int64(request.cores)
            // At most 2^14 devices of less than 2^31 each, for at most 2^13 containers: below 2^58.
            most.memoryMiB += devices * max(memory.max()!, 0)
            most.cores += devices * max(cores, 0)
            least.memoryMiB = min(least.memoryMiB, memory.min()!)
            least.cores = min(least.cores, min(cores, 100))
        }
    }
}
