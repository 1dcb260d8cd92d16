/// Times of a workload in two records.
///
/// Where both records hold the same number of sessions, at least ``pairsMin``, they were recorded in turn: each session's
/// quiet time is paired with its partner's and ``PairedRatio`` gives the ratio and its interval. Otherwise all samples are
/// pooled, each divided by the calibration kernel's time around it: ``MedianRatio`` gives the ratio and ``RankSumTest`` says
/// whether the difference is one. A workload is slower where the whole interval lies beyond the tolerance (and p is below
/// ``significance``), faster likewise, the same where the interval lies within, else unsure.
///
/// Records that grow may be looked at several times, until they tell. Each look then has an interval so wide that all looks
/// together are wrong no more often than one would be (Bonferroni).
struct TimeComparison {
    static let significance = 0.01
    /// Samples below which pooled times say nothing.
    static let samplesMin = 5

    /// Of every interval of a look.
    let confidence: Double
    /// Pairs below which no interval holds what it promises: however the times are spread, `n` pairs all lie on one side of
    /// the true ratio once in `2^(n-1)` times.
    let pairsMin: Int

    /// - Precondition: at least one look.
    init(looks: Int) {
        precondition(looks > 0, "there is a look")
        confidence = 1 - Self.significance / Double(looks)
        var pairs = 1
        var chance = 1.0
        while chance > 1 - confidence {
            pairs += 1
            chance /= 2
        }
        pairsMin = max(pairs, PairedRatio.pairsMin)
    }

    /// - Returns: nil where one of the records has no times.
    func verdict(
        _ old: BenchmarkRecord.Entry, _ new: BenchmarkRecord.Entry, _ tolerance: Thresholds.Tolerance,
        isSameMachine: Bool
    ) -> MetricVerdict? {
        let sessions = (old: Self.usable(old), new: Self.usable(new))
        guard !sessions.old.isEmpty, !sessions.new.isEmpty else { return nil }
        func result(_ verdict: Verdict, _ change: String, _ detail: String) -> MetricVerdict {
            MetricVerdict(
                old.name, "time", verdict, base: Self.text(sessions.old, old), new: Self.text(sessions.new, new),
                change: change, detail: detail)
        }
        if !isSameMachine { return result(.unsure, "", "recorded on different machines") }
        if sessions.old.count == sessions.new.count && sessions.old.count >= pairsMin {
            let found = inTurn(
                old: sessions.old.map(\.quietNanoseconds), new: sessions.new.map(\.quietNanoseconds), tolerance.time)
            return result(found.verdict, found.change, found.detail)
        }
        let pooled = (old: sessions.old.flatMap(\.relative), new: sessions.new.flatMap(\.relative))
        let ratio = MedianRatio(old: pooled.old, new: pooled.new, confidence: confidence)
        guard min(pooled.old.count, pooled.new.count) >= Self.samplesMin else {
            return result(.unsure, Decimals.change(ratio.ratio), "fewer than \(Self.samplesMin) samples")
        }
        let test = RankSumTest(old: pooled.old, new: pooled.new)
        var verdict = Self.verdict(ratio.low, ratio.high, tolerance.timeApart)
        if (verdict == .worse || verdict == .better) && test.p >= 1 - confidence { verdict = .unsure }
        return result(
            verdict, Decimals.change(ratio.ratio),
            interval(ratio.low, ratio.high) + ", Mann-Whitney p = \(Decimals.text(test.p, places: 4)) of "
                + "\(pooled.old.count) and \(pooled.new.count) samples, tolerance "
                + Decimals.change(1 + tolerance.timeApart))
    }

    /// Times of sessions recorded in turn, pair by pair. - Precondition: at least ``pairsMin`` pairs.
    func inTurn(
        old: [Double], new: [Double], _ tolerance: Double, resamples: Int = PairedRatio.resamplesDefault
    ) -> (verdict: Verdict, change: String, detail: String) {
        precondition(old.count >= pairsMin, "there are enough pairs")
        let paired = PairedRatio(old: old, new: new, confidence: confidence, resamples: resamples)
        return (
            Self.verdict(paired.low, paired.high, tolerance), Decimals.change(paired.ratio),
            interval(paired.low, paired.high) + ", \(paired.pairs) pairs of sessions, tolerance "
                + Decimals.change(1 + tolerance)
        )
    }

    static func verdict(_ low: Double, _ high: Double, _ tolerance: Double) -> Verdict {
        if low > 1 + tolerance { return .worse }
        if high < 1 / (1 + tolerance) { return .better }
        return low >= 1 / (1 + tolerance) && high <= 1 + tolerance ? .same : .unsure
    }

    func interval(_ low: Double, _ high: Double) -> String {
        let percent = Decimals.text(confidence * 100, places: confidence < 0.9899 || confidence > 0.9901 ? 2 : 0)
        return "\(percent) % interval \(Decimals.change(low)) to \(Decimals.change(high))"
    }

    static func usable(_ entry: BenchmarkRecord.Entry) -> [BenchmarkRecord.Session] {
        entry.sessions.filter { !$0.nanoseconds.isEmpty }
    }

    /// The median time of an operation as it was, without calibration.
    private static func text(_ sessions: [BenchmarkRecord.Session], _ entry: BenchmarkRecord.Entry) -> String {
        let median = MedianRatio.median(sessions.flatMap(\.nanoseconds)) / Double(max(entry.operations, 1))
        return Decimals.text(median, places: 1) + " ns"
    }
}
