import DeviceTable
import PlacementModel

/// Which row a new node takes, so that rows stand in the order among equals.
///
/// ```
/// by name   a1  a3  .  b2  .  c7  .          . = a row without a node; its name is the one before
///           b4 joins: it takes the free row behind b2
///           a2 joins: a3 moves up by one, into the next free row
/// ```
///
/// Where no free row is near, all nodes are laid out anew with a free row behind every fourth: so much room that this happens
/// only after the fleet has grown by a share of its size. What moves is told by the table's logs, like any other change.
extension Fleet {
    /// Nodes that move for one that joins, at most.
    private static let movesMax = 32
    /// Nodes for one free row, once they are laid out anew.
    private static let nodesPerGap = 4

    /// The free row for a new node; nil = the one after the last.
    func rowForJoining(_ name: String) -> Int? {
        order == .byName ? rowByName(name) : rowAtEnd()
    }

    private func isFree(_ row: Int) -> Bool { !table.heads.base[row].flags.contains(.alive) }

    private func rowAtEnd() -> Int? {
        var next = table.nodeRowCount
        while next > 0 && isFree(next - 1) { next -= 1 }
        if next < table.nodeRowCount { return next }
        if table.nodeRowCount - table.aliveNodeCount > table.aliveNodeCount + 64 {
            layOut(nodesPerGap: nil)
            return rowAtEnd()
        }
        return nil
    }

    private func rowByName(_ name: String) -> Int? {
        let rows = table.nodeRowCount
        let next = firstRow(after: name)
        if next > 0 && isFree(next - 1) { return next - 1 }
        if next == rows { return nil }
        if isFree(next) { return next }
        for distance in 1...Self.movesMax {
            if next + distance == rows { table.appendEmptyRows(1) }
            if next + distance < table.nodeRowCount && isFree(next + distance) {
                for row in (next..<next + distance).reversed() { table.moveNode(from: row, to: row + 1) }
                moveResidents { $0 >= next && $0 < next + distance ? $0 + 1 : $0 }
                return next
            }
            if next - 1 - distance >= 0 && isFree(next - 1 - distance) {
                for row in next - distance..<next { table.moveNode(from: row, to: row - 1) }
                moveResidents { $0 >= next - distance && $0 < next ? $0 - 1 : $0 }
                return next - 1
            }
        }
        layOut(nodesPerGap: Self.nodesPerGap)
        return rowByName(name)
    }

    /// The first row whose name sorts behind.
    private func firstRow(after name: String) -> Int {
        var low = 0
        var high = table.nodeRowCount
        while low < high {
            let middle = (low + high) / 2
            if name.utf8.lexicographicallyPrecedes(table.nodes[middle].name.utf8) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    /// Lays all nodes out anew in their order, with free rows between or, for nil, all behind them.
    private func layOut(nodesPerGap: Int?) {
        var origins: [Int] = []
        for row in 0..<table.nodeRowCount where !isFree(row) {
            if row != origins.count { table.moveNode(from: row, to: origins.count) }
            origins.append(row)
        }
        var rows = Array(origins.indices)
        if let nodesPerGap {
            let wanted = origins.count + origins.count / nodesPerGap + 1
            table.appendEmptyRows(max(wanted - table.nodeRowCount, 0))
            for place in origins.indices.reversed() where place / nodesPerGap > 0 {
                rows[place] = place + place / nodesPerGap
                table.moveNode(from: place, to: rows[place])
            }
        }
        var name = ""
        for row in 0..<table.nodeRowCount {
            if isFree(row) { table.nameEmptyRow(row, name) } else { name = table.nodes[row].name }
        }
        var moved: [Int: Int] = [:]
        for (origin, row) in zip(origins, rows) { moved[origin] = row }
        moveResidents { moved[$0] ?? $0 }
    }

    private func moveResidents(_ newRow: (Int) -> Int) {
        rowsHaveMoved = true
        for row in 0..<residents.rowCount where residents.id(ofRow: row) != nil {
            residents.setNode(newRow(Int(residents.rows[row].node)), ofRow: row)
        }
    }
}
