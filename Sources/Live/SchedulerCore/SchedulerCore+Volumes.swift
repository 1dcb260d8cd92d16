import ClusterRules
import KubernetesWire
import PlacementModel

/// Claims of a pod that wait for their first consumer, and what is done about each.
struct PendingVolumes {
    var needs: [ClaimNeed]
    /// The first need that is not written yet.
    var next = 0
    var since: Int64 = 0
    /// Something has been sent: what is asked of a provisioner is not taken back.
    var isWritten = false

    init(_ needs: [ClaimNeed]) { self.needs = needs }

    static let timeout: Int64 = 600 * Span.second
}

// Volumes before locks: claims are decided, written and awaited before their pod queues for its node, so that no lock is held for a
// provisioner that takes minutes.
extension SchedulerCore {
    /// Starts on the pod's claims. - Returns: whether there are any to wait for
    mutating func startVolumes(_ entry: PodEntry) -> Bool {
        guard var volumes = entry.volumes else { return false }
        volumes.since = now.monotonicNanoseconds
        entry.volumes = volumes
        move(entry, .volumesWanted)
        deadlines.add(.pod(uid: entry.uid), at: volumes.since + PendingVolumes.timeout)
        advanceVolumes(entry)
        return true
    }

    /// Writes the next claim, or goes on once all are bound.
    mutating func advanceVolumes(_ entry: PodEntry) {
        guard var volumes = entry.volumes, let decision = entry.decision else { return }
        while volumes.next < volumes.needs.count, isBound(volumes.needs[volumes.next]) { volumes.next += 1 }
        entry.volumes = volumes
        if volumes.next < volumes.needs.count {
            guard let patch = patch(for: volumes.needs[volumes.next], decision) else { return }
            return fly(entry, .volume, .claimVolume(patch))
        }
        guard volumes.needs.allSatisfy({ isBound($0) }) else { return }
        entry.volumes = nil
        move(entry, .volumesReady)
        advance(entry)
    }

    private func claim(_ name: String) -> (claim: PersistentVolumeClaim, version: String)? {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        let identity = ObjectIdentity(.persistentVolumeClaims, namespace: parts[0], name: parts.last ?? "")
        guard let held = objects[identity], case .claim(let claim) = held.object.content else { return nil }
        return (claim, held.version)
    }

    private func isBound(_ need: ClaimNeed) -> Bool {
        switch need {
        case .volume(let name, _), .provisioning(let name): claim(name)?.claim.isBound ?? false
        }
    }

    private func patch(for need: ClaimNeed, _ decision: Decision) -> VolumePatch? {
        switch need {
        case .provisioning(let name):
            guard let (claim, version) = claim(name) else { return nil }
            return VolumePatch(
                object: ObjectIdentity(
                    .persistentVolumeClaims, namespace: claim.metadata.namespace, name: claim.metadata.name,
                    uid: claim.metadata.uid), resourceVersion: version, change: .selectedNode(decision.node))
        case .volume(let name, let volume):
            let identity = ObjectIdentity(.persistentVolumes, name: volume)
            guard let (claim, _) = claim(name), let held = objects[identity] else { return nil }
            return VolumePatch(
                object: held.object.identity, resourceVersion: held.version,
                change: .claimReference(
                    namespace: claim.metadata.namespace, name: claim.metadata.name, uid: claim.metadata.uid))
        }
    }

    mutating func takeVolume(_ answer: Answer, _ entry: PodEntry) {
        if case .done(let object) = answer, let object { observe(object) }
        guard entry.state == .waitingForVolumes else { return }
        switch answer {
        case .done, .unknown: entry.volumes?.isWritten = true
        default: break
        }
        switch answer {
        case .done: entry.volumes?.next += 1
        case .refused, .gone: failVolumes(entry)
        case .throttled(let seconds): wait(entry, max(seconds, 1) * Span.second)
        // It carries a version: written again against what is known by then, it is done once or conflicts.
        case .conflict, .unknown, .notSent: wait(entry, Waits.look)
        }
    }

    /// The pod's deadline has come.
    mutating func volumesMayHaveFailed(_ entry: PodEntry) {
        guard let volumes = entry.volumes else { return }
        if now.monotonicNanoseconds >= volumes.since + PendingVolumes.timeout { failVolumes(entry) }
    }

    private mutating func failVolumes(_ entry: PodEntry) {
        if let flight = entry.flight { subjects[flight.number] = nil }
        entry.flight = nil
        entry.wantedCondition = condition(
            of: entry, reason: "SchedulerError",
            "its volumes were not bound within \(PendingVolumes.timeout / Span.second) s")
        move(entry, .volumesFailed)
    }
}
