import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

// Choice through node states: for scores that depend on the request, and rules under which refusals do not last.
extension SearchLane {
    func placeThroughStates(_ plan: UnsafeMutablePointer<ClassPlan>, into result: inout RoundResult) {
        let node = chooseByState(plan)
        if node < 0 {
            result.reject()
            return
        }
        if result.keepsScores {
            let state = plan.pointee.states!.pointee.state(of: node)
            result.scores.append(
                Self.score(of: plan.pointee.ask!.pointee.trial(of: state).rank, plan.pointee.isSpread))
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
        if group.pointee.isBehind(hot) { group.pointee.follow(cluster.table) }
        // Any change may let a refused node fit: refusals are remembered until the pool changes there.
        plan.pointee.possible.catchUp(hot.releaseLog, nodes: hot.nodeRowCount)
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
                let first = firstNode(
                    plan, of: next.state, startingWith: next.firstNode, below: next.bound.met == rank ? node : -1)
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
        live.pointee.visit(
            level: ask.pointee.countLevel, atLeastMiB: leastMiB,
            kinds: { met, baseScore in
                if bestNode < 0 && !scratch.pointee.untried.isFull { return met }
                return Self.bound(baseScore + bestExtra, isSpread) > best
                    ? nil : worthwhileKinds(plan, among: met, baseScore, best)
            },
            { item in
                let limit = Self.bound(item.baseScore + bestExtra, isSpread)
                if limit > best { return true }
                if scratch.pointee.untried.isFull(below: limit) {
                    scratch.pointee.untried.cut()
                    return true
                }
                let marks = ask.pointee.marks[item.state >> 6]
                let bit: UInt64 = 1 << UInt64(item.state & 63)
                if marks.refused & bit != 0 { return false }
                if marks.tried & bit != 0 {
                    let rank = ask.pointee.trial(of: item.state).rank
                    if rank > best || rank == best && item.firstNode > bestNode { return false }
                    let node = firstNode(
                        plan, of: item.state, startingWith: item.firstNode, below: rank == best ? bestNode : -1)
                    if node >= 0 { (best, bestNode) = (rank, node) }
                } else if let bound = bound(plan, item), bound < best, bound.met < best || item.firstNode < bestNode {
                    scratch.pointee.untried.offer(item.state, bound: bound, firstNode: item.firstNode)
                }
                return false
            })
        return (best, bestNode)
    }

    /// The kinds, as bits, whose states may be as good as the best found and may still be kept to be tried, if their base score is
    /// no better than the one given.
    @inline(__always)
    private func worthwhileKinds(
        _ plan: UnsafeMutablePointer<ClassPlan>, among kinds: UInt64, _ baseScore: Float, _ best: StateRank
    ) -> UInt64 {
        var worthwhile = kinds
        var rest = kinds & ~(1 << UInt64(LiveStates.otherKinds))
        while rest != 0 {
            let kind = rest.trailingZeroBitCount
            rest &= rest - 1
            let terms = plan.pointee.ask!.pointee.knownTerms(ofKind: kind)
            if terms.isUnknown { continue }
            let bound = Self.bound(baseScore + terms.bestExtra, plan.pointee.isSpread)
            if bound < best {
                if !scratch.pointee.untried.isFull(below: bound) { continue }
                scratch.pointee.untried.cut()
            }
            worthwhile &= ~(1 << UInt64(kind))
        }
        return worthwhile
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
        var kind = item.kindBit
        if kind == Int(LiveStates.otherKinds) {
            kind = Int(plan.pointee.states!.pointee.summaries[item.state].kind)
            if kind < 0 { return .bound(0) }
        }
        let terms = terms(plan, ofKind: kind) { item.state }
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

    /// The best rank that a score allows; of an infinite one nothing is known, and the bound sorts before all others, as that of
    /// states that are like no other: a search must not end before it has been offered them all.
    @inline(__always)
    private static func bound(_ score: Float, _ isSpread: Bool) -> StateRank {
        if score.isInfinite { return .bound(0) }
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
            leastMemoryMiB: plan.pointee.ask!.pointee.leastMemoryMiB(ofTotal: summary.leastTotalMemoryMiB),
            choosesByGroup: plan.pointee.hasGroupedScan
                && scratch.pointee.evaluator.choosesByGroup(
                    plan.pointee.requestClass, node: Int(group.pointee.firstNode(of: state)))
        )
    }

    /// Tries the ask on one node of a state, for all of them. - Returns: the rank, nil = refused
    private func tryState(_ plan: UnsafeMutablePointer<ClassPlan>, _ untried: UntriedState) -> StateRank? {
        let state = untried.state
        guard let trial = trial(plan, state) else {
            plan.pointee.ask!.pointee.refuse(state)
            return nil
        }
        assert(trial.rank >= untried.bound, "a score beyond its vendor's bounds")
        plan.pointee.ask!.pointee.keep(trial)
        return trial.rank
    }

    /// The trial by short scan where that equals Fit in the state and the score follows from what it gives; else by the evaluator.
    private func trial(_ plan: UnsafeMutablePointer<ClassPlan>, _ state: Int) -> StateTrial? {
        let group = plan.pointee.states!
        let kind = Int(group.pointee.summaries[state].kind)
        let node = Int(group.pointee.firstNode(of: state))
        guard plan.pointee.hasScan || plan.pointee.hasGroupedScan, plan.pointee.ask!.pointee.remembersDevices,
            kind >= 0,
            hot.heads.base[node].flags.contains(.plain)
        else { return evaluateState(plan, state) }
        let terms = terms(plan, ofKind: kind) { state }
        guard plan.pointee.hasScan ? terms.isExact : terms.choosesByGroup else { return evaluateState(plan, state) }
        return scanState(plan, state, node, terms)
    }

    /// The trial by short scan, nil = refused.
    private func scanState(
        _ plan: UnsafeMutablePointer<ClassPlan>, _ state: Int, _ node: Int, _ terms: KindTerms
    ) -> StateTrial? {
        let ask = plan.pointee.ask!
        scratch.pointee.shortScans += 1
        var count = standardScan(plan.pointee.scan, hot.columns(of: node), taken: taken)
        if count == 0 { return nil }
        var extra = terms.bestExtra
        if plan.pointee.hasGroupedScan { (count, extra) = keepLargestGroups(plan, node, count) }
        let cores = plan.pointee.scan.chargedCores
        let record = ask.pointee.keepDevices(count: count) {
            AllocatedDevice(
                device: taken[$0].device, memoryMiB: taken[$0].memoryMiB, cores: cores, container: 0, vendor: 0)
        }
        let score = plan.pointee.states!.pointee.summaries[state].baseScore + extra
        return StateTrial(state, rank: Self.rank(score, plan.pointee.isSpread), record: record)
    }

    /// Keeps the devices of the largest groups among those taken. - Returns: how many, and what the vendor adds to the score
    private func keepLargestGroups(
        _ plan: UnsafeMutablePointer<ClassPlan>, _ node: Int, _ count: Int
    ) -> (count: Int, extra: Float) {
        let first = Int(hot.heads.base[node].firstDevice)
        var own: UInt32 = 0
        for place in 0..<count {
            let device = first + Int(taken[place].device)
            groups[place] = hot.facts.base[device].group
            if hot.vendor.base[device] == plan.pointee.vendor { own |= 1 << UInt32(place) }
        }
        let (kept, largest) = PlacementKernels.keepLargestGroups(
            taken, count: count, wanted: Int(plan.pointee.scan.request.devices), groups: groups, own: own)
        if kept == 0 { return (0, 0) }
        return (kept, scratch.pointee.evaluator.groupScore(plan.pointee.vendor, largest: largest, of: kept))
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
                by: hot.columns(of: node), vendorBit: 1 << UInt64(plan.pointee.vendor),
                checksSlots: ask.pointee.checksSlots)
        guard canFit && scratch.pointee.evaluator.fits(requestClass, node: node) else { return nil }
        let score = scratch.pointee.evaluator.score(requestClass)
        var record = 0
        if ask.pointee.remembersDevices && !hot.heads.base[node].flags.contains(.duplicateIDs) {
            let picks = scratch.pointee.evaluator.workspace.picks
            record = ask.pointee.keepDevices(count: scratch.pointee.evaluator.workspace.pickCount) {
                AllocatedDevice(
                    device: picks[$0].device, memoryMiB: picks[$0].memoryMiB, cores: picks[$0].cores, container: 0,
                    vendor: 0)
            }
        }
        return StateTrial(state, rank: Self.rank(score, plan.pointee.isSpread), record: record)
    }

    @inline(__always)
    private static func rank(_ score: Float, _ isSpread: Bool) -> StateRank {
        let rank = rankKey(score)
        return .exact(isSpread ? rank : ~rank)
    }

    /// The score behind an exact rank.
    private static func score(of rank: StateRank, _ isSpread: Bool) -> Float {
        scoreOfRankKey(isSpread ? rank.key : ~rank.key)
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
    ///
    /// - Parameter first: the state's lowest row of all: where it will do, the list of the others is not looked at.
    private func firstNode(
        _ plan: UnsafeMutablePointer<ClassPlan>, of state: Int, startingWith first: Int, below limit: Int
    ) -> Int {
        if limit >= 0 && first >= limit { return -1 }
        if passesFilters(plan, node: first) { return first }
        for row in plan.pointee.states!.pointee.nodes(of: state).dropFirst() {
            let node = Int(row)
            if limit >= 0 && node >= limit { return -1 }
            if passesFilters(plan, node: node) { return node }
        }
        return -1
    }

    /// Whether the node has the resources and meets the constraints; if not for want of resources, that is remembered.
    @inline(__always)
    private func passesFilters(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
        if let candidates, !candidates.pointee.contains(node) { return false }
        if let constraints = plan.pointee.constraints, !constraints._withUnsafeGuaranteedRef({ $0.contains(node) }) {
            return false
        }
        if !cluster.rulesAllow(plan.pointee.podKind, node: node, plan.pointee.requestClass) { return false }
        if hasResources(plan, node: node) { return true }
        plan.pointee.possible.remove(node, nodes: hot.nodeRowCount, position: hot.releaseLog.end)
        return false
    }
}
