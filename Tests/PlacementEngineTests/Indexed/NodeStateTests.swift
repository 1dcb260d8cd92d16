import FleetTestSupport
import Testing

@testable import PlacementEngine

/// What node states are kept in equals plain sorted arrays, whatever comes and goes.
@Suite struct NodeStateTests {
    @Test(arguments: 1...10) func rowsStayInOrder(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var list = RowList()
        var rows: [Int32] = []
        for step in 0..<600 {
            // Comes and goes in turns of growth and shrinkage; the first row goes most often, as placements take it.
            let grows = random.int(0...9) < (step / 100 % 2 == 0 ? 7 : 3)
            if grows || rows.isEmpty {
                let row = Int32(random.int(0...5000))
                if rows.contains(row) { continue }
                list.insert(row)
                rows.insert(row, at: rows.firstIndex { $0 > row } ?? rows.count)
            } else {
                let row = rows.remove(at: random.int(0...2) > 0 ? 0 : random.int(0...rows.count - 1))
                list.remove(row)
            }
            #expect(Array(list.items) == rows && list.count == rows.count && list.isEmpty == rows.isEmpty)
        }
        list.deallocate()
    }

    private struct Filed {
        var state: Int
        var summary: StateSummary
        var firstNode: Int32
    }

    /// Visits name every state with the memory asked and of the kinds wanted, by score and first node, across splits and emptied chunks.
    @Test(arguments: 1...10, [true, false]) func visitsGoFromBestToWorst(_ seed: Int, isSpread: Bool) {
        var random = SeededGenerator(seed: UInt64(seed))
        let live = UnsafeMutablePointer<LiveStates>.allocate(capacity: 1)
        live.initialize(to: LiveStates(isSpread: isSpread))
        var filed: [Filed] = []
        for step in 0..<1200 {
            if random.int(0...9) < (step / 300 % 2 == 0 ? 8 : 1) || filed.isEmpty {
                var summary = StateSummary()
                summary.baseScore = Float(random.int(-3...6)) * 0.75
                summary.kind = [-1, 0, 1, 2, 3, 63, 70][random.int(0...6)]
                for level in 0..<4 { summary.freeMemoryMiB[level] = Int32(random.int(0...9)) }
                filed.append(Filed(state: step, summary: summary, firstNode: Int32(step * 37 % 1201)))
                live.pointee.insert(step, summary, firstNode: filed[filed.count - 1].firstNode)
            } else {
                let gone = filed.remove(at: random.int(0...filed.count - 1))
                live.pointee.remove(gone.state, gone.summary, firstNode: gone.firstNode)
            }
            if step % 40 != 0 { continue }
            let level = random.int(0...3)
            let least = random.int(0...4) == 0 ? Int32.min : Int32(random.int(0...9))
            var visited: [Int] = []
            let wanted = random.int(0...2) == 0 ? UInt64.max : random.next()
            var bestScores: [Float] = []
            live.pointee.visit(
                level: level, atLeastMiB: least,
                kinds: { met, score in
                    bestScores.append(score)
                    return met & wanted
                },
                { item in
                    visited.append(item.state)
                    #expect(isSpread ? item.baseScore >= bestScores.last! : item.baseScore <= bestScores.last!)
                    return false
                })
            let expected = filed.filter {
                ($0.summary.kind < 0 || $0.summary.freeMemoryMiB[level] >= least)
                    && wanted & 1 << UInt64(LiveStates.kindBit($0.summary.kind)) != 0
            }.sorted {
                let (first, second) = ($0.summary.baseScore, $1.summary.baseScore)
                if first == second { return $0.firstNode < $1.firstNode }
                return isSpread ? first < second : first > second
            }
            #expect(visited == expected.map(\.state))
            #expect(bestScores == bestScores.sorted { isSpread ? $0 < $1 : $0 > $1 })
            live.pointee.visit(
                level: level, atLeastMiB: Int32.min, kinds: { _, _ in nil },
                { _ in
                    Issue.record("a visit that no kind is wanted of")
                    return false
                })
        }
        live.deinitialize(count: 1)
        live.deallocate()
    }
}
