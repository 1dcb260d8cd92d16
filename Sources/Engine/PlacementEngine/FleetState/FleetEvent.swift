import DeviceTable
import PlacementModel
import VendorCatalog

/// Something that happens to a fleet.
public enum FleetEvent: Sendable {
    /// A node joins. One that is there already is changed.
    case nodeAdded(Node)
    /// A node's object is another: labels, taints, resources, device registers. One that is not there joins.
    case nodeChanged(Node)
    case nodeRemoved(name: String)
    /// A node's devices are these now, whatever its object says.
    case devicesRegistered(
        node: String, records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String>)
    /// A device is healthy or not.
    case deviceHealth(node: String, device: String, isHealthy: Bool)
    /// A pod runs, or is bound to run, where its object says.
    case podBound(Pod)
    case podGone(uid: String)
    /// A ResourceQuota is set, or set anew.
    case quotaSet(ResourceQuota)
    case quotaGone(namespace: String, name: String)
}

/// What an event did. Whatever is not done has changed nothing.
public enum FleetAnswer: Sendable, Hashable {
    case done
    /// It was so already.
    case unchanged
    /// The pod is kept by name and charged when its node arrives.
    case parked(node: String)
    /// The pod's allocation cannot be read; HAMi counts nothing for it.
    case malformed(annotation: String)
    case unknownNode
    case unknownDevice
    case unknownPod
    case unknownQuota
    /// The pod has been confirmed; only its end frees what it holds.
    case notAssumed
}

extension Fleet {
    /// Takes over something that has happened.
    ///
    /// - Parameter now: for handshakes of device plugins that expire.
    /// - Returns: what it did; events in any order, twice or for what is not there do no harm.
    /// - Precondition: no checkpoint is open, for events of nodes and quotas.
    /// - Complexity: O(what changes); a node that leaves, or whose devices came or went: O(residents of the fleet)
    @discardableResult
    public func apply(_ event: FleetEvent, at now: WallClock) -> FleetAnswer {
        switch event {
        case .nodeAdded(let node), .nodeChanged(let node):
            let found = discover(on: node, now: now, handshake: .snapshot)
            guard let row = table.node(named: node.name) else {
                join(node, found)
                return .done
            }
            return change(row: row, to: node, found)
        case .nodeRemoved(let name):
            guard let row = table.node(named: name) else { return .unknownNode }
            leave(row: row)
            return .done
        case .devicesRegistered(let name, let records, let cordoned):
            guard let row = table.node(named: name) else { return .unknownNode }
            let found = prepared(Discovery(records: records, cordoned: cordoned), of: table.nodes[row])
            return takeOver(found.records, cordoned: cordoned, row: row) ? .done : .unchanged
        case .deviceHealth(let name, let device, let isHealthy):
            return setHealth(name, device, isHealthy)
        case .podBound(let pod): return bind(pod)
        case .podGone(let uid): return drop(uid)
        case .quotaSet(let quota): return set(quota)
        case .quotaGone(let namespace, let name): return removeQuota(namespace, name)
        }
    }

    private func setHealth(_ name: String, _ id: String, _ isHealthy: Bool) -> FleetAnswer {
        guard let row = table.node(named: name) else { return .unknownNode }
        let devices = table.devices(of: row).filter { table.records[$0].id == id }
        if devices.isEmpty { return .unknownDevice }
        let changed = devices.filter { table.flags[$0].contains(.healthy) != isHealthy }
        for device in changed { table.setHealth(of: device, isHealthy) }
        return changed.isEmpty ? .unchanged : .done
    }

    // MARK: Quotas

    /// ResourceQuotas count in order of their names, or as they came; of two that limit the same, the last one counts.
    private func set(_ quota: ResourceQuota) -> FleetAnswer {
        let namespace = quota.metadata.namespace
        var objects = quotaObjects[namespace] ?? []
        if let place = objects.firstIndex(where: { $0.metadata.name == quota.metadata.name }) {
            if objects[place].hard == quota.hard { return .unchanged }
            objects[place] = quota
        } else {
            let place =
                order == .asRegistered
                ? nil
                : objects.firstIndex {
                    quota.metadata.name.utf8.lexicographicallyPrecedes($0.metadata.name.utf8)
                }
            objects.insert(quota, at: place ?? objects.count)
        }
        replaceQuotas(of: namespace, with: objects)
        return .done
    }

    private func removeQuota(_ namespace: String, _ name: String) -> FleetAnswer {
        guard var objects = quotaObjects[namespace],
            let place = objects.firstIndex(where: { $0.metadata.name == name })
        else { return .unknownQuota }
        objects.remove(at: place)
        replaceQuotas(of: namespace, with: objects)
        return .done
    }

    private func replaceQuotas(of namespace: String, with objects: [ResourceQuota]) {
        precondition(journal.isEmpty && !table.isJournaling, "limits stay while a round may be taken back")
        for known in quotaObjects[namespace] ?? [] { quotas.remove(known) }
        for quota in objects { quotas.add(quota) }
        quotaObjects[namespace] = objects.isEmpty ? nil : objects
    }
}
