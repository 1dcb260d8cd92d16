import KubernetesWire
import PlacementModel

// Answers to what was sent about a node's lock.
//
// A lock whose PATCH is in doubt needs no proof of its own: every write of a node carries its version, so that after a read the next
// write against the version read either succeeds, and all older ones are dead, or conflicts, and the node is read again.
extension SchedulerCore {
    mutating func take(_ answer: Answer, toNode entry: NodeEntry) {
        guard let flight = entry.flight else { return }
        entry.flight = nil
        let readOwner = entry.readingOwner
        entry.readingOwner = nil
        if let readOwner { return take(answer, toOwner: readOwner, on: entry) }
        switch answer {
        case .done(let object):
            entry.conflicts = 0
            entry.isInDoubt = false
            if flight.kind == .lock { entry.lockedFor = entry.lockPending }
            if flight.kind == .release {
                entry.lockedFor = nil
                entry.pastSince = nil
            }
            if let object { observe(object) }
        case .conflict: takeConflict(flight, entry)
        case .gone:
            if let known = nodes[entry.name], known === entry { removeNode(entry) }
            return
        case .refused(let text):
            note(entry.identity, isWarning: true, "LockRefused", text)
            if flight.kind == .lock, let holder = entry.holder, holder.state == .locking { move(holder, .lockRefused) }
            wait(entry, Waits.backOffLongest)
        case .throttled(let seconds): wait(entry, max(seconds, 1) * Span.second)
        case .unknown:
            // It may have been done. The node is read, and what it says is gone on with.
            if flight.kind == .lock { entry.lockedFor = entry.lockPending }
            entry.isInDoubt = true
            if flight.kind == .look { wait(entry, Waits.look) }
        case .notSent: wait(entry, Waits.look)
        }
        pumpLater(entry)
    }

    /// The version sent was not the node's. If a newer one is known, the write is sent again at once; else the node's own event is
    /// waited for, for a second. A node that changes all the time is read, and written right after.
    private mutating func takeConflict(_ flight: Flight, _ entry: NodeEntry) {
        entry.conflicts += 1
        if entry.conflicts >= 3 {
            entry.isInDoubt = true
        } else if isSame(entry.version, flight.version) {
            entry.isInDoubt = false
            wait(entry, Waits.conflict)
            entry.readsAfterWait = true
        }
    }

    /// The owner of a lock was read: it is there, or it is proven absent.
    private mutating func take(_ answer: Answer, toOwner identity: ObjectIdentity, on entry: NodeEntry) {
        switch answer {
        case .done(let object):
            if let object { observe(object) }
            if let pod = podsByName[identity.namespace + "/" + identity.name] {
                if pod.state == .allocating, isSame(pod.boundNode, entry.name) {
                    entry.vanishedFor = pod.uid
                } else {
                    fenceLocks(named: identity, madeBefore: pod.createdSeconds, on: entry)
                }
            }
        case .gone:
            if let known = podsByName[identity.namespace + "/" + identity.name],
                identity.uid.isEmpty || isSame(identity.uid, known.uid)
            {
                remove(known)
            }
            fenceLocks(named: identity, madeBefore: .max, on: entry)
        case .throttled(let seconds): wait(entry, max(seconds, 1) * Span.second)
        case .conflict, .refused, .unknown, .notSent: wait(entry, Waits.look)
        }
        pumpLater(entry)
    }

    /// Locks that name a pod and are older than the pod of that name that there is now: their owner is gone.
    private mutating func fenceLocks(named identity: ObjectIdentity, madeBefore seconds: Int64, on entry: NodeEntry) {
        guard let node = entry.node else { return }
        for rule in configuration.nodeLocks {
            guard let value = node.metadata.annotations[rule.key], let lock = NodeLock(parsing: value),
                lock.owner == .pod(namespace: identity.namespace, name: identity.name), lock.setSeconds < seconds
            else { continue }
            let write = AnnotationWrite(rule.key, value)
            if !entry.fencedLocks.contains(write) { entry.fencedLocks.append(write) }
        }
    }
}
