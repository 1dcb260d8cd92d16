import FleetTestSupport
import PlacementKernels
import Testing

@testable import PlacementEngine

/// The rank index against a sorted list: filled at once or node by node, before and after changes.
@Suite struct RankIndexTests {
    private struct Entry {
        var key: UInt64
        var words: FeasibilityWords
    }

    private static func words(_ random: inout SeededGenerator) -> FeasibilityWords {
        var words = FeasibilityWords(repeating: 0)
        for word in 0..<RankIndex.words { words[word] = random.next() & random.next() & random.next() }
        return words
    }

    private static func first(_ entries: [Int: Entry], _ word: Int, _ bit: Int, accepts: (Int) -> Bool) -> Int {
        let fitting = entries.filter { $0.value.words[word] >> UInt64(bit) & 1 == 1 && accepts($0.key) }
        return fitting.min { $0.value.key < $1.value.key }?.key ?? -1
    }

    @Test(arguments: [0, 1, 47, 48, 49, 64, 500, 2400, 2600, 6000], [true, false])
    func firstIsTheLowestThatIsAccepted(_ nodes: Int, isFilled: Bool) {
        var random = SeededGenerator(seed: UInt64(nodes + 1))
        let index = UnsafeMutablePointer<RankIndex>.allocate(capacity: 1)
        index.initialize(to: RankIndex(nodes: nodes))
        defer {
            index.deinitialize(count: 1)
            index.deallocate()
        }
        var entries: [Int: Entry] = [:]
        for node in 0..<nodes where random.int(0...9) > 0 {
            // Ranks that differ in every digit, and many that are equal.
            let ranks: [UInt32] = [UInt32(random.int(0...3)), 1 << 31 | UInt32(random.int(0...5000)), .max - 7]
            let rank = ranks[random.int(0...2)]
            entries[node] = Entry(key: UInt64(rank) << 32 | UInt64(node), words: Self.words(&random))
        }
        let isEmpty = { index.pointee.isEmpty }
        #expect(isEmpty())
        if isFilled {
            let keys = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: entries.count)
            defer { keys.deallocate() }
            _ = keys.initialize(from: entries.sorted { $0.key < $1.key }.map(\.value.key))
            index.pointee.place(keys)
            #expect(Array(keys) == entries.values.map(\.key).sorted())
            for (node, entry) in entries { index.pointee.fill(node, words: entry.words) }
            index.pointee.summarize()
        } else {
            for (node, entry) in entries.sorted(by: { $0.key < $1.key }) {
                index.pointee.update(node, rank: UInt32(entry.key >> 32), words: entry.words)
            }
        }
        #expect(isEmpty() == entries.isEmpty)
        for step in 0..<300 {
            let (word, bit) = (random.int(0...RankIndex.words - 1), random.int(0...63))
            let refused = random.int(0...4)
            let accepts = { (node: Int) in refused == 0 || node % 5 != refused }
            let mayFit = { (node: Int) in node % 7 != 3 }
            let filters = step % 2 == 0
            var cursor = RankIndex.Cursor(word: word, bit: bit, filters: filters)
            var found = index.pointee.next(&cursor, mayFit)
            while found >= 0 && !accepts(found) { found = index.pointee.next(&cursor, mayFit) }
            #expect(found == Self.first(entries, word, bit) { accepts($0) && (!filters || mayFit($0)) })
            let node = random.int(0...max(nodes - 1, 0))
            if nodes == 0 { continue }
            if random.int(0...3) == 0 {
                if entries.removeValue(forKey: node) != nil { index.pointee.remove(node) }
            } else {
                let entry = Entry(
                    key: UInt64(random.int(0...6000)) << 32 | UInt64(node), words: Self.words(&random))
                entries[node] = entry
                index.pointee.update(node, rank: UInt32(entry.key >> 32), words: entry.words)
            }
        }
    }
}
