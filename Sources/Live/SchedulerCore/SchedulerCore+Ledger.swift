import KubernetesWire
import PlacementModel

// Pods in the ledger: what moves them, and what comes with each move.
extension SchedulerCore {
    /// Moves a pod by the table. - Precondition: the table has the row
    mutating func move(_ entry: PodEntry, _ trigger: PodTrigger) {
        guard let row = TransitionTable.row(from: entry.state, on: trigger) else {
            preconditionFailure("no transition from \(String(describing: entry.state)) on \(trigger)")
        }
        take(row, for: entry)
    }

    /// Moves a pod if the trigger means anything in its state. - Returns: whether it does
    @discardableResult
    mutating func moveIfMeant(_ entry: PodEntry, _ trigger: PodTrigger) -> Bool {
        guard let row = TransitionTable.row(from: entry.state, on: trigger) else { return false }
        take(row, for: entry)
        return true
    }

    private mutating func take(_ row: Int, for entry: PodEntry) {
        counts.transitions[row] += 1
        let (old, new) = (entry.state, TransitionTable.rows[row].to)
        let node = entry.decision.flatMap { nodes[$0.node] }
        if let old { leave(old, entry, node) }
        entry.state = new
        // A promise that did not come true frees what it held; bound where it was promised, it is confirmed by whoever saw it.
        if let old, old.isPromised, !(new?.isPromised ?? false) { endPromise(entry, node) }
        if let new { enter(new, entry) }
    }

    private mutating func leave(_ state: PodState, _ entry: PodEntry, _ node: NodeEntry?) {
        switch state {
        case .active: active.remove(entry)
        case .refused, .neverFits: sleepers.remove(entry)
        case .reserved:
            node?.queue.remove(entry)
            promises.remove(entry)
        case .waitingForVolumes:
            awaitingVolumes.remove(entry)
            promises.remove(entry)
        case .allocating:
            if let bound = nodes[entry.boundNode] {
                bound.remove(unallocated: entry)
                bound.pastSince = nil
                pumpLater(bound)
            }
        default: break
        }
    }

    private mutating func enter(_ state: PodState, _ entry: PodEntry) {
        switch state {
        case .active: active.insert(entry)
        case .reserved:
            promises.insert(entry)
            if needsLock(entry), let decision = entry.decision {
                let node = node(named: decision.node)
                node.queue.insert(entry)
                pumpLater(node)
            }
            podsToAdvance.append(entry)
        case .waitingForVolumes:
            awaitingVolumes.insert(entry)
            promises.insert(entry)
        case .binding: podsToAdvance.append(entry)
        case .backingOff:
            let span = min(Waits.backOffFirst << Int64(min(entry.backOffs, 8)), Waits.backOffLongest)
            entry.backOffs += 1
            wait(entry, span)
        case .allocating:
            entry.boundNode = entry.pod.nodeName
            let node = node(named: entry.boundNode)
            node.add(unallocated: entry)
            pumpLater(node)
        case .running:
            entry.boundNode = entry.pod.nodeName
            entry.backOffs = 0
        case .foreign, .gated, .refused, .neverFits, .locking, .done: break
        }
    }

    /// The pod has its promised node no longer, or has it for good.
    private mutating func endPromise(_ entry: PodEntry, _ node: NodeEntry?) {
        if let node {
            if node.holder === entry { node.holder = nil }
            pumpLater(node)
        }
        entry.volumes = nil
        entry.fence = .none
        entry.isProving = false
        entry.fencedNode = nil
        entry.isBindAnswered = false
        entry.notBefore = 0
        let isHere = entry.state?.isBound == true && entry.decision.map { isSame($0.node, entry.pod.nodeName) } == true
        if isHere { return }
        entry.decision = nil
        if entry.charged != nil { free(entry) }
    }

    /// The ledger's entry of a node, made where there is none.
    mutating func node(named name: String) -> NodeEntry {
        if let known = nodes[name] { return known }
        let made = NodeEntry(name: name)
        nodes[name] = made
        return made
    }

    // MARK: Charges

    /// Frees what a pod holds, and wakes those whom that may help.
    mutating func free(_ entry: PodEntry) {
        guard let pod = entry.charged else { return }
        entry.charged = nil
        placement.free(entry.uid, at: wallClock)
        if let node = nodes[pod.nodeName], node.undecodable.contains(where: { isSame($0.uid, entry.uid) }) {
            node.undecodable.removeAll { isSame($0.uid, entry.uid) }
            refreshClosures(of: node)
        }
        let homes = AllocationTrust.homes(of: pod)
        for name in homes { wake(.release(vendors: placement.vendors(on: name), namespace: pod.metadata.namespace)) }
        wake(.otherPods)
    }

    /// Charges what the pod holds now, where that is other than before.
    mutating func recharge(_ entry: PodEntry) {
        // What is promised is charged by the round that decided it.
        if entry.state?.isPromised == true || entry.ghostSince != nil { return }
        let wanted = holdings(of: entry)
        if let wanted, let decision = entry.decision, isSame(decision.node, wanted.nodeName),
            placement.fleet.isAssumed(entry.uid)
        {
            placement.fleet.confirm(entry.uid, as: wanted)
            wake(.otherPods)
        }
        if wanted == entry.charged { return }
        if entry.charged != nil { free(entry) }
        guard let wanted else { return }
        entry.charged = wanted
        let answer = placement.charge(wanted, at: wallClock)
        if case .malformed(let annotation) = answer { noteUndecodable(entry, annotation) }
        wake(.otherPods)
        for name in AllocationTrust.homes(of: wanted) { checkOvercommitment(of: name) }
    }

    /// The pod as it counts: what we decided where we did, else what its object says where that is believed.
    private mutating func holdings(of entry: PodEntry) -> Pod? {
        switch entry.state {
        case .allocating, .running: break
        case .foreign:
            let trusts = configuration.trustedReservations.contains(entry.pod.schedulerName)
            guard trusts, AllocationTrust.hasReservation(entry.pod) else {
                entry.reservationSince = nil
                return nil
            }
            let time = now.monotonicNanoseconds
            if entry.reservationSince == nil {
                entry.reservationSince = time
                deadlines.add(.pod(uid: entry.uid), at: time + Waits.trustedReservation)
            }
            if let since = entry.reservationSince, time >= since + Waits.trustedReservation { return nil }
        default: return nil
        }
        guard let decision = entry.decision else { return AllocationTrust.counted(entry.pod, configuration.catalog) }
        if AllocationTrust.isEdited(entry.pod, from: decision, configuration.catalog), !entry.tamperingIsNoted {
            entry.tamperingIsNoted = true
            counts.tamperedAllocations += 1
            note(
                entry.identity, isWarning: true, "AllocationEdited",
                "its allocation annotations are not those it was bound with; what was decided counts")
        }
        return AllocationTrust.counted(AllocationTrust.overlaid(entry.pod, decision), configuration.catalog)
    }
}
