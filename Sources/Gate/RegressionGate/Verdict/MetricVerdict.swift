/// What became of one metric of one workload.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    case better
    case same
    /// A regression.
    case worse
    /// The samples do not tell, or the two cannot be compared; never a regression.
    case unsure
}

/// A verdict with what it rests on.
public struct MetricVerdict: Sendable, Hashable {
    /// A workload, or `group/` and the name of a group.
    public var workload: String
    /// `time`, `decisions`, `count:<name>`, `quality:<name>`, `limit:<what>`, `workload`, `rule` or `group`.
    public var metric: String
    public var verdict: Verdict
    /// The two values as people read them; empty = there is none.
    public var base: String
    public var new: String
    /// The change as people read it.
    public var change: String
    /// The statistic and the tolerance behind the verdict.
    public var detail: String

    init(
        _ workload: String, _ metric: String, _ verdict: Verdict, base: String = "", new: String = "",
        change: String = "", detail: String
    ) {
        self.workload = workload
        self.metric = metric
        self.verdict = verdict
        self.base = base
        self.new = new
        self.change = change
        self.detail = detail
    }
}

/// Everything that two records, or one and its limits, gave.
public struct Comparison: Sendable, Hashable {
    /// Revision of the base; nil = only limits were checked.
    public var base: String?
    public var new: String
    public var verdicts: [MetricVerdict] = []

    /// Whether anything got worse. Improvements and doubts never count.
    public var isRegression: Bool { verdicts.contains { $0.verdict == .worse } }

    /// Whether a group's samples do not tell yet, so that more sessions are worth their time.
    public var isUndecided: Bool {
        verdicts.contains { $0.verdict == .unsure && $0.workload.hasPrefix(GroupComparison.prefix) }
    }

    public func count(_ verdict: Verdict) -> Int { verdicts.reduce(0) { $0 + ($1.verdict == verdict ? 1 : 0) } }

    /// One line for people.
    public var summary: String {
        let counts = [Verdict.worse, .better, .unsure, .same].map { "\(count($0)) \($0.rawValue)" }
        return (isRegression ? "regression" : "no regression") + ": " + counts.joined(separator: ", ")
    }
}
