/// How much any placement of a run's pods could have allocated, as a report shows it.
public struct RunCeiling: Sendable {
    /// One resource of one vendor's devices, in its units.
    public struct Entry: Sendable {
        public var vendor: String
        public var resource: String
        public var total: Int64
        public var allocated: Int64
        /// Nil where the proof does not hold.
        public var ceiling: Int64?
        /// For placements that hold all that was offered until 90 % of the resource was asked for.
        public var workConserving: Int64?
    }

    /// Nil = at the end.
    public var timeMs: Int64?
    public var pods: Int64
    public var waiting: Int64
    public var entries: [Entry]
}

extension RunCeiling {
    init(_ field: RunField) throws(RunFileError) {
        timeMs = try field.optional("timeMs")?.integer()
        pods = try field.member("pods").integer()
        waiting = try field.member("waiting").integer()
        entries = []
        for entry in try field.member("entries").elements() {
            entries.append(
                Entry(
                    vendor: try entry.member("vendor").text(), resource: try entry.member("resource").text(),
                    total: try entry.member("total").integer(), allocated: try entry.member("allocated").integer(),
                    ceiling: try entry.optional("ceiling")?.integer(),
                    workConserving: try entry.optional("workConservingCeiling")?.integer()))
        }
    }
}

// The table of a report.
extension RunTables {
    func ceiling(_ run: RunRecord) -> ReportTable? {
        guard let ceiling = run.ceiling, !ceiling.entries.isEmpty else { return nil }
        let pods = NumberText.grouped(Int(ceiling.pods))
        let waiting = NumberText.grouped(Int(ceiling.waiting))
        let moment =
            ceiling.timeMs.map {
                "When most pods waited (\(run.momentName(position: $0))): \(pods) pods present, \(waiting) of them waiting."
            } ?? "At the end: \(pods) pods arrived, \(waiting) of them refused."
        return ReportTable(
            caption: moment,
            columns: [
                ("Resource", false), ("Allocated", true), ("At most", true), ("Gap", true), ("Work-conserving", true),
                ("Gap", true),
            ],
            rows: ceiling.entries.map { entry in
                func percent(_ amount: Int64?) -> ReportTable.Cell {
                    .number(
                        amount.map {
                            NumberText.fixed(Double($0) * 100 / Double(max(entry.total, 1)), decimals: 2) + " %"
                        }
                            ?? "–")
                }
                return [
                    .text("\(entry.vendor) \(entry.resource)"), .share(entry.allocated, of: entry.total),
                    percent(entry.ceiling), percent(entry.ceiling.map { $0 - entry.allocated }),
                    percent(entry.workConserving), percent(entry.workConserving.map { $0 - entry.allocated }),
                ]
            }, isWide: true)
    }
}
