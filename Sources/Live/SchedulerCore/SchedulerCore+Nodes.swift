import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// What nodes' objects show, and when a node takes no pod for a while.
extension SchedulerCore {
    mutating func observe(_ node: Node, _ object: ObservedObject) {
        let entry = self.node(named: node.name)
        entry.listing = lists.listing(of: .nodes)
        if let old = entry.node {
            if !isSame(old.metadata.uid, node.metadata.uid) {
                // Born again: what was meant for the one before is meant for none.
                removeNode(entry)
                return observe(node, object)
            }
            if !lists.isListing(.nodes), ObjectVersion.isOlder(object.resourceVersion, than: entry.version) { return }
        }
        let old = entry.node
        entry.node = node
        entry.version = object.resourceVersion
        nodes[node.name] = entry
        if entry.readsAfterWait {
            entry.readsAfterWait = false
            entry.notBefore = 0
        }
        let (before, after) = (old.map { [configuration] in configuration.counted($0) }, configuration.counted(node))
        if before != after, placement.set(after, at: wallClock) {
            if let before, !isSameRegister(before, after) { turnBad(entry, includesLocking: true) }
            wake(.node(vendors: placement.vendors(on: node.name)))
            checkOvercommitment(of: node.name)
        }
        if old == nil { refreshClosures(of: entry) }
        pumpLater(entry)
    }

    private func isSameRegister(_ left: Node, _ right: Node) -> Bool {
        configuration.catalog.vendors.allSatisfy { vendor in
            let key = vendor.annotations.register
            return key.isEmpty || left.metadata.annotations[key] == right.metadata.annotations[key]
        } && left.allocatable == right.allocatable
    }

    /// The node is gone: what was promised there is placed anew, what is bound there stays charged by name.
    mutating func removeNode(_ entry: NodeEntry) {
        turnBad(entry, includesLocking: true)
        placement.removeNode(entry.name, at: wallClock)
        if let flight = entry.flight { subjects[flight.number] = nil }
        entry.flight = nil
        entry.node = nil
        entry.isInDoubt = false
        (entry.lockedFor, entry.vanishedFor, entry.pastSince) = (nil, nil, nil)
        entry.fencedLocks = []
        (entry.isStuck, entry.closedUntil, entry.closedVendors) = (false, 0, 0)
        entry.suspects = []
        wake(.otherPods)
        dropIfUnused(entry)
    }

    private func isUnused(_ entry: NodeEntry) -> Bool {
        entry.node == nil && entry.unallocated.isEmpty && entry.holder == nil && entry.queue.isEmpty
    }

    /// Forgets a node that has no object and that no pod is bound to.
    mutating func dropIfUnused(_ entry: NodeEntry) {
        if isUnused(entry), nodes[entry.name] === entry { nodes[entry.name] = nil }
    }

    /// Pods that are promised to the node are placed anew.
    ///
    /// - Parameter includesLocking: also the one whose lock is being taken; a lock in its name is released.
    mutating func turnBad(_ entry: NodeEntry, includesLocking: Bool, vendors: UInt64 = ~0) {
        var pods =
            entry.queue.pods + awaitingVolumes.pods.filter { $0.decision.map { isSame($0.node, entry.name) } == true }
        if includesLocking, let holder = entry.holder, holder.state == .locking { pods.append(holder) }
        for pod in pods where vendors == ~0 || lockedVendors(of: pod) & vendors != 0 { move(pod, .nodeTurnedBad) }
    }

    // MARK: Closed vendors

    /// Vendors of which the node takes no pod now: suspect ones; all that have a lock while it is stuck or closed; those of which a
    /// bound pod holds nobody knows what.
    mutating func refreshClosures(of entry: NodeEntry) {
        guard let node = entry.node else { return }
        let time = now.monotonicNanoseconds
        var vendors = entry.undecodable.reduce(0) { $0 | $1.vendors }
        if entry.isStuck || entry.closedUntil > time { vendors |= configuration.lockedVendors }
        for suspect in entry.suspects where suspect.until > time { vendors |= suspect.vendor.bit }
        let ends = entry.suspects.map(\.until) + [entry.closedUntil]
        if let next = ends.filter({ $0 > time }).min(by: <) { look(at: entry, again: next) }
        let old = entry.closedVendors
        if vendors == old { return }
        entry.closedVendors = vendors
        placement.close(vendors, on: configuration.counted(node), at: wallClock)
        let (closed, opened) = (vendors & ~old, old & ~vendors)
        if closed != 0 { turnBad(entry, includesLocking: true, vendors: closed) }
        if opened != 0 { wake(.node(vendors: placement.vendors(on: entry.name))) }
    }

    /// A plugin of the vendors failed: they take no pod on the node for 30 s, and twice as long each time, up to 5 minutes.
    mutating func suspect(_ vendors: UInt64, on entry: NodeEntry) {
        let time = now.monotonicNanoseconds
        for id in configuration.catalog.ids where vendors & id.bit != 0 {
            var span = Waits.suspectFirst
            if let place = entry.suspects.firstIndex(where: { $0.vendor == id }) {
                span = min(entry.suspects[place].span * 2, Waits.suspectLongest)
                entry.suspects.remove(at: place)
            }
            entry.suspects.append(NodeEntry.Suspect(vendor: id, until: time + span, span: span))
            look(at: entry, again: time + span)
            note(
                entry.identity, isWarning: true, "DevicePluginFailed",
                "\(configuration.catalog[id].commonWord): its plugin failed to hand out devices; no pod goes there for "
                    + "\(span / Span.second) s")
        }
        refreshClosures(of: entry)
    }

    /// A bound pod's allocation cannot be read: what it holds of the vendor is unknown, so the node takes no more pods of it.
    mutating func noteUndecodable(_ entry: PodEntry, _ annotation: String) {
        let vendors = configuration.catalog.ids.filter {
            isSame(configuration.catalog[$0].annotations.allocated, annotation)
        }.reduce(UInt64(0)) { $0 | $1.bit }
        let node = node(named: entry.pod.nodeName)
        node.undecodable.append((entry.uid, vendors))
        note(
            entry.identity, isWarning: true, "AllocationUnreadable",
            "annotation \(annotation) cannot be read; \(entry.pod.nodeName) takes no more pods of the vendor")
        refreshClosures(of: node)
    }

    // MARK: Over-commitment

    /// Says which devices of a node hold more than they have, once each.
    mutating func checkOvercommitment(of name: String) {
        guard let entry = nodes[name], entry.node != nil else { return }
        let found = placement.overcommittedDevices(on: name)
        for device in found where !entry.overcommitted.contains(where: { isSame($0, device.id) }) {
            counts.overcommitments += 1
            note(
                entry.identity, isWarning: true, "DeviceOvercommitted",
                "device \(device.id): pods hold \(device.usedMiB) of \(device.totalMiB) MiB: "
                    + holders(of: device.id, on: name).joined(separator: ", "))
        }
        entry.overcommitted = found.map(\.id)
    }

    /// Pods whose allocation on a node names a device, and who bound them.
    private func holders(of device: String, on name: String) -> [String] {
        pods.inOrder.compactMap { entry in
            guard let pod = entry.charged, AllocationTrust.homes(of: pod).contains(where: { isSame($0, name) }) else {
                return nil
            }
            let names = configuration.catalog.vendors.contains { vendor in
                guard let text = pod.metadata.annotations[vendor.annotations.allocated] else { return false }
                return AllocationText.decode(text)?.joined().contains { isSame($0.uuid, device) } ?? false
            }
            return names ? "\(entry.name) (\(entry.pod.schedulerName))" : nil
        }
    }
}

extension CoreConfiguration {
    /// A node as decisions read it: without locks, which change with every pod.
    func counted(_ node: Node) -> Node {
        var counted = node
        for rule in nodeLocks { counted.metadata.annotations[rule.key] = nil }
        return counted
    }
}
