import SeededNumbers

/// How two measured times relate, from pairs taken side by side.
///
/// Each pair gives one ratio new : old, so that a machine that is slow for a while is slow for both. The estimate is the
/// Hodges-Lehmann centre of the ratios' logarithms: the median of the means of all pairs of them, hardly moved by a few
/// disturbed runs. The confidence interval is a percentile bootstrap over the pairs, its percentiles widened for small
/// samples, and never narrower than that of Wilcoxon's signed-rank test. A bootstrap of ten pairs cannot draw what they do
/// not have, and at 99 % was found wrong several times as often as it says; the test's interval is right as often as it says
/// for any symmetric noise, which that of two runs side by side is if they are alike.
///
/// - Determinism: the resamples come from a fixed seed; the same samples give the same interval.
/// - Source: Hodges and Lehmann 1963; Efron and Tibshirani 1993, chapter 13; the widening: Hesterberg 2015, section 3.3;
///   the signed-rank interval: Hollander and Wolfe 1999, section 3.3.
public struct PairedRatio: Sendable, Hashable {
    /// New : old, 1 = as fast, above 1 = the new one takes longer.
    public var ratio: Double
    /// The interval that holds the true ratio with ``confidence``.
    public var low: Double
    public var high: Double
    public var confidence: Double
    public var pairs: Int
    public var resamples: Int

    /// Resamples of the bootstrap.
    public static let resamplesDefault = 2000
    /// Pairs below which no interval is worth its name.
    public static let pairsMin = 4

    /// - Parameters:
    ///   - old: times of the old one, in any unit.
    ///   - new: times of the new one, each measured beside the old one at the same place.
    /// - Precondition: as many of each, at least one, all above 0; confidence between 0 and 1.
    /// - Complexity: O((resamples + log pairs) x pairs^2)
    public init(
        old: [Double], new: [Double], confidence: Double = 0.95, resamples: Int = resamplesDefault, seed: UInt64 = 1
    ) {
        precondition(old.count == new.count && !old.isEmpty, "every time has its partner")
        precondition(zip(old, new).allSatisfy { $0 > 0 && $1 > 0 }, "times are above 0")
        precondition(confidence > 0 && confidence < 1 && resamples > 0, "there is something to ask")
        let logarithms = zip(old, new).map { PortableMath.log($1) - PortableMath.log($0) }
        self.confidence = confidence
        self.resamples = resamples
        pairs = logarithms.count
        let means = PairwiseMeans(logarithms)
        var drawn = Array(repeating: 1, count: pairs)
        ratio = PortableMath.exp(means.median(drawn: drawn))
        var generator = SeededGenerator(seed: seed)
        var centres: [Double] = []
        centres.reserveCapacity(resamples)
        for _ in 0..<resamples {
            for place in drawn.indices { drawn[place] = 0 }
            for _ in drawn.indices { drawn[generator.below(pairs)] += 1 }
            centres.append(means.median(drawn: drawn))
        }
        centres.sort()
        let tail = Self.tail(confidence: confidence, pairs: pairs)
        let outer = min(Int(tail * Double(resamples)), (resamples - 1) / 2)
        let exact = means.interval(confidence: confidence)
        low = PortableMath.exp(min(centres[outer], exact.low))
        high = PortableMath.exp(max(centres[resamples - 1 - outer], exact.high))
    }

    /// Whether the new one is slower by more than a share (0.05 = 5 %), at the stated confidence.
    public func isSlower(byMoreThan share: Double) -> Bool { low > 1 + share }

    /// The part of the resamples to leave out at each end: that of a normal distribution beyond Student's quantile, scaled
    /// by sqrt(n / (n - 1)), because a bootstrap of few samples is too narrow by about that much.
    static func tail(confidence: Double, pairs: Int) -> Double {
        let share = (1 - confidence) / 2
        if pairs < 2 { return 0 }
        let degrees = Double(pairs - 1)
        let quantile = NormalDistribution.quantile(1 - share)
        // Cornish and Fisher's expansion of Student's quantile, good to 1 % from four degrees of freedom up.
        let square = quantile * quantile
        var student = quantile + quantile * (square + 1) / (4 * degrees)
        student += quantile * ((5 * square + 16) * square + 3) / (96 * degrees * degrees)
        student += quantile * (((3 * square + 19) * square + 17) * square - 15) / (384 * degrees * degrees * degrees)
        return NormalDistribution.tail(beyond: student * (Double(pairs) / degrees).squareRoot())
    }
}

/// Means of all pairs of numbers, each with itself too, sorted once: what a resample needs is how often each number is drawn.
private struct PairwiseMeans {
    private var means: [(value: Double, first: Int, second: Int)] = []

    /// - Complexity: O(n^2 log n)
    init(_ numbers: [Double]) {
        means.reserveCapacity(numbers.count * (numbers.count + 1) / 2)
        for first in numbers.indices {
            for second in first..<numbers.count {
                means.append(((numbers[first] + numbers[second]) / 2, first, second))
            }
        }
        means.sort { $0.value < $1.value }
    }

    /// More pairs than this, and the bootstrap is as good.
    private static let exactMax = 60

    /// The interval of the signed-rank test; everything, where the pairs are too few for the confidence. - Complexity: O(n^3)
    func interval(confidence: Double) -> (low: Double, high: Double) {
        let numbers = means.reduce(0) { max($0, $1.second + 1) }
        guard numbers <= Self.exactMax else { return (.infinity, -.infinity) }
        // Of the 2^n ways to sign the ranks 1 to n, those with each sum of the positive ones.
        var ways = Array(repeating: 0.0, count: means.count + 1)
        ways[0] = 1
        var total = 1.0
        for rank in 1...numbers {
            for sum in stride(from: means.count, through: rank, by: -1) { ways[sum] += ways[sum - rank] }
            total *= 2
        }
        var outside = 0
        var chance = ways[0] / total
        while chance <= (1 - confidence) / 2 {
            outside += 1
            chance += ways[outside] / total
        }
        let place = max(outside - 1, 0)
        return (means[place].value, means[means.count - 1 - place].value)
    }

    /// The median over a sample that has each number as often as told. - Complexity: O(n^2)
    func median(drawn: [Int]) -> Double {
        let numbers = drawn.reduce(0, +)
        let total = numbers * (numbers + 1) / 2
        var passed = 0
        var lower: Double?
        for mean in means {
            let times = drawn[mean.first]
            // A number that is drawn twice makes pairs with its twin.
            passed += mean.first == mean.second ? times * (times + 1) / 2 : times * drawn[mean.second]
            if lower == nil && passed > (total - 1) / 2 { lower = mean.value }
            if let lower, passed > total / 2 { return (lower + mean.value) / 2 }
        }
        preconditionFailure("the middle lies within")
    }
}

/// The normal distribution, from the portable exponential.
enum NormalDistribution {
    /// The probability of more than `x`, to about 1e-7. - Precondition: `x` is not negative.
    /// - Source: Abramowitz and Stegun 26.2.17
    static func tail(beyond x: Double) -> Double {
        precondition(x >= 0, "the upper half is asked")
        let t = 1 / (1 + 0.2316419 * x)
        let polynomial =
            t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
        return 0.3989422804014327 * PortableMath.exp(-min(x * x / 2, 690)) * polynomial
    }

    /// The number that is exceeded with probability `1 - share`, by bisection. - Precondition: `share` from 0.5 to 1.
    static func quantile(_ share: Double) -> Double {
        var (low, high) = (0.0, 40.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if tail(beyond: middle) > 1 - share { low = middle } else { high = middle }
        }
        return low
    }
}
