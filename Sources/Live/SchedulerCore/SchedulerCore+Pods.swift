import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// What pods' objects show.
extension SchedulerCore {
    /// Takes over an object, from a list, a watch or the reply to an action.
    mutating func observe(_ object: ObservedObject) {
        switch object.content {
        case .pod(let pod): observe(pod, object)
        case .node(let node): observe(node, object)
        case .quota(let quota): observe(quota)
        default: observeOther(object)
        }
    }

    mutating func forget(_ identity: ObjectIdentity) {
        switch identity.kind {
        case .pods:
            let known =
                identity.uid.isEmpty ? podsByName[identity.namespace + "/" + identity.name] : pods[identity.uid]
            if let known { remove(known) }
        case .nodes:
            guard let node = nodes[identity.name], node.node != nil else { return }
            if identity.uid.isEmpty || isSame(node.uid, identity.uid) { removeNode(node) }
        case .resourceQuotas: forgetQuota(identity)
        default: forgetOther(identity)
        }
    }

    /// What was not told again has gone while nobody watched.
    mutating func endList(_ kind: WatchedKind) {
        guard lists.end(kind) else { return }
        let listing = lists.listing(of: kind)
        switch kind {
        case .pods: for entry in pods.inOrder where entry.listing != listing { remove(entry) }
        case .nodes:
            for node in nodes.inOrder where node.node != nil && node.listing != listing { removeNode(node) }
        default: endListOfOthers(kind, listing)
        }
        if lists.areComplete(configuration.neededKinds) { for node in nodes.inOrder { pumpLater(node) } }
    }

    // MARK: Pods

    private mutating func observe(_ pod: Pod, _ object: ObservedObject) {
        let uid = pod.identity
        if let other = podsByName[pod.fullName], !isSame(other.uid, uid) {
            // Born again under its name, and the end of the one before was not seen; or a late word of the one before.
            if pods[uid] == nil, other.createdSeconds > object.createdSeconds { return }
            remove(other)
        }
        guard let entry = pods[uid] else {
            let made = PodEntry(
                uid: uid, pod: pod, version: object.resourceVersion, createdSeconds: object.createdSeconds,
                hasStarted: object.hasStartedContainer)
            made.listing = lists.listing(of: .pods)
            // What failed before it was first seen is no news.
            made.failureIsNoted = pod.metadata.annotations[AllocationTrust.bindPhase] == "failed"
            pods[uid] = made
            podsByName[pod.fullName] = made
            rebuildIfStale(for: made)
            track(made)
            return
        }
        entry.listing = lists.listing(of: .pods)
        if !lists.isListing(.pods), ObjectVersion.isOlder(object.resourceVersion, than: entry.version) { return }
        let old = entry.pod
        entry.pod = pod
        entry.version = object.resourceVersion
        entry.hasStarted = entry.hasStarted || object.hasStartedContainer
        if old == pod {
            track(entry)
            return
        }
        if asksOtherwise(old, pod) {
            entry.requestClass = nil
            entry.lockWords = nil
            if pod.nodeName.isEmpty, entry.state == .refused || entry.state == .neverFits {
                counts.wakes[WakeTable.row(of: .podChanged)] += 1
                move(entry, .woken)
            }
        }
        rebuildIfStale(for: entry)
        track(entry)
    }

    /// Whether two versions of a pod may have different answers.
    private func asksOtherwise(_ old: Pod, _ new: Pod) -> Bool {
        func asked(_ pod: Pod) -> Pod {
            var pod = pod
            pod.metadata.annotations[AllocationTrust.fence] = nil
            pod.phase = .pending
            pod.isTerminating = false
            pod.nodeName = ""
            return pod
        }
        return asked(old) != asked(new)
    }

    /// Moves a pod to where its object shows it, and charges it there.
    mutating func track(_ entry: PodEntry) {
        if entry.state?.isBound == true, entry.pod.nodeName.isEmpty, !entry.pod.phase.isTerminal {
            beginGhost(entry)
            return
        }
        entry.ghostSince = nil
        let trigger = sight(of: entry)
        let wasPromised = entry.state?.isPromised == true
        if moveIfMeant(entry, trigger), wasPromised, entry.state?.isBound == true { didBind(entry) }
        if entry.state == .done { settleDone(entry) }
        recharge(entry)
        if entry.state == .allocating, let node = nodes[entry.pod.nodeName] { pumpLater(node) }
        noteFailure(entry)
        podsToAdvance.append(entry)
    }

    /// What the object shows.
    private mutating func sight(of entry: PodEntry) -> PodTrigger {
        let pod = entry.pod
        if pod.phase.isTerminal { return .seenTerminal }
        if !pod.nodeName.isEmpty { return isPastAllocate(entry) ? .seenBound : .seenBoundUnallocated }
        if pod.isTerminating { return .seenDeleting }
        if !isOurs(entry) { return .seenForeign }
        return pod.schedulingGates.isEmpty ? .seenWaiting : .seenGated
    }

    func isOurs(_ entry: PodEntry) -> Bool { configuration.schedulerNames.contains(entry.pod.schedulerName) }

    /// A pod that was on its way has been seen on a node.
    private mutating func didBind(_ entry: PodEntry) {
        counts.bound += 1
        note(
            entry.identity, isWarning: false, "Scheduled",
            "Successfully assigned \(entry.name) to \(entry.pod.nodeName)")
    }

    private mutating func settleDone(_ entry: PodEntry) {
        entry.decision = nil
        entry.wantedCondition = nil
    }

    /// The object is gone: nothing of the pod is left but, for a while, the doubt whether a plugin still serves it.
    mutating func remove(_ entry: PodEntry) {
        let wasAllocating = entry.state == .allocating
        let node = nodes[entry.boundNode]
        let promised = entry.decision.flatMap { nodes[$0.node] }
        if let flight = entry.flight { subjects[flight.number] = nil }
        entry.flight = nil
        pods[entry.uid] = nil
        if podsByName[entry.name] === entry { podsByName[entry.name] = nil }
        move(entry, .gone)
        free(entry)
        if wasAllocating, let node, node.node != nil {
            node.closedUntil = now.monotonicNanoseconds + Waits.closed
            refreshClosures(of: node)
        }
        for node in [node, promised] {
            guard let node else { continue }
            // The end of the pod is proven: a lock that names it is nobody's.
            fenceLocks(of: entry, on: node)
            pumpLater(node)
            dropIfUnused(node)
        }
    }

    // MARK: Past Allocate

    /// Locks that the pod's devices need.
    func lockRules(of entry: PodEntry) -> [NodeLockRule] {
        configuration.catalog.nodeLocks(of: lockedVendors(of: entry))
    }

    /// Vendors with a lock that the pod asks for, be it in init containers alone.
    func lockedVendors(of entry: PodEntry) -> UInt64 {
        if let known = entry.lockWords { return known }
        let asked = placement.vendors(askedBy: entry.pod)
        let words = asked & configuration.lockedVendors
        entry.lockWords = words
        return words
    }

    func needsLock(_ entry: PodEntry) -> Bool { lockedVendors(of: entry) != 0 }

    /// Whether no device plugin will ask for the pod any more.
    ///
    /// The phase alone does not say so: of two vendors, the first to be done writes it. A pod without any allocation to read was bound
    /// by somebody who knows no locks; a plugin asked for it would take the lock's owner for it, until its containers have started.
    func isPastAllocate(_ entry: PodEntry) -> Bool {
        if entry.hasStarted || entry.pod.phase.isTerminal || !needsLock(entry) { return true }
        var (hasKey, hasEntries) = (false, false)
        let annotations = entry.pod.metadata.annotations
        for vendor in configuration.catalog.vendors where vendor.nodeLock != nil {
            let key = vendor.annotations.toAllocate
            guard !key.isEmpty, let text = annotations[key] else { continue }
            hasKey = true
            // What cannot be read may be an allocation.
            if AllocationText.decode(text)?.allSatisfy(\.isEmpty) != true { hasEntries = true }
        }
        if hasEntries { return false }
        let phase = annotations[AllocationTrust.bindPhase]
        return hasKey || phase == "success" || phase == "failed"
    }

    /// A plugin said that it failed: its vendor is suspect on the node for a while.
    private mutating func noteFailure(_ entry: PodEntry) {
        guard entry.state?.isBound == true || entry.state == .done, !entry.failureIsNoted, !entry.pod.nodeName.isEmpty,
            entry.pod.metadata.annotations[AllocationTrust.bindPhase] == "failed", let node = nodes[entry.pod.nodeName]
        else { return }
        entry.failureIsNoted = true
        suspect(lockedVendors(of: entry), on: node)
    }

    // MARK: Pods that lost their node

    /// A bound pod has no node any more: the store was restored from an old copy. Its containers may still run.
    private mutating func beginGhost(_ entry: PodEntry) {
        if entry.ghostSince != nil { return }
        entry.ghostSince = now.monotonicNanoseconds
        deadlines.add(.pod(uid: entry.uid), at: now.monotonicNanoseconds + Waits.ghost)
        note(
            entry.identity, isWarning: true, "NodeLost",
            "it was bound and its object has no node any more; what it holds stays charged for 10 minutes")
    }

    mutating func endGhost(_ entry: PodEntry) {
        entry.ghostSince = nil
        guard entry.state?.isBound == true else { return }
        move(entry, .ghostEnded)
        entry.decision = nil
        free(entry)
        track(entry)
    }
}

/// Versions of objects: numbers that rise from write to write, compared only where both are of one run of the store.
enum ObjectVersion {
    /// Whether a version is certainly older. Versions that are no numbers are never compared.
    static func isOlder(_ left: String, than right: String) -> Bool {
        func isNumber(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }
        guard isNumber(left), isNumber(right) else { return false }
        let (a, b) = (left.utf8.count, right.utf8.count)
        return a != b ? a < b : precedes(left, right)
    }
}
