import DeviceTable
import VendorCatalog

// What a lane drops once it has grown past its limit; it is worked out again when it is wanted.
extension SearchLane {
    /// - Complexity: O(vendors), O(classes) where marks of refusals may be many
    func keepBounds() {
        let nodes = hot.nodeRowCount
        let worn = statesByVendor.filter { $0.value.pointee.isWorn(nodes: nodes) }.keys.sorted { $0.index < $1.index }
        for vendor in worn {
            guard let groups = statesByVendor.removeValue(forKey: vendor) else { continue }
            earlierWork.nodesRescored += groups.pointee.nodesRescored
            groups.deinitialize(count: 1)
            groups.deallocate()
        }
        let hasManyAsks = asks.count > Limits.asks
        let hasManySets = constraintSets.count > Limits.constraintSets
        let hasManyScores = trees.count * nodes > Limits.treeScores
        guard !worn.isEmpty || hasManyAsks || hasManySets || hasManyScores || hasManyRefusals(nodes) else { return }
        dropPlans()
        if !worn.isEmpty || hasManyAsks { dropAsks() }
        if hasManySets { constraintSets.removeAll() }
    }

    private func hasManyRefusals(_ nodes: Int) -> Bool {
        if planCapacity * (nodes / 8) <= Limits.refusalBytes { return false }
        return refusalBytes > Limits.refusalBytes
    }

    private var refusalBytes: Int {
        (0..<planCapacity).reduce(0) { $0 + (plans[$1]?.pointee.possible.memoryBytes ?? 0) }
    }

    /// What the lane holds, by structure. - Complexity: O(classes)
    var memory: [Fleet.MemoryUse] {
        [
            Fleet.MemoryUse(structure: "rank indexes", bytes: pools.reduce(0) { $0 + $1.index.pointee.memoryBytes }),
            Fleet.MemoryUse(
                structure: "node states", bytes: statesByVendor.values.reduce(0) { $0 + $1.pointee.memoryBytes }),
            Fleet.MemoryUse(structure: "asks", bytes: asks.values.reduce(0) { $0 + $1.pointee.memoryBytes }),
            Fleet.MemoryUse(structure: "score trees", bytes: trees.count * hot.nodeRowCount * 24),
            Fleet.MemoryUse(structure: "constraint sets", bytes: constraintSets.count * (hot.nodeRowCount / 8 + 200)),
            Fleet.MemoryUse(
                structure: "plans", bytes: planCapacity * (MemoryLayout<ClassPlan>.stride + 16) + refusalBytes),
        ]
    }
}
