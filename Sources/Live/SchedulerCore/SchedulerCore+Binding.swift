import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// From a reservation to a bound pod.
extension SchedulerCore {
    /// Does the next thing there is to do about a pod, if any: at most one write or read is under way for it.
    mutating func advance(_ entry: PodEntry) {
        guard mayWrite, entry.flight == nil else { return }
        if entry.wantedCondition != nil, entry.state.map({ !$0.isPromised && !$0.isBound }) == true {
            return writeCondition(entry)
        }
        if now.monotonicNanoseconds < entry.notBefore { return }
        switch entry.state {
        case .reserved:
            if startVolumes(entry) { return }
            if needsLock(entry) {
                if let node = entry.decision.flatMap({ nodes[$0.node] }) { pumpLater(node) }
            } else {
                move(entry, .noLockNeeded)
                advance(entry)
            }
        case .waitingForVolumes: advanceVolumes(entry)
        case .binding:
            if entry.fence != .none || entry.isBindAnswered || entry.decision == nil {
                settleFence(entry)
            } else {
                bind(entry)
            }
        default: break
        }
    }

    private mutating func bind(_ entry: PodEntry) {
        guard let decision = entry.decision else { return }
        var annotations = decision.annotations
        annotations.append(AnnotationWrite(AllocationTrust.leader, holder))
        let binding = PodBinding(
            namespace: entry.pod.metadata.namespace, name: entry.pod.metadata.name, uid: entry.uid,
            resourceVersion: entry.version, node: decision.node,
            annotations: annotations.sorted { precedes($0.key, $1.key) },
            labels: decision.hasDevices ? [AnnotationWrite(SchedulerAnnotations.assignedNode, decision.node)] : [])
        fly(entry, .bind, .bind(binding))
    }

    mutating func fly(_ entry: PodEntry, _ kind: Flight.Kind, _ action: SchedulerAction) {
        let number = send(action, for: .pod(uid: entry.uid))
        entry.flight = Flight(number: number, kind: kind, version: entry.version)
    }

    // MARK: Answers

    /// Hands an answer to whom it concerns. One that nobody awaits, be it late or doubled, changes nothing.
    mutating func take(_ answer: Answer, to number: ActionNumber) {
        guard let subject = subjects.removeValue(forKey: number) else { return }
        switch subject {
        case .pod(let uid):
            guard let entry = pods[uid], let flight = entry.flight, flight.number == number else { return }
            entry.flight = nil
            take(answer, flight, toPod: entry)
            if pods[uid] === entry {
                podsToAdvance.append(entry)
                if let node = entry.decision.flatMap({ nodes[$0.node] }) { pumpLater(node) }
            }
        case .node(let name):
            guard let node = nodes[name], node.flight?.number == number else { return }
            take(answer, toNode: node)
        case .answer, .round, .flush: break
        }
    }

    private mutating func take(_ answer: Answer, _ flight: Flight, toPod entry: PodEntry) {
        switch flight.kind {
        case .bind: takeBind(answer, flight, entry)
        case .prove: takeProof(answer, flight, entry)
        case .look: takeLook(answer, entry)
        case .condition: takeCondition(answer, entry)
        case .volume: takeVolume(answer, entry)
        case .lock, .release: break
        }
    }

    /// The table of answers to a Binding.
    private mutating func takeBind(_ answer: Answer, _ flight: Flight, _ entry: PodEntry) {
        guard entry.state == .binding else { return }
        switch answer {
        case .done:
            // Confirmed when the watch shows it; looked up if that takes long.
            entry.isBindAnswered = true
            wait(entry, Waits.answer)
        case .conflict:
            // Bound already, by us or another, or another version: the pod is read, and what it says goes.
            entry.fence = .settled
        case .gone: remove(entry)
        case .refused(let text):
            entry.wantedCondition = condition(of: entry, reason: "SchedulerError", text)
            move(entry, .bindingRefused)
        case .throttled(let seconds): wait(entry, max(seconds, 1) * Span.second)
        case .unknown:
            counts.fences += 1
            entry.fence = .doubted(version: flight.version)
        case .notSent: wait(entry, Waits.look)
        }
    }
}
