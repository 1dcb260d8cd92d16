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
        if histogram.totalCount == 0 { return }
        var step = 0
        while true {
            let beyond = Self.power(step)
            if beyond * Double(histogram.totalCount) < 1 { break }
            append(100 * (1 - beyond), histogram, scale)
            step += 1
        }
        append(100, histogram, scale)
    }

    private mutating func append(_ percentile: Double, _ histogram: Histogram<UInt64>, _ scale: Double) {
        percent.append(percentile)
        value.append(Double(histogram.valueAtPercentile(percentile)) / scale)
    }

    /// 10 to the power of -step/4, from factors that every machine has alike.
    private static func power(_ step: Int) -> Double {
        var value = [1.0, 0.5623413251903491, 0.31622776601683794, 0.1778279410038923][step % 4]
        for _ in 0..<(step / 4) { value /= 10 }
        return value
    }
}
