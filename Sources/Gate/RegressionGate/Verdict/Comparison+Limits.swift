extension Comparison {
    /// What must hold of a record by itself.
    ///
    /// - Throws: ``GateError`` naming `file` for a limit that meets no workload: it protects nothing, and nobody is to rely on it.
    static func limits(
        _ record: BenchmarkRecord, _ thresholds: Thresholds, file: String
    ) throws(GateError) -> [MetricVerdict] {
        var verdicts: [MetricVerdict] = []
        for limit in thresholds.limits {
            let entries = record.workloads.filter { NamePattern.matches(limit.workload, $0.name) }
            if entries.isEmpty {
                throw GateError(
                    file: file,
                    problem: "nothing was compared: the limit of \(limit.workload) meets no workload of the record")
            }
            verdicts += entries.map { verdict(limit, $0, record) }
        }
        return verdicts
    }

    private static func verdict(
        _ limit: Thresholds.Limit, _ entry: BenchmarkRecord.Entry, _ record: BenchmarkRecord
    ) -> MetricVerdict {
        switch limit.bound {
        case .quality(let name, let least):
            guard let percent = entry.quality[name] else {
                let known = entry.quality.keys.sorted().joined(separator: ", ")
                return MetricVerdict(
                    entry.name, "limit:" + name, .worse, detail: "the record does not state it; it has " + known)
            }
            return MetricVerdict(
                entry.name, "limit:" + name, percent < least ? .worse : .same,
                new: Decimals.text(percent, places: 3) + " %",
                detail: "at least \(Decimals.text(least, places: 3)) %: " + limit.reason)
        case .count(let name, let most):
            guard let count = entry.counts[name] else {
                let known = entry.counts.keys.sorted().joined(separator: ", ")
                return MetricVerdict(
                    entry.name, "limit:" + name, .worse, detail: "the record does not count it; it has " + known)
            }
            let each = Double(count) / Double(max(entry.operations, 1))
            return MetricVerdict(
                entry.name, "limit:" + name, each > most ? .worse : .same,
                new: Decimals.text(each, places: 3) + " per " + entry.operation,
                detail: "at most \(Decimals.text(most, places: 3)): " + limit.reason)
        case .fasterThan(let other, let times): return ratio(entry, other, times, limit.reason, record)
        }
    }

    /// Both were timed in turn in the same process, so their samples are pairs.
    private static func ratio(
        _ entry: BenchmarkRecord.Entry, _ other: String, _ times: Double, _ reason: String, _ record: BenchmarkRecord
    ) -> MetricVerdict {
        let metric = "limit:fasterThan"
        guard let slow = record.workloads.first(where: { $0.name == other }) else {
            return MetricVerdict(entry.name, metric, .unsure, detail: "the record lacks \(other)")
        }
        func each(_ entry: BenchmarkRecord.Entry) -> [Double] {
            entry.sessions.flatMap(\.relative).map { $0 / Double(max(entry.operations, 1)) }
        }
        let (fastTimes, slowTimes) = (each(entry), each(slow))
        let pairs = min(fastTimes.count, slowTimes.count)
        guard pairs >= PairedRatio.pairsMin else {
            return MetricVerdict(entry.name, metric, .unsure, detail: "fewer than \(PairedRatio.pairsMin) samples")
        }
        let ratio = PairedRatio(
            old: Array(fastTimes.prefix(pairs)), new: Array(slowTimes.prefix(pairs)),
            confidence: 1 - TimeComparison.significance)
        let verdict: Verdict = ratio.high < times ? .worse : (ratio.low >= times ? .same : .unsure)
        let interval =
            "\(Decimals.text((1 - TimeComparison.significance) * 100, places: 0)) % interval "
            + "\(Decimals.text(ratio.low, places: 1)) to \(Decimals.text(ratio.high, places: 1))"
        return MetricVerdict(
            entry.name, metric, verdict, new: Decimals.text(ratio.ratio, places: 1) + " times",
            detail:
                "\(interval), \(pairs) pairs; at least \(Decimals.text(times, places: 1)) times faster than \(other): \(reason)"
        )
    }
}
