import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// A node's queue and its lock.
//
// The plugin finds the pod that it hands devices to by the node's lock alone. So the lock may name a pod only while that pod is the
// only one bound, or being bound, to the node that wants a locked vendor's devices and is not past Allocate:
//
//   queue  a b c          lock -          nobody is between bind and Allocate: a is head
//   queue    b c          lock a          a is bound; its plugin works
//   queue    b c          lock a          a is past Allocate: the plugin releases, or we do after 2 s
//   queue    b c          lock -          b is head
//
// A case that must not go wrong: the lock is 6 minutes old, a is bound and not past. Taking the lock for b would let the plugin give
// a's containers b's devices. The node is stuck instead: b and c are placed elsewhere until a is past or gone.
extension SchedulerCore {
    /// A lock as the node has it now.
    private struct FoundLock {
        var rule: NodeLockRule
        var value: String
        var lock: NodeLock?
    }

    private func foundLocks(on node: Node) -> [FoundLock] {
        configuration.nodeLocks.compactMap { rule in
            node.metadata.annotations[rule.key].map { FoundLock(rule: rule, value: $0, lock: NodeLock(parsing: $0)) }
        }
    }

    private func expirySeconds(_ rule: NodeLockRule) -> Int64 {
        rule.key == NodeLockRule.common.key ? configuration.lockTimeoutSeconds : rule.expirySeconds
    }

    private func age(_ lock: NodeLock) -> Int64 { now.wallSeconds - lock.setSeconds }

    // MARK: The next step

    /// Does the next thing there is to do about a node's lock, if any: at most one write or read is under way for it.
    mutating func pump(_ entry: NodeEntry) {
        guard mayWrite, entry.flight == nil, let node = entry.node else { return }
        if now.monotonicNanoseconds < entry.notBefore { return look(at: entry, again: entry.notBefore) }
        if entry.readsAfterWait {
            entry.readsAfterWait = false
            entry.isInDoubt = true
        }
        if entry.isInDoubt {
            let number = send(.read(entry.identity), for: .node(name: entry.name))
            entry.flight = Flight(number: number, kind: .look, version: entry.version)
            return
        }
        let locks = foundLocks(on: node)
        if let holder = entry.holder {
            if holder.state != .locking { return }
            let needed = lockRules(of: holder)
            let isOurs = needed.allSatisfy { rule in
                locks.contains { $0.rule.key == rule.key && names($0, holder, on: entry) }
            }
            if isOurs {
                move(holder, .lockIsOurs)
                advance(holder)
                return
            }
            let isAnothers = locks.contains { !names($0, holder, on: entry) }
            if !isAnothers && isFree(entry, for: holder) { return take(needed, for: holder, on: entry) }
            entry.holder = nil
            move(holder, .lockIsAnothers)
        }
        let wasStuck = entry.isStuck
        entry.isStuck = false
        for found in locks where settle(found, on: entry) { return leaveStuck(entry, wasStuck) }
        leaveStuck(entry, wasStuck)
        if !locks.isEmpty {
            entry.vanishedFor = nil
            return
        }
        (entry.pastSince, entry.lockedFor, entry.foreignLock) = (nil, nil, nil)
        entry.fencedLocks = []
        if !entry.unallocated.isEmpty { return takeAgain(on: entry) }
        entry.vanishedFor = nil
        if entry.isStuck || entry.closedUntil > now.monotonicNanoseconds { return }
        guard let head = entry.queue.pods.first(where: { $0.flight == nil && $0.volumes == nil }) else { return }
        move(head, .headOfQueue)
        entry.holder = head
        take(lockRules(of: head), for: head, on: entry)
    }

    /// Nobody but the pod itself is between bind and Allocate.
    private func isFree(_ entry: NodeEntry, for holder: PodEntry) -> Bool {
        entry.unallocated.allSatisfy { $0 === holder }
    }

    /// Whether a lock is this pod's: by name, and not that of a pod of the same name before it.
    private func names(_ found: FoundLock, _ pod: PodEntry, on entry: NodeEntry) -> Bool {
        guard let lock = found.lock else { return false }
        let isKnown = entry.lockedFor.map { isSame($0, pod.uid) } ?? false
        switch lock.owner {
        case .unnamed: return isKnown
        case .pod(let namespace, let name):
            return isSame(namespace, pod.pod.metadata.namespace) && isSame(name, pod.pod.metadata.name)
                && (isKnown || lock.setSeconds >= pod.createdSeconds)
        }
    }

    private mutating func take(_ rules: [NodeLockRule], for pod: PodEntry, on entry: NodeEntry) {
        let writes = rules.map { AnnotationWrite($0.key, NodeLock.value($0, for: pod.pod, at: now.wallSeconds)) }
        let patch = NodePatch(
            node: entry.name, uid: entry.uid, resourceVersion: entry.version, annotations: writes)
        let number = send(.lock(patch), for: .node(name: entry.name))
        entry.flight = Flight(number: number, kind: .lock, version: entry.version)
        entry.lockPending = pod.uid
    }

    private mutating func release(_ found: FoundLock, on entry: NodeEntry) {
        let patch = NodePatch(
            node: entry.name, uid: entry.uid, resourceVersion: entry.version,
            annotations: [AnnotationWrite(found.rule.key, nil)])
        let number = send(.release(patch), for: .node(name: entry.name))
        entry.flight = Flight(number: number, kind: .release, version: entry.version)
    }

    /// A lock whose pod is not past Allocate is gone: somebody removed it, or its plugin has released it and the pod's last change is
    /// still on its way. The pod is read first; only if it is not past after that, the lock is taken for it again.
    private mutating func takeAgain(on entry: NodeEntry) {
        guard entry.unallocated.count == 1, let pod = entry.unallocated.first, hasAllocation(pod) else { return }
        if let known = entry.vanishedFor, isSame(known, pod.uid) {
            entry.vanishedFor = nil
            return take(lockRules(of: pod), for: pod, on: entry)
        }
        readOwner(pod.identity, on: entry)
    }

    /// Whether a plugin that looks at the pod finds devices to hand out.
    private func hasAllocation(_ entry: PodEntry) -> Bool {
        configuration.catalog.vendors.contains { vendor in
            vendor.nodeLock != nil
                && entry.pod.metadata.annotations[vendor.annotations.toAllocate].map { !$0.isEmpty } ?? false
        }
    }

    private mutating func readOwner(_ identity: ObjectIdentity, on entry: NodeEntry) {
        let number = send(.read(identity), for: .node(name: entry.name))
        entry.flight = Flight(number: number, kind: .look, version: "")
        entry.readingOwner = identity
    }

    // MARK: Locks that are there

    private enum Owner {
        case pod(PodEntry)
        case absent(ObjectIdentity)
        case unknown
    }

    private func owner(of found: FoundLock, _ lock: NodeLock, on entry: NodeEntry) -> Owner {
        switch lock.owner {
        case .pod(let namespace, let name):
            let identity = ObjectIdentity(.pods, namespace: namespace, name: name)
            guard let pod = podsByName[namespace + "/" + name] else { return .absent(identity) }
            let isKnown = entry.lockedFor.map { isSame($0, pod.uid) } ?? false
            // A pod that was made after the lock is another one under the name.
            return isKnown || lock.setSeconds >= pod.createdSeconds ? .pod(pod) : .absent(identity)
        case .unnamed:
            if let known = entry.lockedFor.flatMap({ pods[$0] }) { return .pod(known) }
            return entry.unallocated.count == 1 ? .pod(entry.unallocated[0]) : .unknown
        }
    }

    /// Does what a lock on the node asks for: it is waited for, released, or its owner is looked at.
    ///
    /// - Returns: whether something has been sent
    private mutating func settle(_ found: FoundLock, on entry: NodeEntry) -> Bool {
        guard let lock = found.lock else {
            if !entry.unallocated.isEmpty { return false }
            note(
                entry.identity, isWarning: true, "LockMalformed",
                "annotation \(found.rule.key): \(found.value.debugDescription) is no lock; it is removed")
            release(found, on: entry)
            return true
        }
        let isFenced = entry.fencedLocks.contains(AnnotationWrite(found.rule.key, found.value))
        switch owner(of: found, lock, on: entry) {
        case .absent(let identity):
            if isFenced { release(found, on: entry) } else { readOwner(identity, on: entry) }
            return true
        case .unknown:
            if !entry.unallocated.isEmpty { return false }
            return releaseIfExpired(found, lock, on: entry)
        case .pod(let pod):
            if pod.state == .done {
                release(found, on: entry)
                return true
            }
            if pod.state?.isBound == true { return settle(found, lock, ofBound: pod, on: entry) }
            if !isOurs(pod) {
                pauseForForeign(found, on: entry)
                return releaseIfExpired(found, lock, on: entry)
            }
            // Its Binding may be under way; the lock stays until that is known.
            if pod.state == .binding || pod.state == .locking {
                look(at: entry, again: now.monotonicNanoseconds + Waits.look)
                return false
            }
            if isFenced || entry.lockedFor.map({ isSame($0, pod.uid) }) == true {
                release(found, on: entry)
                return true
            }
            return fence(pod, forLock: AnnotationWrite(found.rule.key, found.value), on: entry)
        }
    }

    private mutating func settle(
        _ found: FoundLock, _ lock: NodeLock, ofBound pod: PodEntry, on entry: NodeEntry
    ) -> Bool {
        if !isSame(pod.boundNode, entry.name) {
            release(found, on: entry)
            return true
        }
        guard pod.state == .allocating else {
            // Past Allocate: its plugin releases the lock itself in a moment.
            let time = now.monotonicNanoseconds
            let since = entry.pastSince ?? time
            entry.pastSince = since
            if time >= since + Waits.release {
                release(found, on: entry)
                return true
            }
            look(at: entry, again: since + Waits.release)
            return false
        }
        let left = expirySeconds(found.rule) - age(lock)
        if left < 0 {
            entry.isStuck = true
        } else {
            look(at: entry, again: now.monotonicNanoseconds + (left + 1) * Span.second)
        }
        return false
    }

    private mutating func releaseIfExpired(_ found: FoundLock, _ lock: NodeLock, on entry: NodeEntry) -> Bool {
        let left = expirySeconds(found.rule) - age(lock)
        if left < 0 {
            release(found, on: entry)
            return true
        }
        look(at: entry, again: now.monotonicNanoseconds + (left + 1) * Span.second)
        return false
    }

    /// Another scheduler works on one of our nodes: its binds wait, and people are told.
    private mutating func pauseForForeign(_ found: FoundLock, on entry: NodeEntry) {
        if let known = entry.foreignLock, isSame(known, found.value) { return }
        entry.foreignLock = found.value
        note(
            entry.identity, isWarning: true, "ForeignLock",
            "the node is locked by another scheduler (\(found.value)); no pod is bound there until that is released or expires"
        )
    }

    /// A node that became stuck, or is so no more.
    private mutating func leaveStuck(_ entry: NodeEntry, _ wasStuck: Bool) {
        if entry.isStuck == wasStuck { return }
        if entry.isStuck {
            note(
                entry.identity, isWarning: true, "NodeStuck",
                "the lock has expired and its pod, bound here, has not got its devices: "
                    + entry.unallocated.map(\.name).joined(separator: ", ") + "; no further pod goes there")
        }
        refreshClosures(of: entry)
    }

    // MARK: Proofs

    /// The end of a pod is proven, or that no Binding of it can be under way: a lock that names it stands for nobody.
    mutating func fenceLocks(of pod: PodEntry, on entry: NodeEntry) {
        guard let node = entry.node else { return }
        for found in foundLocks(on: node) where names(found, pod, on: entry) {
            let lock = AnnotationWrite(found.rule.key, found.value)
            if !entry.fencedLocks.contains(lock) { entry.fencedLocks.append(lock) }
        }
    }

    /// A lock names a pod of ours that has no node, and this process has not written it: an earlier leader's Binding may be under way.
    private mutating func fence(_ pod: PodEntry, forLock lock: AnnotationWrite, on entry: NodeEntry) -> Bool {
        look(at: entry, again: now.monotonicNanoseconds + Waits.look)
        guard pod.flight == nil, moveIfMeant(pod, .lockFoundUnbound) else { return false }
        pod.fence = .unknown
        pod.fencedNode = entry.name
        pod.decision = nil
        pod.volumes = nil
        if pod.charged != nil { free(pod) }
        advance(pod)
        return false
    }
}
