import Histogram

/// Percentiles of some durations.
public struct LatencySummary: Sendable, Hashable {
    public var count: UInt64
    public var p50: Double
    public var p90: Double
    public var p99: Double
    public var p999: Double
    public var max: Double

    /// - Parameter scale: what a recorded value is divided by to get the unit of the summary.
    init(_ histogram: Histogram<UInt64>, scale: Double) {
        count = histogram.totalCount
        func value(_ percentile: Double) -> Double {
            histogram.totalCount == 0 ? 0 : Double(histogram.valueAtPercentile(percentile)) / scale
        }
        p50 = value(50)
        p90 = value(90)
        p99 = value(99)
        p999 = value(99.9)
        max = value(100)
    }

    /// Percentiles of exact values in ascending order, each the smallest that so many percent stay within.
    init(sorted values: [Int64]) {
        count = UInt64(values.count)
        func value(_ percentile: Double) -> Double { Double(Self.percentile(percentile, of: values)) }
        p50 = value(50)
        p90 = value(90)
        p99 = value(99)
        p999 = value(99.9)
        max = value(100)
    }

    /// 0 where there is none. - Parameter values: ascending.
    static func percentile(_ percentile: Double, of values: [Int64]) -> Int64 {
        if values.isEmpty { return 0 }
        let rank = (Double(values.count) * percentile / 100).rounded(.up)
        return values[Swift.min(Swift.max(Int(rank), 1), values.count) - 1]
    }

    /// A histogram of nanoseconds or milliseconds from 1 to 2^42, exact to three digits.
    static func makeHistogram() -> Histogram<UInt64> {
        Histogram<UInt64>(highestTrackableValue: 1 << 42, numberOfSignificantValueDigits: .three)
    }
}

extension Histogram<UInt64> {
    /// Records a value, those beyond the range as the largest.
    mutating func recordClamped(_ value: UInt64) { _ = record(Swift.min(value, highestTrackableValue)) }
}
