import DeviceTable
import VendorCatalog

extension IndexedEngine {
    /// The first thing in the indexes that does not agree with the fleet; nil = none. Indexes that are behind are left out.
    ///
    /// - Complexity: O(nodes x indexes). For tests and debugging.
    public func brokenInvariant() -> String? {
        for lane in searchLanes {
            if let problem = lane.brokenInvariant() { return problem }
        }
        return nil
    }
}

extension SearchLane {
    func brokenInvariant() -> String? {
        var evaluator = NodeEvaluator(cluster: cluster)
        for (number, pool) in pools.enumerated() {
            if let problem = pool.brokenInvariant(&evaluator) { return "pool \(number): \(problem)" }
        }
        for (vendor, groups) in statesByVendor.sorted(by: { $0.key.index < $1.key.index }) {
            if let problem = groups.pointee.brokenInvariant(cluster.table) {
                return "states of \(cluster.catalog[vendor].commonWord): \(problem)"
            }
        }
        for set in constraintSets.values {
            if let problem = set.brokenInvariant(cluster) { return "nodes that pass the filters: \(problem)" }
        }
        for tree in trees {
            if let problem = tree.brokenInvariant() { return "tree: \(problem)" }
        }
        for place in 0..<planCapacity {
            guard let plan = plans[place], knowsClasses else { continue }
            if let problem = brokenRefusal(plan, &evaluator) { return "class \(place): \(problem)" }
        }
        return nil
    }

    /// The first node that a class has been told does not take it, and that does.
    ///
    /// Rules over other pods and quotas are asked beside what is remembered by node.
    private func brokenRefusal(_ plan: UnsafeMutablePointer<ClassPlan>, _ evaluator: inout NodeEvaluator) -> String? {
        let requestClass = plan.pointee.requestClass
        if plan.pointee.podKind >= 0 || plan.pointee.namespace >= 0 { return nil }
        let log = plan.pointee.search == .states ? cluster.table.releaseLog : plan.pointee.releases
        var refused = plan.pointee.possible.refused(log, nodes: cluster.table.nodeRowCount) ?? []
        if let tree = plan.pointee.tree?.takeUnretainedValue() {
            refused +=
                tree.refused(cluster.table, quotaVersion: cluster.quotas.version(of: plan.pointee.namespace)) ?? []
        }
        for node in refused
        where cluster.table.heads[node].flags.contains(.alive)
            && cluster.failingConstraint(requestClass, node: node) == nil
            && cluster.failingResource(requestClass, node: node) == nil && evaluator.fits(requestClass, node: node)
        {
            return "row \(node) is held to refuse it, and takes it"
        }
        return nil
    }
}
