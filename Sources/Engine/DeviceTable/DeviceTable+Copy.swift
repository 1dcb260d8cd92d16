import PlacementModel

extension DeviceTable {
    /// The table as it is now. Its logs start anew: readers of the one are not readers of the other.
    ///
    /// - Precondition: nothing is journaled. - Complexity: O(devices + nodes)
    package func copy() -> DeviceTable {
        precondition(!isJournaling, "a table is copied between rounds")
        let other = DeviceTable(vendorCount: vendorCount, columns: vendorColumns, traits: traits)
        other.used.takeOver(used)
        other.usedMemoryMiB.takeOver(usedMemoryMiB)
        other.usedCores.takeOver(usedCores)
        other.slots.takeOver(slots)
        other.totalMemoryMiB.takeOver(totalMemoryMiB)
        other.totalCores.takeOver(totalCores)
        other.index.takeOver(index)
        other.numa.takeOver(numa)
        other.type.takeOver(type)
        other.mode.takeOver(mode)
        other.uuid.takeOver(uuid)
        other.vendor.takeOver(vendor)
        other.words.takeOver(words)
        other.exactVendor.takeOver(exactVendor)
        other.facts.takeOver(facts)
        other.flags.takeOver(flags)
        other.unhealthyVotes.takeOver(unhealthyVotes)
        for (column, own) in zip(other.vendorNumbers, vendorNumbers) { column.takeOver(own) }
        for place in vendorIntervals.indices { other.vendorIntervals[place].takeOver(vendorIntervals[place]) }
        other.nodeOfDevice.takeOver(nodeOfDevice)
        other.usable.takeOver(usable)
        other.attributes.takeOver(attributes)
        other.heads.takeOver(heads)
        other.free.takeOver(free)
        other.taken.takeOver(taken)
        other.records = records
        other.extended = extended
        other.nodes = nodes
        other.constrainedNodeCount = constrainedNodeCount
        other.nodeTypes = nodeTypes
        other.nodeRows = nodeRows
        other.nodeFacts = nodeFacts
        other.symbols = symbols
        other.types = types
        other.modes = modes
        other.resources = resources
        other.deviceKinds = deviceKinds
        other.typeTraits = typeTraits
        other.freeBlocks = freeBlocks
        other.aliveNodeCount = aliveNodeCount
        other.aliveDeviceCount = aliveDeviceCount
        other.generations = generations
        other.generationsGiven = generationsGiven
        for row in nodes.indices { other.noteRegistration(row) }
        return other
    }

    /// Takes off whatever pods hold and have left behind; nodes and devices stay.
    ///
    /// - Precondition: nothing is journaled. - Complexity: O(devices + nodes)
    package func forgetPods(ignoredResources: Set<String>) {
        precondition(!isJournaling, "a table is emptied between rounds")
        for device in records.indices {
            for column in [used, usedMemoryMiB, usedCores, unhealthyVotes] { column.set(device, 0) }
            forgetVendorState(of: device)
            if nodeOfDevice[device] >= 0 { refreshUsable(device) }
        }
        for node in nodes.indices where heads[node].flags.contains(.alive) {
            heads.base[node].sums.used = 0
            heads.base[node].sums.usedMemoryMiB = 0
            heads.base[node].sums.usedCores = 0
            heads.base[node].flags.remove(.marked)
            taken.set(node, .none)
            free.set(node, Self.offered(by: nodes[node]))
            extended[node] = offeredExtended(by: nodes[node], ignoring: ignoredResources)
        }
        for node in nodes.indices { noteRegistration(node) }
    }
}
