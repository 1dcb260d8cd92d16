import TextEscaping

extension Comparison {
    /// A pull-request comment: what changed first, everything else folded away.
    public func markdown() -> String {
        var text = "### Placement gate: \(isRegression ? "regression" : "no regression")\n\n"
        text +=
            base.map { "\(MarkdownText.code($0)) → \(MarkdownText.code(new)): " }
            ?? "\(MarkdownText.code(new)), limits only: "
        text += [Verdict.worse, .better, .unsure, .same].map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
        text += ".\n"
        let changed = [Verdict.worse, .better].flatMap { wanted in verdicts.filter { $0.verdict == wanted } }
        if !changed.isEmpty { text += "\n" + Self.table(changed) }
        let rest = verdicts.filter { $0.verdict == .unsure || $0.verdict == .same }
        if !rest.isEmpty {
            text += "\n<details><summary>\(rest.count) metrics without a finding</summary>\n\n"
            text += Self.table(rest) + "\n</details>\n"
        }
        return text
    }

    private static func table(_ verdicts: [MetricVerdict]) -> String {
        var text = "| verdict | workload | metric | base | new | change | rests on |\n|---|---|---|---|---|---|---|\n"
        for verdict in verdicts {
            let mark = verdict.verdict == .worse ? "**worse**" : verdict.verdict.rawValue
            let cells = [
                verdict.workload, verdict.metric, verdict.base, verdict.new, verdict.change, verdict.detail,
            ]
            text += "| \(mark) | " + cells.map(escaped).joined(separator: " | ") + " |\n"
        }
        return text
    }

    private static func escaped(_ text: String) -> String { MarkdownText.escaped(text) }
}
