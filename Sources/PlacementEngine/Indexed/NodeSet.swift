import DeviceTable

/// Nodes where a request class may still fit: one bit a node row, cleared by a refusal, set again by a release.
///
/// Holds for classes whose refusals last: a placement elsewhere never makes a refused node fit. Empty (no memory) until the
/// first refusal. Owned by one plan, freed with it.
struct NodeSet: BitwiseCopyable {
    private var bits: UnsafeMutablePointer<UInt64>?
    private var capacity = 0
    /// How far the log of releases has been read.
    private var position = 0

    init() {}

    func deallocate() { bits?.deallocate() }

    /// True while nothing was refused: every node may fit.
    var isFull: Bool { bits == nil }

    @inline(__always)
    func contains(_ node: Int) -> Bool { bits![node >> 6] & (1 << UInt64(node & 63)) != 0 }

    /// - Parameter position: end of the log of releases, read when the set takes its first refusal.
    mutating func remove(_ node: Int, nodes: Int, position: Int) {
        if bits == nil {
            capacity = max((nodes + 63) / 64, 1)
            bits = .allocate(capacity: capacity)
            bits!.initialize(repeating: UInt64.max, count: capacity)
            self.position = position
        }
        bits![node >> 6] &= ~(1 << UInt64(node & 63))
    }

    func fill() {
        if let bits { for word in 0..<capacity { bits[word] = UInt64.max } }
    }

    /// Catches up with releases: the nodes named since the last visit are possible again.
    ///
    /// - Complexity: O(releases since), at most O(nodes / 64).
    mutating func catchUp(_ log: ChangeLog, nodes: Int) {
        guard var bits, log.end != position else { return }
        if nodes > capacity * 64 {
            let larger = max((nodes + 63) / 64, capacity * 2)
            let grown = UnsafeMutablePointer<UInt64>.allocate(capacity: larger)
            grown.initialize(repeating: UInt64.max, count: larger)
            grown.update(from: bits, count: capacity)
            bits.deallocate()
            bits = grown
            self.bits = grown
            capacity = larger
        }
        let entries = log.entries
        if let first = log.index(of: position), entries.count - first <= capacity {
            for entry in first..<entries.count {
                let node = Int(entries[entry])
                bits[node >> 6] |= 1 << UInt64(node & 63)
            }
        } else {
            fill()
        }
        position = log.end
    }
}

/// The nodes that a caller allows, as bits.
struct CandidateSet {
    private var bits: [UInt64]

    init(_ rows: [Int], of cluster: Cluster) {
        bits = Array(repeating: 0, count: (cluster.table.nodeRowCount + 63) / 64)
        for row in rows { bits[row >> 6] |= 1 << UInt64(row & 63) }
    }

    func contains(_ node: Int) -> Bool { bits[node >> 6] & (1 << UInt64(node & 63)) != 0 }
}

/// Nodes that pass the filters over what a node is (name, selector, affinity, taints), shared by all classes with the same
/// constraints. Computed once, repaired node by node.
final class ConstraintSet {
    private(set) var bits: [UInt64] = []
    private(set) var count = 0
    private var nodes = 0
    private var releasePosition = 0
    private let representative: RequestClass

    init(_ representative: RequestClass) { self.representative = representative }

    @inline(__always)
    func contains(_ node: Int) -> Bool { bits[node >> 6] & (1 << UInt64(node & 63)) != 0 }

    func catchUp(_ cluster: Cluster) {
        let log = cluster.table.releaseLog
        if log.end == releasePosition { return }
        let rows = cluster.table.nodeRowCount
        bits.append(contentsOf: repeatElement(0, count: max((rows + 63) / 64 - bits.count, 0)))
        if let first = log.index(of: releasePosition), nodes > 0 {
            for entry in first..<log.entries.count { set(Int(log.entries[entry]), cluster) }
        } else {
            for node in 0..<rows { set(node, cluster) }
        }
        nodes = rows
        releasePosition = log.end
    }

    private func set(_ node: Int, _ cluster: Cluster) {
        let passes =
            cluster.table.heads.base[node].flags.contains(.alive)
            && cluster.failingConstraint(representative, node: node) == nil
        let bit: UInt64 = 1 << UInt64(node & 63)
        if (bits[node >> 6] & bit != 0) == passes { return }
        bits[node >> 6] ^= bit
        count += passes ? 1 : -1
    }
}
