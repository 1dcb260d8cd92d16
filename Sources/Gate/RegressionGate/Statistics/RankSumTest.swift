import SeededNumbers

/// Mann and Whitney's test: whether numbers of one group tend to be larger than those of another, whatever their
/// distribution.
///
/// The probability comes from the normal approximation with correction for ties and continuity, good from about eight
/// numbers a group.
/// - Source: Mann and Whitney 1947; Lehmann, Nonparametrics, chapter 1.
public struct RankSumTest: Sendable, Hashable {
    /// Pairs in which the new number is larger, ties counting half.
    public var u: Double
    /// The probability of so large a difference, either way, if there were none.
    public var p: Double

    /// - Precondition: both groups have numbers. - Complexity: O(n log n)
    public init(old: [Double], new: [Double]) {
        precondition(!old.isEmpty && !new.isEmpty, "there is something to compare")
        let all = (old.map { ($0, false) } + new.map { ($0, true) }).sorted { $0.0 < $1.0 }
        var rankSum = 0.0
        var ties = 0.0
        var start = 0
        while start < all.count {
            var end = start + 1
            while end < all.count && all[end].0 == all[start].0 { end += 1 }
            let rank = Double(start + end + 1) / 2
            for place in start..<end where all[place].1 { rankSum += rank }
            let count = Double(end - start)
            ties += count * count * count - count
            start = end
        }
        let (m, n) = (Double(old.count), Double(new.count))
        u = rankSum - n * (n + 1) / 2
        let total = m + n
        let variance = m * n / 12 * (total + 1 - ties / (total * max(total - 1, 1)))
        let distance = max((u - m * n / 2).magnitude - 0.5, 0)
        p = variance > 0 ? min(2 * NormalDistribution.tail(beyond: distance / variance.squareRoot()), 1) : 1
    }
}

/// The ratio of the medians of two groups that were not measured side by side, with a bootstrap interval.
///
/// - Determinism: the resamples come from a fixed seed.
/// - Source: Efron and Tibshirani 1993, chapter 13.
public struct MedianRatio: Sendable, Hashable {
    public var ratio: Double
    public var low: Double
    public var high: Double
    public var confidence: Double

    /// - Precondition: both groups have numbers, all above 0. - Complexity: O(resamples x n log n)
    public init(
        old: [Double], new: [Double], confidence: Double = 0.95, resamples: Int = PairedRatio.resamplesDefault,
        seed: UInt64 = 1
    ) {
        precondition(!old.isEmpty && !new.isEmpty, "there is something to compare")
        self.confidence = confidence
        ratio = Self.median(new) / Self.median(old)
        var generator = SeededGenerator(seed: seed)
        var ratios: [Double] = []
        ratios.reserveCapacity(resamples)
        for _ in 0..<resamples {
            let drawn = (
                old: old.map { _ in old[generator.below(old.count)] },
                new: new.map { _ in new[generator.below(new.count)] }
            )
            ratios.append(Self.median(drawn.new) / Self.median(drawn.old))
        }
        ratios.sort()
        let outer = min(Int((1 - confidence) / 2 * Double(resamples)), (resamples - 1) / 2)
        low = ratios[outer]
        high = ratios[resamples - 1 - outer]
    }

    static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
