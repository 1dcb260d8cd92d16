import BulkJSON
import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// What became of a pod that was placed before.
public enum RestoreResult: Sendable, Hashable {
    case resident(ResidentID)
    /// Holds nothing: finished, or not HAMi's and not bound.
    case ignored
    /// Its allocation annotation is malformed; HAMi counts nothing for it.
    case malformed(annotation: String)
    /// Its node is not known; nothing to charge.
    case unknownNode(String)
}

extension Fleet {
    /// Charges a running pod from its annotations, as a scheduler that starts up does.
    ///
    /// - Parameter countsNodeResources: also charge CPU, memory and the pod slot to the node (kube-scheduler's part).
    /// - Source: hami-core.md 4.3, 4.4
    public func restore(_ pod: Pod, parser: JSONParser, countsNodeResources: Bool) -> RestoreResult {
        let annotations = pod.metadata.annotations
        let assigned = annotations[SchedulerAnnotations.assignedNode]
        let nodeName = assigned ?? (countsNodeResources ? pod.nodeName : "")
        if pod.phase.isTerminal || (nodeName.isEmpty && assigned == nil) { return .ignored }
        var lists: [(vendor: VendorID, containers: [[AllocationItem]])] = []
        if assigned != nil && !pod.isTerminating {
            for vendor in catalog.ids {
                guard let text = annotations[catalog[vendor].annotations.allocated] else { continue }
                guard let containers = AllocationText.decode(text) else {
                    return .malformed(annotation: catalog[vendor].annotations.allocated)
                }
                lists.append((vendor, containers))
            }
        } else if !countsNodeResources {
            return .ignored
        }
        guard let node = table.node(named: nodeName) else { return .unknownNode(nodeName) }
        var effects: [DeviceEffect] = []
        for vendor in catalog.ids {
            let containers = lists.first { $0.vendor == vendor }?.containers ?? []
            var touched: [Int] = []
            for (item, slots) in collapse(containers, initContainerCount: pod.initContainers.count) {
                var chargesQuota = true
                for device in table.devices(of: node) where table.symbols[table.uuid[device]] == item.uuid {
                    var effect = DeviceEffect.usage(
                        device: device, slots: slots, memoryMiB: item.memoryMiB, cores: item.cores)
                    effect.vendor = vendor.rawValue
                    effect.chargesQuota = chargesQuota
                    chargesQuota = false
                    effects.append(effect)
                    touched.append(device)
                }
            }
            catalog[vendor].restoredEffects(
                RestoredPod(
                    pod: pod, table: table, node: node, devices: touched,
                    rules: catalog[vendor].podRules(of: pod, symbols: &table.symbols), parser: parser)
            ) { effects.append($0) }
        }
        let none = NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralBytes: 0, pods: 0)
        let demand =
            countsNodeResources
            ? PodResources.demand(of: pod, managed: catalog.managedResources) { table.resourceSymbol($0) } : (none, [:])
        return .resident(
            addResident(
                node: node, effects: effects,
                namespace: quotas.hasLimits ? quotas.namespaceID(pod.metadata.namespace) : -1, resources: demand.0,
                extended: demand.1.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }))
    }

    /// Init containers at their peak, app containers added up, by device id ascending.
    private func collapse(
        _ containers: [[AllocationItem]], initContainerCount: Int
    ) -> [(item: AllocationItem, slots: Int32)] {
        var peak: [String: (memoryMiB: Int32, cores: Int32)] = [:]
        var sum: [String: (memoryMiB: Int32, cores: Int32, slots: Int32)] = [:]
        for (position, devices) in containers.enumerated() {
            for device in devices {
                if position < initContainerCount {
                    let known = peak[device.uuid] ?? (0, 0)
                    peak[device.uuid] = (max(known.memoryMiB, device.memoryMiB), max(known.cores, device.cores))
                } else {
                    let known = sum[device.uuid] ?? (0, 0, 0)
                    sum[device.uuid] = (
                        known.memoryMiB &+ device.memoryMiB, known.cores &+ device.cores, known.slots + 1
                    )
                }
            }
        }
        return Set(peak.keys).union(sum.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { id in
            let init0 = peak[id] ?? (0, 0)
            let app = sum[id] ?? (0, 0, 0)
            return (
                AllocationItem(
                    uuid: id, memoryMiB: max(init0.memoryMiB, app.memoryMiB), cores: max(init0.cores, app.cores)),
                max(app.slots, 1)
            )
        }
    }
}
