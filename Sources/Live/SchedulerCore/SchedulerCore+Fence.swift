import KubernetesWire
import PlacementModel

// Whether a Binding may still take effect.
//
// A Binding carries the pod's version. So it is dead once the version has moved on while the pod has no node; and a write of ours
// against the version that the pod has now, if it succeeds, moves it on:
//
//   bind (version 5) ... time-out
//   read: it has a node              it is bound, there
//   read: version 6, no node         dead: the Binding can only conflict
//   read: version 5, no node         it may still come: one read proves nothing
//     patch against 5: done          the version is 6 now: dead
//     patch against 5: conflict      somebody was faster, perhaps the Binding: read again
//
// Until then the pod keeps what was reserved for it, and its lock. A patch that changes nothing would not move the version, so the
// annotation that is written has a value that was never written before.
extension SchedulerCore {
    /// Finds out what has become of a Binding, one step at a time.
    mutating func settleFence(_ entry: PodEntry) {
        if entry.isProving {
            prove(entry)
        } else {
            fly(entry, .look, .read(entry.identity))
        }
    }

    private mutating func prove(_ entry: PodEntry) {
        let mark = "\(now.wallSeconds)-\(nextNumber)-\(holder ?? "")"
        let patch = PodPatch(
            namespace: entry.pod.metadata.namespace, name: entry.pod.metadata.name, uid: entry.uid,
            resourceVersion: entry.version, annotations: [AnnotationWrite(AllocationTrust.fence, mark)])
        entry.isProving = false
        fly(entry, .prove, .patch(patch))
    }

    /// The pod was read from the store.
    mutating func takeLook(_ answer: Answer, _ entry: PodEntry) {
        switch answer {
        case .done(let object):
            guard let object, isSame(object.metadata.uid, entry.uid) else {
                // Another pod has the name: this one is gone.
                remove(entry)
                if let object { observe(object) }
                return
            }
            observe(object)
            guard entry.state == .binding else { return }
            switch entry.fence {
            case .none:
                // Answered with success, and it has no node: whatever was written has been undone.
                die(entry)
            case .settled: die(entry)
            case .doubted(let version):
                if isSame(object.resourceVersion, version) { entry.isProving = true } else { die(entry) }
            case .unknown: entry.isProving = true
            }
        case .gone: remove(entry)
        case .throttled(let seconds): wait(entry, max(seconds, 1) * Span.second)
        case .conflict, .refused, .unknown, .notSent: wait(entry, Waits.look)
        }
    }

    /// The pod was written against the version it had.
    mutating func takeProof(_ answer: Answer, _ flight: Flight, _ entry: PodEntry) {
        switch answer {
        case .done(let object):
            if let object { observe(object) }
            guard entry.state == .binding else { return }
            // A write that changed nothing proves nothing.
            if let object, !isSame(object.resourceVersion, flight.version) {
                die(entry)
            } else {
                entry.isProving = true
            }
        case .gone: remove(entry)
        case .throttled(let seconds): wait(entry, max(seconds, 1) * Span.second)
        case .conflict: break
        case .refused(let text):
            note(entry.identity, isWarning: true, "FenceRefused", text)
            wait(entry, Waits.look)
        case .unknown, .notSent: wait(entry, Waits.look)
        }
    }

    /// No Binding of the pod can take effect any more.
    private mutating func die(_ entry: PodEntry) {
        let fenced = entry.fencedNode
        entry.fencedNode = nil
        for name in [fenced, entry.decision?.node] {
            guard let node = name.flatMap({ nodes[$0] }) else { continue }
            fenceLocks(of: entry, on: node)
            pumpLater(node)
        }
        move(entry, .bindingIsDead)
        track(entry)
    }
}
