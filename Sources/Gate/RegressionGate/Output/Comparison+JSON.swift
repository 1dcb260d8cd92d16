import BulkJSON

extension Comparison {
    /// The comparison for programs; keys are stable.
    public func json() -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.object { writer in
            writer.key("base")
            if let base { writer.string(base) } else { writer.null() }
            writer.member("new", new)
            writer.key("isRegression")
            writer.bool(isRegression)
            writer.key("isUndecided")
            writer.bool(isUndecided)
            for verdict in Verdict.allCases { writer.member(verdict.rawValue, Int64(count(verdict))) }
            writer.list("verdicts", verdicts) { writer, verdict in
                writer.member("workload", verdict.workload)
                writer.member("metric", verdict.metric)
                writer.member("verdict", verdict.verdict.rawValue)
                writer.member("base", verdict.base)
                writer.member("new", verdict.new)
                writer.member("change", verdict.change)
                writer.member("detail", verdict.detail)
            }
        }
        writer.newline()
        return writer.bytes
    }
}
