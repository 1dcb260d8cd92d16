import MeasuredWork

extension Comparison {
    /// Compares a new record with a base, metric by metric, and checks the limits of the new one.
    ///
    /// Exact metrics are compared exactly, times as told in ``TimeComparison``, one workload at a time and by groups.
    /// Workloads that only the new record has are told and not judged; one that is gone is a regression.
    /// - Parameter looks: how often these records are compared at most while sessions are added; see ``TimeComparison``.
    /// - Throws: ``GateError`` naming `newFile` when the records cannot be compared: other sizes, traces or operations.
    public init(
        base: BenchmarkRecord, new: BenchmarkRecord, thresholds: Thresholds, looks: Int = 1, newFile: String
    ) throws(GateError) {
        self.base = base.revision.shortText
        self.new = new.revision.shortText
        if base.size != new.size {
            throw GateError(file: newFile, problem: "size is \(new.size), the base's is \(base.size)")
        }
        for trace in new.traces {
            if let old = base.traces.first(where: { $0.name == trace.name }), old != trace {
                throw GateError(file: newFile, problem: "trace \(trace.name) is not the one of the base")
            }
        }
        let names = Set(new.workloads.map(\.name))
        if !base.workloads.contains(where: { names.contains($0.name) }) {
            throw GateError(file: newFile, problem: "nothing was compared: no workload is in both records")
        }
        let entries = Dictionary(uniqueKeysWithValues: new.workloads.map { ($0.name, $0) })
        let isSameMachine = base.machine.isComparable(with: new.machine)
        let times = TimeComparison(looks: looks)
        let isSameToolchain = base.toolchain == new.toolchain
        for old in base.workloads {
            guard let entry = entries[old.name] else {
                verdicts.append(
                    MetricVerdict(
                        old.name, "workload", .worse, detail: "the new record lacks it; record all, or a new base"))
                continue
            }
            if old.operations != entry.operations {
                throw GateError(
                    file: newFile,
                    problem:
                        "\(old.name) has \(entry.operations) operations, the base \(old.operations); record the base anew"
                )
            }
            let tolerance = thresholds.tolerance(of: old.name)
            verdicts.append(Self.decisions(old, entry, tolerance))
            verdicts += Self.counts(old, entry, tolerance, isSameToolchain: isSameToolchain)
            verdicts += Self.quality(old, entry, tolerance)
            if let time = times.verdict(old, entry, tolerance, isSameMachine: isSameMachine) {
                verdicts.append(time)
            }
        }
        let known = Set(base.workloads.map(\.name))
        for entry in new.workloads where !known.contains(entry.name) {
            verdicts.append(MetricVerdict(entry.name, "workload", .unsure, detail: "the base lacks it"))
        }
        if isSameMachine {
            verdicts += thresholds.groups.compactMap { GroupComparison.verdict($0, base, new, times) }
        }
        verdicts += Self.unusedRules(thresholds, names.union(known))
        verdicts += try Self.limits(new, thresholds, file: newFile)
    }

    /// Checks the limits of one record.
    ///
    /// - Throws: ``GateError`` naming `file` for a limit that meets no workload of the record.
    public init(limitsOf record: BenchmarkRecord, thresholds: Thresholds, file: String) throws(GateError) {
        base = nil
        new = record.revision.shortText
        verdicts = try Self.limits(record, thresholds, file: file)
    }

    /// Rules and groups that meet no workload change nothing; they are told, so that nobody relies on them.
    private static func unusedRules(_ thresholds: Thresholds, _ workloads: Set<String>) -> [MetricVerdict] {
        func isUnused(_ pattern: String) -> Bool { !workloads.contains { NamePattern.matches(pattern, $0) } }
        let rules = thresholds.rules.filter { isUnused($0.match) }.map {
            MetricVerdict($0.match, "rule", .unsure, detail: "no workload of the records matches")
        }
        let groups = thresholds.groups.filter { $0.match.allSatisfy(isUnused) }.map {
            MetricVerdict(
                GroupComparison.prefix + $0.name, "group", .unsure, detail: "no workload of the records matches")
        }
        return rules + groups
    }

    private static func decisions(
        _ old: BenchmarkRecord.Entry, _ new: BenchmarkRecord.Entry, _ tolerance: Thresholds.Tolerance
    ) -> MetricVerdict {
        if old.hash == new.hash {
            return MetricVerdict(old.name, "decisions", .same, base: old.hash, new: new.hash, detail: "hash, exactly")
        }
        return MetricVerdict(
            old.name, "decisions", tolerance.hashMayChange ? .unsure : .worse, base: old.hash, new: new.hash,
            change: "changed", detail: tolerance.hashMayChange ? "hash; may change" : "hash, exactly")
    }

    private static func counts(
        _ old: BenchmarkRecord.Entry, _ new: BenchmarkRecord.Entry, _ tolerance: Thresholds.Tolerance,
        isSameToolchain: Bool
    ) -> [MetricVerdict] {
        old.counts.sorted { $0.key < $1.key }.map { name, before in
            guard let after = new.counts[name] else {
                return MetricVerdict(old.name, "count:" + name, .unsure, detail: "the new record does not count it")
            }
            let operations = Double(max(old.operations, 1))
            let isHeap = name == WorkloadMeter.heapAllocations
            if isHeap && !isSameToolchain {
                return MetricVerdict(
                    old.name, "count:" + name, .unsure, base: String(before), new: String(after),
                    detail: "other toolchain or configuration")
            }
            let room = Double(before) * tolerance.counts + (isHeap ? tolerance.heapAllocations * operations : 0)
            let growth = Double(after - before)
            let verdict: Verdict = growth > room ? .worse : (growth < -room ? .better : .same)
            let each = Decimals.text(growth / operations, places: 3, signed: true)
            return MetricVerdict(
                old.name, "count:" + name, verdict, base: String(before), new: String(after),
                change: growth == 0 ? "" : each + " per " + old.operation,
                detail: room == 0 ? "exactly" : "may grow by \(Decimals.text(room, places: 0))")
        }
    }

    private static func quality(
        _ old: BenchmarkRecord.Entry, _ new: BenchmarkRecord.Entry, _ tolerance: Thresholds.Tolerance
    ) -> [MetricVerdict] {
        old.quality.sorted { $0.key < $1.key }.map { name, before in
            guard let after = new.quality[name] else {
                return MetricVerdict(old.name, "quality:" + name, .unsure, detail: "the new record does not state it")
            }
            let change = after - before
            let verdict: Verdict = change < -tolerance.quality ? .worse : (change > tolerance.quality ? .better : .same)
            return MetricVerdict(
                old.name, "quality:" + name, verdict, base: Decimals.text(before, places: 3) + " %",
                new: Decimals.text(after, places: 3) + " %",
                change: change == 0 ? "" : Decimals.text(change, places: 3, signed: true) + " points",
                detail: tolerance.quality == 0
                    ? "exactly" : "may lose \(Decimals.text(tolerance.quality, places: 3)) points")
        }
    }
}

/// Numbers with a fixed number of decimals.
enum Decimals {
    static func text(_ number: Double, places: Int, signed: Bool = false) -> String {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        guard number.isFinite, number.magnitude * factor < 1e18 else { return "\(number)" }
        let scaled = Int64((number.magnitude * factor).rounded())
        let whole = String(scaled / Int64(factor))
        let fraction = String(scaled % Int64(factor))
        let sign = number < 0 && scaled > 0 ? "-" : (signed ? "+" : "")
        return sign + whole
            + (places > 0 ? "." + String(repeating: "0", count: places - fraction.count) + fraction : "")
    }

    /// A ratio as a change: +10.3 %.
    static func change(_ ratio: Double) -> String { text((ratio - 1) * 100, places: 1, signed: true) + " %" }
}
