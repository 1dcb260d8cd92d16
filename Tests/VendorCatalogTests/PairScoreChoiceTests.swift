import FleetTestSupport
import Testing

@testable import VendorCatalog

/// The choice by pair scores against a walk through all combinations.
@Suite struct PairScoreChoiceTests {
    /// All combinations of positions in order; the first one with the highest sum.
    private static func exhaustive(_ count: Int, _ lengths: [Int], _ score: (Int, Int) -> Int64) -> [Int] {
        let runs = lengths.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
        var best: [Int] = []
        var bestValue = Int64.min
        func walk(_ chosen: [Int], _ next: Int) {
            if chosen.count == count {
                var value: Int64 = 0
                for i in chosen.indices {
                    for j in chosen.indices where i < j { value += score(runs[chosen[i]], runs[chosen[j]]) }
                }
                if value > bestValue { (bestValue, best) = (value, chosen) }
                return
            }
            for position in next..<max(runs.count, next) { walk(chosen + [position], position + 1) }
        }
        walk([], 0)
        return best
    }

    @Test(arguments: 0..<60)
    func agreesWithTheWalkThroughAll(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<8 {
            let lengths = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 1...3, using: &random) }
            let all = lengths.reduce(0, +)
            let count = Int.random(in: 2...7, using: &random)
            if count > all { continue }
            let spread: ClosedRange<Int64> =
                switch seed % 4 {
                case 0: 0...1
                case 1: -5...5
                case 2: 0...0
                default: 0...1000
                }
            let table = (0..<36).map { _ in Int64.random(in: spread, using: &random) }
            let score = { (earlier: Int, later: Int) in table[earlier * 6 + later] }
            #expect(
                PairScoreChoice.positions(of: count, among: lengths, score: score)
                    == Self.exhaustive(count, lengths, score), "\(lengths), \(count), \(table)")
        }
    }

    /// Equal scores of all cards: one instance of each, wherever they stand; nothing to gain: the first ones.
    @Test func manyInstances() {
        let lengths = Array(repeating: 7, count: 8)
        let linked = PairScoreChoice.positions(of: 8, among: lengths) { $0 == $1 ? 0 : 100 }
        #expect(linked == (0..<8).map { $0 * 7 })
        #expect(PairScoreChoice.positions(of: 8, among: lengths) { _, _ in 0 } == Array(0..<8))
        let twice = PairScoreChoice.positions(of: 16, among: lengths) { $0 == $1 ? 0 : 100 }
        #expect(twice == (0..<8).flatMap { [$0 * 7, $0 * 7 + 1] })
    }

    /// The more cards there are, the fewer combinations are looked at: a choice among a thousand takes no longer.
    @Test(arguments: [(128, 100_001), (256, 25_001), (1024, 1563)])
    func theSearchOfManyCardsIsShort(_ cards: Int, _ partsMax: Int) {
        var random = SeededGenerator(seed: UInt64(cards))
        let table = (0..<1024).map { _ in Int64.random(in: 0...1, using: &random) }
        var parts = 0
        let chosen = PairScoreChoice.positions(of: cards / 2, among: Array(repeating: 1, count: cards), parts: &parts) {
            table[($0 * 31 + $1 * 17) % 1024]
        }
        #expect(chosen.count == cards / 2 && chosen == chosen.sorted())
        // On the way back a few more are counted.
        #expect((1...partsMax + cards).contains(parts))
    }

    /// Whatever the scores, the search ends: steps are bounded, and what stands is a combination.
    @Test func theSearchEnds() {
        var random = SeededGenerator(seed: 7)
        for scores in [0...Int64(1000), Int64.max - 9...Int64.max] {
            let table = (0..<32 * 32).map { _ in Int64.random(in: scores, using: &random) }
            let chosen = PairScoreChoice.positions(of: 16, among: Array(repeating: 1, count: 32)) {
                table[$0 * 32 + $1]
            }
            #expect(Set(chosen).count == 16)
            #expect(chosen == chosen.sorted())
        }
    }
}
