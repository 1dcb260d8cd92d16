import PlacementModel

/// What a report says, section by section, before it becomes a page.
struct ReportContent {
    struct Section {
        /// Unique on the page.
        var id: String
        var title: String
        var text: String
        var plots: [Plot] = []
        var tables: [ReportTable] = []
    }

    let title: String
    let subtitle: String
    /// What came of it, in words; empty where there is none.
    let verdict: String
    /// What the page is, in a few words.
    let kind: String
    let footer: String
    /// The figures that matter most of a single run.
    let figures: [(name: String, value: String, note: String)]
    let sections: [Section]

    init(title: String, subtitle: String, kind: String, footer: String, sections: [Section]) {
        self.title = title
        self.subtitle = subtitle
        self.kind = kind
        self.footer = footer
        self.sections = sections
        verdict = ""
        figures = []
    }

    /// - Parameter origin: how and when the page was made, a sentence each.
    init(_ runs: [RunRecord], origin: [String] = []) {
        kind = "replay report"
        footer =
            (origin + [
                "Berth \(BerthVersion.text).", "Definitions of all measures: docs/output.md of Berth.",
                "The figures of this page lie beside it as JSON and CSV.",
            ]).joined(separator: " ")
        let labels = RunLabels.labels(of: runs)
        let tables = RunTables(runs: runs, labels: labels)
        let groups = [false, true].compactMap { RunPlots(runs, labels: labels, isVirtual: $0) }
        let traces = runs.map(\.trace).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        title = traces.joined(separator: ", ")
        subtitle = Self.subtitle(runs, labels)
        verdict = RunVerdict.text(runs, labels)
        figures = runs.count == 1 ? Self.figures(runs[0]) : []
        var sections = [
            Section(
                id: "summary", title: runs.count > 1 ? "Comparison" : "Summary", text: "",
                tables: runs.count > 1 ? [tables.summary()] : [tables.summary(), tables.settings()]),
            Section(
                id: "placement", title: "Placement and refusals",
                text:
                    "Load counts devices: a pod that asks a quarter of a device's memory or cores is a quarter of one.",
                plots: groups.flatMap { [$0.allocation(), $0.shortfall(), $0.unplaced()].compactMap { $0 } }
                    + Self.reasons(runs, labels, groups)),
            Section(
                id: "waits", title: "Waits", text: "",
                plots: (groups.map { $0.waits() } + [LatencyPlots.wait(runs, labels)]).compactMap { $0 }),
            Section(
                id: "quality", title: "Quality of the packing", text: "",
                plots: groups.flatMap { $0.fragmentation() + [$0.imbalance(), $0.fairness()].compactMap { $0 } }),
        ]
        sections.append(Self.ceilings(runs, labels, tables))
        sections.append(Self.vendors(runs, labels, tables, groups))
        sections.append(Self.fleet(runs, labels))
        sections.append(
            Section(
                id: "latency", title: "Speed", text: "",
                plots: [LatencyPlots.pod(runs, labels), LatencyPlots.round(runs, labels)].compactMap { $0 }))
        sections.append(Self.namespaces(runs, labels, tables))
        if runs.count > 1 {
            sections.append(Section(id: "settings", title: "Settings", text: "", tables: [tables.settings()]))
        }
        self.sections = sections.filter { !$0.plots.isEmpty || !$0.tables.isEmpty }
    }

    private static func subtitle(_ runs: [RunRecord], _ labels: [String]) -> String {
        if runs.count > 1 { return "\(runs.count) runs compared: " + labels.joined(separator: " · ") }
        let run = runs[0]
        func count(_ value: Int64, _ word: String) -> String { NumberText.counted(Int(value), word) }
        let clock = run.isVirtual ? "pods come and go at the trace's times" : "all pods queued at the start"
        return [count(run.nodes, "node"), count(run.devices, "device"), count(run.pods, "pod"), labels[0], clock]
            .joined(separator: " · ")
    }

    private static func figures(_ run: RunRecord) -> [(name: String, value: String, note: String)] {
        var figures = [
            (
                name: "placed", value: NumberText.percent(run.placed, of: run.pods),
                note: "\(NumberText.grouped(Int(run.placed))) of \(NumberText.grouped(Int(run.pods))) pods"
            )
        ]
        if let mean = run.isVirtual ? run.meanRunning : run.running?.last {
            figures.append(
                (
                    name: run.isVirtual ? "mean allocation" : "allocated",
                    value: NumberText.fixed(mean, decimals: 1) + " %",
                    note: "of \(NumberText.grouped(Int(run.devices))) devices"
                ))
        }
        if let wait = run.wait {
            figures.append(
                (
                    name: "median wait", value: DurationLabel.text(milliseconds: wait.p50),
                    note: "p99 \(DurationLabel.text(milliseconds: wait.p99))"
                ))
        }
        figures.append(
            (
                name: "placements per second", value: NumberText.grouped(Int(run.placementsPerSecond)),
                note: "over \(DurationLabel.text(microseconds: run.placementSeconds * 1e6))"
            ))
        figures.append(
            (
                name: "decision time, p99", value: DurationLabel.text(microseconds: run.podLatency.p99),
                note: "median \(DurationLabel.text(microseconds: run.podLatency.p50))"
            ))
        return figures
    }

    private static func reasons(_ runs: [RunRecord], _ labels: [String], _ groups: [RunPlots]) -> [Plot] {
        var totals: [String: Int64] = [:]
        for run in runs {
            for (reason, pods) in run.rejectedByReason {
                // At most 2^54 after any number of runs and reasons, each of at most 2^53.
                totals[reason] = min(totals[reason, default: 0], InputLimits.savedCounts.upperBound) + pods
            }
        }
        let reasons = totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10).map(\.key)
        var plots: [Plot] = []
        if !reasons.isEmpty {
            let bars = BarPlot(
                id: "refusals", title: "Why pods were refused",
                caption:
                    "Refused pods by leading reason: the one most nodes give among those that came closest. Shares are of the refused pods.",
                series: labels,
                groups: reasons.map { reason in
                    BarPlot.Group(
                        label: reason,
                        values: runs.map { run in
                            Double(run.rejectedByReason.first { $0.reason == reason }?.pods ?? 0)
                        })
                },
                text: { place, value in
                    let share = NumberText.percent(Int64(value), of: runs[place].rejected)
                    return "\(NumberText.grouped(Int(value))) (\(share))"
                })
            plots = [bars.plot()] + groups.compactMap { $0.reasons() }
        }
        return plots
    }

    private static func ceilings(_ runs: [RunRecord], _ labels: [String], _ tables: RunTables) -> Section {
        let perRun = zip(runs, labels).compactMap { run, label -> ReportTable? in
            guard var table = tables.ceiling(run) else { return nil }
            if runs.count > 1 { table.caption = "\(label). \(table.caption)" }
            return table
        }
        return Section(
            id: "ceiling", title: "Distance from the optimum",
            text: "No placement of these pods allocates more than the ceiling; no policy need reach it. "
                + "Work-conserving: among placements that turn no pod away before 90 % of the resource is asked for.",
            tables: perRun)
    }

    private static func vendors(
        _ runs: [RunRecord], _ labels: [String], _ tables: RunTables, _ groups: [RunPlots]
    ) -> Section {
        let perRun = zip(runs, labels).map { run, label in
            var table = tables.vendors(run)
            if runs.count > 1 { table.caption = "\(label). \(table.caption)" }
            return table
        }
        return Section(
            id: "vendors", title: "Utilisation by vendor", text: "", plots: groups.flatMap { $0.vendors() },
            tables: perRun)
    }

    private static func fleet(_ runs: [RunRecord], _ labels: [String]) -> Section {
        var plots: [Plot] = []
        for (number, run) in runs.enumerated() {
            guard let snapshots = run.series?.snapshots, let first = snapshots.first else { continue }
            let largest = first.bins.map(\.nodes).max() ?? 1
            let columns =
                largest > 1
                ? "A column is up to \(largest) neighbouring nodes of a vendor (mean of each device place)"
                : "A column is a node"
            plots.append(
                FleetHeatMap(
                    id: "fleet-\(number + 1)", title: runs.count > 1 ? labels[number] : "The fleet at four moments",
                    caption: "\(columns), a row a device; the colour tells how full it is, by memory or cores in use.",
                    moments: snapshots.map { (capitalised(run.momentName(position: $0.at)), $0) }
                ).plot())
        }
        return Section(id: "fleet", title: "Heat map of the fleet", text: "", plots: plots)
    }

    private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private static func namespaces(_ runs: [RunRecord], _ labels: [String], _ tables: RunTables) -> Section {
        let perRun = zip(runs, labels).compactMap { run, label -> ReportTable? in
            guard var table = tables.namespaces(run) else { return nil }
            if runs.count > 1 { table.caption = "\(label). \(table.caption)" }
            return table
        }
        return Section(id: "namespaces", title: "Namespaces", text: "", tables: perRun)
    }
}
