import PlacementKernels

// How an empty index takes all nodes at once: sorted, laid into chunks and groups that keep room for changes, summarised last.
extension RankIndex {
    /// Nodes of a chunk, and chunks of a group, in a new index: a quarter of the room is left for those that move there.
    private static let filled = width * 3 / 4

    /// Whether no node is in the index.
    var isEmpty: Bool { chunkOccupied[0] == 0 && groupCount == 1 && groupSize[Int(topGroups[0])] == 1 }

    /// Gives every node its place; their words are to follow, by ``fill(_:words:)`` and ``summarize()``.
    ///
    /// - Precondition: the index holds no node.
    /// - Parameter nodes: (rank, row) of each, rows ascending; in order afterwards.
    /// - Complexity: O(nodes)
    mutating func place(_ nodes: UnsafeMutableBufferPointer<UInt64>) {
        Self.sortByRank(nodes)
        var top = 0
        var chunk = Int(groupChunks[Int(topGroups[0]) * Self.width])
        for (place, key) in nodes.enumerated() {
            let slot = place % Self.filled
            if slot == 0 && place > 0 {
                if Int(groupSize[Int(topGroups[top])]) == Self.filled {
                    appendGroup(low: key)
                    top += 1
                }
                chunk = appendChunk(to: Int(topGroups[top]), low: key)
            }
            put(Int(truncatingIfNeeded: key & 0xffff_ffff), key, chunk: chunk, slot: slot)
        }
    }

    private mutating func appendGroup(low: UInt64) {
        if groupCount == topCapacity { growTop() }
        let group = newGroup()
        topGroups[groupCount] = group
        topLow[groupCount] = low
        groupCount += 1
    }

    private mutating func appendChunk(to group: Int, low: UInt64) -> Int {
        let chunk = newChunk(group: Int32(group))
        let position = group * Self.width + Int(groupSize[group])
        groupChunks[position] = chunk
        groupLow[position] = low
        groupSize[group] += 1
        return Int(chunk)
    }

    /// Writes the words of a node that has just been placed; several threads may, each with nodes of its own.
    @inline(__always)
    func fill(_ node: Int, words mask: FeasibilityWords) {
        let words = self.words(of: node)
        for word in 0..<Self.words { words[word * Self.width] = mask[word] }
    }

    /// Makes the ORs of all chunks and groups anew.
    ///
    /// - Complexity: O(nodes)
    func summarize() {
        for top in 0..<groupCount {
            let group = Int(topGroups[top])
            for word in 0..<Self.words {
                let summary = groupWords + group * Self.width * Self.words + word * Self.width
                for position in 0..<Int(groupSize[group]) {
                    let chunk = Int(groupChunks[group * Self.width + position])
                    summary[position] = Self.union(chunkWords + chunk * Self.width * Self.words + word * Self.width)
                }
                topWords[word * topCapacity + top] = Self.union(summary, Int(groupSize[group]))
            }
        }
    }

    /// Sorts by the upper half, three digits of at most 11 bits, the lowest first; equal ranks keep their order.
    private static func sortByRank(_ nodes: UnsafeMutableBufferPointer<UInt64>) {
        guard let base = nodes.baseAddress else { return }
        let digits = 1 << 11
        let other = UnsafeMutablePointer<UInt64>.allocate(capacity: nodes.count)
        let starts = UnsafeMutablePointer<Int>.allocate(capacity: digits)
        defer {
            other.deallocate()
            starts.deallocate()
        }
        var (from, to) = (base, other)
        for shift: UInt64 in [32, 43, 54] {
            starts.initialize(repeating: 0, count: digits)
            for place in 0..<nodes.count { starts[Int(from[place] >> shift & 0x7ff)] += 1 }
            var next = 0
            for digit in 0..<digits { (starts[digit], next) = (next, next + starts[digit]) }
            for place in 0..<nodes.count {
                let digit = Int(from[place] >> shift & 0x7ff)
                to[starts[digit]] = from[place]
                starts[digit] += 1
            }
            swap(&from, &to)
        }
        // Three passes leave the result in the other memory.
        base.update(from: other, count: nodes.count)
    }
}
