import PlacementModel

extension DeviceTable {
    /// The first broken invariant, or nil: columns of one length, sums that add up, devices inside their node.
    ///
    /// - Complexity: O(devices + nodes). For tests and debugging.
    public func brokenInvariant() -> String? {
        let rows = records.count
        let lengths = [
            used.count, usedMemoryMiB.count, usedCores.count, slots.count, totalMemoryMiB.count, totalCores.count,
            index.count, numa.count, type.count, mode.count, uuid.count, vendor.count, words.count, exactVendor.count,
            facts.count, flags.count, unhealthyVotes.count, onlinePods.count, offlinePods.count, expectedQoS.count,
            nodeOfDevice.count, migRow.count, usable.count, attributes.count,
        ]
        if lengths.contains(where: { $0 != rows }) {
            return "device columns differ in length: \(lengths), records \(rows)"
        }
        for node in nodes.indices {
            var sum = NodeSums()
            for device in devices(of: node) {
                if Int(nodeOfDevice[device]) != node { return "device \(device) of node \(node) names another node" }
                sum.used &+= used[device]
                sum.slots &+= slots[device]
                sum.usedCores &+= usedCores[device]
                sum.totalCores &+= totalCores[device]
                sum.usedMemoryMiB &+= usedMemoryMiB[device]
                sum.totalMemoryMiB &+= totalMemoryMiB[device]
                let isUsable = flags[device].contains(.healthy) && unhealthyVotes[device] == 0
                if (usable[device] != 0) != isUsable { return "device \(device) has a stale usable mark" }
                if unhealthyVotes[device] < 0 { return "device \(device) has negative votes" }
            }
            if sum != sums[node] {
                return "sums of node \(nodes[node].name) are \(sums[node]), its devices add to \(sum)"
            }
        }
        return nil
    }

    /// All that effects can change, copied out; see ``restore(_:)``.
    public struct Snapshot: Sendable, Hashable {
        var used: [Int32]
        var usedMemoryMiB: [Int32]
        var usedCores: [Int32]
        var unhealthyVotes: [Int32]
        var onlinePods: [Int32]
        var offlinePods: [Int32]
        var expectedQoS: [Symbol]
        var migInUse: [[MIGPlacement]]
        var sums: [NodeSums]
        var free: [NodeResources]
        var extended: [[Int32: Int64]]
    }

    /// - Complexity: O(devices + nodes)
    public func snapshot() -> Snapshot {
        Snapshot(
            used: used.values(), usedMemoryMiB: usedMemoryMiB.values(), usedCores: usedCores.values(),
            unhealthyVotes: unhealthyVotes.values(), onlinePods: onlinePods.values(),
            offlinePods: offlinePods.values(), expectedQoS: expectedQoS.values(),
            migInUse: migRow.values().map { $0 < 0 ? [] : migInUse[Int($0)] }, sums: heads.values().map(\.sums),
            free: free.values(), extended: extended)
    }

    /// Puts a snapshot of this table back. - Precondition: no node or device was registered since.
    public func restore(_ snapshot: Snapshot) {
        precondition(snapshot.used.count == records.count, "a snapshot goes back to a table of the same devices")
        used.restore(snapshot.used)
        usedMemoryMiB.restore(snapshot.usedMemoryMiB)
        usedCores.restore(snapshot.usedCores)
        unhealthyVotes.restore(snapshot.unhealthyVotes)
        onlinePods.restore(snapshot.onlinePods)
        offlinePods.restore(snapshot.offlinePods)
        expectedQoS.restore(snapshot.expectedQoS)
        for device in records.indices where migRow[device] >= 0 {
            migInUse[Int(migRow[device])] = snapshot.migInUse[device]
        }
        for node in nodes.indices { heads.base[node].sums = snapshot.sums[node] }
        free.restore(snapshot.free)
        extended = snapshot.extended
        for device in records.indices {
            refreshUsable(device)
        }
        for node in nodes.indices {
            noteChange(node)
            releaseLog.append(Int32(node))
        }
    }
}
