import PlacementModel

extension DeviceTable {
    /// Adds a node and its devices, in discovery order; vendors in ascending word order.
    ///
    /// - Parameters:
    ///   - cordoned: ids named in the node's cordon annotation.
    ///   - ignoredResources: names that HAMi manages; they are no extended resources for the node filter.
    /// - Returns: the node's row.
    /// - Precondition: no node of this name is registered.
    /// - Complexity: O(devices + resources)
    @discardableResult
    public func addNode(
        _ node: Node, records: [(vendor: VendorID, record: DeviceRecord)], facts: NodeFacts = NodeFacts(),
        cordoned: Set<String> = [],
        ignoredResources: Set<String> = []
    ) -> Int {
        precondition(nodeRows[node.name] == nil, "node \(node.name) is registered twice")
        let row = nodes.count
        nodeRows[node.name] = Int32(row)
        nodes.append(node)
        if node.isUnschedulable || !node.taints.isEmpty { constrainedNodeCount += 1 }
        free.append(Self.offered(by: node))
        heads.append(NodeHead())
        nodeTypes.append([])
        nodeFacts.append(facts)
        extended.append(offeredExtended(by: node, ignoring: ignoredResources))
        appendDevices(records, cordoned: cordoned, to: row)
        noteStructureChange(row)
        return row
    }

    /// Puts other devices in the place of a node's present ones. Usage must have been taken off before and is applied
    /// again by the caller, by device id.
    public func replaceDevices(
        of row: Int, with records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String> = []
    ) {
        // The vendors that the node has now must hear of it too.
        noteChange(row)
        heads.base[row].sums = NodeSums()
        heads.base[row].words = 0
        heads.base[row].exactWords = 0
        nodeTypes[row] = []
        heads.base[row].flags = nodeFlags[row].subtracting([.duplicateIDs, .plain, .uniform, .marked])
        appendDevices(records, cordoned: cordoned, to: row)
        noteStructureChange(row)
    }

    /// Takes a node out: it has no devices and passes no filter any more. Its row is kept.
    public func removeNode(_ row: Int) {
        replaceDevices(of: row, with: [])
        heads.base[row].flags = []
        nodeRows[nodes[row].name] = nil
    }

    /// Replaces labels, taints and offered resources of a node, keeping what resident pods use.
    public func updateNode(
        _ row: Int, to node: Node, facts: NodeFacts = NodeFacts(), ignoredResources: Set<String> = []
    ) {
        precondition(node.name == nodes[row].name, "a node keeps its name")
        let usedNow = Self.offered(by: nodes[row]).subtracting(free[row])
        free.set(row, Self.offered(by: node).subtracting(usedNow))
        let before = offeredExtended(by: nodes[row], ignoring: ignoredResources)
        var after = offeredExtended(by: node, ignoring: ignoredResources)
        for (resource, left) in extended[row] {
            after[resource, default: 0] -= (before[resource] ?? 0) - left
        }
        extended[row] = after
        if nodes[row].isUnschedulable || !nodes[row].taints.isEmpty { constrainedNodeCount -= 1 }
        if node.isUnschedulable || !node.taints.isEmpty { constrainedNodeCount += 1 }
        nodes[row] = node
        nodeFacts[row] = facts
        noteStructureChange(row)
    }

    private func appendDevices(
        _ records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String>, to row: Int
    ) {
        heads.base[row].firstDevice = Int32(self.records.count)
        heads.base[row].deviceCount = Int32(records.count)
        var sum = NodeSums()
        var ids = Set<String>()
        for (vendor, record) in records {
            let typeSymbol = types.intern(record.type)
            if Int(typeSymbol) == typeTraits.count { typeTraits.append(traits(record.type)) }
            let trait = typeTraits[Int(typeSymbol)]
            used.append(0)
            usedMemoryMiB.append(0)
            usedCores.append(0)
            slots.append(record.slots)
            totalMemoryMiB.append(record.memoryMiB)
            totalCores.append(record.cores)
            index.append(record.index)
            numa.append(record.numa)
            type.append(typeSymbol)
            mode.append(modes.intern(record.mode))
            uuid.append(symbols.intern(record.id))
            self.vendor.append(vendor.rawValue)
            words.append(trait.words)
            exactVendor.append(trait.exactVendor)
            facts.append(record.facts)
            var flag: DeviceFlags = []
            if record.isHealthy { flag.insert(.healthy) }
            if cordoned.contains(record.id) { flag.insert(.cordoned) }
            if record.mode == "mig" { flag.insert(.mig) }
            if record.mode == "hami-core" { flag.insert(.hamiCore) }
            flags.append(flag)
            unhealthyVotes.append(0)
            onlinePods.append(0)
            offlinePods.append(0)
            expectedQoS.append(-1)
            nodeOfDevice.append(Int32(row))
            usable.append(record.isHealthy ? 1 : 0)
            attributes.append(Self.attributes(isUsable: record.isHealthy, numa: record.numa))
            migRow.append(-1)
            self.records.append(record)
            sum.slots &+= record.slots
            sum.totalCores &+= record.cores
            sum.totalMemoryMiB &+= record.memoryMiB
            heads.base[row].words |= trait.words
            noteKind(trait.words, totalMemoryMiB: record.memoryMiB, isMIG: record.mode == "mig")
            if trait.exactVendor >= 0 { heads.base[row].exactWords |= 1 << UInt64(trait.exactVendor) }
            if !nodeTypes[row].contains(typeSymbol) { nodeTypes[row].append(typeSymbol) }
            if !ids.insert(record.id).inserted { heads.base[row].flags.insert(.duplicateIDs) }
        }
        heads.base[row].sums = sum
        if isPlain(row) { heads.base[row].flags.insert(.plain) }
        noteUniformity(of: row)
    }

    private func noteKind(_ vendorWords: UInt64, totalMemoryMiB: Int32, isMIG: Bool) {
        var vendors = vendorWords
        while vendors != 0 {
            deviceKinds[vendors.trailingZeroBitCount].note(totalMemoryMiB: totalMemoryMiB, isMIG: isMIG)
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

    private func isPlain(_ row: Int) -> Bool {
        let devices = devices(of: row)
        return devices.count <= 12 && !nodeFlags[row].contains(.duplicateIDs)
            && devices.allSatisfy {
                flags[$0].isDisjoint(with: [.mig, .cordoned]) && (-0x4000..<0x8000).contains(numa[$0])
            }
    }

    private func noteStructureChange(_ row: Int) {
        structureVersion += 1
        noteChange(row)
        releaseLog.append(Int32(row))
    }

    private static func offered(by node: Node) -> NodeResources {
        func amount(_ name: String) -> Int64 { node.allocatable[name]?.roundedUp ?? .max }
        return NodeResources(
            cpuMilli: node.allocatable["cpu"]?.milliRoundedUp ?? .max, memoryBytes: amount("memory"),
            ephemeralBytes: amount("ephemeral-storage"), pods: amount("pods"))
    }

    private func offeredExtended(by node: Node, ignoring ignored: Set<String>) -> [Int32: Int64] {
        var offered: [Int32: Int64] = [:]
        // In name order, so that symbols do not depend on how a dictionary happens to lie.
        for (name, quantity) in node.allocatable.sorted(by: { $0.key < $1.key })
        where !Self.standardResources.contains(name) && !ignored.contains(name) {
            offered[resources.intern(name)] = quantity.roundedUp
        }
        return offered
    }

    /// The symbol of an extended resource name, made if new.
    public func resourceSymbol(_ name: String) -> Symbol { resources.intern(name) }

    /// Resources with a column of their own.
    public static let standardResources: Set<String> = ["cpu", "memory", "ephemeral-storage", "pods"]
}
