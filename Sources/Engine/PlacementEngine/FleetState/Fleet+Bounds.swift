import DeviceTable
import PlacementModel
import VendorCatalog

// What a fleet forgets of the past, so that months leave no trace.
extension Fleet {
    /// Drops what nobody uses and has grown past its limit: request classes, namespaces, footprints, symbols, rows of devices.
    ///
    /// Engines that remember classes find out by ``classVersion``; whoever keeps class keys or ids beside those held asks for
    /// them anew when it has changed.
    /// - Parameter isHeld: whether somebody waits with the class of an id.
    /// - Precondition: no checkpoint is open. Called between rounds.
    /// - Complexity: O(1) while nothing is past its limit, else linear in what there is of it.
    public func forgetIdle(isHeld: (Int) -> Bool) {
        precondition(journal.isEmpty && !table.isJournaling, "nothing is forgotten while a round may be taken back")
        if classIDs.count > Limits.requestClasses { dropClasses(downTo: Limits.requestClasses / 2, isHeld: isHeld) }
        if residents.footprintCount > footprintsAfterSweep + Limits.footprints { forgetFootprints() }
        if quotas.namespaceCount > namespacesAfterSweep + Limits.namespaces { forgetNamespaces() }
        if table.symbols.heldCount > symbolsAfterSweep + Limits.symbols { forgetSymbols() }
        if table.deviceRowCount > 2 * table.aliveDeviceCount + Limits.freeDevices { closeGaps() }
        table.forgetDeviceKinds(past: Limits.memoryTotals)
    }

    /// Drops whatever nobody uses, past its limit or not, and all but so many classes; for tests.
    package func forgetAllIdle(butClasses count: Int, isHeld: (Int) -> Bool) {
        precondition(journal.isEmpty && !table.isJournaling, "nothing is forgotten while a round may be taken back")
        dropClasses(downTo: count, isHeld: isHeld)
        forgetFootprints()
        forgetNamespaces()
        forgetSymbols()
        closeGaps()
        table.forgetDeviceKinds(past: 0)
    }

    private func forgetFootprints() {
        let held = Set(classes.map(\.footprint))
        residents.forgetIdleFootprints { held.contains($0) }
        footprintsAfterSweep = residents.footprintCount
    }

    private func dropClasses(downTo count: Int, isHeld: (Int) -> Bool) {
        var kept = Set<Int>()
        for known in classIDs.values where isHeld(known) { kept.insert(known) }
        // The newest of the others, as many as there is room for.
        let idle = classIDs.values.filter { !kept.contains($0) }.sorted { classes[$0].lastUse > classes[$1].lastUse }
        kept.formUnion(idle.prefix(max(count - kept.count, 0)))
        for id in kept { if let twin = classes[id].twin { kept.insert(twin.id) } }
        for (key, id) in classIDs.sorted(by: { $0.value < $1.value }) where !kept.contains(id) {
            classIDs[key] = nil
            classes[id] = .vacant
            freeClassIDs.append(id)
        }
        for vendor in demands.indices { demands[vendor].removeAll() }
        for known in classes where known.id >= 0 { noteDemand(of: known) }
        classVersion += 1
    }

    private func forgetNamespaces() {
        var held = Set(pods.values.map(\.namespace))
        for row in 0..<residents.rowCount where residents.id(ofRow: row) != nil {
            held.insert(residents.rows[row].namespace)
        }
        for known in classes { held.insert(known.namespace) }
        quotas.forgetIdleNamespaces { held.contains($0) }
        namespacesAfterSweep = quotas.namespaceCount
    }

    /// Marks what is named somewhere; numbers whose meaning a vendor knows alone count as names of whatever they may name.
    private func forgetSymbols() {
        var held = Set<Symbol>()
        for device in 0..<table.deviceRowCount {
            held.insert(table.uuid[device])
            for column in table.vendorColumns.symbols { held.insert(table.names(column)[device]) }
            held.insert(table.facts[device].group)
            held.insert(table.facts[device].detail)
        }
        for known in classes {
            for rules in known.key.rules.values { held.formUnion(rules.symbols) }
        }
        for absent in residents.absent.values { held.formUnion(absent.map(\.id)) }
        for record in pods.values {
            for part in record.parts { held.formUnion(part.held?.effects.map(\.id) ?? []) }
        }
        table.symbols.forget { !held.contains($0) }
        symbolsAfterSweep = table.symbols.heldCount
        classVersion += 1
    }

    /// Puts the devices of all nodes side by side.
    private func closeGaps() {
        let moved = table.closeDeviceGaps()
        residents.moveDevices(moved)
        observer = nil
    }
}

extension Fleet {
    /// Bytes that one structure holds, about.
    public struct MemoryUse: Sendable, Hashable {
        public var structure: String
        public var bytes: Int

        public init(structure: String, bytes: Int) {
            self.structure = structure
            self.bytes = bytes
        }
    }

    /// What the fleet holds, by structure; engines have theirs.
    ///
    /// - Complexity: linear in nodes and classes.
    public var memory: [MemoryUse] {
        [
            MemoryUse(structure: "devices", bytes: table.deviceBytes),
            MemoryUse(structure: "nodes", bytes: table.nodeBytes),
            MemoryUse(structure: "logs", bytes: table.logBytes),
            MemoryUse(structure: "symbols", bytes: table.symbols.memoryBytes),
            MemoryUse(structure: "residents", bytes: residents.memoryBytes),
            MemoryUse(structure: "pods", bytes: pods.count * 400 + uidOfResident.count * 32),
            MemoryUse(structure: "quotas", bytes: quotas.memoryBytes),
            MemoryUse(structure: "classes", bytes: classIDs.count * 1600 + classes.count * 8),
        ]
    }
}
