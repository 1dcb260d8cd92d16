import SeededNumbers

/// A place in a series where its level changed.
public struct Step: Sendable, Hashable {
    /// Index of the first value on the new level.
    public var index: Int
    /// Medians before and from there.
    public var before: Double
    public var after: Double
    /// The probability of such a step in a series without one; 0 for exact metrics.
    public var p: Double
}

/// Finds the values from which a series stands on another level.
///
/// Times: Pettitt's rank test finds the most likely change point; if it is significant, both sides are searched further.
/// Its approximate probability, 2 exp(-6 K^2 / (n^3 + n^2)), asks for about a dozen values before it can say anything.
/// Exact metrics: every change is a step.
/// - Source: Pettitt 1979, A non-parametric approach to the change-point problem.
public enum StepDetection {
    public static let significance = 0.05
    /// Share by which the median has to move to be worth telling.
    public static let changeMin = 0.02

    /// Steps of a series in order. - Complexity: O(n^2) a level of the search.
    public static func steps(in values: [Double], isExact: Bool) -> [Step] {
        if isExact {
            return values.indices.dropFirst().filter { values[$0] != values[$0 - 1] }.map {
                Step(index: $0, before: values[$0 - 1], after: values[$0], p: 0)
            }
        }
        return search(values, 0..<values.count).sorted { $0.index < $1.index }
    }

    private static func search(_ values: [Double], _ range: Range<Int>) -> [Step] {
        let count = range.count
        if count < 4 { return [] }
        var best = (index: range.lowerBound, statistic: 0)
        for split in range.dropFirst() {
            var sum = 0
            for left in range.lowerBound..<split {
                for right in split..<range.upperBound {
                    sum += values[right] > values[left] ? 1 : (values[right] < values[left] ? -1 : 0)
                }
            }
            if sum.magnitude > best.statistic.magnitude { best = (split, sum) }
        }
        let n = Double(count)
        let k = Double(best.statistic.magnitude)
        let p = min(2 * PortableMath.exp(max(-6 * k * k / (n * n * n + n * n), -600)), 1)
        guard p < significance else { return [] }
        let before = MedianRatio.median(Array(values[range.lowerBound..<best.index]))
        let after = MedianRatio.median(Array(values[best.index..<range.upperBound]))
        let found =
            (after - before).magnitude > changeMin * before.magnitude
            ? [Step(index: best.index, before: before, after: after, p: p)] : []
        return found + search(values, range.lowerBound..<best.index) + search(values, best.index..<range.upperBound)
    }
}
