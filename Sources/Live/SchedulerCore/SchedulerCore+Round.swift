import ClusterRules
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

// Rounds: pods that wait are gathered and placed in the order of the queue.
extension SchedulerCore {
    /// Whether anything may be decided: this process leads, every kind is known, and pods and nodes are watched.
    var mayDecide: Bool { mayWrite && !lists.isBlind(at: now.monotonicNanoseconds) }

    /// Runs a round if one is due, and says when the next one is.
    mutating func runRounds() {
        guard mayDecide else {
            roundDue = nil
            return
        }
        if active.isEmpty { return }
        let time = now.monotonicNanoseconds
        let due = roundDue ?? time + Waits.gather
        if roundDue == nil {
            roundDue = due
            deadlines.add(.round, at: due)
        }
        guard time >= due || active.count >= Waits.gatheredPods else { return }
        roundDue = nil
        runRound()
        if !active.isEmpty {
            roundDue = time
            deadlines.add(.round, at: time)
        }
    }

    private mutating func runRound() {
        counts.rounds += 1
        tellObjects()
        if placement.hasTooManyKinds { rebuild() }
        placement.forgetIdle { [sleepers] in sleepers.holds($0) }
        wakeAllIfClassesAreOthers()
        var round = OrderedPods()
        for entry in active.takeFirst(Waits.gatheredPods) { round.insert(entry) }
        // By class: how many pods had been placed when it was refused last in this round.
        var refused: [Int: Int] = [:]
        while let entry = round.first {
            round.remove(entry)
            guard let requestClass = requestClass(of: entry) else { continue }
            if let placed = refused[requestClass.id], staysRefused(requestClass, placed) {
                refuse(entry, requestClass)
            } else if place(entry, requestClass) {
                continue
            } else if let losers = takeBack(for: entry, requestClass) {
                for loser in losers {
                    // Those it displaced are placed anew in this round.
                    active.remove(loser)
                    round.insert(loser)
                }
                refused = [:]
            } else {
                refused[requestClass.id] = counts.placed
                refuse(entry, requestClass)
            }
        }
    }

    /// Whether a class that was refused in this round would be refused again; a placement may let in those that want its company.
    private func staysRefused(_ requestClass: RequestClass, _ placed: Int) -> Bool {
        placed == counts.placed
            || requestClass.podKind < 0 && placement.driver.engine.staysRefused(Int32(requestClass.id))
    }

    /// The class to ask for; nil for a pod that cannot be asked for, which is then told so.
    private mutating func requestClass(of entry: PodEntry) -> RequestClass? {
        if let known = entry.requestClass, entry.classEpoch == placement.epoch { return known }
        let (requestClass, problem) = placement.requestClass(of: entry.pod)
        entry.requestClass = requestClass
        entry.classEpoch = placement.epoch
        if requestClass == nil {
            entry.wantedCondition = condition(of: entry, reason: "Unschedulable", problem)
            move(entry, .couldNeverFit)
            podsToAdvance.append(entry)
        }
        return requestClass
    }

    private mutating func place(_ entry: PodEntry, _ requestClass: RequestClass) -> Bool {
        guard let place = placement.place(entry.pod, requestClass, at: wallClock) else { return false }
        promise(entry, place)
        return true
    }

    /// The pod has a node in memory: its decision as it will be written, and its charge.
    private mutating func promise(_ entry: PodEntry, _ place: Placement.Place) {
        if entry.isFlushed { counts.missedWakes += 1 }
        entry.isFlushed = false
        counts.placed += 1
        entry.decision = Decision(
            node: place.node, annotations: writes(for: entry.pod, place))
        entry.volumes = place.claims.isEmpty ? nil : PendingVolumes(place.claims)
        if let decision = entry.decision {
            let charged = AllocationTrust.counted(
                AllocationTrust.overlaid(entry.pod, decision), configuration.catalog)
            placement.fleet.assume(
                entry.uid, namespace: entry.pod.metadata.namespace, place.resident, as: charged)
            entry.charged = charged
        }
        entry.wantedCondition = nil
        move(entry, .placed)
        // Its arrival may let in pods that want its company.
        wake(.otherPods)
    }

    /// What the Binding writes: HAMi's annotations, the phase for the plugin, and nothing where keys of an attempt before are left.
    private func writes(for pod: Pod, _ place: Placement.Place) -> [AnnotationWrite] {
        var values = place.annotations
        if !values.isEmpty {
            values[AllocationTrust.bindPhase] = "allocating"
            values[AllocationTrust.bindTime] = String(now.wallSeconds)
        }
        var writes: [AnnotationWrite] = []
        var keys = [
            SchedulerAnnotations.assignedNode, SchedulerAnnotations.assignedTime, AllocationTrust.bindPhase,
            AllocationTrust.bindTime,
        ]
        for vendor in configuration.catalog.vendors {
            keys += [vendor.annotations.toAllocate, vendor.annotations.allocated].filter { !$0.isEmpty }
        }
        for key in keys where values[key] == nil {
            if pod.metadata.annotations[key].map({ !$0.isEmpty }) == true { writes.append(AnnotationWrite(key, "")) }
        }
        writes += values.sorted { precedes($0.key, $1.key) }.map { AnnotationWrite($0.key, $0.value) }
        return writes.sorted { precedes($0.key, $1.key) }
    }

    // MARK: Taking back

    /// Makes room for a pod by taking back reservations of lower priority, of which nothing is written yet.
    ///
    /// - Returns: the pods that lost theirs; nil = that does not help, and nothing has changed
    private mutating func takeBack(for entry: PodEntry, _ requestClass: RequestClass) -> [PodEntry]? {
        let soft = softReservations(below: entry.priority)
        if soft.isEmpty { return nil }
        var found: Placement.Place?
        let time = wallClock
        let stays = placement.tryOut { [placement] in
            for loser in soft { placement.free(loser.uid, at: time) }
            found = placement.place(entry.pod, requestClass, at: time)
            return found != nil
        }
        guard stays, let found else { return nil }
        for loser in soft { move(loser, .takenBack) }
        promise(entry, found)
        return soft
    }

    /// Pods of lower priority that are reserved and nothing more, in the order of the queue.
    private func softReservations(below priority: Int32) -> [PodEntry] {
        var soft = OrderedPods()
        for entry in promises.pods where entry.priority < priority && entry.flight == nil {
            if entry.state == .reserved || entry.state == .waitingForVolumes && entry.volumes?.isWritten != true {
                soft.insert(entry)
            }
        }
        return soft.pods
    }
}
