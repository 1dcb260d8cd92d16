import PlacementKernels

/// Nodes in order of preference, with the coarse demands each could meet: one index serves every request class.
///
/// ```
/// top      groups in order        lowKey[g]   words[w][g]      OR of the group's words
/// group    <= 64 chunks in order  lowKey[64]  words[8][64]     OR of the chunks' words
/// chunk    <= 64 nodes, any order key[64]     words[8][64]     the nodes' own feasibility words
/// ```
///
/// A key is (rank, node row), so the leftmost node with a demand's bit is the best candidate, ties by row. ORs are
/// tightened when a visit finds nothing under a set bit. A node that changes is taken out and put back under its new key.
/// - Complexity: query O(groups + visited chunks), update O(log chunks + 64); 600 bytes a node.
/// - Source: performance prototype section 2 ("ordered"), with eight words a node and unordered chunks.
struct RankIndex: ~Copyable {
    static let width = chunkWidth
    static let words = 8

    var chunkCount = 0
    var chunkCapacity: Int
    var chunkKeys: UnsafeMutablePointer<UInt64>
    var chunkWords: UnsafeMutablePointer<UInt64>
    var chunkOccupied: UnsafeMutablePointer<UInt64>
    var chunkGroup: UnsafeMutablePointer<Int32>
    var freeChunks: [Int32] = []

    var groupCapacity: Int
    var groupCount = 0
    var groupChunks: UnsafeMutablePointer<Int32>
    var groupLow: UnsafeMutablePointer<UInt64>
    var groupWords: UnsafeMutablePointer<UInt64>
    var groupSize: UnsafeMutablePointer<Int32>
    var freeGroups: [Int32] = []
    var groupsMade = 0

    /// Groups in order, and their OR words by position: `topWords[w * topCapacity + position]`.
    var topCapacity: Int
    var topGroups: UnsafeMutablePointer<Int32>
    var topLow: UnsafeMutablePointer<UInt64>
    var topWords: UnsafeMutablePointer<UInt64>

    /// Per node row: its key (`absent` = not in the index), chunk and slot.
    var keys: UnsafeMutablePointer<UInt64>
    private var places: UnsafeMutablePointer<Int32>
    private var nodeCapacity: Int
    static let absent = UInt64.max

    /// Levels visited by queries and lines touched, for the work counters.
    private(set) var levelsVisited = 0
    private(set) var linesTouched = 0

    init(nodes: Int) {
        nodeCapacity = max(nodes, 64)
        keys = .allocate(capacity: nodeCapacity)
        keys.initialize(repeating: Self.absent, count: nodeCapacity)
        places = .allocate(capacity: nodeCapacity)
        places.initialize(repeating: -1, count: nodeCapacity)
        chunkCapacity = max(nodes / 24, 16)
        chunkKeys = .allocate(capacity: chunkCapacity * Self.width)
        chunkWords = .allocate(capacity: chunkCapacity * Self.width * Self.words)
        chunkOccupied = .allocate(capacity: chunkCapacity)
        chunkGroup = .allocate(capacity: chunkCapacity)
        groupCapacity = max(chunkCapacity / 24, 8)
        groupChunks = .allocate(capacity: groupCapacity * Self.width)
        groupLow = .allocate(capacity: groupCapacity * Self.width)
        groupWords = .allocate(capacity: groupCapacity * Self.width * Self.words)
        groupSize = .allocate(capacity: groupCapacity)
        topCapacity = groupCapacity
        topGroups = .allocate(capacity: topCapacity)
        topLow = .allocate(capacity: topCapacity)
        topWords = .allocate(capacity: topCapacity * Self.words)
        let group = newGroup()
        topGroups[0] = group
        topLow[0] = 0
        for word in 0..<Self.words { topWords[word * topCapacity] = 0 }
        groupCount = 1
        let chunk = newChunk(group: group)
        groupChunks[Int(group) * Self.width] = chunk
        groupLow[Int(group) * Self.width] = 0
        groupSize[Int(group)] = 1
    }

    deinit {
        keys.deallocate()
        places.deallocate()
        chunkKeys.deallocate()
        chunkWords.deallocate()
        chunkOccupied.deallocate()
        chunkGroup.deallocate()
        groupChunks.deallocate()
        groupLow.deallocate()
        groupWords.deallocate()
        groupSize.deallocate()
        topGroups.deallocate()
        topLow.deallocate()
        topWords.deallocate()
    }

    /// Makes room for node rows up to `count`.
    mutating func reserve(nodes count: Int) {
        if count <= nodeCapacity { return }
        let larger = max(count, nodeCapacity * 2)
        keys = grown(keys, from: nodeCapacity, to: larger, filler: Self.absent)
        places = grown(places, from: nodeCapacity, to: larger, filler: -1)
        nodeCapacity = larger
    }

    /// The node's words in its chunk, ``width`` apart.
    @inline(__always)
    func words(of node: Int) -> UnsafeMutablePointer<UInt64> {
        let place = Int(places[node])
        return chunkWords + place / Self.width * Self.width * Self.words + place % Self.width
    }

    var memoryBytes: Int {
        nodeCapacity * 12 + (chunkCapacity + groupCapacity) * Self.width * (Self.words + 1) * 8 + topCapacity * 80
    }

    func contains(_ node: Int) -> Bool { node < nodeCapacity && keys[node] != Self.absent }

    // MARK: Update

    /// Puts a node under a key, or moves it there.
    mutating func update(_ node: Int, rank: UInt32, words mask: FeasibilityWords) {
        let key = UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: node))
        if keys[node] == key {
            setWords(place: Int(places[node]), mask)
            return
        }
        if keys[node] != Self.absent { remove(node) }
        insert(node, key, mask)
    }

    mutating func remove(_ node: Int) {
        let place = Int(places[node])
        let chunk = place / Self.width
        let slot = place % Self.width
        chunkOccupied[chunk] &= ~(1 << UInt64(slot))
        let words = chunkWords + chunk * Self.width * Self.words + slot
        for word in 0..<Self.words { words[word * Self.width] = 0 }
        keys[node] = Self.absent
        places[node] = -1
        if chunkOccupied[chunk] == 0 { dropChunk(chunk) }
    }

    private mutating func setWords(place: Int, _ mask: FeasibilityWords) {
        let chunk = place / Self.width
        let words = chunkWords + chunk * Self.width * Self.words + place % Self.width
        for word in 0..<Self.words { words[word * Self.width] = mask[word] }
        raise(chunk, mask)
    }

    /// ORs a node's words into its chunk's and group's summaries.
    private mutating func raise(_ chunk: Int, _ mask: FeasibilityWords) {
        let group = Int(chunkGroup[chunk])
        let position = self.position(ofChunk: chunk, in: group)
        let words = groupWords + group * Self.width * Self.words + position
        let top = topPosition(of: group)
        for word in 0..<Self.words {
            words[word * Self.width] |= mask[word]
            topWords[word * topCapacity + top] |= mask[word]
        }
    }

    func position(ofChunk chunk: Int, in group: Int) -> Int {
        let chunks = groupChunks + group * Self.width
        var position = 0
        while chunks[position] != Int32(chunk) { position += 1 }
        return position
    }

    func topPosition(of group: Int) -> Int {
        var position = 0
        while topGroups[position] != Int32(group) { position += 1 }
        return position
    }

    private mutating func insert(_ node: Int, _ key: UInt64, _ mask: FeasibilityWords) {
        var top = Self.lastNotAbove(key, topLow, groupCount)
        var group = Int(topGroups[top])
        var position = Self.lastNotAbove(key, groupLow + group * Self.width, Int(groupSize[group]))
        var chunk = Int(groupChunks[group * Self.width + position])
        if chunkOccupied[chunk] == UInt64.max {
            split(chunk, top: top, position: position)
            top = Self.lastNotAbove(key, topLow, groupCount)
            group = Int(topGroups[top])
            position = Self.lastNotAbove(key, groupLow + group * Self.width, Int(groupSize[group]))
            chunk = Int(groupChunks[group * Self.width + position])
        }
        let slot = (~chunkOccupied[chunk]).trailingZeroBitCount
        put(node, key, chunk: chunk, slot: slot)
        let words = chunkWords + chunk * Self.width * Self.words + slot
        let summary = groupWords + group * Self.width * Self.words + position
        for word in 0..<Self.words {
            words[word * Self.width] = mask[word]
            summary[word * Self.width] |= mask[word]
            topWords[word * topCapacity + top] |= mask[word]
        }
    }

    mutating func put(_ node: Int, _ key: UInt64, chunk: Int, slot: Int) {
        chunkOccupied[chunk] |= 1 << UInt64(slot)
        chunkKeys[chunk * Self.width + slot] = key
        keys[node] = key
        places[node] = Int32(chunk * Self.width + slot)
    }

    /// Position of the last bound that is not above `key`, 0 if all are.
    @inline(__always)
    private static func lastNotAbove(_ key: UInt64, _ bounds: UnsafeMutablePointer<UInt64>, _ count: Int) -> Int {
        var low = 0
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if bounds[middle] <= key { low = middle } else { high = middle }
        }
        return low
    }

    // MARK: Query

    /// How far a query has come: the slots that are left of the chunk under way, and the chunk after it.
    struct Cursor {
        let word: Int
        let bit: Int
        /// Whether the filter may say no.
        let filters: Bool
        fileprivate var top = 0
        fileprivate var position = 0
        fileprivate var chunk = 0
        fileprivate var left: UInt64 = 0
        fileprivate var groupHasBit = false

        init(word: Int, bit: Int, filters: Bool) {
            self.word = word
            self.bit = bit
            self.filters = filters
        }
    }

    /// The next node in order that has the bit and may fit, -1 = none.
    ///
    /// - Parameter mayFit: cheap test by node row; false skips the node without another word.
    @inline(__always)
    mutating func next(_ cursor: inout Cursor, _ mayFit: (Int) -> Bool) -> Int {
        while true {
            if cursor.left != 0 {
                let node = takeFirst(&cursor.left, cursor.chunk, cursor.filters, mayFit)
                if node >= 0 { return node }
                cursor.left = 0
            }
            if !goOn(&cursor) { return -1 }
        }
    }

    /// Takes the slot with the lowest key of a node that may fit out of a chunk's mask. - Returns: the node, -1 = none
    @inline(__always)
    private func takeFirst(_ left: inout UInt64, _ chunk: Int, _ filters: Bool, _ mayFit: (Int) -> Bool) -> Int {
        let keys = chunkKeys + chunk * Self.width
        let best =
            filters ? lowestKey(of: keys, in: &left, mayFit) : PlacementKernels.lowestKey(of: keys, in: left)
        if best == UInt64.max { return -1 }
        let node = Int(truncatingIfNeeded: best & 0xffff_ffff)
        left &= ~(1 << UInt64(places[node] & 63))
        return node
    }

    /// Goes on to the next chunk with the bit; false = there is none. ORs that claim too much are tightened on the way.
    @inline(__always)
    private mutating func goOn(_ cursor: inout Cursor) -> Bool {
        let mask: UInt64 = 1 << UInt64(cursor.bit)
        let word = cursor.word
        while cursor.top < groupCount {
            let top = cursor.top
            if cursor.position == 0 {
                if topWords[word * topCapacity + top] & mask == 0 {
                    cursor.top += 1
                    continue
                }
                levelsVisited += 1
                cursor.groupHasBit = false
            }
            let group = Int(topGroups[top])
            let summary = groupWords + group * Self.width * Self.words + word * Self.width
            let size = Int(groupSize[group])
            while cursor.position < size {
                let position = cursor.position
                cursor.position += 1
                if summary[position] & mask == 0 { continue }
                levelsVisited += 1
                linesTouched += 9
                let chunk = Int(groupChunks[group * Self.width + position])
                let words = chunkWords + chunk * Self.width * Self.words + word * Self.width
                cursor.left = slots(of: words, withBit: cursor.bit)
                if cursor.left == 0 {
                    summary[position] = Self.union(words)
                    continue
                }
                cursor.groupHasBit = true
                cursor.chunk = chunk
                return true
            }
            if !cursor.groupHasBit { topWords[word * topCapacity + top] = Self.union(summary, size) }
            cursor.top += 1
            cursor.position = 0
        }
        return false
    }

    /// The lowest key of a node that may fit; nodes that may not leave the mask as they are met.
    @inline(__always)
    private func lowestKey(
        of keys: UnsafeMutablePointer<UInt64>, in mask: inout UInt64, _ mayFit: (Int) -> Bool
    ) -> UInt64 {
        var best = UInt64.max
        var rest = mask
        while rest != 0 {
            let slot = rest.trailingZeroBitCount
            rest &= rest - 1
            if keys[slot] >= best { continue }
            if mayFit(Int(truncatingIfNeeded: keys[slot] & 0xffff_ffff)) {
                best = keys[slot]
            } else {
                mask &= ~(1 << UInt64(slot))
            }
        }
        return best
    }

    /// The node that a query would find first if no filter refused it, or -1: a hint, found in the
    /// first chunk that has the bit.
    @inline(__always)
    func likelyFirst(word: Int, bit: Int) -> Int {
        let mask: UInt64 = 1 << UInt64(bit)
        for top in 0..<groupCount where topWords[word * topCapacity + top] & mask != 0 {
            let group = Int(topGroups[top])
            let summary = groupWords + group * Self.width * Self.words + word * Self.width
            for position in 0..<Int(groupSize[group]) where summary[position] & mask != 0 {
                let chunk = Int(groupChunks[group * Self.width + position])
                let candidates = slots(
                    of: chunkWords + chunk * Self.width * Self.words + word * Self.width, withBit: bit)
                if candidates == 0 { return -1 }
                return Int(
                    truncatingIfNeeded: PlacementKernels.lowestKey(of: chunkKeys + chunk * Self.width, in: candidates)
                        & 0xffff_ffff)
            }
            return -1
        }
        return -1
    }

    static func union(_ words: UnsafeMutablePointer<UInt64>, _ count: Int = width) -> UInt64 {
        var union: UInt64 = 0
        for slot in 0..<count { union |= words[slot] }
        return union
    }
}

extension RankIndex {
    /// The first node or summary that is not where it should be; nil = none. - Complexity: O(capacity). For tests.
    func brokenInvariant() -> String? {
        var held = 0
        for node in 0..<nodeCapacity where keys[node] != Self.absent {
            held += 1
            let place = Int(places[node])
            if keys[node] & 0xffff_ffff != UInt64(node) || chunkKeys[place] != keys[node] {
                return "node \(node) is not at its place"
            }
        }
        var last: UInt64 = 0
        for top in 0..<groupCount {
            let group = Int(topGroups[top])
            for position in 0..<Int(groupSize[group]) {
                let chunk = Int(groupChunks[group * Self.width + position])
                if Int(chunkGroup[chunk]) != group { return "chunk \(chunk) names another group" }
                let low = groupLow[group * Self.width + position]
                if low < last && (top > 0 || position > 0) { return "the bounds of chunk \(chunk) are out of order" }
                last = low
                held -= chunkOccupied[chunk].nonzeroBitCount
                for slot in 0..<Self.width where chunkOccupied[chunk] & (1 << UInt64(slot)) != 0 {
                    let key = chunkKeys[chunk * Self.width + slot]
                    if key < low && (top > 0 || position > 0) { return "a key of chunk \(chunk) is below its bound" }
                    for word in 0..<Self.words {
                        let own = chunkWords[chunk * Self.width * Self.words + word * Self.width + slot]
                        let summary = groupWords[group * Self.width * Self.words + word * Self.width + position]
                        if own & ~summary != 0 || summary & ~topWords[word * topCapacity + top] != 0 {
                            return "a summary of chunk \(chunk) lacks a bit"
                        }
                    }
                }
            }
        }
        return held == 0 ? nil : "\(held) nodes are in no chunk"
    }
}
