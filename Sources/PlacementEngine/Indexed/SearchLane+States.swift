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
        plan.pointee.ask!.pointee.follow(group.pointee)
        return bestNode(plan)
    }

    /// The first node that passes the filters in the states with the lowest exact rank, -1 = none.
    ///
    /// States of which only a bound is known are tried in the order of their bounds and first nodes, until the next can be no
    /// better than what has been found. A bound sorts before its rank when it is exact.
    private func bestNode(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        scratch.pointee.untried.clear()
        while true {
            var (rank, node) = bestTried(plan)
            var isSettled = !scratch.pointee.untried.isCut
            for place in 0..<scratch.pointee.untried.count {
                let next = scratch.pointee.untried[place]
                // At equal rank the lower row wins.
                if next.bound >= rank || next.bound.met == rank && next.firstNode > node {
                    isSettled = true
                    break
                }
                let first = firstNode(plan, of: next.state, below: next.bound.met == rank ? node : -1)
                guard first >= 0, let tried = tryState(plan, next) else { continue }
                if tried < rank || tried == rank && first < node { (rank, node) = (tried, first) }
            }
            if isSettled { return node }
            // All of the kept states are done with, and states that were not kept may be better still.
            scratch.pointee.untried.goOn()
        }
    }

    /// The lowest rank among the states tried before that have a node which passes the filters, and the first of those nodes;
    /// ``StateRank/end`` and -1 = none. The lowest of the other states are then in `scratch.untried`.
    private func bestTried(_ plan: UnsafeMutablePointer<ClassPlan>) -> (rank: StateRank, node: Int) {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!
        let isSpread = plan.pointee.isSpread
        let bestExtra = bestExtra(plan)
        var best = StateRank.end
        var bestNode = -1
        let live = group.pointee.live(isSpread: isSpread)
        let leastMiB = ask.pointee.leastMemoryMiB(ofTotal: group.pointee.leastTotalMemoryMiB)
        live.pointee.visit(level: ask.pointee.countLevel, atLeastMiB: leastMiB) { item in
            let marks = ask.pointee.marks[item.state >> 6]
            let bit: UInt64 = 1 << UInt64(item.state & 63)
            if marks.refused & bit != 0 { return false }
            let limit = Self.bound(item.baseScore + bestExtra, isSpread)
            if limit > best { return true }
            if scratch.pointee.untried.isFull(below: limit) {
                scratch.pointee.untried.cut()
                return true
            }
            if marks.tried & bit != 0 {
                let rank = ask.pointee.trial(of: item.state).rank
                if rank > best || rank == best && item.firstNode > bestNode { return false }
                let node = firstNode(plan, of: item.state, below: rank == best ? bestNode : -1)
                if node >= 0 { (best, bestNode) = (rank, node) }
            } else if let bound = bound(plan, item), bound < best, bound.met < best || item.firstNode < bestNode {
                scratch.pointee.untried.offer(item.state, bound: bound, firstNode: item.firstNode)
            }
            return false
        }
        return (best, bestNode)
    }

    /// The best that vendors may add to the ask's score on any node there is now, infinite = no bound is known.
    private func bestExtra(_ plan: UnsafeMutablePointer<ClassPlan>) -> Float {
        let group = plan.pointee.states!
        let unbounded: Float = plan.pointee.isSpread ? -.infinity : .infinity
        // Where nearly every node is of its own kind, to ask for all of them costs more than it saves.
        let kinds = group.pointee.kindCount
        if group.pointee.aloneCount > 0 || kinds > 64 { return unbounded }
        var best = -unbounded
        for kind in 0..<kinds where group.pointee.countByKind[kind] > 0 {
            let extra = terms(plan, ofKind: kind) { group.pointee.liveState(ofKind: kind) }.bestExtra
            best = plan.pointee.isSpread ? min(best, extra) : max(best, extra)
        }
        return best
    }

    /// How well a state may serve the ask, said without a look at its nodes; nil = not at all.
    @inline(__always)
    private func bound(_ plan: UnsafeMutablePointer<ClassPlan>, _ item: LiveStates.Item) -> StateRank? {
        if item.kind < 0 { return .bound(0) }
        let terms = terms(plan, ofKind: item.kind) { item.state }
        if item.freeMemoryMiB < terms.leastMemoryMiB { return nil }
        return Self.bound(item.baseScore + terms.bestExtra, plan.pointee.isSpread)
    }

    /// What holds for the class's ask in states of a kind.
    ///
    /// - Parameter example: a state of the kind with a node; asked the first time only.
    @inline(__always)
    private func terms(_ plan: UnsafeMutablePointer<ClassPlan>, ofKind kind: Int, example: () -> Int) -> KindTerms {
        plan.pointee.ask!.pointee.terms(ofKind: kind) { findTerms(plan, inState: example()) }
    }

    @inline(__always)
    private static func bound(_ score: Float, _ isSpread: Bool) -> StateRank {
        let rank = rankKey(score)
        return .bound(isSpread ? rank : ~rank)
    }

    private func findTerms(_ plan: UnsafeMutablePointer<ClassPlan>, inState state: Int) -> KindTerms {
        let group = plan.pointee.states!
        let summary = group.pointee.summaries[state]
        let bounds = scratch.pointee.evaluator.vendorScoreBounds(
            plan.pointee.requestClass, node: Int(group.pointee.firstNode(of: state)),
            largestIdleGroup: Int(summary.largestIdleGroup))
        return KindTerms(
            bestExtra: plan.pointee.isSpread ? bounds.lowerBound : bounds.upperBound,
            isExact: bounds.lowerBound == bounds.upperBound,
            leastMemoryMiB: plan.pointee.ask!.pointee.leastMemoryMiB(ofTotal: summary.leastTotalMemoryMiB))
    }

    /// Tries the ask on one node of a state, for all of them. - Returns: the rank, nil = refused
    private func tryState(_ plan: UnsafeMutablePointer<ClassPlan>, _ untried: UntriedState) -> StateRank? {
        let state = untried.state
        guard let trial = canScan(plan, state) ? scanState(plan, state) : evaluateState(plan, state) else {
            plan.pointee.ask!.pointee.refuse(state)
            return nil
        }
        assert(trial.rank >= untried.bound, "a score beyond its vendor's bounds")
        plan.pointee.ask!.pointee.keep(trial)
        return trial.rank
    }

    /// Whether the short scan equals HAMi's loop in a state and the score follows from the state alone.
    @inline(__always)
    private func canScan(_ plan: UnsafeMutablePointer<ClassPlan>, _ state: Int) -> Bool {
        let group = plan.pointee.states!
        let kind = Int(group.pointee.summaries[state].kind)
        let node = Int(group.pointee.firstNode(of: state))
        guard plan.pointee.hasScan, plan.pointee.ask!.pointee.remembersDevices, kind >= 0,
            cluster.table.heads.base[node].flags.contains(.plain)
        else { return false }
        return terms(plan, ofKind: kind) { state }.isExact
    }

    /// The trial by short scan, nil = refused. - Precondition: ``canScan(_:_:)``
    private func scanState(_ plan: UnsafeMutablePointer<ClassPlan>, _ state: Int) -> StateTrial? {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!
        let node = Int(group.pointee.firstNode(of: state))
        scratch.pointee.shortScans += 1
        let count = standardScan(plan.pointee.scan, cluster.table.columns(of: node), taken: taken)
        if count == 0 { return nil }
        let cores = plan.pointee.scan.chargedCores
        let record = ask.pointee.keepDevices(count: count) {
            AllocatedDevice(device: taken[$0].device, memoryMiB: taken[$0].memoryMiB, cores: cores)
        }
        let summary = group.pointee.summaries[state]
        let extra = terms(plan, ofKind: Int(summary.kind)) { state }.bestExtra
        return StateTrial(state, rank: Self.rank(summary.baseScore + extra, plan.pointee.isSpread), record: record)
    }

    /// The trial by the evaluator, nil = refused.
    private func evaluateState(_ plan: UnsafeMutablePointer<ClassPlan>, _ state: Int) -> StateTrial? {
        let requestClass = plan.pointee.requestClass
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!
        let node = Int(group.pointee.firstNode(of: state))
        let canFit =
            group.pointee.summaries[state].kind < 0
            || ask.pointee.demand.isMet(
                by: cluster.table.columns(of: node), vendorBit: 1 << UInt64(plan.pointee.vendor),
                checksSlots: ask.pointee.checksSlots)
        guard canFit && scratch.pointee.evaluator.fits(requestClass, node: node) else { return nil }
        let score = scratch.pointee.evaluator.score(requestClass)
        var record = 0
        if ask.pointee.remembersDevices && !cluster.table.heads.base[node].flags.contains(.duplicateIDs) {
            let picks = scratch.pointee.evaluator.workspace.picks
            record = ask.pointee.keepDevices(count: scratch.pointee.evaluator.workspace.pickCount) {
                AllocatedDevice(device: picks[$0].device, memoryMiB: picks[$0].memoryMiB, cores: picks[$0].cores)
            }
        }
        return StateTrial(state, rank: Self.rank(score, plan.pointee.isSpread), record: record)
    }

    @inline(__always)
    private static func rank(_ score: Float, _ isSpread: Bool) -> StateRank {
        let rank = rankKey(score)
        return .exact(isSpread ? rank : ~rank)
    }

    /// Books a pod on a node whose state's devices are remembered; false when they are not.
    private func commitRemembered(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult
    ) -> Bool {
        let ask = plan.pointee.ask!
        let record = Int(ask.pointee.trial(of: plan.pointee.states!.pointee.state(of: node)).record)
        if record == 0 { return false }
        bookDevices(plan, node: node, devices: ask.pointee.devices(ofRecord: record), into: &result)
        return true
    }

    /// The state's lowest row, below `limit` unless that is negative, that has the resources and meets the constraints.
    private func firstNode(_ plan: UnsafeMutablePointer<ClassPlan>, of state: Int, below limit: Int) -> Int {
        for row in plan.pointee.states!.pointee.nodes(of: state) {
            let node = Int(row)
            if limit >= 0 && node >= limit { return -1 }
            if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { continue }
            if let candidates, !candidates.contains(node) { continue }
            if let constraints = plan.pointee.constraints,
                !constraints._withUnsafeGuaranteedRef({ $0.contains(node) })
            {
                continue
            }
            if hasResources(plan, node: node) { return node }
            plan.pointee.possible.remove(
                node, nodes: cluster.table.nodeRowCount, position: cluster.table.releaseLog.end)
        }
        return -1
    }
}
