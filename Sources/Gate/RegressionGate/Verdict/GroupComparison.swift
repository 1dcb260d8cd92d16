import SeededNumbers

/// Times of several workloads in two records, told as one: session by session the geometric mean of their quiet times.
///
/// What disturbs one workload of a session (where its memory lies, a neighbour for a moment) is averaged out; what they share,
/// the code on their common path, is not. So a group may have a tighter tolerance than its workloads.
enum GroupComparison {
    /// Before the group's name where a workload's stands.
    static let prefix = "group/"

    /// - Returns: nil where one of the records has no times of the group.
    static func verdict(
        _ group: Thresholds.Group, _ base: BenchmarkRecord, _ new: BenchmarkRecord, _ times: TimeComparison
    ) -> MetricVerdict? {
        var pairs: [(old: [Double], new: [Double])] = []
        for old in base.workloads where group.match.contains(where: { NamePattern.matches($0, old.name) }) {
            guard let entry = new.workloads.first(where: { $0.name == old.name }) else { continue }
            let sessions = (old: TimeComparison.usable(old), new: TimeComparison.usable(entry))
            if sessions.old.isEmpty || sessions.new.isEmpty { continue }
            pairs.append((sessions.old.map(\.quietNanoseconds), sessions.new.map(\.quietNanoseconds)))
        }
        guard let sessions = pairs.first?.old.count else { return nil }
        let name = prefix + group.name
        guard pairs.allSatisfy({ $0.old.count == sessions && $0.new.count == sessions }) else {
            return MetricVerdict(name, "time", .unsure, detail: "not recorded in turn")
        }
        guard sessions >= times.pairsMin else {
            return MetricVerdict(
                name, "time", .unsure, detail: "\(sessions) sessions; needs \(times.pairsMin), recorded in turn")
        }
        let found = times.inTurn(old: means(pairs.map(\.old)), new: means(pairs.map(\.new)), group.time)
        return MetricVerdict(
            name, "time", found.verdict, change: found.change,
            detail: "geometric mean of \(pairs.count) workloads, \(found.detail): \(group.reason)")
    }

    /// The geometric mean over workloads, session by session.
    private static func means(_ times: [[Double]]) -> [Double] {
        times[0].indices.map { session in
            let sum = times.reduce(0) { $0 + PortableMath.log($1[session]) }
            return PortableMath.exp(sum / Double(times.count))
        }
    }
}
