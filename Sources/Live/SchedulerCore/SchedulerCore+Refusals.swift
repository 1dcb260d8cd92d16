import PlacementEngine
import PlacementModel
import SchedulerSession

// Pods that no node takes: they are told why, sleep, and are woken.
extension SchedulerCore {
    /// No node takes the pod: now, or ever.
    mutating func refuse(_ entry: PodEntry, _ requestClass: RequestClass) {
        counts.refused += 1
        entry.isFlushed = false
        let proof = placement.proofOfNeverFitting(entry.pod, requestClass)
        let text =
            proof.map { "cannot fit any node even if empty: \($0.message)" }
            ?? placement.rejection(of: requestClass).message
        entry.wantedCondition = condition(of: entry, reason: "Unschedulable", text)
        move(entry, proof == nil ? .fitsNowhere : .couldNeverFit)
        sleepers.insert(entry, requestClass)
        podsToAdvance.append(entry)
        if flushDue == nil {
            flushDue = now.monotonicNanoseconds + Waits.flush
            deadlines.add(.flush, at: flushDue ?? 0)
        }
    }

    func condition(of entry: PodEntry, reason: String, _ message: String) -> PodCondition {
        PodCondition(
            namespace: entry.pod.metadata.namespace, name: entry.pod.metadata.name, uid: entry.uid, reason: reason,
            message: message)
    }

    /// Writes why the pod waits, if that is other than what was written last.
    mutating func writeCondition(_ entry: PodEntry) {
        guard let condition = entry.wantedCondition, now.monotonicNanoseconds >= entry.conditionNotBefore else {
            return
        }
        entry.wantedCondition = nil
        if isSame(condition.message, entry.conditionText) { return }
        fly(entry, .condition, .setCondition(condition))
        note(entry.identity, isWarning: true, "FailedScheduling", condition.message)
        entry.sentCondition = condition
    }

    mutating func takeCondition(_ answer: Answer, _ entry: PodEntry) {
        let sent = entry.sentCondition
        entry.sentCondition = nil
        switch answer {
        case .done(let object):
            entry.conditionText = sent?.message ?? ""
            if let object { observe(object) }
        case .gone: remove(entry)
        case .throttled(let seconds): writeAgain(sent, entry, after: max(seconds, 1) * Span.second)
        case .conflict, .refused, .unknown, .notSent: writeAgain(sent, entry, after: Waits.backOffLongest)
        }
    }

    /// A condition that may not have been written is written later, unless there is a newer one by then.
    private mutating func writeAgain(_ sent: PodCondition?, _ entry: PodEntry, after span: Int64) {
        entry.conditionText = ""
        entry.wantedCondition = entry.wantedCondition ?? sent
        entry.conditionNotBefore = now.monotonicNanoseconds + span
        deadlines.add(.pod(uid: entry.uid), at: entry.conditionNotBefore)
    }

    // MARK: Wakes

    /// Lets those try again whom a cause may help, by the table.
    mutating func wake(_ cause: WakeCause) {
        counts.wakes[WakeTable.row(of: cause.row)] += 1
        if sleepers.isEmpty { return }
        let woken = sleepers.pods { sleeper in
            WakeTable.wakes(cause, sleeper.requestClass) { namespace in
                sleeper.pods.pods.contains { isSame($0.pod.metadata.namespace, namespace) }
            }
        }
        for entry in woken { move(entry, .woken) }
    }

    /// The safety net: whoever sleeps tries again.
    mutating func flush() {
        flushDue = nil
        counts.wakes[WakeTable.row(of: .flush)] += 1
        for entry in sleepers.pods(where: { _ in true }) {
            entry.isFlushed = true
            move(entry, .woken)
        }
    }

    /// Class ids stand for other classes now: nobody sleeps under an old one.
    mutating func wakeAllIfClassesAreOthers() {
        if classEpoch == placement.epoch { return }
        classEpoch = placement.epoch
        wake(.classesMadeAnew)
    }
}
