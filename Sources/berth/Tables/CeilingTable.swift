import TraceReplay

/// A replay's ceilings for people.
enum CeilingTable {
    static func text(_ ceiling: ReplayCeiling) -> String {
        var table = TextTable([
            ("ceiling", .left), ("allocated", .right), ("at most", .right), ("gap", .right),
            ("work-conserving", .right), ("gap", .right),
        ])
        for entry in ceiling.entries {
            func percent(_ amount: Int64?) -> String {
                amount.map { NumberText.fixed(Double($0) * 100 / Double(entry.total), decimals: 2) + " %" } ?? "-"
            }
            table.add([
                "\(entry.vendor) \(entry.resource)", percent(entry.allocated), percent(entry.ceiling),
                percent(entry.gap), percent(entry.workConserving),
                percent(entry.workConserving.map { $0 - entry.allocated }),
            ])
        }
        let pods = NumberText.grouped(Int(ceiling.pods))
        let waiting = NumberText.grouped(ceiling.waiting)
        guard let timeMs = ceiling.timeMs else {
            return "at the end: \(pods) pods arrived, \(waiting) of them rejected\n" + table.text()
        }
        let time = NumberText.duration(microseconds: Double(timeMs) * 1000)
        return "when most pods waited, after \(time): \(pods) pods present, \(waiting) of them waiting\n"
            + table.text()
    }
}
