import PlacementKernels

/// States that have nodes, best first: by the node score before vendors add theirs, then by their first node.
///
/// ```
/// directory   chunks in order       most free memory[4]
/// chunk       <= 64 states in order key[64]   state[64]   kind[64]   free memory[4][64]   kinds met, as bits
/// ```
///
/// A search goes through the states in order, can end where no later one can be better, and skips those without the memory it
/// asks, and those of kinds that it does not want, 64 at a time.
/// - Complexity: insert and remove O(log chunks + 64); memory 29 bytes a state at best, twice that at worst.
struct LiveStates: ~Copyable {
    static let width = 64

    /// What a search sees of a state.
    struct Item {
        var state: Int
        var firstNode: Int
        /// The node score before vendors add theirs.
        var baseScore: Float
        /// The number of its kind, or ``LiveStates/otherKinds``.
        var kindBit: Int
        /// On the level asked for.
        var freeMemoryMiB: Int32
    }

    private struct Chunk: BitwiseCopyable {
        var keys: UnsafeMutablePointer<UInt64>
        var states: UnsafeMutablePointer<Int32>
        /// See ``LiveStates/kindBit(_:)``.
        var kinds: UnsafeMutablePointer<UInt8>
        /// By count level, ``LiveStates/width`` in each.
        var free: UnsafeMutablePointer<Int32>
        var mostFree = SIMD4<Int32>(repeating: .min)
        /// Kinds of its states as bits, and of some that have left.
        var kindsMet: UInt64 = 0
        var count = 0

        init() {
            keys = .allocate(capacity: LiveStates.width)
            states = .allocate(capacity: LiveStates.width)
            kinds = .allocate(capacity: LiveStates.width)
            free = .allocate(capacity: 4 * LiveStates.width)
        }

        func deallocate() {
            keys.deallocate()
            states.deallocate()
            kinds.deallocate()
            free.deallocate()
        }

        /// The first place whose key is not below.
        func place(of key: UInt64) -> Int {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if keys[middle] < key { low = middle + 1 } else { high = middle }
            }
            return low
        }

        mutating func insert(_ key: UInt64, _ state: Int32, kind: UInt8, _ memory: SIMD4<Int32>, at place: Int) {
            (keys + place + 1).update(from: keys + place, count: count - place)
            (states + place + 1).update(from: states + place, count: count - place)
            (kinds + place + 1).update(from: kinds + place, count: count - place)
            keys[place] = key
            states[place] = state
            kinds[place] = kind
            kindsMet |= 1 << UInt64(kind)
            for level in 0..<4 {
                let row = free + level * LiveStates.width + place
                (row + 1).update(from: row, count: count - place)
                row.pointee = memory[level]
            }
            mostFree = pointwiseMax(mostFree, memory)
            count += 1
        }

        mutating func remove(at place: Int) {
            count -= 1
            (keys + place).update(from: keys + place + 1, count: count - place)
            (states + place).update(from: states + place + 1, count: count - place)
            (kinds + place).update(from: kinds + place + 1, count: count - place)
            for level in 0..<4 {
                let row = free + level * LiveStates.width + place
                let isMost = row.pointee == mostFree[level]
                row.update(from: row + 1, count: count - place)
                if isMost { mostFree[level] = greatest(of: level) }
            }
        }

        func greatest(of level: Int) -> Int32 {
            var greatest = Int32.min
            for place in 0..<count { greatest = max(greatest, free[level * LiveStates.width + place]) }
            return greatest
        }

        /// Moves the upper half to an empty chunk.
        mutating func split(into upper: inout Chunk) {
            let half = count / 2
            upper.count = count - half
            upper.keys.update(from: keys + half, count: upper.count)
            upper.states.update(from: states + half, count: upper.count)
            upper.kinds.update(from: kinds + half, count: upper.count)
            for level in 0..<4 {
                (upper.free + level * LiveStates.width).update(
                    from: free + level * LiveStates.width + half, count: upper.count)
            }
            count = half
            summarize()
            upper.summarize()
        }

        private mutating func summarize() {
            for level in 0..<4 { mostFree[level] = greatest(of: level) }
            kindsMet = 0
            for place in 0..<count { kindsMet |= 1 << UInt64(kinds[place]) }
        }
    }

    private var chunks: UnsafeMutablePointer<Chunk>
    private var chunkCount = 1
    /// Chunks made; those past `chunkCount` are empty and wait to be used again.
    private var chunksMade = 1
    private var chunkCapacity = 16
    private let isSpread: Bool

    init(isSpread: Bool) {
        self.isSpread = isSpread
        chunks = .allocate(capacity: chunkCapacity)
        chunks.initialize(to: Chunk())
    }

    deinit {
        for chunk in 0..<chunksMade { chunks[chunk].deallocate() }
        chunks.deallocate()
    }

    /// The bit by which a chunk knows a kind; the last one stands for all others and for states that are like no other.
    @inline(__always)
    static func kindBit(_ kind: Int32) -> UInt8 { kind < 0 || kind > otherKinds ? otherKinds : UInt8(kind) }
    static let otherKinds: UInt8 = 63

    private func key(_ summary: StateSummary, _ firstNode: Int32) -> UInt64 {
        let rank = rankKey(summary.baseScore)
        return UInt64(isSpread ? rank : ~rank) << 32 | UInt64(UInt32(bitPattern: firstNode))
    }

    mutating func insert(_ state: Int, _ summary: StateSummary, firstNode: Int32) {
        let key = key(summary, firstNode)
        var chunk = chunk(of: key)
        if chunks[chunk].count == Self.width {
            split(chunk)
            if chunks[chunk + 1].keys[0] <= key { chunk += 1 }
        }
        // Of a state that is like no other nothing is ruled out by its memory.
        let memory = summary.kind < 0 ? SIMD4(repeating: Int32.max) : summary.freeMemoryMiB
        chunks[chunk].insert(
            key, Int32(state), kind: Self.kindBit(summary.kind), memory, at: chunks[chunk].place(of: key))
    }

    /// - Parameter firstNode: the one that the state was filed with.
    mutating func remove(_ state: Int, _ summary: StateSummary, firstNode: Int32) {
        let key = key(summary, firstNode)
        let chunk = chunk(of: key)
        let place = chunks[chunk].place(of: key)
        assert(chunks[chunk].states[place] == Int32(state))
        chunks[chunk].remove(at: place)
        guard chunks[chunk].count == 0 && chunkCount > 1 else { return }
        var empty = chunks[chunk]
        empty.kindsMet = 0
        chunkCount -= 1
        (chunks + chunk).update(from: chunks + chunk + 1, count: chunkCount - chunk)
        chunks[chunkCount] = empty
    }

    /// The last chunk whose first key is not above, else the first.
    private func chunk(of key: UInt64) -> Int {
        var low = 0
        var high = chunkCount
        while high - low > 1 {
            let middle = (low + high) / 2
            if chunks[middle].keys[0] <= key { low = middle } else { high = middle }
        }
        return low
    }

    private mutating func split(_ chunk: Int) {
        if chunkCount == chunksMade {
            if chunksMade == chunkCapacity {
                chunkCapacity *= 2
                chunks = grown(chunks, from: chunkCount, to: chunkCapacity)
            }
            (chunks + chunksMade).initialize(to: Chunk())
            chunksMade += 1
        }
        var upper = chunks[chunkCount]
        (chunks + chunk + 2).update(from: chunks + chunk + 1, count: chunkCount - chunk - 1)
        chunks[chunk].split(into: &upper)
        chunks[chunk + 1] = upper
        chunkCount += 1
    }

    /// The first state out of order, or the first summary of a chunk that rules out one of its states; nil = none.
    ///
    /// - Complexity: O(states). For tests.
    func brokenInvariant(states: Int) -> String? {
        var (last, held): (UInt64?, Int) = (nil, 0)
        for number in 0..<chunkCount {
            let chunk = chunks[number]
            if chunk.count == 0 && chunkCount > 1 { return "chunk \(number) is empty" }
            held += chunk.count
            for place in 0..<chunk.count {
                if let last, last >= chunk.keys[place] { return "state \(chunk.states[place]) is out of order" }
                last = chunk.keys[place]
                if chunk.kindsMet & 1 << UInt64(chunk.kinds[place]) == 0 { return "chunk \(number) lacks a kind" }
            }
            for level in 0..<4 where chunk.count > 0 && chunk.mostFree[level] != chunk.greatest(of: level) {
                return "chunk \(number) does not know its most free memory"
            }
        }
        return held == states ? nil : "\(held) states are in chunks, \(states) have nodes"
    }

    /// Visits the states in order whose memory on a count level is at least an amount, until the visitor says true.
    ///
    /// - Parameters:
    ///   - least: `Int32.min` = any memory.
    ///   - kinds: which of the kinds given, as bits, are wanted of states whose base score is no better than the one given; asked
    ///     anew for every 64 states; nil ends the visit.
    @inline(__always)
    func visit(
        level: Int, atLeastMiB least: Int32, kinds wanted: (_ met: UInt64, _ bestScore: Float) -> UInt64?,
        _ visit: (Item) -> Bool
    ) {
        for chunk in 0..<chunkCount {
            let chunk = chunks + chunk
            if chunk.pointee.count == 0 || chunk.pointee.mostFree[level] < least { continue }
            var left = UInt64.max >> UInt64(Self.width - chunk.pointee.count)
            if least > Int32.min {
                left &= slots(atLeast: least, of: chunk.pointee.free + level * Self.width)
            }
            guard let kinds = wanted(chunk.pointee.kindsMet, baseScore(chunk.pointee.keys[0])) else { return }
            if kinds != chunk.pointee.kindsMet { left &= slots(among: kinds, of: chunk.pointee.kinds) }
            while left != 0 {
                let place = left.trailingZeroBitCount
                left &= left - 1
                let key = chunk.pointee.keys[place]
                let item = Item(
                    state: Int(chunk.pointee.states[place]), firstNode: Int(key & 0xffff_ffff),
                    baseScore: baseScore(key), kindBit: Int(chunk.pointee.kinds[place]),
                    freeMemoryMiB: chunk.pointee.free[level * Self.width + place])
                if visit(item) { return }
            }
        }
    }

    @inline(__always)
    private func baseScore(_ key: UInt64) -> Float {
        let rank = UInt32(truncatingIfNeeded: key >> 32)
        return scoreOfRankKey(isSpread ? rank : ~rank)
    }
}
