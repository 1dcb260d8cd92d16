import KubernetesWire
import PlacementEngine
import PlacementModel

// Quotas, namespaces, volumes and what belongs to them; and the fleet made anew where rules over other pods have to be.
extension SchedulerCore {
    mutating func observe(_ quota: ResourceQuota) {
        let object = ObservedObject(.quota(quota), resourceVersion: "")
        objects.set(object, listing: lists.listing(of: .resourceQuotas))
        placement.apply(.quotaSet(quota), at: wallClock)
        wake(.quota(namespace: quota.metadata.namespace))
    }

    mutating func forgetQuota(_ identity: ObjectIdentity) {
        guard objects[identity] != nil else { return }
        objects.remove(identity)
        placement.apply(.quotaGone(namespace: identity.namespace, name: identity.name), at: wallClock)
        wake(.quota(namespace: identity.namespace))
    }

    mutating func observeOther(_ object: ObservedObject) {
        let (kind, identity) = (object.kind, object.identity)
        if let known = objects[identity], !lists.isListing(kind),
            isSame(known.object.metadata.uid, object.metadata.uid),
            ObjectVersion.isOlder(object.resourceVersion, than: known.version)
        {
            return
        }
        objects.set(object, listing: lists.listing(of: kind))
        didChange(kind)
    }

    mutating func forgetOther(_ identity: ObjectIdentity) {
        guard objects[identity] != nil else { return }
        objects.remove(identity)
        didChange(identity.kind)
    }

    private mutating func didChange(_ kind: WatchedKind) {
        wake(kind == .namespaces ? .namespaces : .storage)
        if kind == .persistentVolumeClaims || kind == .persistentVolumes {
            podsToAdvance += awaitingVolumes.pods
        }
    }

    mutating func endListOfOthers(_ kind: WatchedKind, _ listing: Int) {
        for identity in objects.missing(kind, from: listing) {
            if kind == .resourceQuotas { forgetQuota(identity) } else { forgetOther(identity) }
        }
    }

    /// Tells the rules of objects that have changed, once a round.
    mutating func tellObjects() {
        let changed = objects.changed.subtracting([.resourceQuotas])
        if changed.isEmpty { return }
        // Labels of a namespace may bring in pods that nobody has counted so far.
        if changed.contains(.namespaces), placement.rules != nil { return rebuild() }
        placement.setObjects(objects.forRules)
        objects.forgetChanges()
    }

    // MARK: Made anew

    /// Makes the rules over other pods anew where a pod reads what they do not know, or is nominated, or is so no more.
    mutating func rebuildIfStale(for entry: PodEntry) {
        let nomination = entry.pod.isNominated ? entry.pod.scheduling.nominatedNodeName : ""
        if isSame(nomination, entry.knownNomination), !placement.isStale(for: entry.pod) { return }
        rebuild()
    }

    /// Makes the fleet anew from the ledger: it decides as the one before would, by rules that know all pods.
    mutating func rebuild() {
        let entries = pods.inOrder
        for entry in entries {
            entry.knownNomination = entry.pod.isNominated ? entry.pod.scheduling.nominatedNodeName : ""
        }
        placement.rebuild(
            nodes: nodes.inOrder.compactMap(\.node).map { [configuration] in configuration.counted($0) },
            quotas: objects.quotas,
            objects: objects.forRules, pods: entries.map(\.pod),
            charged: entries.compactMap { entry in entry.charged.map { (entry.uid, $0) } }, at: wallClock)
        objects.forgetChanges()
        wakeAllIfClassesAreOthers()
    }
}
