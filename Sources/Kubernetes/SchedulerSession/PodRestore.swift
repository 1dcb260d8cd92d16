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

/// Pods that run have two homes: HAMi counts their devices on the node that its annotation names, kube-scheduler their
/// CPU, memory and place among the pods on the node that the spec names.
///
/// ```
///                      annotation n1          no annotation
///  spec.nodeName n1    all on n1              CPU, memory, slot on n1
///  spec.nodeName n2    devices on n1, the     CPU, memory, slot on n2
///                      rest on n2
///  no spec.nodeName    devices on n1: a       queued
///                      reservation; queued
/// ```
///
/// - Source: hami-core.md 4.3, 4.4
extension Fleet {
    /// What was charged for a pod on its two homes; where they are one node, both are one resident.
    public struct PodCharge: Sendable, Hashable {
        /// CPU, memory, extended resources and the pod's slot, on the node of the spec.
        public var resources: RestoreResult
        /// Devices, on the node of the annotation.
        public var devices: RestoreResult

        /// The residents that stand for the pod.
        public var residents: [ResidentID] {
            var ids: [ResidentID] = []
            if case .resident(let id) = resources { ids.append(id) }
            if case .resident(let id) = devices, !ids.contains(id) { ids.append(id) }
            return ids
        }
    }

    /// Charges the devices of a pod on the node of its annotation, as a scheduler that starts up does: not those of pods
    /// that are being deleted.
    public func restoreAtStart(_ pod: Pod, parser: JSONParser) -> RestoreResult {
        if pod.isTerminating || pod.phase.isTerminal { return .ignored }
        switch deviceEffects(of: pod, isReleased: false, parser: parser) {
        case .failure(let reason): return reason.result
        case .success(let held): return .resident(addResident(held, of: pod, resources: (Self.nothing, [:])))
        }
    }

    /// Charges what a pod of a snapshot holds, as schedulers that have been running do: pods that are being deleted hold
    /// their devices until they are gone, and init containers that have all ended well hold none any more.
    ///
    /// No filter and no fit is asked: what runs, runs, be there room for it or not.
    public func restore(_ pod: Pod, parser: JSONParser) -> PodCharge {
        var charge = PodCharge(resources: .ignored, devices: .ignored)
        if pod.phase.isTerminal { return charge }
        var home: Int?
        if !pod.nodeName.isEmpty {
            home = table.node(named: pod.nodeName)
            if home == nil { charge.resources = .unknownNode(pod.nodeName) }
        }
        let demand =
            home == nil
            ? (Self.nothing, [:])
            : PodResources.demand(of: pod, managed: catalog.managedResources, isRunning: true) {
                table.resourceSymbol($0)
            }
        switch deviceEffects(of: pod, isReleased: pod.initContainersAreDone, parser: parser) {
        case .failure(let reason): charge.devices = reason.result
        case .success(let held):
            let isOneHome = held.node == home
            let id = addResident(held, of: pod, resources: isOneHome ? demand : (Self.nothing, [:]))
            charge.devices = .resident(id)
            if isOneHome {
                charge.resources = .resident(id)
                return charge
            }
        }
        if let home {
            charge.resources = .resident(addResident(HeldDevices(node: home), of: pod, resources: demand))
        }
        return charge
    }

    private static let nothing = NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralBytes: 0, pods: 0)

    private struct HeldDevices {
        var node: Int
        var effects: [DeviceEffect] = []
    }

    /// Why no device is charged.
    private struct NoDevices: Error {
        var result: RestoreResult
    }

    private func addResident(
        _ held: HeldDevices, of pod: Pod, resources: (NodeResources, [Int32: Int64])
    ) -> ResidentID {
        addResident(
            node: held.node, effects: held.effects,
            namespace: quotas.hasLimits && !held.effects.isEmpty ? quotas.namespaceID(pod.metadata.namespace) : -1,
            resources: resources.0, extended: resources.1.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 })
    }

    private func deviceEffects(
        of pod: Pod, isReleased: Bool, parser: JSONParser
    ) -> Result<HeldDevices, NoDevices> {
        let annotations = pod.metadata.annotations
        guard let nodeName = annotations[SchedulerAnnotations.assignedNode] else {
            return .failure(NoDevices(result: .ignored))
        }
        var lists: [(vendor: VendorID, containers: [[AllocationItem]])] = []
        for vendor in catalog.ids {
            guard let text = annotations[catalog[vendor].annotations.allocated] else { continue }
            guard let containers = AllocationText.decode(text) else {
                return .failure(NoDevices(result: .malformed(annotation: catalog[vendor].annotations.allocated)))
            }
            lists.append((vendor, containers))
        }
        guard let node = table.node(named: nodeName) else {
            return .failure(NoDevices(result: .unknownNode(nodeName)))
        }
        var effects: [DeviceEffect] = []
        for vendor in catalog.ids {
            let containers = lists.first { $0.vendor == vendor }?.containers ?? []
            var touched: [Int] = []
            for (item, slots) in collapse(
                containers, initContainerCount: pod.initContainers.count, isReleased: isReleased)
            {
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
        return .success(HeldDevices(node: node, effects: effects))
    }

    /// Init containers at their peak, app containers added up, by device id ascending.
    ///
    /// - Parameter isReleased: whether init containers hold nothing more.
    private func collapse(
        _ containers: [[AllocationItem]], initContainerCount: Int, isReleased: Bool
    ) -> [(item: AllocationItem, slots: Int32)] {
        var peak: [String: (memoryMiB: Int32, cores: Int32)] = [:]
        var sum: [String: (memoryMiB: Int32, cores: Int32, slots: Int32)] = [:]
        for (position, devices) in containers.enumerated() {
            if isReleased && position < initContainerCount { continue }
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
