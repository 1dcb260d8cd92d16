import BulkJSON
import PlacementEngine
import TraceReplay

extension ReplaySummary {
    /// The report as one JSON object, pretty-printed. Its keys are stable; docs and gates rely on them.
    ///
    /// - Units: latencies microseconds, waits milliseconds, memory MiB.
    public func json() -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.member("berth", BerthVersion.text)
        writer.member("trace", trace)
        writer.member("deviceModel", deviceModel.rawValue)
        writer.member("engine", engine)
        writer.member("policy", policy)
        writer.member("nodePolicy", nodePolicy)
        writer.member("devicePolicy", devicePolicy)
        writer.member("profile", profile)
        writer.key("seed")
        writer.uint(seed)
        writer.key("clock")
        switch clock {
        case .backlog: writer.string("backlog")
        case .virtual: writer.string("virtual")
        }
        if case .virtual(let intervalMs) = clock {
            writer.member("intervalMs", intervalMs)
            writer.member("virtualMs", virtualMs)
        }
        writer.member("nodes", Int64(nodes))
        writer.member("devices", Int64(devices))
        writer.member("residents", Int64(residents))
        writer.member("residentsNotPlaced", Int64(residentsNotPlaced))
        writer.member("requestClasses", Int64(requestClasses))
        writer.member("pods", Int64(pods))
        writer.member("placed", Int64(placed))
        writer.member("rejected", Int64(rejected))
        writer.counts("rejectedByReason", rejectedByReason)
        writer.counts("refusalsByReason", refusalsByReason)
        writer.member("decisionHash", decisionHash)
        writer.member("rounds", Int64(rounds))
        writer.member("decisions", Int64(decisions))
        writer.member("placementSeconds", placementSeconds)
        writer.member("placementsPerSecond", placementsPerSecond)
        writer.key("latency")
        writer.beginObject()
        writer.percentiles("pod", podLatency, podCurve)
        writer.percentiles("round", roundLatency, roundCurve)
        writer.endObject()
        if let waitMs, let waitCurve { writer.percentiles("waitMs", waitMs, waitCurve) }
        writer.member("heapAllocationsPerPlacement", heapAllocationsPerPlacement)
        writer.member("steadyHeapAllocationsPerPlacement", steadyHeapAllocationsPerPlacement)
        writer.key("work")
        writer.beginObject()
        writer.member("exactChecks", Int64(work.exactChecks))
        writer.member("nodesRescored", Int64(work.nodesRescored))
        writer.member("indexLevels", Int64(work.indexLevels))
        writer.member("cacheLines", Int64(work.cacheLines))
        writer.endObject()
        writer.member("heapBytes", Int64(heapBytes))
        writer.member("peakMemoryMiB", peakMemoryMiB)
        writer.key("memoryBytes")
        writer.beginObject()
        for use in memory { writer.member(use.structure, Int64(use.bytes)) }
        writer.endObject()
        writer.key("allocation")
        writer.allocation(allocation)
        if let ceiling { writer.ceiling(ceiling) }
        if let metrics { writer.metrics(metrics) }
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Members by falling count, names in byte order among equals.
    mutating func counts(_ key: String, _ counts: [String: Int]) {
        self.key(key)
        beginObject()
        for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            member(name, Int64(count))
        }
        endObject()
    }

    mutating func percentiles(_ key: String, _ summary: LatencySummary, _ curve: LatencyCurve) {
        self.key(key)
        beginObject()
        member("p50", summary.p50)
        member("p90", summary.p90)
        member("p99", summary.p99)
        member("p999", summary.p999)
        member("max", summary.max)
        member("count", Int64(summary.count))
        self.key("curve")
        beginObject()
        doubles("percent", curve.percent)
        doubles("value", curve.value)
        endObject()
        endObject()
    }

    mutating func numbers(_ key: String, _ numbers: [Int64]) {
        self.key(key)
        // On one line each: a report has fifty samples of everything.
        raw("[" + numbers.map(String.init).joined(separator: ",") + "]")
    }

    /// Numbers with four decimals at most; those that do not exist are null.
    mutating func doubles(_ key: String, _ numbers: [Double?]) {
        self.key(key)
        raw("[" + numbers.map { $0.map(Self.short) ?? "null" }.joined(separator: ",") + "]")
    }

    private static func short(_ number: Double) -> String {
        guard number.isFinite, number.magnitude < 1e11 else { return "null" }
        let rounded = (number * 1e4).rounded() / 1e4
        return rounded == rounded.rounded() ? String(Int64(rounded)) : "\(rounded)"
    }

    mutating func allocation(_ history: AllocationHistory) {
        beginObject()
        member("axis", history.axis.rawValue)
        numbers("at", history.at)
        key("vendors")
        beginArray()
        for vendor in history.vendors {
            beginObject()
            member("vendor", vendor.vendor)
            member("devices", Int64(vendor.devices))
            use("slots", vendor.totalSlots, vendor.usedSlots)
            use("memoryMiB", vendor.totalMemoryMiB, vendor.usedMemoryMiB)
            use("cores", vendor.totalCores, vendor.usedCores)
            endObject()
        }
        endArray()
        endObject()
    }

    fileprivate mutating func use(_ key: String, _ total: Int64, _ used: [Int64]) {
        self.key(key)
        beginObject()
        member("total", total)
        numbers("used", used)
        endObject()
    }
}
