import DeviceTable
import PlacementKernels
import PlacementModel

/// One class's choice over all nodes when its score depends on the request: a key per node and the best of each block.
///
/// Repaired lazily: the class remembers how far it has read the change log and tries only the nodes named since. A node
/// named several times is tried once.
/// - Complexity: query O(changed nodes x trial + nodes / 64); first use O(nodes x trial).
final class ScoreTree {
    static let blockSize = 64
    static let refused = UInt64.max

    private var keys: [UInt64] = []
    private var blockBest: [UInt64] = []
    private var stamps: [Int] = []
    private var stamp = 0
    private var position = 0
    private var quotaVersion = -1
    private(set) var nodesRescored = 0

    /// Catches up and returns the best node, or -1.
    ///
    /// - Parameters:
    ///   - isAllowed: whether a node counts; nil = all do.
    ///   - score: rank of a node (lower is better), nil = refused.
    func best(
        _ table: DeviceTable, quotaVersion: Int, among isAllowed: ((Int) -> Bool)?, score: (Int) -> UInt32?
    ) -> Int {
        let rows = table.nodeRowCount
        let log = table.changeLog
        if keys.count < rows {
            keys.append(contentsOf: repeatElement(Self.refused, count: rows - keys.count))
            stamps.append(contentsOf: repeatElement(0, count: rows - stamps.count))
            let blocks = (rows + Self.blockSize - 1) / Self.blockSize
            blockBest.append(contentsOf: repeatElement(Self.refused, count: blocks - blockBest.count))
        }
        if let first = log.index(of: position), position > 0, quotaVersion == self.quotaVersion {
            stamp += 1
            for entry in first..<log.entries.count {
                let node = Int(log.entries[entry])
                if stamps[node] == stamp { continue }
                stamps[node] = stamp
                set(node, score(node))
            }
        } else {
            for node in 0..<rows { set(node, score(node)) }
        }
        position = log.end
        self.quotaVersion = quotaVersion
        var best = Self.refused
        if let isAllowed {
            for node in 0..<rows where keys[node] < best && isAllowed(node) { best = keys[node] }
        } else {
            for block in blockBest where block < best { best = block }
        }
        return best == Self.refused ? -1 : Int(truncatingIfNeeded: best & 0xffff_ffff)
    }

    /// Notes that a node does not fit after all: its quota was used up elsewhere, which no change of the node tells.
    func refuse(_ node: Int) { set(node, nil) }

    /// The first block whose best is not the best of its keys, or the first key that is no node's own; nil = none.
    ///
    /// - Complexity: O(nodes). For tests.
    func brokenInvariant() -> String? {
        for (node, key) in keys.enumerated() where key != Self.refused && key & 0xffff_ffff != UInt64(node) {
            return "row \(node) has the key of another"
        }
        for (block, best) in blockBest.enumerated() {
            let members = keys[block * Self.blockSize..<min((block + 1) * Self.blockSize, keys.count)]
            if best != members.min() { return "block \(block) does not know its best" }
        }
        return nil
    }

    /// Nodes that the tree refuses, where it has read all of the log; nil = it is behind. For tests.
    func refused(_ table: DeviceTable, quotaVersion: Int) -> [Int]? {
        guard position == table.changeLog.end, position > 0, quotaVersion == self.quotaVersion else { return nil }
        return keys.indices.filter { keys[$0] == Self.refused }
    }

    private func set(_ node: Int, _ rank: UInt32?) {
        nodesRescored += 1
        let key = rank.map { UInt64($0) << 32 | UInt64(node) } ?? Self.refused
        let old = keys[node]
        if key == old { return }
        keys[node] = key
        let block = node / Self.blockSize
        if key < blockBest[block] {
            blockBest[block] = key
        } else if old == blockBest[block] {
            var best = Self.refused
            for member in block * Self.blockSize..<min((block + 1) * Self.blockSize, keys.count)
            where keys[member] < best {
                best = keys[member]
            }
            blockBest[block] = best
        }
    }
}
