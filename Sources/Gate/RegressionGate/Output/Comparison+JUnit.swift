import TextEscaping

extension Comparison {
    /// JUnit XML as test reports read it: a suite a workload, a case a metric; worse fails, unsure counts as skipped.
    public func junit() -> String {
        var names: [String] = []
        var groups: [String: [MetricVerdict]] = [:]
        for verdict in verdicts {
            if groups[verdict.workload] == nil { names.append(verdict.workload) }
            groups[verdict.workload, default: []].append(verdict)
        }
        var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        text += Self.open("testsuites", [("name", "berth compare")], verdicts)
        for name in names {
            let group = groups[name] ?? []
            text += "  " + Self.open("testsuite", [("name", name)], group)
            for verdict in group { text += Self.testCase(verdict) }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func open(_ tag: String, _ names: [(String, String)], _ verdicts: [MetricVerdict]) -> String {
        let failures = verdicts.reduce(0) { $0 + ($1.verdict == .worse ? 1 : 0) }
        let skipped = verdicts.reduce(0) { $0 + ($1.verdict == .unsure ? 1 : 0) }
        let attributes =
            names + [
                ("tests", String(verdicts.count)), ("failures", String(failures)), ("errors", "0"),
                ("skipped", String(skipped)),
            ]
        return "<" + tag + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined() + ">\n"
    }

    private static func testCase(_ verdict: MetricVerdict) -> String {
        let head = "    <testcase classname=\"\(escaped(verdict.workload))\" name=\"\(escaped(verdict.metric))\""
        let message = escaped(
            [verdict.base, verdict.new, verdict.change, verdict.detail].filter { !$0.isEmpty }.joined(separator: "; "))
        switch verdict.verdict {
        case .same, .better: return head + "/>\n"
        case .worse: return head + "><failure message=\"\(message)\"/></testcase>\n"
        case .unsure: return head + "><skipped message=\"\(message)\"/></testcase>\n"
        }
    }

    private static func escaped(_ text: String) -> String { MarkupText.xml(text) }
}
