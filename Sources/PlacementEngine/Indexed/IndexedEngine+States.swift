import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

// Choice through node states: for scores that depend on the request, and rules under which refusals do not last.
extension IndexedEngine {
    /// The best node by (rank, row) among the states of the class's vendor, -1 = none.
    ///
    /// - Complexity: O(live states) per distinct rank visited, plus one trial per new (ask, state) pair.
    func chooseByState(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!
        group.pointee.catchUp(cluster.table)
        // Any change may let a refused node fit: refusals are remembered until the pool changes there.
        plan.pointee.possible.catchUp(cluster.table.releaseLog, nodes: cluster.table.nodeRowCount)
        plan.pointee.constraints?.catchUp(cluster)
        var floor: UInt64 = 0
        while true {
            var best = StateAsk.refused
            for state in group.pointee.live {
                let rank = ask.rank(of: Int(state), states: group.pointee.states.count) {
                    tryState(plan, node: Int(group.pointee.firstNode(of: Int(state))))
                }
                if rank < best && rank >= floor { best = rank }
            }
            if best == StateAsk.refused { return -1 }
            let node = firstNode(plan, rank: best)
            if node >= 0 { return node }
            floor = best + 1
        }
    }

    private func tryState(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> UInt64 {
        let requestClass = plan.pointee.requestClass
        guard scratch.pointee.evaluator.fits(requestClass, node: node) else { return StateAsk.refused }
        let rank = rankKey(scratch.pointee.evaluator.score(requestClass))
        return UInt64(requestClass.nodePolicy == .spread ? rank : ~rank)
    }

    /// The lowest row among the nodes of all states with this rank that has the resources and meets the constraints.
    private func firstNode(_ plan: UnsafeMutablePointer<ClassPlan>, rank: UInt64) -> Int {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!
        let constraints = plan.pointee.constraints
        var lowest = -1
        for state in group.pointee.live where ask.ranks[Int(state)] == rank {
            let node = group.pointee.firstNode(of: Int(state)) { node in
                if lowest >= 0 && node >= lowest { return false }
                if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
                if let constraints, !constraints.contains(node) { return false }
                if hasResources(plan, node: node) { return true }
                plan.pointee.possible.remove(
                    node, nodes: cluster.table.nodeRowCount, position: cluster.table.releaseLog.end)
                return false
            }
            if node >= 0 { lowest = node }
        }
        return lowest
    }
}
