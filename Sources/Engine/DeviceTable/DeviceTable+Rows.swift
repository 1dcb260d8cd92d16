import PlacementModel

/// Which rows nodes have. Rows are given anew to keep nodes in an order; all that indexes know of a row then comes by the logs.
extension DeviceTable {
    /// Moves a node to a row that no node has; the row it leaves keeps its name.
    ///
    /// - Precondition: nothing is journaled. - Complexity: O(devices)
    package func moveNode(from old: Int, to new: Int) {
        precondition(!isJournaling, "rows do not move while changes may be taken back")
        precondition(
            heads[old].flags.contains(.alive) && !heads[new].flags.contains(.alive), "a node moves to a free row")
        noteRegistration(old)
        let head = heads[new]
        heads.set(new, heads[old])
        heads.set(old, head)
        free.base.swap(old, new)
        taken.base.swap(old, new)
        let name = nodes[old].name
        nodes[new] = nodes[old]
        nodes[old] = Node(metadata: ObjectMeta(name: name))
        nodeTypes.swapAt(old, new)
        nodeFacts.swapAt(old, new)
        extended.swapAt(old, new)
        generations.swapAt(old, new)
        nodeRows[name] = Int32(new)
        for device in devices(of: new) { nodeOfDevice.set(device, Int32(new)) }
        structureVersion += 1
        noteRegistration(new)
    }

    /// Appends rows without nodes.
    package func appendEmptyRows(_ count: Int) { for _ in 0..<count { appendEmptyRow() } }

    /// Gives a row without a node a name between those of its neighbours.
    package func nameEmptyRow(_ row: Int, _ name: String) {
        precondition(!heads[row].flags.contains(.alive), "row \(row) has a node")
        nodes[row] = Node(metadata: ObjectMeta(name: name))
    }
}

extension UnsafeMutablePointer {
    fileprivate func swap(_ first: Int, _ second: Int) {
        let value = self[first]
        self[first] = self[second]
        self[second] = value
    }
}
