import JSONText
import DeviceTable
import PlacementModel
import VendorCatalog

/// What a running pod holds, as its object says: devices by id, whether its node has them now or not.
///
/// Pods that run have two homes: HAMi counts their devices on the node that its annotation names, kube-scheduler their CPU, memory
/// and place among the pods on the node that the spec names.
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
final class BoundPod {
    /// Nil = it holds no devices, or what it holds cannot be read.
    let deviceNode: String?
    /// Nil = it is not bound.
    let resourceNode: String?
    /// The pod, cut to what vendors read of its allocation.
    let pod: Pod
    let lists: [(vendor: VendorID, containers: [[AllocationItem]])]
    /// Whether init containers hold nothing more.
    let isReleased: Bool
    let resources: NodeResources
    let extended: [(resource: Symbol, amount: Int64)]
    /// See ``InterPodRules``.
    let podKind: Int32

    init(
        _ pod: Pod, deviceNode: String?, lists: [(vendor: VendorID, containers: [[AllocationItem]])], isReleased: Bool,
        demand: (resources: NodeResources, extended: [Int32: Int64]), podKind: Int32 = noPodKind
    ) {
        self.podKind = podKind
        self.deviceNode = deviceNode
        resourceNode = pod.nodeName.isEmpty ? nil : pod.nodeName
        self.lists = lists
        self.isReleased = isReleased
        resources = demand.resources
        extended = demand.extended.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
        var cut = Pod(metadata: ObjectMeta(name: pod.metadata.name, namespace: pod.metadata.namespace))
        cut.metadata.annotations = pod.metadata.annotations
        cut.initContainers = Array(repeating: Container(), count: pod.initContainers.count)
        self.pod = cut
    }

    /// Whether two objects say the same of what the pod holds.
    func isEqual(to other: BoundPod) -> Bool {
        deviceNode == other.deviceNode && resourceNode == other.resourceNode && pod == other.pod
            && isReleased == other.isReleased && resources == other.resources
            && extended.elementsEqual(other.extended) { $0 == $1 } && podKind == other.podKind
    }
}

/// What a pod has on one of its homes.
enum PodShare {
    case all
    case devices
    case resources
}

/// What a pod holds of a device that may not be there, by the device's id.
struct AbsentEffect: Hashable {
    var id: Symbol
    /// Of device -1.
    var effect: DeviceEffect
}

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

    /// Reads what a pod holds from its object. - Returns: that, and the annotation that cannot be read, if any
    func readAllocation(of pod: Pod, isReleased: Bool) -> (bound: BoundPod, malformed: String?) {
        let annotations = pod.metadata.annotations
        var lists: [(vendor: VendorID, containers: [[AllocationItem]])] = []
        var malformed: String?
        if annotations[SchedulerAnnotations.assignedNode] != nil {
            for vendor in catalog.ids where malformed == nil {
                guard let text = annotations[catalog[vendor].annotations.allocated] else { continue }
                if let containers = AllocationText.decode(text) {
                    lists.append((vendor, containers))
                } else {
                    malformed = catalog[vendor].annotations.allocated
                }
            }
        }
        let demand: (NodeResources, [Int32: Int64]) =
            pod.nodeName.isEmpty
            ? (.none, [:])
            : PodResources.demand(of: pod, managed: catalog.managedResources, isRunning: true) {
                table.resourceSymbol($0)
            }
        let bound = BoundPod(
            pod, deviceNode: malformed == nil ? annotations[SchedulerAnnotations.assignedNode] : nil,
            lists: malformed == nil ? lists : [], isReleased: isReleased, demand: demand,
            podKind: podRules?.kind(of: pod) ?? noPodKind)
        return (bound, malformed)
    }

    /// Charges the devices of a pod on the node of its annotation, as a scheduler that starts up does: not those of pods
    /// that are being deleted.
    public func restoreAtStart(_ pod: Pod) -> RestoreResult {
        if pod.isTerminating || pod.phase.isTerminal { return .ignored }
        let (bound, malformed) = readAllocation(of: pod, isReleased: false)
        if let malformed { return .malformed(annotation: malformed) }
        guard let name = bound.deviceNode else { return .ignored }
        guard let row = table.node(named: name) else { return .unknownNode(name) }
        return .resident(add(bound, .devices, on: row))
    }

    /// Charges what a pod of a snapshot holds, as schedulers that have been running do: pods that are being deleted hold
    /// their devices until they are gone, and init containers that have all ended well hold none any more. The fleet does not
    /// know the pod by uid; see ``apply(_:at:)`` for that.
    ///
    /// No filter and no fit is asked: what runs, runs, be there room for it or not.
    public func restore(_ pod: Pod) -> PodCharge {
        var charge = PodCharge(resources: .ignored, devices: .ignored)
        if pod.phase.isTerminal { return charge }
        let (bound, malformed) = readAllocation(of: pod, isReleased: pod.initContainersAreDone)
        if let malformed { charge.devices = .malformed(annotation: malformed) }
        for (share, name) in bound.homes {
            let result = table.node(named: name).map { RestoreResult.resident(add(bound, share, on: $0)) }
            if share != .resources { charge.devices = result ?? .unknownNode(name) }
            if share != .devices { charge.resources = result ?? .unknownNode(name) }
        }
        return charge
    }

    /// Charges a share of a pod to a node.
    func add(_ bound: BoundPod, _ share: PodShare, on row: Int) -> ResidentID {
        addResident(
            node: row, effects: share == .resources ? [] : effects(of: bound, on: row),
            namespace: quotas.namespaceID(bound.pod.metadata.namespace),
            resources: share == .devices ? .none : bound.resources, extended: share == .devices ? [] : bound.extended,
            // Rules over other pods look where the spec says, not where devices are held.
            podKind: share == .devices ? noPodKind : bound.podKind)
    }

    /// What a pod does to the devices that its node has now.
    func effects(of bound: BoundPod, on row: Int) -> [DeviceEffect] {
        var effects: [DeviceEffect] = []
        for vendor in catalog.ids {
            let containers = bound.lists.first { $0.vendor == vendor }?.containers ?? []
            var touched: [Int] = []
            for (item, slots) in collapse(containers, bound) {
                var chargesQuota = true
                for device in table.devices(of: row) where table.symbols[table.uuid[device]] == item.uuid {
                    var effect = table.bounded(
                        .usage(device: device, slots: slots, memoryMiB: item.memoryMiB, cores: item.cores))
                    effect.vendor = vendor.rawValue
                    effect.chargesQuota = chargesQuota
                    chargesQuota = false
                    effects.append(effect)
                    touched.append(device)
                }
            }
            catalog[vendor].restoredEffects(
                RestoredPod(pod: bound.pod, table: table, node: row, devices: touched, parser: parser)
            ) { effects.append($0) }
        }
        return effects
    }

    /// Init containers at their peak, app containers added up, by device id ascending.
    private func collapse(
        _ containers: [[AllocationItem]], _ bound: BoundPod
    ) -> [(item: AllocationItem, slots: Int32)] {
        let initContainerCount = bound.pod.initContainers.count
        var peak: [String: (memoryMiB: Int32, cores: Int32)] = [:]
        var sum: [String: (memoryMiB: Int32, cores: Int32, slots: Int32)] = [:]
        // A device has less than 2^21 of anything, so that no sum of two leaves 32 bits.
        func total(_ left: Int32, _ right: Int32) -> Int32 { min(left + right, DeviceTable.heldByPodMax) }
        for (position, devices) in containers.enumerated() {
            if bound.isReleased && position < initContainerCount { continue }
            for device in devices {
                if position < initContainerCount {
                    let known = peak[device.uuid] ?? (0, 0)
                    peak[device.uuid] = (max(known.memoryMiB, device.memoryMiB), max(known.cores, device.cores))
                } else {
                    let known = sum[device.uuid] ?? (0, 0, 0)
                    sum[device.uuid] = (
                        total(known.memoryMiB, device.memoryMiB), total(known.cores, device.cores),
                        total(known.slots, 1)
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

    // MARK: Devices by id

    /// What a resident holds by device id, present or not: further devices of one id follow from the first.
    func heldByID(_ id: ResidentID) -> [AbsentEffect] {
        var held: [AbsentEffect] = []
        for var effect in residents.effects(of: id) where effect.kind != .usage || effect.chargesQuota {
            let symbol = table.uuid[Int(effect.device)]
            effect.device = -1
            held.append(AbsentEffect(id: symbol, effect: effect))
        }
        return held + (residents.absent[id.row] ?? [])
    }

    /// What a pod does to the devices that a node has now: by its object, or else by what it has held so far.
    func effects(
        of bound: BoundPod?, held: [AbsentEffect], on row: Int
    ) -> (effects: [DeviceEffect], absent: [AbsentEffect]) {
        if let bound { return (effects(of: bound, on: row), []) }
        var effects: [DeviceEffect] = []
        var absent: [AbsentEffect] = []
        for entry in held {
            var isFirst = true
            for device in table.devices(of: row) where table.uuid[device] == entry.id {
                var effect = entry.effect
                effect.device = Int32(device)
                if effect.kind == .usage {
                    effect = table.bounded(effect)
                    effect.chargesQuota = isFirst
                }
                if isFirst || effect.kind == .usage { effects.append(effect) }
                isFirst = false
            }
            if isFirst { absent.append(entry) }
        }
        return (effects, absent)
    }
}

extension BoundPod {
    /// What the pod has where.
    var homes: [(share: PodShare, node: String)] {
        if let deviceNode, deviceNode == resourceNode { return [(.all, deviceNode)] }
        var homes: [(share: PodShare, node: String)] = []
        if let deviceNode { homes.append((.devices, deviceNode)) }
        if let resourceNode { homes.append((.resources, resourceNode)) }
        return homes
    }
}
