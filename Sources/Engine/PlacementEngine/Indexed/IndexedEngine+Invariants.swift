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
        return nil
    }
}
