import PlacementModel

// Rows and kinds of devices that are gone.
extension DeviceTable {
    /// Puts the devices of all nodes side by side, in order of the nodes, and forgets the rows between.
    ///
    /// - Returns: the new row of each old one, -1 = nobody's.
    /// - Precondition: nothing is journaled. - Complexity: O(devices)
    package func closeDeviceGaps() -> [Int32] {
        precondition(!isJournaling, "rows do not move while changes may be taken back")
        let order = nodes.indices.flatMap { Array(devices(of: $0)) }
        var newRow = Array(repeating: Int32(-1), count: records.count)
        for (row, old) in order.enumerated() { newRow[old] = Int32(row) }
        for column in [used, usedMemoryMiB, usedCores, slots, totalMemoryMiB, totalCores] { column.keep(order) }
        for column in [unhealthyVotes] + vendorNumbers { column.keep(order) }
        for lists in vendorIntervals { lists.numbers.keep(order) }
        for column in [type, mode, uuid, nodeOfDevice] { column.keep(order) }
        index.keep(order)
        numa.keep(order)
        vendor.keep(order)
        words.keep(order)
        exactVendor.keep(order)
        facts.keep(order)
        flags.keep(order)
        usable.keep(order)
        attributes.keep(order)
        records = order.map { records[$0] }
        freeBlocks = [:]
        var first: Int32 = 0
        for node in nodes.indices {
            heads.base[node].firstDevice = first
            first += heads.base[node].deviceCount
            noteRegistration(node)
        }
        structureVersion += 1
        return newRow
    }

    /// Looks at the devices that there are, where a vendor's have had more memory totals than a number.
    ///
    /// - Complexity: O(vendors), O(devices) where there is such a vendor
    package func forgetDeviceKinds(past limit: Int) {
        guard deviceKinds.contains(where: { $0.memoryTotalsMiB.count > limit + $0.totalsAtLeast }) else { return }
        deviceKinds = Array(repeating: DeviceKinds(), count: deviceKinds.count)
        for node in nodes.indices {
            for device in devices(of: node) { noteKind(words[device], records[device]) }
        }
        for vendor in deviceKinds.indices {
            deviceKinds[vendor].totalsAtLeast = deviceKinds[vendor].memoryTotalsMiB.count
        }
    }

    /// Bytes of device rows, about: nine numbers of 32 bits, nine others, those of vendors, the record.
    package var deviceBytes: Int {
        let numbers = 4 * (vendorNumbers.count + vendorIntervals.count)
        return records.capacity * (MemoryLayout<DeviceRecord>.stride + 108 + numbers)
            + vendorIntervals.reduce(0) { $0 + $1.listCount * 24 }
    }

    /// Bytes of node rows, about; the objects' texts count as one kibibyte each.
    package var nodeBytes: Int {
        nodes.capacity * (MemoryLayout<Node>.stride + MemoryLayout<NodeHead>.stride + 64 + 96) + aliveNodeCount * 1024
    }

    package var logBytes: Int { (3 + vendorCount) * ChangeLog.entriesMax * 4 }
}
