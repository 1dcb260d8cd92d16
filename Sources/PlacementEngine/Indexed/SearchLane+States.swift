import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

// Choice through node states: for scores that depend on the request, and rules under which refusals do not last.
extension SearchLane {
    func placeThroughStates(_ plan: UnsafeMutablePointer<ClassPlan>, into result: inout RoundResult) {
        let node = chooseByState(plan)
        if node < 0 {
            result.outcomes.append(.rejected)
            return
        }
        if commitRemembered(plan, node: node, into: &result) { return }
        _ = scratch.pointee.evaluator.fits(plan.pointee.requestClass, node: node)
        plan.pointee.takenCount = 0
        commit(plan, node: node, into: &result)
    }

    /// The best node by (rank, row), -1 = none.
    func chooseByState(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        // Nothing changed where the vendor has devices since the whole class was refused.
        let log = cluster.table.vendorLogs[Int(plan.pointee.vendor)]
        if plan.pointee.refusedAtRelease == log.end { return -1 }
        let node = searchStates(plan)
        if node < 0 && candidates == nil { plan.pointee.refusedAtRelease = log.end }
        return node
    }

    /// The best node by (rank, row) among the states of the class's vendor, -1 = none.
    ///
    /// - Complexity: O(live states) per distinct rank visited, plus one trial per new (ask, state) pair.
    private func searchStates(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!._withUnsafeGuaranteedRef { $0 }
        group.pointee.catchUp(cluster.table)
        // Any change may let a refused node fit: refusals are remembered until the pool changes there.
        plan.pointee.possible.catchUp(cluster.table.releaseLog, nodes: cluster.table.nodeRowCount)
        plan.pointee.constraints?._withUnsafeGuaranteedRef { $0.catchUp(cluster) }
        ask.reserve(states: group.pointee.states.count)
        var floor: UInt64 = 0
        while true {
            var best = StateAsk.refused
            for state in group.pointee.live {
                var rank = ask.ranks[Int(state)]
                if rank == StateAsk.unknown { rank = tryState(plan, ask, Int(state)) }
                if rank < best && rank >= floor { best = rank }
            }
            if best == StateAsk.refused { return -1 }
            let node = firstNode(plan, rank: best)
            if node >= 0 { return node }
            floor = best + 1
        }
    }

    /// Tries the ask on one node of a state, for all of them.
    private func tryState(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk, _ state: Int) -> UInt64 {
        let requestClass = plan.pointee.requestClass
        let node = Int(plan.pointee.states!.pointee.firstNode(of: state))
        guard scratch.pointee.evaluator.fits(requestClass, node: node) else {
            ask.setRank(StateAsk.refused, of: state)
            return StateAsk.refused
        }
        let rank = rankKey(scratch.pointee.evaluator.score(requestClass))
        let ordered = UInt64(requestClass.nodePolicy == .spread ? rank : ~rank)
        ask.setRank(ordered, of: state)
        if ask.remembersDevices && !cluster.table.heads.base[node].flags.contains(.duplicateIDs) {
            ask.setDevices(scratch.pointee.evaluator.workspace, of: state)
        }
        return ordered
    }

    /// Books a pod on a node whose state's devices are remembered; false when they are not.
    private func commitRemembered(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult
    ) -> Bool {
        guard let ask = plan.pointee.ask?._withUnsafeGuaranteedRef({ $0 }), ask.remembersDevices else { return false }
        let devices = ask.devices(of: plan.pointee.states!.pointee.state(of: node))
        if devices.isEmpty { return false }
        bookDevices(plan, node: node, devices: devices, into: &result)
        return true
    }

    /// The lowest row among the nodes of all states with this rank that has the resources and meets the constraints.
    private func firstNode(_ plan: UnsafeMutablePointer<ClassPlan>, rank: UInt64) -> Int {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!._withUnsafeGuaranteedRef { $0 }
        let constraints = plan.pointee.constraints?._withUnsafeGuaranteedRef { $0 }
        var lowest = -1
        for state in group.pointee.live where ask.ranks[Int(state)] == rank {
            let node = group.pointee.firstNode(of: Int(state)) { node in
                if lowest >= 0 && node >= lowest { return false }
                if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
                if let candidates, !candidates.contains(node) { return false }
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
