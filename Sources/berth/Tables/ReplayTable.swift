import PlacementModel
import ReplayReport
import TraceReplay

/// The report of a replay as tables for people.
enum ReplayTable {
    static func text(_ summary: ReplaySummary) -> String {
        facts(summary) + rejections(summary) + "\n" + latencies(summary) + "\n" + allocation(summary)
            + (summary.ceiling.map { "\n" + CeilingTable.text($0) } ?? "")
    }

    private static func facts(_ summary: ReplaySummary) -> String {
        var table = TextTable([("", .left), ("", .left)])
        func number(_ value: Int) -> String { NumberText.grouped(value) }
        table.add(["trace", "\(summary.trace) (\(number(summary.nodes)) nodes, \(number(summary.devices)) devices)"])
        let policy = "\(summary.policy), node \(summary.nodePolicy), device \(summary.devicePolicy)"
        table.add(["engine", "\(summary.engine), policy \(policy), profile \(summary.profile)"])
        if case .virtual(let intervalMs) = summary.clock {
            table.add([
                "clock",
                "virtual, \(NumberText.duration(microseconds: Double(summary.virtualMs) * 1000)) in rounds every "
                    + NumberText.duration(microseconds: Double(intervalMs) * 1000),
            ])
        }
        if summary.residents > 0 {
            let missing = summary.residentsNotPlaced
            table.add(["running", number(summary.residents) + (missing > 0 ? ", \(number(missing)) did not fit" : "")])
        }
        table.add(["pods", "\(number(summary.pods)) in \(number(summary.requestClasses)) request classes"])
        table.add([
            "placed",
            "\(number(summary.placed)) (\(NumberText.percent(Int64(summary.placed), of: Int64(summary.pods))))",
        ])
        table.add(["rejected", number(summary.rejected)])
        table.add(["decision hash", summary.decisionHash])
        table.add([
            "throughput",
            "\(NumberText.fixed(summary.placementsPerSecond, decimals: 0)) placements/s over "
                + NumberText.duration(microseconds: summary.placementSeconds * 1e6),
        ])
        table.add([
            "heap", "\(NumberText.fixed(summary.heapAllocationsPerPlacement, decimals: 3)) allocations per placement",
        ])
        table.add(["peak memory", "\(NumberText.fixed(summary.peakMemoryMiB, decimals: 1)) MiB"])
        return table.text()
    }

    private static func rejections(_ summary: ReplaySummary) -> String {
        if summary.rejected == 0 { return "" }
        var table = TextTable([("rejected because", .left), ("pods", .right), ("share", .right)])
        for (reason, pods) in summary.rejectedByReason.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            table.add([
                reason, NumberText.grouped(pods), NumberText.percent(Int64(pods), of: Int64(summary.rejected)),
            ])
        }
        return "\n" + table.text()
    }

    private static func latencies(_ summary: ReplaySummary) -> String {
        var table = TextTable([
            ("time", .left), ("count", .right), ("p50", .right), ("p90", .right), ("p99", .right), ("p99.9", .right),
            ("max", .right),
        ])
        func add(_ name: String, _ latency: LatencySummary, scale: Double = 1) {
            table.add(
                [name, NumberText.grouped(Int(latency.count))]
                    + [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map {
                        NumberText.duration(microseconds: $0 * scale)
                    })
        }
        add("per pod", summary.podLatency)
        add("per round", summary.roundLatency)
        if let waitMs = summary.waitMs { add("waiting", waitMs, scale: 1000) }
        return table.text()
    }

    /// In use at the end and in the largest sample, by vendor.
    private static func allocation(_ summary: ReplaySummary) -> String {
        let showsPeaks = summary.clock != .backlog
        // Devices in thousandths have neither slots nor memory.
        let measures = summary.deviceModel == .milli ? ["cores"] : ["slots", "memory", "cores"]
        var columns: [(title: String, alignment: TextTable.Alignment)] = [("vendor", .left), ("devices", .right)]
        columns += measures.map { (showsPeaks ? $0 + " at end" : $0, .right) }
        if showsPeaks { columns += measures.map { ($0 + " max sample", .right) } }
        var table = TextTable(columns)
        for vendor in summary.allocation.vendors {
            let uses = [
                (vendor.usedSlots, vendor.totalSlots), (vendor.usedMemoryMiB, vendor.totalMemoryMiB),
                (vendor.usedCores, vendor.totalCores),
            ].suffix(measures.count)
            var cells = [vendor.vendor, NumberText.grouped(vendor.devices)]
            cells += uses.map { NumberText.percent($0.0.last ?? 0, of: $0.1) }
            if showsPeaks { cells += uses.map { NumberText.percent($0.0.max() ?? 0, of: $0.1) } }
            table.add(cells)
        }
        return table.text()
    }
}
