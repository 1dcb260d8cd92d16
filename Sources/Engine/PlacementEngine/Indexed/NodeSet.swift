import DeviceTable

/// Nodes where a request class may still fit: all but those that refused it since their last release.
///
/// Holds for classes whose refusals last: a placement elsewhere never makes a refused node fit. The first few refusals are a
/// list in place, which is all that most classes ever need; further ones make a bit for each node row. Owned by one plan, freed
/// with it.
struct NodeSet: BitwiseCopyable {
    /// Nodes that refused, -1 = free place; while there are no bits.
    private var few = Self.none
    private var fewCount = 0
    /// A bit for each node row: 0 = refused.
    private var bits: UnsafeMutablePointer<UInt64>?
    private var capacity = 0
    /// How far the log of releases has been read.
    private var position = 0

    private static let none = SIMD16<Int32>(repeating: -1)

    init() {}

    func deallocate() { bits?.deallocate() }

    var memoryBytes: Int { bits == nil ? 0 : 8 * capacity }

    /// True while nothing was refused: every node may fit.
    var isFull: Bool { fewCount == 0 && bits == nil }

    @inline(__always)
    func contains(_ node: Int) -> Bool {
        if let bits { return bits[node >> 6] & (1 << UInt64(node & 63)) != 0 }
        return !any(few .== Int32(truncatingIfNeeded: node))
    }

    /// - Parameters:
    ///   - node: in the set.
    ///   - position: end of the log of releases, read when the set takes its first refusal.
    mutating func remove(_ node: Int, nodes: Int, position: Int) {
        if isFull { self.position = position }
        if bits == nil {
            if fewCount < few.scalarCount {
                few[fewCount] = Int32(truncatingIfNeeded: node)
                fewCount += 1
                return
            }
            makeBits(nodes)
        }
        bits![node >> 6] &= ~(1 << UInt64(node & 63))
    }

    private mutating func makeBits(_ nodes: Int) {
        capacity = max((nodes + 63) / 64, 1)
        let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
        bits.initialize(repeating: UInt64.max, count: capacity)
        for place in 0..<fewCount { bits[Int(few[place]) >> 6] &= ~(1 << UInt64(few[place] & 63)) }
        self.bits = bits
        clearFew()
    }

    private mutating func clearFew() { (few, fewCount) = (Self.none, 0) }

    mutating func fill() {
        clearFew()
        if let bits { for word in 0..<capacity { bits[word] = UInt64.max } }
    }

    /// Catches up with releases: the nodes named since the last visit are possible again.
    ///
    /// - Complexity: O(releases since), at most O(nodes / 64).
    @inline(__always)
    mutating func catchUp(_ log: ChangeLog, nodes: Int) {
        if !isFull && log.end != position { follow(log, nodes) }
    }

    private mutating func follow(_ log: ChangeLog, _ nodes: Int) {
        let entries = log.entries
        let first = log.index(of: position)
        position = log.end
        if let bits, nodes > capacity * 64 {
            let larger = max((nodes + 63) / 64, capacity * 2)
            self.bits = grown(bits, from: capacity, to: larger, filler: UInt64.max)
            capacity = larger
        }
        guard let first, entries.count - first <= max(capacity, Self.releasesMax) else { return fill() }
        for entry in first..<entries.count {
            let node = entries[entry]
            if let bits {
                bits[Int(node) >> 6] |= 1 << UInt64(node & 63)
            } else if let place = few.indices.first(where: { few[$0] == node }) {
                // The last one takes its place.
                fewCount -= 1
                few[place] = few[fewCount]
                few[fewCount] = -1
            }
        }
    }

    /// Rows that are not in the set, where it has read all of a log; nil = it is behind. - Complexity: O(nodes). For tests.
    func refused(_ log: ChangeLog, nodes: Int) -> [Int]? {
        if isFull { return [] }
        return log.end == position
            ? (0..<min(nodes, bits == nil ? nodes : capacity * 64)).filter { !contains($0) } : nil
    }

    /// A list is emptied rather than compared with more releases than this.
    private static let releasesMax = 64
}

/// The nodes that a caller allows, as bits.
struct CandidateSet {
    private var bits: [UInt64]

    init(_ rows: [Int], of cluster: Fleet) {
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

    func catchUp(_ cluster: Fleet) {
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

    /// The first row whose bit is not what the filters say; nil = none, or the set is behind. - Complexity: O(nodes). For tests.
    func brokenInvariant(_ cluster: Fleet) -> String? {
        if cluster.table.releaseLog.end != releasePosition { return nil }
        for node in 0..<nodes where contains(node) != passes(node, cluster) { return "row \(node) has the wrong bit" }
        let counted = bits.reduce(0) { $0 + $1.nonzeroBitCount }
        return counted == count ? nil : "\(count) rows are counted, \(counted) have a bit"
    }

    private func passes(_ node: Int, _ cluster: Fleet) -> Bool {
        cluster.table.heads.base[node].flags.contains(.alive)
            && cluster.failingConstraint(representative, node: node) == nil
    }

    private func set(_ node: Int, _ cluster: Fleet) {
        let passes = passes(node, cluster)
        let bit: UInt64 = 1 << UInt64(node & 63)
        if (bits[node >> 6] & bit != 0) == passes { return }
        bits[node >> 6] ^= bit
        count += passes ? 1 : -1
    }
}
