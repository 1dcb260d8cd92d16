import PlacementModel

extension DeviceTable {
    /// The first broken invariant, or nil: columns of one length, sums that add up, devices inside their node.
    ///
    /// - Complexity: O(devices + nodes). For tests and debugging.
    public func brokenInvariant() -> String? {
        let rows = records.count
        let lengths =
            [
                used.count, usedMemoryMiB.count, usedCores.count, slots.count, totalMemoryMiB.count, totalCores.count,
                index.count, numa.count, type.count, mode.count, uuid.count, vendor.count, words.count,
                exactVendor.count,
                facts.count, flags.count, unhealthyVotes.count, nodeOfDevice.count, usable.count, attributes.count,
            ] + vendorNumbers.map(\.count) + vendorIntervals.map(\.numbers.count)
        if lengths.contains(where: { $0 != rows }) {
            return "device columns differ in length: \(lengths), records \(rows)"
        }
        if let problem = brokenRow() { return problem }
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

    /// The first node row or device block that is not what it should be.
    private func brokenRow() -> String? {
        let lengths = [heads.count, free.count, taken.count, nodeTypes.count, nodeFacts.count, extended.count]
        if lengths.contains(where: { $0 != nodes.count }) {
            return "node columns differ in length: \(lengths), nodes \(nodes.count)"
        }
        var owners = Array(repeating: -2, count: records.count)
        for node in nodes.indices {
            let isAlive = heads[node].flags.contains(.alive)
            if (nodeRows[nodes[node].name] == Int32(node)) != isAlive {
                return "row \(node) is \(isAlive ? "not " : "")found under its name \(nodes[node].name)"
            }
            if !isAlive && (heads[node].deviceCount != 0 || heads[node].words != 0) {
                return "row \(node) has devices but no node"
            }
            if isAlive && free[node] != Self.offered(by: nodes[node]).subtracting(taken[node]) {
                return "what is left of node \(nodes[node].name) is not what it offers less what is taken"
            }
            for device in devices(of: node) {
                if owners[device] != -2 { return "device \(device) belongs to rows \(owners[device]) and \(node)" }
                owners[device] = node
            }
        }
        for (count, blocks) in freeBlocks {
            for device in blocks.flatMap({ Int($0)..<Int($0) + count }) {
                if owners[device] != -2 { return "free device \(device) belongs to row \(owners[device])" }
                owners[device] = -1
                if used[device] != 0 || words[device] != 0 || nodeOfDevice[device] != -1 {
                    return "free device \(device) holds something"
                }
            }
        }
        if let lost = owners.firstIndex(of: -2) { return "device \(lost) is neither a node's nor free" }
        let alive = nodes.indices.filter { heads[$0].flags.contains(.alive) }
        if alive.count != aliveNodeCount { return "\(aliveNodeCount) nodes are counted, \(alive.count) are there" }
        if alive.reduce(0, { $0 + Int(heads[$1].deviceCount) }) != aliveDeviceCount { return "devices are miscounted" }
        if alive.count(where: { nodes[$0].constrainsPods }) != constrainedNodeCount {
            return "\(constrainedNodeCount) nodes are counted that keep pods off"
        }
        return nil
    }

    /// All that effects can change, copied out; see ``restore(_:)``.
    public struct Snapshot: Sendable, Hashable {
        var used: [Int32]
        var usedMemoryMiB: [Int32]
        var usedCores: [Int32]
        var unhealthyVotes: [Int32]
        /// By place of the column, and device.
        var vendorNumbers: [[Int32]]
        var vendorIntervals: [[[SliceInterval]]]
        var sums: [NodeSums]
        var free: [NodeResources]
        var taken: [NodeResources]
        var extended: [[Int32: Int64]]
    }

    /// - Parameter withNames: whether the names that vendors keep are part of it.
    /// - Complexity: O(devices + nodes)
    public func snapshot(withNames: Bool = true) -> Snapshot {
        let numbers = vendorNumbers.indices.map { place in
            withNames || !vendorColumns.symbols.contains { $0.place == place } ? vendorNumbers[place].values() : []
        }
        return Snapshot(
            used: used.values(), usedMemoryMiB: usedMemoryMiB.values(), usedCores: usedCores.values(),
            unhealthyVotes: unhealthyVotes.values(), vendorNumbers: numbers,
            vendorIntervals: vendorIntervals.map { lists in records.indices.map { lists[$0] } },
            sums: heads.values().map(\.sums),
            free: free.values(), taken: taken.values(), extended: extended)
    }

    /// What vendors keep of a device, in words, order among slices left out; for comparisons.
    package func kept(of device: Int, withNames: Bool = true) -> [String] {
        var words: [String] = []
        for (place, declared) in vendorColumns.numbers.enumerated() {
            let isName = vendorColumns.symbols.contains { $0.place == place }
            let number = vendorNumbers[place][device]
            if number == declared.empty || isName && !withNames { continue }
            words.append("\(declared.name) \(isName ? symbols[number] : String(number))")
        }
        for (place, name) in vendorColumns.intervals.enumerated() where !vendorIntervals[place][device].isEmpty {
            let slices = vendorIntervals[place][device].map { "\($0.start)+\($0.size)" }
            words.append("\(name) \(slices.sorted().joined(separator: " "))")
        }
        return words
    }

    /// Puts a snapshot of this table back. - Precondition: no node or device was registered since.
    package func restore(_ snapshot: Snapshot) {
        precondition(snapshot.used.count == records.count, "a snapshot goes back to a table of the same devices")
        used.restore(snapshot.used)
        usedMemoryMiB.restore(snapshot.usedMemoryMiB)
        usedCores.restore(snapshot.usedCores)
        unhealthyVotes.restore(snapshot.unhealthyVotes)
        for (column, values) in zip(vendorNumbers, snapshot.vendorNumbers) { column.restore(values) }
        for place in vendorIntervals.indices {
            for device in records.indices {
                vendorIntervals[place].restore(snapshot.vendorIntervals[place][device], on: device)
            }
        }
        for node in nodes.indices { heads.base[node].sums = snapshot.sums[node] }
        free.restore(snapshot.free)
        taken.restore(snapshot.taken)
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
