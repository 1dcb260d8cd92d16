import Testing

@testable import PlacementKernels

/// - Source: hami-core.md 4.7, 4.9 and cases 19-24.
@Suite struct ScoreTests {
    @Test func deviceScoreCountsUsageAndRequest() {
        func score(_ used: Int32, _ cores: Int32, _ memory: Int32, of total: (Int32, Int32, Int32)) -> Float {
            deviceScore(
                used: used, slots: total.0, usedCores: cores, totalCores: total.1, usedMemoryMiB: memory,
                totalMemoryMiB: total.2, slotWeight: 1, coreWeight: 1, memoryWeight: 1)
        }
        #expect(score(2, 1, 2048, of: (10, 4, 8192)) == 7)
        #expect(score(2 + 1, 1 + 1, 2048 + 1024, of: (10, 4, 8192)) == 11.75)
        #expect(score(1, 2, 5000, of: (10, 10, 10000)) == 8)
        #expect(score(1, 1, 1, of: (0, 10, 10)) == 0)
    }

    @Test func weightsScaleTheShares() {
        func score(_ used: Int32, _ cores: Int32, _ memory: Int32, _ memoryWeight: Float) -> Float {
            deviceScore(
                used: used, slots: 10, usedCores: cores, totalCores: 100, usedMemoryMiB: memory, totalMemoryMiB: 100,
                slotWeight: 1, coreWeight: 1, memoryWeight: memoryWeight)
        }
        // The request's 40 percent of memory and its slot stand in the numbers.
        #expect(score(2, 90, 50, 1) == 16)
        #expect(score(8, 10, 60, 1) == 15)
        #expect(score(2, 90, 50, 3) == 26)
        #expect(score(8, 10, 60, 3) == 27)
    }

    @Test func nodeScoreAddsShares() {
        func score(_ cores: Int32, _ memory: Int32) -> Float {
            nodeScore(
                used: 1, slots: 20, usedCores: cores, totalCores: 200, usedMemoryMiB: memory, totalMemoryMiB: 16000)
        }
        #expect(score(25, 2000) == 3)
        #expect(score(75, 6000) == 8)
        #expect(
            nodeScore(used: 1, slots: 1, usedCores: 1, totalCores: 1, usedMemoryMiB: 0, totalMemoryMiB: 0) == 0)
    }

    @Test func rankKeysOrderLikeScores() {
        let scores: [Float] = [
            -.infinity, -2000, -1.5, -Float.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude, 1, 1e9,
        ]
        for (low, high) in zip(scores, scores.dropFirst()) { #expect(rankKey(low) < rankKey(high)) }
        #expect(rankKey(0) == rankKey(-0.0))
    }
}
