/// Durations as a report words them: long ones in days.
enum DurationLabel {
    private static let dayMicroseconds = 86_400e6

    static func text(microseconds: Double) -> String {
        if microseconds >= 3 * dayMicroseconds {
            return NumberText.fixed(microseconds / dayMicroseconds, decimals: 1) + " d"
        }
        let text = NumberText.duration(microseconds: microseconds)
        return text.hasSuffix(" us") ? text.dropLast(2) + "µs" : text
    }

    static func text(milliseconds: Double) -> String { text(microseconds: milliseconds * 1000) }

    /// Round numbers on an axis of powers of ten: no decimals.
    static func axis(microseconds: Double) -> String {
        for (unit, size) in [("ns", 0.001), ("µs", 1.0), ("ms", 1000)] where microseconds < size * 999.5 {
            return NumberText.grouped(Int((microseconds / size).rounded())) + " " + unit
        }
        return NumberText.grouped(Int((microseconds / 1e6).rounded())) + " s"
    }

    /// Steps of an axis of waits, which run from seconds to months; values in milliseconds.
    static let waitSteps: [PlotScale.Tick] = [
        (1000.0, "1 s"), (10_000, "10 s"), (60_000, "1 min"), (600_000, "10 min"), (3_600_000, "1 h"),
        (21_600_000, "6 h"), (86_400_000, "1 d"), (864_000_000, "10 d"), (8_640_000_000, "100 d"),
        (86_400_000_000, "1,000 d"),
    ].map { PlotScale.Tick(value: $0.0, label: $0.1) }
}
