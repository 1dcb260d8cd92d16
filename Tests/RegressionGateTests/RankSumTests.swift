import Testing

@testable import RegressionGate

@Suite struct RankSumTests {
    /// Worked by hand: of the 16 pairs, the new number is larger in 14.
    @Test func countsPairs() {
        let test = RankSumTest(old: [1, 2, 3, 6], new: [4, 5, 7, 8])
        #expect(test.u == 14)
        // z = (14 - 8 - 0.5) / sqrt(12) = 1.588; two-sided normal tail 0.1124.
        #expect((test.p - 0.1124).magnitude < 0.001)
    }

    @Test func tiesCountHalf() {
        let test = RankSumTest(old: [1, 1, 1], new: [1, 1, 1])
        #expect(test.u == 4.5)
        #expect(test.p == 1)
    }

    @Test func apartIsSignificant() {
        let old = (0..<12).map { 100 + Double($0) }
        #expect(RankSumTest(old: old, new: old.map { $0 + 20 }).p < 0.001)
        #expect(RankSumTest(old: old, new: old.map { $0 - 20 }).p < 0.001)
    }

    @Test func medianRatioHoldsTheTruth() {
        let old = (0..<21).map { 100 + Double($0 % 7) }
        let ratio = MedianRatio(old: old, new: old.map { $0 * 1.2 })
        #expect(ratio.low <= 1.2 && ratio.high >= 1.2)
        #expect((ratio.ratio - 1.2).magnitude < 1e-12)
        #expect(MedianRatio(old: old, new: old) == MedianRatio(old: old, new: old))
    }
}
