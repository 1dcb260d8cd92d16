import Histogram

/// Durations by percentile, closer and closer to 100: what a percentile plot draws.
public struct LatencyCurve: Sendable, Hashable {
    /// Percentiles, ascending; the last is 100.
    public var percent: [Double] = []
    /// What so many percent of the durations stay within.
    public var value: [Double] = []

    /// Four points for every factor of ten in the share that takes longer, as far as the number of durations bears.
    ///
    /// - Parameter scale: what a recorded value is divided by to get the unit of the curve.
    init(_ histogram: Histogram<UInt64>, scale: Double) {
        self.init(count: Int(histogram.totalCount)) { Double(histogram.valueAtPercentile($0)) / scale }
    }

    /// - Parameter values: exact, in ascending order.
    init(sorted values: [Int64]) {
        self.init(count: values.count) { Double(LatencySummary.percentile($0, of: values)) }
    }

    private init(count: Int, _ valueAtPercentile: (Double) -> Double) {
        if count == 0 { return }
        var step = 0
        while true {
            let beyond = Self.power(step)
            if beyond * Double(count) < 1 { break }
            percent.append(100 * (1 - beyond))
            value.append(valueAtPercentile(100 * (1 - beyond)))
            step += 1
        }
        percent.append(100)
        value.append(valueAtPercentile(100))
    }

    /// 10 to the power of -step/4, from factors that every machine has alike.
    private static func power(_ step: Int) -> Double {
        var value = [1.0, 0.5623413251903491, 0.31622776601683794, 0.1778279410038923][step % 4]
        for _ in 0..<(step / 4) { value /= 10 }
        return value
    }
}
