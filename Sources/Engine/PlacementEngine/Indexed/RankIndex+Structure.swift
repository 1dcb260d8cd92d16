// How the index grows and shrinks: chunks split and go, groups split and go, the top follows.
extension RankIndex {
    mutating func newChunk(group: Int32) -> Int32 {
        if let free = freeChunks.popLast() {
            chunkOccupied[Int(free)] = 0
            chunkGroup[Int(free)] = group
            return free
        }
        if chunkCount == chunkCapacity {
            let larger = chunkCapacity * 2
            chunkKeys = grown(chunkKeys, from: chunkCapacity * Self.width, to: larger * Self.width, filler: 0)
            chunkWords = grown(
                chunkWords, from: chunkCapacity * Self.width * Self.words, to: larger * Self.width * Self.words,
                filler: 0)
            chunkOccupied = grown(chunkOccupied, from: chunkCapacity, to: larger, filler: 0)
            chunkGroup = grown(chunkGroup, from: chunkCapacity, to: larger, filler: -1)
            chunkCapacity = larger
        }
        let chunk = chunkCount
        chunkCount += 1
        chunkOccupied[chunk] = 0
        chunkGroup[chunk] = group
        (chunkWords + chunk * Self.width * Self.words).initialize(repeating: 0, count: Self.width * Self.words)
        return Int32(chunk)
    }

    mutating func newGroup() -> Int32 {
        let group: Int
        if let free = freeGroups.popLast() {
            group = Int(free)
        } else {
            group = groupsMade
            groupsMade += 1
            if group == groupCapacity {
                let larger = groupCapacity * 2
                groupChunks = grown(
                    groupChunks, from: groupCapacity * Self.width, to: larger * Self.width, filler: -1)
                groupLow = grown(groupLow, from: groupCapacity * Self.width, to: larger * Self.width, filler: 0)
                groupWords = grown(
                    groupWords, from: groupCapacity * Self.width * Self.words, to: larger * Self.width * Self.words,
                    filler: 0)
                groupSize = grown(groupSize, from: groupCapacity, to: larger, filler: 0)
                groupCapacity = larger
            }
        }
        groupSize[group] = 0
        (groupWords + group * Self.width * Self.words).initialize(repeating: 0, count: Self.width * Self.words)
        return Int32(group)
    }

    /// Moves the upper half of a full chunk into a new one behind it.
    mutating func split(_ chunk: Int, top: Int, position: Int) {
        let keys = chunkKeys + chunk * Self.width
        let median = Self.median(of: keys)
        var (top, position) = (top, position)
        var group = Int(topGroups[top])
        if Int(groupSize[group]) == Self.width {
            splitGroup(top)
            if position >= Self.width / 2 {
                top += 1
                position -= Self.width / 2
                group = Int(topGroups[top])
            }
        }
        let upper = Int(newChunk(group: Int32(group)))
        let lowerKeys = chunkKeys + chunk * Self.width
        var next = 0
        for slot in 0..<Self.width where lowerKeys[slot] >= median {
            let node = Int(truncatingIfNeeded: lowerKeys[slot] & 0xffff_ffff)
            let from = chunkWords + chunk * Self.width * Self.words + slot
            let to = chunkWords + upper * Self.width * Self.words + next
            for word in 0..<Self.words {
                to[word * Self.width] = from[word * Self.width]
                from[word * Self.width] = 0
            }
            chunkOccupied[chunk] &= ~(1 << UInt64(slot))
            put(node, lowerKeys[slot], chunk: upper, slot: next)
            next += 1
        }
        openPosition(group, position + 1)
        groupChunks[group * Self.width + position + 1] = Int32(upper)
        groupLow[group * Self.width + position + 1] = median
        for word in 0..<Self.words {
            let summary = groupWords + group * Self.width * Self.words + word * Self.width
            summary[position] = Self.union(chunkWords + chunk * Self.width * Self.words + word * Self.width)
            summary[position + 1] = Self.union(chunkWords + upper * Self.width * Self.words + word * Self.width)
        }
    }

    /// The 33rd smallest of 64 distinct keys.
    private static func median(of keys: UnsafeMutablePointer<UInt64>) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: width) { sorted in
            for slot in 0..<width {
                let key = keys[slot]
                var place = slot
                while place > 0 && sorted[place - 1] > key {
                    sorted[place] = sorted[place - 1]
                    place -= 1
                }
                sorted[place] = key
            }
            return sorted[width / 2]
        }
    }

    /// Shifts a group's chunks from `position` on by one.
    private mutating func openPosition(_ group: Int, _ position: Int) {
        let size = Int(groupSize[group])
        let chunks = groupChunks + group * Self.width
        let lows = groupLow + group * Self.width
        var place = size
        while place > position {
            chunks[place] = chunks[place - 1]
            lows[place] = lows[place - 1]
            place -= 1
        }
        for word in 0..<Self.words {
            let summary = groupWords + group * Self.width * Self.words + word * Self.width
            place = size
            while place > position {
                summary[place] = summary[place - 1]
                place -= 1
            }
        }
        groupSize[group] += 1
    }

    /// Moves the upper half of a full group into a new one behind it.
    private mutating func splitGroup(_ top: Int) {
        let group = Int(topGroups[top])
        let upper = Int(newGroup())
        let half = Self.width / 2
        for place in 0..<half {
            let chunk = groupChunks[group * Self.width + half + place]
            groupChunks[upper * Self.width + place] = chunk
            groupLow[upper * Self.width + place] = groupLow[group * Self.width + half + place]
            chunkGroup[Int(chunk)] = Int32(upper)
        }
        for word in 0..<Self.words {
            let from = groupWords + group * Self.width * Self.words + word * Self.width
            let to = groupWords + upper * Self.width * Self.words + word * Self.width
            for place in 0..<half {
                to[place] = from[half + place]
                from[half + place] = 0
            }
        }
        groupSize[group] = Int32(half)
        groupSize[upper] = Int32(half)
        if groupCount == topCapacity { growTop() }
        var place = groupCount
        while place > top + 1 {
            topGroups[place] = topGroups[place - 1]
            topLow[place] = topLow[place - 1]
            for word in 0..<Self.words {
                topWords[word * topCapacity + place] = topWords[word * topCapacity + place - 1]
            }
            place -= 1
        }
        groupCount += 1
        topGroups[top + 1] = Int32(upper)
        topLow[top + 1] = groupLow[upper * Self.width]
        for word in 0..<Self.words {
            topWords[word * topCapacity + top] = Self.union(
                groupWords + group * Self.width * Self.words + word * Self.width, half)
            topWords[word * topCapacity + top + 1] = Self.union(
                groupWords + upper * Self.width * Self.words + word * Self.width, half)
        }
    }

    mutating func growTop() {
        let larger = topCapacity * 2
        topGroups = grown(topGroups, from: topCapacity, to: larger, filler: -1)
        topLow = grown(topLow, from: topCapacity, to: larger, filler: 0)
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: larger * Self.words)
        words.initialize(repeating: 0, count: larger * Self.words)
        for word in 0..<Self.words {
            for place in 0..<groupCount { words[word * larger + place] = topWords[word * topCapacity + place] }
        }
        topWords.deallocate()
        topWords = words
        topCapacity = larger
    }

    /// Takes an empty chunk out, unless it is the last of the index.
    mutating func dropChunk(_ chunk: Int) {
        let group = Int(chunkGroup[chunk])
        let size = Int(groupSize[group])
        if size == 1 {
            if groupCount == 1 { return }
            dropGroup(group)
            freeChunks.append(Int32(chunk))
            return
        }
        let position = position(ofChunk: chunk, in: group)
        for place in position..<size - 1 {
            groupChunks[group * Self.width + place] = groupChunks[group * Self.width + place + 1]
            groupLow[group * Self.width + place] = groupLow[group * Self.width + place + 1]
        }
        for word in 0..<Self.words {
            let summary = groupWords + group * Self.width * Self.words + word * Self.width
            for place in position..<size - 1 { summary[place] = summary[place + 1] }
            summary[size - 1] = 0
        }
        groupSize[group] -= 1
        freeChunks.append(Int32(chunk))
    }

    private mutating func dropGroup(_ group: Int) {
        let top = topPosition(of: group)
        for place in top..<groupCount - 1 {
            topGroups[place] = topGroups[place + 1]
            topLow[place] = topLow[place + 1]
            for word in 0..<Self.words {
                topWords[word * topCapacity + place] = topWords[word * topCapacity + place + 1]
            }
        }
        groupCount -= 1
        freeGroups.append(Int32(group))
    }
}
