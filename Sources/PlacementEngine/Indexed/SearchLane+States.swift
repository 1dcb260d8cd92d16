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
    /// - Complexity: O(states) per distinct rank visited, plus one trial per new (ask, state) pair that may be the best.
    private func searchStates(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!._withUnsafeGuaranteedRef { $0 }
        group.pointee.catchUp(cluster.table)
        // Any change may let a refused node fit: refusals are remembered until the pool changes there.
        plan.pointee.possible.catchUp(cluster.table.releaseLog, nodes: cluster.table.nodeRowCount)
        plan.pointee.constraints?._withUnsafeGuaranteedRef { $0.catchUp(cluster) }
        ask.follow(group.pointee)
        var floor: UInt64 = 0
        while true {
            let best = bestNode(plan, ask, from: floor)
            if best.key == StateEntry.endKey { return -1 }
            if best.node >= 0 { return best.node }
            floor = best.key + 1
        }
    }

    /// The lowest exact key from `floor` on, ``StateEntry/endKey`` = none, and its first node that passes the filters, -1 = none.
    ///
    /// States of which only a bound is known are tried in the order of their bounds and first rows, until the next can be no
    /// better than what has been found. A bound sorts before the exact key of its rank.
    private func bestNode(
        _ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk, from floor: UInt64
    ) -> (key: UInt64, node: Int) {
        let group = plan.pointee.states!
        var best = StateEntry.endKey
        // The only state with the best key, -1 = there are several.
        var bestState = -1
        scratch.pointee.untried.removeAll(keepingCapacity: true)
        group.pointee.live.withUnsafeBufferPointer { live in
            for state in live {
                var entry = ask.entries[Int(state)]
                if entry.isUnknown { entry = assess(plan, ask, Int(state)) }
                let key = entry.key
                if key > best || key < floor || entry.isRefused { continue }
                if !entry.isExact {
                    scratch.pointee.untried.append(
                        UntriedState(key: key, firstNode: group.pointee.firstNode(of: Int(state)), state: Int(state)))
                } else if key < best {
                    (best, bestState) = (key, Int(state))
                } else {
                    bestState = -1
                }
            }
        }
        func firstNode() -> Int {
            bestState >= 0 ? self.firstNode(plan, of: bestState, below: -1) : self.firstNode(plan, key: best)
        }
        // The first node of the best states, once it had to be known.
        var node: Int?
        scratch.pointee.orderUntried(below: best)
        while let next = scratch.pointee.takeLowestUntried(), next.key < best {
            if StateEntry.exactKey(ofBound: next.key) == best {
                let known = node ?? firstNode()
                node = known
                // At equal rank the lower row wins, and those of this state and of all that follow lie above.
                if known >= 0 && next.firstNode > known { break }
            }
            let tried = tryState(plan, ask, next.state)
            if tried.isRefused || tried.key > best { continue }
            if tried.key < best {
                (best, bestState, node) = (tried.key, next.state, nil)
            } else if let known = node {
                let lower = self.firstNode(plan, of: next.state, below: known)
                if lower >= 0 { node = lower }
            } else {
                bestState = -1
            }
        }
        return best == StateEntry.endKey ? (best, -1) : (best, node ?? firstNode())
    }

    /// Whether a state may serve the ask and how well, said without a look at its nodes.
    private func assess(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk, _ state: Int) -> StateEntry {
        let group = plan.pointee.states!
        let shape = Int(group.pointee.shapes[state])
        var entry = StateEntry.bound(0)
        if shape >= 0
            && ask.asksTooMuchMemory(
                of: group.pointee.freeMemoryMiB[state], leastTotalMiB: group.pointee.leastTotalMemoryMiB[state])
        {
            entry = .refused
        } else if shape >= 0 {
            let requestClass = plan.pointee.requestClass
            let isSpread = requestClass.nodePolicy == .spread
            let idle = Int(group.pointee.largestIdleGroups[state])
            let extra = ask.bestExtra(ofShape: shape, largestIdleGroup: idle) {
                let bounds = scratch.pointee.evaluator.vendorScoreBounds(
                    requestClass, node: Int(group.pointee.firstNode(of: state)), largestIdleGroup: idle)
                return isSpread ? bounds.lowerBound : bounds.upperBound
            }
            let rank = rankKey(group.pointee.baseScores[state] + extra)
            entry = .bound(isSpread ? rank : ~rank)
        }
        ask.setEntry(entry, of: state)
        return entry
    }

    /// Tries the ask on one node of a state, for all of them.
    private func tryState(_ plan: UnsafeMutablePointer<ClassPlan>, _ ask: StateAsk, _ state: Int) -> StateEntry {
        let requestClass = plan.pointee.requestClass
        let node = Int(plan.pointee.states!.pointee.firstNode(of: state))
        let canFit =
            plan.pointee.states!.pointee.shapes[state] < 0
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
        guard let ask = plan.pointee.ask?._withUnsafeGuaranteedRef({ $0 }), ask.remembersDevices else { return false }
        let record = ask.entries[plan.pointee.states!.pointee.state(of: node)].record
        if record == 0 { return false }
        bookDevices(plan, node: node, devices: ask.devices(ofRecord: record), into: &result)
        return true
    }

    /// The lowest row among the nodes of all states with this key that has the resources and meets the constraints.
    private func firstNode(_ plan: UnsafeMutablePointer<ClassPlan>, key: UInt64) -> Int {
        let group = plan.pointee.states!
        let ask = plan.pointee.ask!._withUnsafeGuaranteedRef { $0 }
        var lowest = -1
        for state in group.pointee.live where ask.entries[Int(state)].key == key {
            let node = firstNode(plan, of: Int(state), below: lowest)
            if node >= 0 { lowest = node }
        }
        return lowest
    }

    /// The state's lowest row, below `limit` unless that is negative, that has the resources and meets the constraints.
    private func firstNode(_ plan: UnsafeMutablePointer<ClassPlan>, of state: Int, below limit: Int) -> Int {
        let constraints = plan.pointee.constraints?._withUnsafeGuaranteedRef { $0 }
        return plan.pointee.states!.pointee.firstNode(of: state) { node in
            if limit >= 0 && node >= limit { return false }
            if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
            if let candidates, !candidates.contains(node) { return false }
            if let constraints, !constraints.contains(node) { return false }
            if hasResources(plan, node: node) { return true }
            plan.pointee.possible.remove(
                node, nodes: cluster.table.nodeRowCount, position: cluster.table.releaseLog.end)
            return false
        }
    }
}

/// A state of which only a bound is known, with that bound.
struct UntriedState: BitwiseCopyable {
    /// Bound above, first row below.
    private let order: UInt64
    private let stateRow: Int32

    init(key: UInt64, firstNode: Int32, state: Int) {
        order = key << 31 | UInt64(firstNode)
        stateRow = Int32(truncatingIfNeeded: state)
    }

    var key: UInt64 { order >> 31 }
    var firstNode: Int { Int(order & 0x7fff_ffff) }
    var state: Int { Int(stateRow) }
    static func < (left: UntriedState, right: UntriedState) -> Bool { left.order < right.order }
}

// A binary heap, lowest first: of hundreds of states, one or two are tried.
extension SearchLane.Scratch {
    /// Drops the states that cannot be better than what is known, and orders the others.
    ///
    /// - Complexity: O(untried states)
    mutating func orderUntried(below key: UInt64) {
        untried.removeAll { $0.key >= key }
        for place in stride(from: untried.count / 2 - 1, through: 0, by: -1) { siftDown(place) }
    }

    /// The untried state with the lowest bound. - Complexity: O(log of untried states)
    mutating func takeLowestUntried() -> UntriedState? {
        guard let lowest = untried.first else { return nil }
        let last = untried.removeLast()
        if !untried.isEmpty {
            untried[0] = last
            siftDown(0)
        }
        return lowest
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var child = 2 * place + 1
            if child >= untried.count { return }
            if child + 1 < untried.count && untried[child + 1] < untried[child] { child += 1 }
            if !(untried[child] < untried[place]) { return }
            untried.swapAt(child, place)
            place = child
        }
    }
}
