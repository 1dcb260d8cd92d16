import DeviceTable
import PlacementModel
import VendorCatalog

extension Fleet {
    /// Makes the pod just fitted in `workspace` resident: charges devices, node resources and quota.
    ///
    /// - Parameter isBounded: whether the node's filters were passed over, so that its pods may hold more than there is; see
    ///   ``NodeResources/heldMax``.
    /// - Complexity: O(picks), no allocation in steady state.
    package func commit(
        _ requestClass: RequestClass, _ workspace: borrowing FitWorkspace, collapser: inout UsageCollapser,
        effects: inout [DeviceEffect], isBounded: Bool = false
    ) -> ResidentID {
        describe(requestClass, workspace, collapser: &collapser, effects: &effects)
        if isBounded {
            return addResident(
                node: workspace.node, effects: effects, namespace: requestClass.namespace,
                resources: requestClass.resources, extended: requestClass.extended, podKind: requestClass.podKind)
        }
        return effects.withUnsafeBufferPointer {
            addResident(
                node: workspace.node, effects: $0, footprint: requestClass.footprint,
                namespace: requestClass.namespace, extended: requestClass.extended,
                podKind: requestClass.podKind)
        }
    }

    /// What the pod just fitted in `workspace` does to devices.
    func describe(
        _ requestClass: RequestClass, _ workspace: borrowing FitWorkspace, collapser: inout UsageCollapser,
        effects: inout [DeviceEffect]
    ) {
        collapser.collapse(workspace)
        effects.removeAll(keepingCapacity: true)
        let first = workspace.firstDevice
        let hasDuplicates = table.heads.base[workspace.node].flags.contains(.duplicateIDs)
        for usage in collapser.usages {
            var effect = DeviceEffect.usage(
                device: first + Int(usage.device), slots: usage.slots, memoryMiB: usage.memoryMiB, cores: usage.cores)
            effect.vendor = usage.vendor
            if hasDuplicates {
                effect.chargesQuota = true
                for device in 0..<workspace.deviceCount
                where workspace.uuid[device] == workspace.uuid[Int(usage.device)] {
                    effect.device = Int32(first + device)
                    effects.append(effect)
                    effect.chargesQuota = false
                }
            } else {
                effects.append(effect)
            }
        }
        appendVendorEffects(requestClass, workspace, to: &effects)
    }

    private func appendVendorEffects(
        _ requestClass: RequestClass, _ workspace: borrowing FitWorkspace, to effects: inout [DeviceEffect]
    ) {
        for entry in 0..<workspace.entryCount {
            let vendorID = Int(workspace.entries[entry].vendor)
            guard catalog.vendors[vendorID].hasResidentEffects else { continue }
            let start = Int(workspace.entries[entry].firstPick)
            for place in start..<start + Int(workspace.entries[entry].pickCount) {
                let pick = workspace.picks[place]
                var isFirst = true
                for earlier in 0..<entry where Int(workspace.entries[earlier].vendor) == vendorID {
                    let begin = Int(workspace.entries[earlier].firstPick)
                    for other in begin..<begin + Int(workspace.entries[earlier].pickCount)
                    where workspace.picks[other].device == pick.device { isFirst = false }
                }
                for other in start..<place where workspace.picks[other].device == pick.device { isFirst = false }
                let device = workspace.firstDevice + Int(pick.device)
                catalog.vendors[vendorID].residentEffects(
                    of: pick, device: device, isFirstOnDevice: isFirst, requestClass.rules(of: VendorID(vendorID))
                ) { effects.append($0) }
                catalog.vendors[vendorID].didPlace(
                    pick, device: device, requestClass.rules(of: VendorID(vendorID)), table: table)
            }
        }
    }

    /// Makes a pod resident whose effects are known already. It may have been put there without room for it; of what all pods of
    /// the node hold no more than ``NodeResources/heldMax`` is counted.
    public func addResident(
        node: Int, effects: [DeviceEffect], namespace: Int32, resources: NodeResources,
        extended: [(resource: Symbol, amount: Int64)], podKind: Int32 = noPodKind
    ) -> ResidentID {
        let footprint = residents.number(of: resources.bounded(besides: table.taken[node]))
        // At most 2^60 is offered, so the difference tells what is held to within that.
        let extended = extended.map { resource, amount in
            (resource, min(amount, max(table.extendedFree(of: resource, node: node) &+ NodeResources.heldMax, 0)))
        }
        return effects.withUnsafeBufferPointer {
            addResident(
                node: node, effects: $0, footprint: footprint, namespace: namespace, extended: extended,
                podKind: podKind)
        }
    }

    /// Makes a pod that runs resident with what it asks of its node besides devices, be there room for it or not.
    public func charge(_ requestClass: RequestClass, withoutDevicesOn node: Int) -> ResidentID {
        addResident(
            node: node, effects: [], namespace: requestClass.namespace, resources: requestClass.resources,
            extended: requestClass.extended, podKind: requestClass.podKind)
    }

    /// Charges and keeps a pod whose footprint has a number.
    ///
    /// - Complexity: O(effects), no allocation in steady state.
    func addResident(
        node: Int, effects: UnsafeBufferPointer<DeviceEffect>, footprint: Int32, namespace: Int32,
        extended: [(resource: Symbol, amount: Int64)], podKind: Int32 = noPodKind
    ) -> ResidentID {
        table.occupy(node, effects, residents.footprints[Int(footprint)])
        let id = residents.add(node: node, effects: effects, footprint: footprint, namespace: namespace)
        if namespace >= 0 {
            for effect in effects { charge(effect, namespace: namespace, sign: 1) }
        }
        observer?.residentChanged(effects, node: node, by: 1)
        if podKind >= 0 {
            residents.podKinds[id.row] = podKind
            podRules?.didPlace(podKind, node: node)
        }
        if !extended.isEmpty {
            for (resource, amount) in extended { table.reserveExtended(resource, amount: amount, on: node) }
            residents.extended[id.row] = extended
        }
        if table.isJournaling { journal.append(.added(id)) }
        return id
    }

    /// Keeps a pod that a lane has charged already.
    func addResidentOfLane(
        node: Int, effects: UnsafeBufferPointer<DeviceEffect>, footprint: Int32
    ) -> ResidentID {
        table.noteChangeOfLane(node)
        return residents.add(node: node, effects: effects, footprint: footprint, namespace: -1)
    }

    /// Takes a pod off the fleet.
    ///
    /// - Returns: false, changing nothing, when the pod has left before. - Complexity: O(its effects)
    @discardableResult
    public func remove(_ id: ResidentID) -> Bool {
        guard residents.isAlive(id) else { return false }
        takeOff(id)
        if !uidOfResident.isEmpty { forgetPart(id) }
        return true
    }

    /// Takes a pod off, whatever is known of it by uid. - Precondition: it is there.
    func takeOff(_ id: ResidentID) {
        let row = residents[id]
        if table.isJournaling { journal.append(.removed(residents.departure(of: id))) }
        for effect in residents.effects(of: id) {
            table.revert(effect)
            if row.namespace >= 0 { charge(effect, namespace: row.namespace, sign: -1) }
        }
        table.release(residents.footprints[Int(row.footprint)], on: Int(row.node))
        if let extended = residents.extended[id.row] {
            for (resource, amount) in extended { table.reserveExtended(resource, amount: -amount, on: Int(row.node)) }
        }
        observer?.residentChanged(residents.effects(of: id), node: Int(row.node), by: -1)
        if let kind = residents.podKinds[id.row] { podRules?.didRemove(kind, node: Int(row.node)) }
        residents.remove(id)
    }

    /// Whether the pod is still there.
    public func isResident(_ id: ResidentID) -> Bool { residents.isAlive(id) }

    /// Says whose quota a resident counts in: pods of classes that no limit splits are placed without a namespace.
    ///
    /// - Complexity: O(its effects)
    func setNamespace(_ namespace: Int32, of id: ResidentID) {
        let old = residents[id].namespace
        if old == namespace { return }
        if table.isJournaling { journal.append(.namespaceSet(id, old: old)) }
        for effect in residents.effects(of: id) {
            if old >= 0 { charge(effect, namespace: old, sign: -1) }
            if namespace >= 0 { charge(effect, namespace: namespace, sign: 1) }
        }
        residents.setNamespace(namespace, of: id)
    }

    /// Lets an observer see all pods, now and from now on until nodes or devices come or go.
    package func track(_ observer: any ResidentObserver) {
        self.observer = observer
        count(into: observer)
    }

    /// Shows an observer all pods as they are now.
    package func count(into observer: any ResidentObserver) {
        for row in 0..<residents.rowCount {
            guard let id = residents.id(ofRow: row) else { continue }
            observer.residentChanged(residents.effects(of: id), node: Int(residents[id].node), by: 1)
        }
    }

    /// Makes room for `pods` more, so that a queue known in advance does not grow the stores round by round.
    public func reserveResidents(_ pods: Int) { residents.reserve(more: pods) }

    public var residentCount: Int { residents.aliveCount }

    /// Charges a device and the quota, when a node's devices are other ones.
    func charge(_ effect: DeviceEffect, of id: ResidentID, sign: Int64) {
        if sign > 0 { table.apply(effect) } else { table.revert(effect) }
        let namespace = residents[id].namespace
        if namespace >= 0 { charge(effect, namespace: namespace, sign: sign) }
    }

    private func charge(_ effect: DeviceEffect, namespace: Int32, sign: Int64) {
        guard effect.kind == .usage, effect.chargesQuota else { return }
        quotas.charge(
            namespace: namespace, vendor: VendorID(Int(effect.vendor)), memoryMiB: sign * Int64(effect.memoryMiB),
            cores: sign * Int64(effect.cores))
    }
}
