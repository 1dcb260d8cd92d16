import RegressionGate
import SeededNumbers
import Testing

/// The statistics of paired times, on made-up samples.
@Suite struct PairedRatioTests {
    /// Pairs whose common disturbance is large and whose own is small.
    private static func pairs(
        _ count: Int, ratio: Double, seed: UInt64, noise: Double = 0.02
    ) -> (old: [Double], new: [Double]) {
        var generator = SeededGenerator(seed: seed)
        var old: [Double] = []
        var new: [Double] = []
        for _ in 0..<count {
            let machine = generator.lognormal(mean: 1, sigma: 0.3)
            old.append(machine * generator.lognormal(mean: 1, sigma: noise))
            new.append(machine * ratio * generator.lognormal(mean: 1, sigma: noise))
        }
        return (old, new)
    }

    @Test func equalTimesGiveOne() {
        let times = [0.5, 0.7, 0.6, 0.9, 0.55]
        let found = PairedRatio(old: times, new: times)
        #expect(found.ratio == 1)
        #expect(found.low == 1 && found.high == 1)
        #expect(!found.isSlower(byMoreThan: 0))
    }

    @Test func aPlainRatioIsFound() {
        let old = [1.0, 2, 3, 4, 5, 6]
        let found = PairedRatio(old: old, new: old.map { $0 * 1.25 })
        #expect(abs(found.ratio - 1.25) < 1e-12)
        #expect(found.isSlower(byMoreThan: 0.2))
        #expect(!found.isSlower(byMoreThan: 0.3))
    }

    @Test func exchangingTheTwoInvertsTheRatio() {
        let sample = Self.pairs(11, ratio: 1.1, seed: 5)
        let there = PairedRatio(old: sample.old, new: sample.new)
        let back = PairedRatio(old: sample.new, new: sample.old)
        #expect(abs(there.ratio * back.ratio - 1) < 1e-12)
        #expect(there.low < there.ratio && there.ratio < there.high)
    }

    @Test func theSameSamplesGiveTheSameInterval() {
        let sample = Self.pairs(9, ratio: 1.03, seed: 8)
        #expect(PairedRatio(old: sample.old, new: sample.new) == PairedRatio(old: sample.old, new: sample.new))
    }

    @Test func aDisturbedRunHardlyMovesTheRatio() {
        var sample = Self.pairs(12, ratio: 1, seed: 3)
        let before = PairedRatio(old: sample.old, new: sample.new).ratio
        sample.new[4] *= 10
        #expect(abs(PairedRatio(old: sample.old, new: sample.new).ratio / before - 1) < 0.02)
    }

    /// The signed-rank intervals of the tables: of six pairs at 95 % the outermost means, of ten at 99 % the fourth ones.
    @Test func fewPairsHaveWideIntervals() {
        let ten = (1...10).map { Double($0) }
        let ones = Array(repeating: 1.0, count: 10)
        let found = PairedRatio(old: ones, new: ten.map { PortableMath.exp($0 / 100) }, confidence: 0.99, resamples: 50)
        // Means in order: 1, 1.5, 2 (twice), 2.5 ...: the fourth is 2.
        #expect(found.low <= PortableMath.exp(0.02) + 1e-12)
        #expect(found.high >= PortableMath.exp(0.09) - 1e-12)
        let four = PairedRatio(
            old: Array(ones.prefix(4)), new: ten.prefix(4).map { PortableMath.exp($0 / 100) }, confidence: 0.99)
        #expect((four.low - PortableMath.exp(0.01)).magnitude < 1e-12)
        #expect((four.high - PortableMath.exp(0.04)).magnitude < 1e-12)
    }

    /// The interval is right about as often as it says.
    @Test func coverage() {
        let experiments = 80
        var total = 0
        for pairs in [6, 10] {
            var hits = 0
            for seed in 0..<experiments {
                let sample = Self.pairs(pairs, ratio: 1.07, seed: UInt64(seed))
                let found = PairedRatio(old: sample.old, new: sample.new, resamples: 150)
                if found.low <= 1.07 && 1.07 <= found.high { hits += 1 }
            }
            // 95 % of 80 are 76; three standard deviations are 6.
            #expect(hits >= 70, "\(hits) of \(experiments) with \(pairs) pairs")
            total += hits
        }
        #expect(total < 2 * experiments, "an interval that is never wrong is too wide")
    }
}
