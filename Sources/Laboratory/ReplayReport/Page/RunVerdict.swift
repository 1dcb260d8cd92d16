/// What came of the runs of a report, in words.
enum RunVerdict {
    static func text(_ runs: [RunRecord], _ labels: [String]) -> String {
        runs.count == 1 ? single(runs[0]) : compared(runs, labels)
    }

    /// What was placed, what was refused and why, and that nothing stands beside it.
    private static func single(_ run: RunRecord) -> String {
        let share = NumberText.percent(run.placed, of: run.pods)
        var text = "\(number(run.placed)) of \(pods(run.pods)) \(run.placed == 1 ? "was" : "were") placed (\(share))"
        if run.rejected == 0 { return text + "; none was refused." }
        let reasons = run.rejectedByReason.sorted { ($1.pods, $0.reason) < ($0.pods, $1.reason) }
        let told = reasons.prefix(3).map { "\(number($0.pods)) \($0.reason)" }
        let rest = reasons.dropFirst(3).reduce(0) { $0 + $1.pods }
        text += "; \(number(run.rejected)) \(run.rejected == 1 ? "was" : "were") refused: "
        text += (told + (rest > 0 ? ["\(number(rest)) for other reasons"] : [])).joined(separator: ", ") + "."
        return text + " One policy alone says little; berth report sets runs of several side by side."
    }

    /// Who placed most, and by how much the others stay behind.
    private static func compared(_ runs: [RunRecord], _ labels: [String]) -> String {
        if Set(runs.map(\.pods)).count > 1 { return "The runs offered different pods; their totals stand below." }
        if Set(runs.map(\.decisionHash)).count == 1 { return "All runs decided every pod alike." }
        let most = runs.map(\.placed).max() ?? 0
        let best = zip(runs, labels).filter { $0.0.placed == most }.map(\.1)
        if best.count == runs.count {
            return "All runs placed \(number(most)) of \(pods(runs[0].pods)), not the same ones."
        }
        let others = zip(runs, labels).filter { $0.0.placed < most }.sorted { $0.0.placed > $1.0.placed }
        let behind = others.map { "\($0.1) \(number(most - $0.0.placed)) fewer" }
        return "\(best.joined(separator: " and ")) placed most: \(number(most)) of \(pods(runs[0].pods)); "
            + behind.joined(separator: ", ") + "."
    }

    private static func number(_ value: Int64) -> String { NumberText.grouped(Int(value)) }

    private static func pods(_ value: Int64) -> String { NumberText.counted(Int(value), "pod") }
}
