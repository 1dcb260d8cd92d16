/// Times of a workload in two records.
///
/// Every sample is divided by the calibration kernel's time around it. Where both records hold the same number of sessions,
/// at least ``PairedRatio/pairsMin``, they were recorded in turn: the median of each session is paired with its partner's
/// and ``PairedRatio`` gives the ratio and its interval. Otherwise all samples are pooled: ``MedianRatio`` gives the ratio
/// and ``RankSumTest`` says whether the difference is one. A workload is slower where the whole interval lies beyond the
/// tolerance (and p is below ``significance``), faster likewise, the same where the interval lies within, else unsure.
enum TimeComparison {
    static let confidence = 0.99
    static let significance = 0.01
    /// Samples below which pooled times say nothing.
    static let samplesMin = 5

    /// - Returns: nil where one of the records has no times.
    static func verdict(
        _ old: BenchmarkRecord.Entry, _ new: BenchmarkRecord.Entry, _ tolerance: Thresholds.Tolerance,
        isSameMachine: Bool
    ) -> MetricVerdict? {
        let sessions = (old: usable(old), new: usable(new))
        guard !sessions.old.isEmpty, !sessions.new.isEmpty else { return nil }
        func result(_ verdict: Verdict, _ change: String, _ detail: String) -> MetricVerdict {
            MetricVerdict(
                old.name, "time", verdict, base: text(sessions.old, old), new: text(sessions.new, new), change: change,
                detail: detail)
        }
        if !isSameMachine { return result(.unsure, "", "recorded on different machines") }
        if sessions.old.count == sessions.new.count && sessions.old.count >= PairedRatio.pairsMin {
            let paired = PairedRatio(
                old: sessions.old.map { MedianRatio.median($0.relative) },
                new: sessions.new.map { MedianRatio.median($0.relative) }, confidence: confidence)
            let verdict = verdict(paired.low, paired.high, tolerance.time)
            return result(
                verdict, Decimals.change(paired.ratio),
                interval(paired.low, paired.high) + ", paired bootstrap of \(paired.pairs) sessions, tolerance "
                    + Decimals.change(1 + tolerance.time))
        }
        let pooled = (old: sessions.old.flatMap(\.relative), new: sessions.new.flatMap(\.relative))
        let ratio = MedianRatio(old: pooled.old, new: pooled.new, confidence: confidence)
        guard min(pooled.old.count, pooled.new.count) >= samplesMin else {
            return result(.unsure, Decimals.change(ratio.ratio), "fewer than \(samplesMin) samples")
        }
        let test = RankSumTest(old: pooled.old, new: pooled.new)
        var verdict = verdict(ratio.low, ratio.high, tolerance.timeApart)
        if (verdict == .worse || verdict == .better) && test.p >= significance { verdict = .unsure }
        return result(
            verdict, Decimals.change(ratio.ratio),
            interval(ratio.low, ratio.high) + ", Mann-Whitney p = \(Decimals.text(test.p, places: 4)) of "
                + "\(pooled.old.count) and \(pooled.new.count) samples, tolerance "
                + Decimals.change(1 + tolerance.timeApart))
    }

    static func verdict(_ low: Double, _ high: Double, _ tolerance: Double) -> Verdict {
        if low > 1 + tolerance { return .worse }
        if high < 1 / (1 + tolerance) { return .better }
        return low >= 1 / (1 + tolerance) && high <= 1 + tolerance ? .same : .unsure
    }

    static func interval(_ low: Double, _ high: Double) -> String {
        "\(Decimals.text(confidence * 100, places: 0)) % interval \(Decimals.change(low)) to \(Decimals.change(high))"
    }

    private static func usable(_ entry: BenchmarkRecord.Entry) -> [BenchmarkRecord.Session] {
        entry.sessions.filter { !$0.nanoseconds.isEmpty }
    }

    /// The median time of an operation as it was, without calibration.
    private static func text(_ sessions: [BenchmarkRecord.Session], _ entry: BenchmarkRecord.Entry) -> String {
        let median = MedianRatio.median(sessions.flatMap(\.nanoseconds)) / Double(max(entry.operations, 1))
        return Decimals.text(median, places: 1) + " ns"
    }
}
