import PlacementModel

extension DeviceTable {
    /// Adds a node and its devices, in discovery order; vendors in ascending word order.
    ///
    /// - Parameters:
    ///   - row: a row that no node has, or the one after the last; nil = that one.
    ///   - cordoned: ids named in the node's cordon annotation.
    ///   - ignoredResources: names that HAMi manages; they are no extended resources for the node filter.
    /// - Returns: the node's row.
    /// - Precondition: no node of this name is registered.
    /// - Complexity: O(devices + resources)
    @discardableResult
    package func addNode(
        _ node: Node, records: [(vendor: VendorID, record: DeviceRecord)], facts: NodeFacts = NodeFacts(),
        cordoned: Set<String> = [], ignoredResources: Set<String> = [], at row: Int? = nil
    ) -> Int {
        precondition(nodeRows[node.name] == nil, "node \(node.name) is registered twice")
        let row = row ?? nodes.count
        if row == nodes.count { appendEmptyRow() }
        precondition(!heads[row].flags.contains(.alive), "row \(row) has a node")
        nodeRows[node.name] = Int32(row)
        nodes[row] = node
        if node.constrainsPods { constrainedNodeCount += 1 }
        free.set(row, Self.offered(by: node))
        taken.set(row, .none)
        heads.set(row, NodeHead())
        nodeTypes[row] = []
        nodeFacts[row] = facts
        extended[row] = offeredExtended(by: node, ignoring: ignoredResources)
        generationsGiven += 1
        generations[row] = generationsGiven
        aliveNodeCount += 1
        giveDevices(records, cordoned: cordoned, to: row)
        noteStructureChange(row)
        return row
    }

    /// A row without a node. Its name is that of its neighbour, so that rows in order of names stay so.
    func appendEmptyRow() {
        nodes.append(Node(metadata: ObjectMeta(name: nodes.last?.name ?? "")))
        free.append(.none)
        taken.append(.none)
        var head = NodeHead()
        head.flags = []
        heads.append(head)
        nodeTypes.append([])
        nodeFacts.append(NodeFacts())
        extended.append([:])
        generations.append(0)
    }

    /// Puts other devices in the place of a node's present ones. Usage must have been taken off before and is applied
    /// again by the caller, by device id. Names that vendors keep of devices that stay are kept.
    ///
    /// - Complexity: O(devices)
    package func replaceDevices(
        of row: Int, with records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String> = []
    ) {
        // The vendors that the node has now must hear of it too.
        noteChange(row)
        let kept = vendorColumns.symbols.map { column in
            let own = devices(of: row).filter { names(column)[$0] >= 0 }
            return Dictionary(own.map { (uuid[$0], names(column)[$0]) }) { $1 }
        }
        dropDevices(of: row)
        heads.base[row].flags = nodeFlags[row].subtracting([.duplicateIDs, .plain, .uniform, .marked])
        giveDevices(records, cordoned: cordoned, to: row)
        for (column, names) in zip(vendorColumns.symbols, kept) where !names.isEmpty {
            for device in devices(of: row) {
                guard let name = names[uuid[device]] else { continue }
                self.names(column).set(device, name)
                heads.base[row].flags.insert(.marked)
            }
        }
        noteStructureChange(row)
    }

    /// Takes a node out: it has no devices and passes no filter any more. Its row is left for another node.
    ///
    /// - Precondition: nothing runs on it.
    package func removeNode(_ row: Int) {
        replaceDevices(of: row, with: [])
        if nodes[row].constrainsPods { constrainedNodeCount -= 1 }
        heads.base[row].flags = []
        nodeRows[nodes[row].name] = nil
        nodes[row] = Node(metadata: ObjectMeta(name: nodes[row].name))
        nodeFacts[row] = NodeFacts()
        extended[row] = [:]
        free.set(row, .none)
        taken.set(row, .none)
        aliveNodeCount -= 1
    }

    /// Replaces labels, taints and offered resources of a node, keeping what resident pods use.
    package func updateNode(
        _ row: Int, to node: Node, facts: NodeFacts = NodeFacts(), ignoredResources: Set<String> = []
    ) {
        precondition(node.name == nodes[row].name, "a node keeps its name")
        free.set(row, Self.offered(by: node).subtracting(taken[row]))
        let before = offeredExtended(by: nodes[row], ignoring: ignoredResources)
        var after = offeredExtended(by: node, ignoring: ignoredResources)
        for (resource, left) in extended[row] {
            after[resource, default: 0] &-= (before[resource] ?? 0) &- left
        }
        // A resource that is neither offered nor used is not remembered.
        extended[row] = after.filter { $0.value != 0 || node.allocatable[resources[$0.key]] != nil }
        if nodes[row].constrainsPods { constrainedNodeCount -= 1 }
        if node.constrainsPods { constrainedNodeCount += 1 }
        if nodes[row].allocatable != node.allocatable { structureVersion += 1 }
        nodes[row] = node
        nodeFacts[row] = facts
        noteRegistration(row)
    }

    /// Makes a device healthy or not, in its place.
    package func setHealth(of device: Int, _ isHealthy: Bool) {
        if flags[device].contains(.healthy) == isHealthy { return }
        var flag = flags[device]
        if isHealthy { flag.insert(.healthy) } else { flag.remove(.healthy) }
        flags.set(device, flag)
        records[device].isHealthy = isHealthy
        refreshUsable(device)
        noteRegistration(Int(nodeOfDevice[device]))
    }

    // MARK: Devices

    /// Frees the block of a node's devices: its rows hold nothing and belong to nobody.
    private func dropDevices(of row: Int) {
        let rows = devices(of: row)
        for device in rows {
            clear(device)
        }
        if !rows.isEmpty { freeBlocks[rows.count, default: []].append(Int32(rows.lowerBound)) }
        aliveDeviceCount -= rows.count
        heads.base[row].deviceCount = 0
        heads.base[row].sums = NodeSums()
        heads.base[row].words = 0
        heads.base[row].exactWords = 0
        nodeTypes[row] = []
    }

    private func clear(_ device: Int) {
        used.set(device, 0)
        usedMemoryMiB.set(device, 0)
        usedCores.set(device, 0)
        slots.set(device, 0)
        totalMemoryMiB.set(device, 0)
        totalCores.set(device, 0)
        uuid.set(device, -1)
        words.set(device, 0)
        exactVendor.set(device, -1)
        facts.set(device, DeviceFacts())
        flags.set(device, [])
        unhealthyVotes.set(device, 0)
        forgetVendorState(of: device)
        nodeOfDevice.set(device, -1)
        usable.set(device, 0)
        attributes.set(device, 0)
        records[device] = DeviceRecord(id: "", vendorWord: "")
    }

    func forgetVendorState(of device: Int) {
        for (column, declared) in zip(vendorNumbers, vendorColumns.numbers) { column.set(device, declared.empty) }
        for place in vendorIntervals.indices { vendorIntervals[place].clear(device) }
    }

    /// The first row of a block for as many devices, one that was freed where there is one.
    private func block(for count: Int) -> Int {
        if let free = freeBlocks[count]?.popLast() { return Int(free) }
        let first = records.count
        for column in [used, usedMemoryMiB, usedCores, slots, totalMemoryMiB, totalCores, unhealthyVotes] {
            column.append(repeating: 0, count: count)
        }
        for (column, declared) in zip(vendorNumbers, vendorColumns.numbers) {
            column.append(repeating: declared.empty, count: count)
        }
        for lists in vendorIntervals { lists.numbers.append(repeating: -1, count: count) }
        for column in [type, mode, uuid, nodeOfDevice] { column.append(repeating: -1, count: count) }
        index.append(repeating: 0, count: count)
        numa.append(repeating: 0, count: count)
        vendor.append(repeating: 0, count: count)
        words.append(repeating: 0, count: count)
        exactVendor.append(repeating: -1, count: count)
        facts.append(repeating: DeviceFacts(), count: count)
        flags.append(repeating: [], count: count)
        usable.append(repeating: 0, count: count)
        attributes.append(repeating: 0, count: count)
        records.append(contentsOf: repeatElement(DeviceRecord(id: "", vendorWord: ""), count: count))
        return first
    }

    private func giveDevices(
        _ records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String>, to row: Int
    ) {
        let first = block(for: records.count)
        heads.base[row].firstDevice = Int32(first)
        heads.base[row].deviceCount = Int32(records.count)
        aliveDeviceCount += records.count
        var sum = NodeSums()
        for (place, entry) in records.enumerated() {
            let record = entry.record
            write(record, of: entry.vendor, isCordoned: cordoned.contains(record.id), to: first + place, node: row)
            sum.slots &+= record.slots
            sum.totalCores &+= record.cores
            sum.totalMemoryMiB &+= record.memoryMiB
        }
        heads.base[row].sums = sum
        if hasTwins(row) { heads.base[row].flags.insert(.duplicateIDs) }
        if isPlain(row) { heads.base[row].flags.insert(.plain) }
        noteUniformity(of: row)
    }

    private func write(
        _ record: DeviceRecord, of owner: VendorID, isCordoned: Bool, to device: Int, node row: Int
    ) {
        let typeSymbol = types.intern(record.type)
        if Int(typeSymbol) == typeTraits.count { typeTraits.append(traits(record.type)) }
        let trait = typeTraits[Int(typeSymbol)]
        slots.set(device, record.slots)
        totalMemoryMiB.set(device, record.memoryMiB)
        totalCores.set(device, record.cores)
        index.set(device, record.index)
        numa.set(device, record.numa)
        type.set(device, typeSymbol)
        mode.set(device, modes.intern(record.mode))
        uuid.set(device, symbols.intern(record.id))
        vendor.set(device, owner.rawValue)
        words.set(device, trait.words)
        exactVendor.set(device, trait.exactVendor)
        facts.set(device, record.facts)
        var flag: DeviceFlags = []
        if record.isHealthy { flag.insert(.healthy) }
        if isCordoned { flag.insert(.cordoned) }
        if record.mode == "mig" { flag.insert(.mig) }
        if record.mode == "hami-core" { flag.insert(.hamiCore) }
        flags.set(device, flag)
        nodeOfDevice.set(device, Int32(row))
        records[device] = record
        refreshUsable(device)
        heads.base[row].words |= trait.words
        noteKind(trait.words, record)
        if trait.exactVendor >= 0 { heads.base[row].exactWords |= 1 << UInt64(trait.exactVendor) }
        if !nodeTypes[row].contains(typeSymbol) { nodeTypes[row].append(typeSymbol) }
    }

    func noteKind(_ vendorWords: UInt64, _ record: DeviceRecord) {
        var vendors = vendorWords
        while vendors != 0 {
            deviceKinds[vendors.trailingZeroBitCount].note(
                totalMemoryMiB: record.memoryMiB, isMIG: record.mode == "mig")
            vendors &= vendors - 1
        }
    }

    /// NUMA nodes beyond 16 bits make a node not plain, so the cut does no harm.
    static func attributes(isUsable: Bool, numa: Int) -> UInt32 {
        (isUsable ? 1 << 31 : 0) | UInt32(UInt16(truncatingIfNeeded: numa &+ 0x4000))
    }

    private func noteUniformity(of row: Int) {
        let devices = devices(of: row)
        guard let first = devices.first else { return }
        let isUniform = devices.allSatisfy {
            slots[$0] == slots[first] && totalMemoryMiB[$0] == totalMemoryMiB[first]
                && totalCores[$0] == totalCores[first] && words[$0] == words[first]
                && exactVendor[$0] == exactVendor[first]
        }
        guard isUniform else { return }
        heads.base[row].flags.insert(.uniform)
        heads.base[row].slots = slots[first]
        heads.base[row].totalMemoryMiB = totalMemoryMiB[first]
        heads.base[row].totalCores = totalCores[first]
        heads.base[row].exactVendor = exactVendor[first]
    }

    /// Whether two devices of the node share an id. - Complexity: O(devices), few of them O(devices^2)
    private func hasTwins(_ row: Int) -> Bool {
        let devices = devices(of: row)
        if devices.count > 32 { return Set(devices.map { uuid[$0] }).count < devices.count }
        return devices.contains { device in devices.prefix(upTo: device).contains { uuid[$0] == uuid[device] } }
    }

    private func isPlain(_ row: Int) -> Bool {
        let devices = devices(of: row)
        return devices.count <= 12 && !nodeFlags[row].contains(.duplicateIDs)
            && devices.allSatisfy {
                flags[$0].isDisjoint(with: [.mig, .cordoned]) && (-0x4000..<0x8000).contains(numa[$0])
            }
    }

    private func noteStructureChange(_ row: Int) {
        structureVersion += 1
        noteRegistration(row)
    }

    /// Says that the row stands for something else now.
    func noteRegistration(_ row: Int) {
        registrationLog.append(Int32(row))
        noteChange(row)
        releaseLog.append(Int32(row))
    }

    static func offered(by node: Node) -> NodeResources {
        func amount(_ name: String) -> Int64 { node.allocatable[name]?.amount(OfferedAmount.self).value ?? .max }
        return NodeResources(
            cpuMilli: node.allocatable["cpu"]?.amount(CPUMilli.self, inThousandths: true).value ?? .max,
            memoryBytes: amount("memory"),
            ephemeralBytes: amount("ephemeral-storage"), pods: amount("pods"))
    }

    func offeredExtended(by node: Node, ignoring ignored: Set<String>) -> [Int32: Int64] {
        var offered: [Int32: Int64] = [:]
        // In name order, so that symbols do not depend on how a dictionary happens to lie.
        for (name, quantity) in node.allocatable.sorted(by: { $0.key < $1.key })
        where !Self.standardResources.contains(name) && !ignored.contains(name) {
            offered[resources.intern(name)] = quantity.amount(OfferedAmount.self).value
        }
        return offered
    }

    /// The symbol of an extended resource name, made if new.
    package func resourceSymbol(_ name: String) -> Symbol { resources.intern(name) }

    /// Resources with a column of their own.
    public static let standardResources: Set<String> = ["cpu", "memory", "ephemeral-storage", "pods"]
}

extension Node {
    /// Whether even pods without constraints may not go there.
    var constrainsPods: Bool { isUnschedulable || !taints.isEmpty }
}
