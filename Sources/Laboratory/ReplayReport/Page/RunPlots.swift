/// The plots that show all runs over one axis: arrived load for backlogs, time for the virtual clock.
struct RunPlots {
    /// Runs with metrics of one kind of clock, with their labels.
    let runs: [(run: RunRecord, series: RunRecord.Series, label: String)]
    let isVirtual: Bool
    private let x: PlotScale
    private let xTitle: String
    private let msPerUnit: Double
    /// Told from the plots of the other clock by this.
    private var suffix: String { isVirtual ? "time" : "load" }

    /// Nil when no run of the kind kept metrics.
    init?(_ runs: [RunRecord], labels: [String], isVirtual: Bool) {
        self.isVirtual = isVirtual
        self.runs = zip(runs, labels).compactMap { run, label in
            run.isVirtual == isVirtual ? run.series.map { (run, $0, label) } : nil
        }
        if self.runs.isEmpty { return nil }
        if isVirtual {
            let last = self.runs.compactMap { $0.run.at.prefix($0.run.samplesShown).last }.max() ?? 1
            let time = PlotScale.time(highMs: Double(last))
            (x, msPerUnit) = (time.scale, time.msPerUnit)
            xTitle = "time (\(time.unit))"
        } else {
            let high = self.runs.compactMap { $0.series.arrivedPercent.last ?? nil }.max() ?? 100
            x = .linear(high: max(high, 1), count: 6, endsAtHigh: true)
            msPerUnit = 1
            xTitle = "arrived load (% of the fleet's devices)"
        }
    }

    private func position(_ one: (run: RunRecord, series: RunRecord.Series, label: String), _ place: Int) -> Double {
        isVirtual ? Double(one.run.at[place]) / msPerUnit : one.series.arrivedPercent[place] ?? 0
    }

    private func name(_ x: Double) -> String {
        isVirtual
            ? "at " + DurationLabel.text(milliseconds: x * msPerUnit)
            : "at \(NumberText.fixed(x, decimals: 1)) % arrived"
    }

    private func lines(
        _ values: (RunRecord.Series) -> [Double?], text: @escaping (Double) -> String
    ) -> [LinePlot.Series] {
        runs.map { one in
            let all = values(one.series)
            return LinePlot.Series(
                label: one.label, points: (0..<one.run.samplesShown).map { (position(one, $0), all[$0]) },
                style: nil, title: { "\(name($0)): \(text($1))" })
        }
    }

    private func plot(
        _ id: String, _ title: String, _ caption: String, yTitle: String, y: PlotScale, _ series: [LinePlot.Series]
    ) -> Plot {
        LinePlot(
            id: "\(id)-\(suffix)", title: title, caption: caption,
            frame: PlotFrame(x: x, y: y, xTitle: xTitle, yTitle: yTitle), series: series
        ).plot()
    }

    private static func percent(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) + " %" }

    private static func largest(_ series: [LinePlot.Series]) -> Double {
        series.flatMap { $0.points.compactMap(\.y) }.max() ?? 0
    }

    // MARK: Placement

    func allocation() -> Plot {
        var series = lines(\.runningPercent, text: Self.percent)
        let high = max(Self.largest(series), 10)
        // What would run if every pod found room; the same for all runs of a backlog.
        let wanted = lines(\.wantedPercent, text: Self.percent)
        let isCommon = wanted.allSatisfy { one in one.points.elementsEqual(wanted[0].points) { $0 == $1 } }
        if isCommon {
            series.append(
                LinePlot.Series(
                    label: isVirtual ? "wanted: running or waiting" : "if every pod were placed",
                    points: wanted[0].points, style: "ideal", title: nil))
        }
        return plot(
            "allocation", isVirtual ? "Allocation over time" : "Allocation against arrived load",
            "Load of the running pods in percent of the fleet's devices"
                + (isVirtual ? ", at each sample." : ", as pods arrive."),
            yTitle: "allocated (% of devices)", y: .linear(high: min(high * 1.02, 100)), series)
    }

    /// What backlogs leave out, where the allocations themselves lie too close together to read.
    func shortfall() -> Plot? {
        if isVirtual { return nil }
        let series = lines(
            { series in zip(series.wantedPercent, series.runningPercent).map { max(($0 ?? 0) - ($1 ?? 0), 0) } },
            text: Self.percent)
        return plot(
            "shortfall", "Load not placed", "Load of the pods refused so far in percent of the fleet's devices.",
            yTitle: "not placed (% of devices)", y: .linear(high: max(Self.largest(series), 0.1)), series)
    }

    func unplaced() -> Plot {
        let series = lines({ $0.unplacedPods.map(Double.init) }) { NumberText.grouped(Int($0)) + " pods" }
        return plot(
            "unplaced", isVirtual ? "Pods waiting" : "Pods refused",
            isVirtual ? "Pods in the queue after the round, at each sample." : "Pods refused so far.",
            yTitle: "pods",
            y: .linear(high: max(Self.largest(series), 1)) { value, _ in NumberText.grouped(Int(value)) },
            series)
    }

    // MARK: Quality

    /// Fragmentation of milli fleets, stranded capacity of the others.
    func fragmentation() -> [Plot] {
        var plots: [Plot] = []
        func add(_ id: String, _ title: String, _ caption: String, _ yTitle: String, _ series: [LinePlot.Series]) {
            if series.allSatisfy({ $0.points.allSatisfy { $0.y == nil } }) { return }
            plots.append(
                plot(id, title, caption, yTitle: yTitle, y: .linear(high: max(Self.largest(series), 1)), series))
        }
        if runs.contains(where: \.run.isMilli) {
            add(
                "fragmentation", "Fragmentation ratio",
                "Share of the idle device capacity that the typical pods could not use.", "fragmented (% of idle)",
                lines(\.fragmentationPercent, text: Self.percent))
            add(
                "fragmented", "Fragmented devices",
                "Idle device capacity that the typical pods could not use, in whole devices.", "devices",
                lines({ $0.fragmentedMilli.map { $0.map { $0 / 1000 } } }) {
                    NumberText.fixed($0, decimals: 1) + " devices"
                })
        }
        if runs.contains(where: { !$0.run.isMilli }) {
            add(
                "stranded-memory", "Stranded memory",
                "Share of the free device memory that the typical requests could not use.", "stranded (% of free)",
                lines(\.strandedMemoryPercent, text: Self.percent))
            add(
                "stranded-cores", "Stranded cores",
                "Share of the free device cores that the typical requests could not use.", "stranded (% of free)",
                lines(\.strandedCoresPercent, text: Self.percent))
        }
        return plots
    }

    func imbalance() -> Plot {
        // On a nearly empty fleet a few pods make any variation.
        let series = lines(
            { series in
                zip(series.imbalance, series.runningPercent).map { ($1 ?? 0) < 5 ? nil : $0.map { $0 * 100 } }
            }, text: Self.percent)
        return plot(
            "imbalance", "Imbalance between nodes",
            "Standard deviation of the nodes' utilisation in percent of its mean; 0 = all alike. From 5 % allocated on.",
            yTitle: "variation (% of mean)", y: .linear(high: max(Self.largest(series), 10)), series)
    }

    func fairness() -> Plot? {
        guard runs.contains(where: { $0.run.hasNamespaces }) else { return nil }
        let series = lines(\.fairness) { NumberText.fixed($0, decimals: 3) }
        let least = series.flatMap { $0.points.compactMap(\.y) }.min() ?? 0
        let low = least > 0.9 ? 0.9 : least > 0.5 ? 0.5 : 0
        return plot(
            "fairness", "Fairness over namespaces",
            "Jain's index over the share of its wanted load that each namespace has running; 1 = all alike.",
            yTitle: "Jain's index", y: .linear(low: low, high: 1), series)
    }

    // MARK: Waits

    func waits() -> Plot? {
        guard isVirtual else { return nil }
        func seconds(_ value: Double) -> String { DurationLabel.text(milliseconds: value) }
        var series: [LinePlot.Series] = []
        for (name, values, dashed) in [("p50", \RunRecord.Series.waitP50Ms, false), ("p99", \.waitP99Ms, true)] {
            for (place, one) in lines({ $0[keyPath: values] }, text: seconds).enumerated() {
                var line = one
                line.label = runs.count > 1 ? "\(one.label), \(name)" : name
                line.style = Plot.colour(runs.count > 1 ? place : dashed ? 1 : 0) + (dashed ? " dashed" : "")
                // A wait of nothing stands at the foot of the axis.
                line.points = line.points.map { ($0.x, $0.y.map { max($0, 1000) }) }
                series.append(line)
            }
        }
        let high = Self.largest(series)
        if high <= 0 { return nil }
        return plot(
            "waits", "Waits over time",
            "Time from arrival to placement of the pods placed since the sample before (logarithmic; a second or less "
                + "stands at the bottom).", yTitle: "wait",
            y: .logarithmic(low: 1000, high: high, steps: DurationLabel.waitSteps),
            series)
    }

    /// Reasons of one backlog run as its pods arrive.
    func reasons() -> Plot? {
        guard runs.count == 1, !isVirtual, let one = runs.first, !one.series.refusedByReason.isEmpty else { return nil }
        let ordered = one.series.refusedByReason.sorted {
            ($1.pods.last ?? 0, $0.reason) < ($0.pods.last ?? 0, $1.reason)
        }
        let series = ordered.prefix(6).map { reason, pods in
            LinePlot.Series(
                label: reason, points: pods.enumerated().map { (position(one, $0.offset), Double($0.element)) },
                style: nil, title: { "\(name($0)): \(NumberText.grouped(Int($1))) pods" })
        }
        return plot(
            "reasons", "Refused pods by reason",
            "Pods refused so far by the leading reason at the end of the run"
                + (ordered.count > 6 ? "; the six most frequent." : "."), yTitle: "pods",
            y: .linear(high: max(Self.largest(series), 1)) { value, _ in NumberText.grouped(Int(value)) }, series)
    }

    // MARK: Vendors

    /// One plot a run.
    func vendors() -> [Plot] {
        runs.enumerated().map { number, one in
            let positions = (0..<one.run.samplesShown).map { position(one, $0) }
            return VendorStrips(
                id: "vendors-\(suffix)-\(number + 1)",
                title: "Utilisation by vendor" + (runs.count > 1 ? ": \(one.label)" : ""),
                caption: "Memory or cores in use, whichever is fuller, in percent of the vendor's devices.",
                rows: one.run.vendors.map { vendor in
                    VendorStrips.Row(label: vendor.name, percents: positions.indices.map { vendor.percent(at: $0) })
                }, positions: positions, x: x, xTitle: xTitle, name: { name($0) }
            ).plot()
        }
    }
}

extension RunRecord.Vendor {
    /// Memory or cores in use, whichever is fuller; slots where the vendor counts neither.
    fileprivate func percent(at sample: Int) -> Double? {
        func percent(_ use: Use) -> Double? { use.total > 0 ? Double(use.used[sample]) * 100 / Double(use.total) : nil }
        let known = [memoryMiB, cores].compactMap(percent)
        return known.max() ?? percent(slots)
    }
}
