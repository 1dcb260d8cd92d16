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
        if isStillRefused(plan) { return -1 }
        let node = searchStates(plan)
        if node < 0 && candidates == nil { noteRefusal(plan) }
        return node
    }

    /// The best node by (rank, row) among the states of the class's vendor, -1 = none.
    ///
    /// - Complexity: O(states), plus one trial per new (ask, state) pair that may be the best.
    private func searchStates(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        let group = plan.pointee.states!
        group.pointee.catchUp(cluster.table)
        // Any change may let a refused node fit: refusals are remembered until the pool changes there.
        plan.pointee.possible.catchUp(cluster.table.releaseLog, nodes: cluster.table.nodeRowCount)
        plan.pointee.constraints?._withUnsafeGuaranteedRef { $0.catchUp(cluster) }
        return plan.pointee.ask!._withUnsafeGuaranteedRef { ask in
            ask.follow(group.pointee)
            return bestNode(plan, ask)
        }
    }

    /// The first node that passes the filters in the states with the lowest exact key, -1 = none.
    ///
    /// States of which only a bound is known are tried in the order of their bounds and first nodes, until the next can be no
    /// better than what has been found. A bound sorts before the exact key of its rank.
    private func bestNode(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk) -> Int {
        while true {
            var (key, node) = bestTried(plan, ask)
            var isSettled = !scratch.pointee.untried.isCut
            for place in 0..<scratch.pointee.untried.count {
                let next = scratch.pointee.untried[place]
                // At equal rank the lower row wins.
                if next.key >= key || StateEntry.exactKey(ofBound: next.key) == key && next.firstNode > node {
                    isSettled = true
                    break
                }
                let tried = tryState(plan, ask, next.state)
                if tried.isRefused { continue }
                if (tried.key, next.firstNode) < (key, node) { (key, node) = (tried.key, next.firstNode) }
            }
            if isSettled { return node }
            // All of the kept states have been tried, and states that were not kept may be better still.
        }
    }

    /// The lowest exact key among the states tried before that have a node which passes the filters, and the first of those
    /// nodes; ``StateEntry/endKey`` and -1 = none. The lowest of the other states are then in `scratch.untried`.
    private func bestTried(
        _ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk
    ) -> (key: UInt64, node: Int) {
        let group = plan.pointee.states!
        let isSpread = plan.pointee.isSpread
        let bestExtra = bestExtra(plan, ask)
        var best = StateEntry.endKey
        var bestNode = -1
        scratch.pointee.untried.clear()
        group.pointee.live.items.withUnsafeBufferPointer { live in
            for place in 0..<live.count {
                let item = live[isSpread ? place : live.count - 1 - place]
                let state = Int(item.state)
                var entry = ask.entries[state]
                if entry.isRefused { continue }
                let bound = Self.bound(item.baseScore + bestExtra, isSpread).key
                if bound > best { break }
                if scratch.pointee.untried.isFull(below: bound) {
                    scratch.pointee.untried.cut()
                    break
                }
                if entry.isUnknown { entry = assess(plan, ask, state) }
                let key = entry.key
                if key > best || entry.isRefused { continue }
                if !entry.isExact {
                    scratch.pointee.untried.offer(key: key, state: state) { firstNode(plan, of: state, below: -1) }
                    continue
                }
                let node = firstNode(plan, of: state, below: key == best ? bestNode : -1)
                if node >= 0 { (best, bestNode) = (key, node) }
            }
        }
        return (best, bestNode)
    }

    /// The best that vendors may add to the ask's score on any node there is now, infinite = no bound is known.
    private func bestExtra(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk) -> Float {
        let group = plan.pointee.states!
        let unbounded: Float = plan.pointee.isSpread ? -.infinity : .infinity
        // Where nearly every node is of its own kind, to ask for all of them costs more than it saves.
        let kinds = group.pointee.live.countByKind.count
        if group.pointee.live.aloneCount > 0 || kinds > 64 { return unbounded }
        var best = -unbounded
        for kind in 0..<kinds where group.pointee.live.countByKind[kind] > 0 {
            let extra = ask.bestExtra(ofKind: kind) {
                let item = group.pointee.live.items.first { group.pointee.summaries[Int($0.state)].kind == kind }
                return findBestExtra(plan, inState: Int(item!.state))
            }
            best = plan.pointee.isSpread ? min(best, extra) : max(best, extra)
        }
        return best
    }

    /// Whether a state may serve the ask and how well, said without a look at its nodes.
    @inline(__always)
    private func assess(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk, _ state: Int) -> StateEntry {
        let summary = plan.pointee.states!.pointee.summaries[state]
        var entry = StateEntry.bound(0)
        if summary.kind >= 0 && ask.asksTooMuchMemory(of: summary) {
            entry = .refused
        } else if summary.kind >= 0 {
            let extra = ask.bestExtra(ofKind: Int(summary.kind)) { findBestExtra(plan, inState: state) }
            entry = Self.bound(summary.baseScore + extra, plan.pointee.isSpread)
        }
        ask.setEntry(entry, of: state)
        return entry
    }

    @inline(__always)
    private static func bound(_ score: Float, _ isSpread: Bool) -> StateEntry {
        let rank = rankKey(score)
        return .bound(isSpread ? rank : ~rank)
    }

    /// The best that vendors may add in states like this one.
    private func findBestExtra(_ plan: UnsafeMutablePointer<ClassPlan>, inState state: Int) -> Float {
        let group = plan.pointee.states!
        let bounds = scratch.pointee.evaluator.vendorScoreBounds(
            plan.pointee.requestClass, node: Int(group.pointee.firstNode(of: state)),
            largestIdleGroup: Int(group.pointee.summaries[state].largestIdleGroup))
        return plan.pointee.isSpread ? bounds.lowerBound : bounds.upperBound
    }

    /// Tries the ask on one node of a state, for all of them.
    private func tryState(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk, _ state: Int) -> StateEntry {
        let requestClass = plan.pointee.requestClass
        let node = Int(plan.pointee.states!.pointee.firstNode(of: state))
        let canFit =
            plan.pointee.states!.pointee.summaries[state].kind < 0
            || ask.demand.isMet(
                by: cluster.table.columns(of: node), vendorBit: 1 << UInt64(plan.pointee.vendor),
                checksSlots: ask.checksSlots)
        guard canFit && scratch.pointee.evaluator.fits(requestClass, node: node) else {
            ask.setEntry(.refused, of: state)
            return .refused
        }
        let rank = rankKey(scratch.pointee.evaluator.score(requestClass))
        let isKept = ask.remembersDevices && !cluster.table.heads.base[node].flags.contains(.duplicateIDs)
        let entry = StateEntry.exact(
            requestClass.nodePolicy == .spread ? rank : ~rank,
            record: isKept ? ask.keepDevices(scratch.pointee.evaluator.workspace) : 0)
        assert(entry.key >= ask.entries[state].key, "a score beyond its vendor's bounds, or a state tried twice")
        ask.setEntry(entry, of: state)
        return entry
    }

    /// Books a pod on a node whose state's devices are remembered; false when they are not.
    private func commitRemembered(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult
    ) -> Bool {
        plan.pointee.ask!._withUnsafeGuaranteedRef { ask in
            let record = ask.entries[plan.pointee.states!.pointee.state(of: node)].record
            if record == 0 { return false }
            bookDevices(plan, node: node, devices: ask.devices(ofRecord: record), into: &result)
            return true
        }
    }

    /// The state's lowest row, below `limit` unless that is negative, that has the resources and meets the constraints.
    private func firstNode(_ plan: UnsafeMutablePointer<ClassPlan>, of state: Int, below limit: Int) -> Int {
        if limit >= 0 && Int(plan.pointee.states!.pointee.firstNode(of: state)) >= limit { return -1 }
        let constraints = plan.pointee.constraints
        return plan.pointee.states!.pointee.firstNode(of: state) { node in
            if limit >= 0 && node >= limit { return false }
            if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
            if let candidates, !candidates.contains(node) { return false }
            if let constraints, !constraints._withUnsafeGuaranteedRef({ $0.contains(node) }) { return false }
            if hasResources(plan, node: node) { return true }
            plan.pointee.possible.remove(
                node, nodes: cluster.table.nodeRowCount, position: cluster.table.releaseLog.end)
            return false
        }
    }
}
