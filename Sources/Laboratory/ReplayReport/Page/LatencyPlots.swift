#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Durations by percentile on logarithmic axes, all runs together.
enum LatencyPlots {
    /// Fewer durations have no percentiles worth a plot.
    static let countMin = 10

    static func pod(_ runs: [RunRecord], _ labels: [String]) -> Plot? {
        plot(
            "latency-pod", "Decision time by percentile",
            "Time to decide one pod: so many percent of the decisions took at most this long (logarithmic).",
            zip(runs, labels).map { ($1, $0.podLatency) })
    }

    static func round(_ runs: [RunRecord], _ labels: [String]) -> Plot? {
        plot(
            "latency-round", "Round time by percentile",
            "Time to decide one round of pods: so many percent of the rounds took at most this long (logarithmic).",
            zip(runs, labels).map { ($1, $0.roundLatency) })
    }

    static func wait(_ runs: [RunRecord], _ labels: [String]) -> Plot? {
        plot(
            "wait-percentiles", "Waits by percentile",
            "Time from arrival to placement: so many percent of the placed pods waited at most this long "
                + "(logarithmic; a second or less stands at the bottom).",
            zip(runs, labels).compactMap { run, label in run.wait.map { (label, $0) } }, waits: true)
    }

    /// - Parameter waits: whether the durations are waits in milliseconds instead of times in microseconds.
    private static func plot(
        _ id: String, _ title: String, _ caption: String, _ runs: [(label: String, latency: RunRecord.Latency)],
        waits: Bool = false
    ) -> Plot? {
        if runs.allSatisfy({ $0.latency.count < countMin }) { return nil }
        let lowest = waits ? 1000 : 0.01
        let series = runs.map { label, latency in
            var last = 0.0
            let points = zip(latency.curvePercent, latency.curveValue).map { percent, value in
                // The largest of all has no percentile of its own: it stands one step further.
                last = percent < 100 ? -log10(1 - percent / 100) : last + 0.25
                return (x: last, y: max(value, lowest) as Double?)
            }
            return LinePlot.Series(label: label, points: points, style: nil) { x, y in
                "\(percentile(x)): \(DurationLabel.text(microseconds: waits ? y * 1000 : y))"
            }
        }
        let values = series.flatMap { $0.points.compactMap(\.y) }
        guard let low = values.min(), let high = values.max() else { return nil }
        let frame = PlotFrame(
            x: .percentiles(through: series.compactMap { $0.points.last?.x }.max() ?? 1),
            y: waits
                ? .logarithmic(low: low, high: high, steps: DurationLabel.waitSteps)
                : .logarithmic(low: low, high: high) { DurationLabel.axis(microseconds: $0) },
            xTitle: "percentile", yTitle: waits ? "wait" : "time")
        return LinePlot(id: id, title: title, caption: caption, frame: frame, series: series).plot()
    }

    private static func percentile(_ x: Double) -> String {
        var beyond = 100.0
        var rest = x
        while rest >= 1 {
            beyond /= 10
            rest -= 1
        }
        for _ in 0..<Int((rest * 4).rounded()) { beyond *= 0.5623413251903491 }
        return NumberText.fixed(100 - beyond, decimals: x < 1.5 ? 0 : min(Int(x), 6)) + " %"
    }
}
