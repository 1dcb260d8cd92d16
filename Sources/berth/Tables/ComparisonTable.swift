import RegressionGate
import TextEscaping

/// `berth compare` for people.
enum ComparisonTable {
    /// - Parameter all: whether metrics that stayed the same are shown too.
    static func text(_ comparison: Comparison, all: Bool) -> String {
        var table = TextTable([
            ("verdict", .left), ("workload", .left), ("metric", .left), ("base", .right), ("new", .right),
            ("change", .right), ("rests on", .left),
        ])
        var rows = 0
        for wanted in [Verdict.worse, .better, .unsure, .same] where wanted != .same || all {
            for verdict in comparison.verdicts where verdict.verdict == wanted {
                table.add([
                    verdict.verdict.rawValue, verdict.workload, verdict.metric, verdict.base, verdict.new,
                    verdict.change, verdict.detail,
                ])
                rows += 1
            }
        }
        let heading =
            comparison.base.map { "\(shown: $0) -> \(shown: comparison.new): " }
            ?? "\(shown: comparison.new), limits only: "
        return (rows > 0 ? table.text() + "\n" : "") + heading + comparison.summary + "\n"
    }
}
