/// The tables of a report.
struct RunTables {
    let runs: [RunRecord]
    let labels: [String]

    // MARK: Comparison

    /// A row a measure, a column a run; the best of several runs stands out.
    func summary() -> ReportTable {
        var rows: [[ReportTable.Cell]] = []
        func add(
            _ name: String, best: ((Double, Double) -> Bool)? = nil, value: (RunRecord) -> Double?,
            text: (Double) -> String
        ) {
            let values = runs.map(value)
            if values.allSatisfy({ $0 == nil }) { return }
            let known = values.compactMap { $0 }
            let winner = best.flatMap { best in known.min { best($0, $1) } }
            // Where several are best, none is.
            let isAlone = known.count > 1 && known.count { $0 == winner } == 1
            rows.append(
                [.text(name)]
                    + values.map { value in
                        .number(value.map(text) ?? "–", isBest: isAlone && value != nil && value == winner)
                    })
        }
        func grouped(_ value: Double) -> String { NumberText.grouped(Int(value)) }
        func percent(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) + " %" }
        add("Pods offered", value: { Double($0.pods) }, text: grouped)
        add("Placed", best: >, value: { Double($0.placed) }, text: grouped)
        add("Refused", best: <, value: { Double($0.rejected) }, text: grouped)
        add("Allocated at the end, share of devices", best: >, value: { $0.isVirtual ? nil : $0.running?.last }) {
            percent($0)
        }
        add("Allocated, mean over the time sampled", best: >, value: { $0.isVirtual ? $0.meanRunning : nil }) {
            percent($0)
        }
        add("Fragmented devices, at the end", best: <, value: { $0.fragmentedDevices }) {
            NumberText.fixed($0, decimals: 1)
        }
        add("Stranded share of free memory, at the end", best: <, value: { $0.strandedMemory }) { percent($0) }
        add("Fairness over namespaces, at the end", best: >, value: { $0.isVirtual ? nil : $0.fairness?.last }) {
            NumberText.fixed($0, decimals: 3)
        }
        for (name, value) in [("median", \RunRecord.Latency.p50), ("p99", \.p99), ("longest", \.max)] {
            add("Wait, \(name)", best: <, value: { $0.wait?[keyPath: value] }) {
                DurationLabel.text(milliseconds: $0)
            }
        }
        add("Decisions", value: { Double($0.decisions) }, text: grouped)
        add("Placements per second", best: >, value: { $0.placementsPerSecond }, text: grouped)
        add(
            "Time in the engine", best: <, value: { $0.placementSeconds * 1e6 }, text: DurationLabel.text(microseconds:)
        )
        add("Decision time, median", best: <, value: { $0.podLatency.p50 }, text: DurationLabel.text(microseconds:))
        add("Decision time, p99", best: <, value: { $0.podLatency.p99 }, text: DurationLabel.text(microseconds:))
        add("Round, median", best: <, value: { $0.told(\.roundLatency)?.p50 }, text: DurationLabel.text(microseconds:))
        add("Round, p99", best: <, value: { $0.told(\.roundLatency)?.p99 }, text: DurationLabel.text(microseconds:))
        add("Peak memory", value: { $0.peakMemoryMiB }) { NumberText.fixed($0, decimals: 1) + " MiB" }
        rows.append([.text("Decision hash")] + runs.map { .code($0.decisionHash) })
        return ReportTable(
            caption: runs.count > 1 ? "The best value of a row is marked. Equal hashes mean equal decisions." : "",
            columns: [("", false)] + labels.map { ($0, true) }, rows: rows, isWide: runs.count > 1)
    }

    /// Settings whose names are no words.
    private static let words = ["nodePolicy": "node policy", "devicePolicy": "device policy"]

    /// A row a setting, a column a run.
    func settings() -> ReportTable {
        var rows: [[ReportTable.Cell]] = []
        var names: [String] = []
        for setting in runs.flatMap(\.settings) where !names.contains(setting.name) { names.append(setting.name) }
        for name in names {
            rows.append(
                [.text(Self.words[name] ?? name)]
                    + runs.map { run in .text(run.settings.first { $0.name == name }?.value ?? "–") })
        }
        for (name, value) in [
            ("nodes", \RunRecord.nodes), ("devices", \.devices), ("running at the start", \.residents),
            ("request classes", \.requestClasses), ("rounds", \.rounds),
        ] {
            rows.append([.text(name)] + runs.map { .text(NumberText.grouped(Int($0[keyPath: value]))) })
        }
        return ReportTable(
            caption: "", columns: [("", false)] + labels.map { ($0, false) }, rows: rows, isWide: runs.count > 1)
    }

    // MARK: One run

    func vendors(_ run: RunRecord) -> ReportTable {
        let place = run.isVirtual ? run.busiestSample : run.at.count - 1
        var columns: [(title: String, isNumber: Bool)] = [("Vendor", false), ("Devices", true)]
        columns += run.isMilli ? [("In use", true)] : [("Slots", true), ("Memory", true), ("Cores", true)]
        return ReportTable(
            caption: run.isVirtual
                ? "In use at the sample with the most load running (\(run.momentName(at: place)))."
                : "In use at the end.",
            columns: columns,
            rows: run.vendors.map { vendor in
                let uses = run.isMilli ? [vendor.cores] : [vendor.slots, vendor.memoryMiB, vendor.cores]
                return [.text(vendor.name), .number(NumberText.grouped(Int(vendor.devices)))]
                    + uses.map { .share(place >= 0 ? $0.used[place] : 0, of: $0.total) }
            })
    }

    /// The namespaces that ask most.
    func namespaces(_ run: RunRecord) -> ReportTable? {
        guard run.hasNamespaces, let namespaces = run.series?.namespaces else { return nil }
        let shown = namespaces.sorted { ($1.askedMilli, $0.name) < ($0.askedMilli, $1.name) }.prefix(Self.namespacesMax)
        var columns: [(title: String, isNumber: Bool)] = [
            ("Namespace", false), ("Pods", true), ("Placed", true), ("Load asked", true), ("Load placed", true),
        ]
        if run.isVirtual { columns += [("Wait p50", true), ("Wait p99", true), ("Longest", true)] }
        let left = namespaces.count - shown.count
        return ReportTable(
            caption: "Load in devices."
                + (left > 0 ? " \(NumberText.counted(left, "more namespace")) in the JSON file." : ""),
            columns: columns,
            rows: shown.map { one in
                var row: [ReportTable.Cell] = [
                    .text(one.name), .number(NumberText.grouped(Int(one.pods))), .share(one.placed, of: one.pods),
                    .number(NumberText.fixed(Double(one.askedMilli) / 1000, decimals: 1)),
                    .share(one.placedMilli, of: one.askedMilli),
                ]
                if run.isVirtual {
                    row += [one.waitP50Ms, one.waitP99Ms, one.waitMaxMs].map {
                        .number($0.map { DurationLabel.text(milliseconds: $0) } ?? "–")
                    }
                }
                return row
            }, isWide: run.isVirtual)
    }

    private static let namespacesMax = 20
}

extension RunRecord {
    /// Durations of which there are enough for percentiles.
    func told(_ latency: KeyPath<RunRecord, Latency>) -> Latency? {
        self[keyPath: latency].count < LatencyPlots.countMin ? nil : self[keyPath: latency]
    }

    /// Running load in percent of the fleet's devices, where the run kept it.
    var running: [Double]? { series?.runningPercent.compactMap { $0 } }
    /// Nil where one namespace has all pods: there is nobody to be fair to.
    var fairness: [Double]? { hasNamespaces ? series?.fairness.compactMap { $0 } : nil }
    var hasNamespaces: Bool { (series?.namespaces.count ?? 0) > 1 }
    var fragmentedDevices: Double? {
        isMilli && !isVirtual ? (series?.fragmentedMilli.last ?? nil).map { $0 / 1000 } : nil
    }
    var strandedMemory: Double? { isMilli || isVirtual ? nil : series?.strandedMemoryPercent.last ?? nil }

    /// The last sample of a virtual clock stands alone, when all have left; it is no part of curves over time.
    var samplesShown: Int { isVirtual && at.count > 2 ? at.count - 1 : at.count }

    /// Samples are evenly spread, so their mean is the mean over time.
    var meanRunning: Double? {
        guard let shown = running?.prefix(samplesShown), !shown.isEmpty else { return nil }
        return shown.reduce(0, +) / Double(shown.count)
    }

    /// The first sample with the most load running.
    var busiestSample: Int {
        guard let running, let most = running.max() else { return at.count - 1 }
        return running.firstIndex(of: most) ?? at.count - 1
    }

    /// What a sample is called: after so many pods, or at that time.
    func momentName(at sample: Int) -> String {
        guard at.indices.contains(sample) else { return "" }
        return momentName(position: at[sample])
    }

    func momentName(position: Int64) -> String {
        isVirtual
            ? "at " + DurationLabel.text(milliseconds: Double(position))
            : "after \(NumberText.grouped(Int(position))) pods"
    }
}
