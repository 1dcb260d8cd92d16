#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where values stand along an axis, and the ticks that readers find them by.
struct PlotScale {
    struct Tick {
        var value: Double
        var label: String
    }

    let low: Double
    let high: Double
    let isLogarithmic: Bool
    let ticks: [Tick]

    /// 0 at the low end, 1 at the high end; values beyond stay beyond. Nil for what a logarithm cannot show.
    func position(_ value: Double) -> Double? {
        guard isLogarithmic else { return (value - low) / (high - low) }
        return value > 0 ? (log10(value) - log10(low)) / (log10(high) - log10(low)) : nil
    }

    // MARK: Linear

    /// From 0 (or `low`) to a round number at or above `high`, with about `count` steps of 1, 2, 2.5 or 5 times a power
    /// of ten.
    ///
    /// - Parameter endsAtHigh: the axis ends at `high` itself instead of the next tick.
    static func linear(
        low: Double = 0, high: Double, count: Int = 5, endsAtHigh: Bool = false,
        label: (_ value: Double, _ decimals: Int) -> String = { NumberText.fixed($0, decimals: $1) }
    ) -> PlotScale {
        let span = max(high - low, 1e-9)
        let (step, decimals) = niceStep(span / Double(count))
        let first = (low / step).rounded(.down) * step
        let start = endsAtHigh ? low : first
        let end = endsAtHigh ? low + span : max((high / step - 1e-9).rounded(.up) * step, first + step)
        var ticks: [Tick] = []
        var number = (start / step - 1e-9).rounded(.up)
        while number * step <= end + step * 1e-6 {
            ticks.append(Tick(value: number * step, label: label(number * step, decimals)))
            number += 1
        }
        return PlotScale(low: start, high: end, isLogarithmic: false, ticks: ticks)
    }

    /// The smallest round step that is no smaller, and the decimals its multiples need.
    private static func niceStep(_ least: Double) -> (step: Double, decimals: Int) {
        let exponent = Int(log10(least).rounded(.down))
        let power = powerOfTen(exponent)
        for factor in [1, 2, 2.5, 5, 10] where factor * power >= least * 0.999_999 {
            let fine = factor == 2.5 ? 1 - exponent : -exponent
            return (factor * power, max(factor == 10 ? -exponent - 1 : fine, 0))
        }
        return (10 * power, max(-exponent - 1, 0))
    }

    // MARK: Logarithmic

    /// Whole powers of ten around the values; labels at most eight.
    static func logarithmic(low: Double, high: Double, label: (Double) -> String) -> PlotScale {
        let first = Int(log10(max(low, 1e-12)).rounded(.down))
        let last = max(Int(log10(max(high, 1e-12)).rounded(.up)), first + 1)
        let stride = (last - first + 7) / 8
        let ticks = Swift.stride(from: first, through: last, by: max(stride, 1)).map {
            Tick(value: powerOfTen($0), label: label(powerOfTen($0)))
        }
        return PlotScale(low: powerOfTen(first), high: powerOfTen(last), isLogarithmic: true, ticks: ticks)
    }

    /// Between the given ticks that enclose the values.
    ///
    /// - Parameter steps: ascending, at least two.
    static func logarithmic(low: Double, high: Double, steps: [Tick]) -> PlotScale {
        let first = steps.lastIndex { $0.value <= low } ?? 0
        let last = max(steps.firstIndex { $0.value >= high } ?? steps.count - 1, first + 1)
        let start = min(first, steps.count - 2)
        let ticks = Array(steps[start...min(last, steps.count - 1)])
        return PlotScale(
            low: ticks[0].value, high: max(ticks[ticks.count - 1].value, high), isLogarithmic: true, ticks: ticks)
    }

    static func powerOfTen(_ exponent: Int) -> Double {
        var value = 1.0
        for _ in 0..<abs(exponent) { value *= 10 }
        return exponent < 0 ? 1 / value : value
    }

    // MARK: Percentiles

    /// Percentiles up to `count` values: each 9 is as wide as the one before.
    static func percentiles(through high: Double) -> PlotScale {
        let labels = ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999"]
        let end = max(high, 1)
        var ticks = labels.enumerated().map { Tick(value: Double($0.offset), label: $0.element) }
        ticks.insert(Tick(value: log10(2), label: "50"), at: 1)
        return PlotScale(low: 0, high: end, isLogarithmic: false, ticks: ticks.filter { $0.value <= end })
    }

    // MARK: Time

    /// Seconds, minutes, hours or days, whichever gives few digits, with the unit's name.
    static func time(highMs: Double) -> (scale: PlotScale, unit: String, msPerUnit: Double) {
        let (unit, msPerUnit): (String, Double) =
            switch highMs {
            case ..<180_000: ("seconds", 1000)
            case ..<10_800_000: ("minutes", 60_000)
            case ..<259_200_000: ("hours", 3_600_000)
            default: ("days", 86_400_000)
            }
        return (linear(high: max(highMs / msPerUnit, 1e-3), count: 6, endsAtHigh: true), unit, msPerUnit)
    }
}
