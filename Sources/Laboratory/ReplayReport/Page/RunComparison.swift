import BulkJSON
import TraceModel

extension ReportFiles {
    /// One row a run: settings and totals.
    static func comparison(_ runs: [RunRecord]) -> [UInt8] {
        var writer = CSVWriter()
        writer.record(["run", "trace", "policy", "clock", "seed"] + totals(of: runs[0]).map(\.name))
        for (run, label) in zip(runs, RunLabels.labels(of: runs)) {
            writer.field(name: label)
            for name in ["trace", "policy", "clock", "seed"] {
                writer.field(name: run.settings.first { $0.name == name }?.value ?? "")
            }
            for total in totals(of: run) { writer.field(total.value.map { text($0) } ?? "") }
            writer.endRecord()
        }
        return writer.bytes
    }

    /// The same as JSON, with the file that each run was read from.
    static func comparisonJSON(_ runs: [RunRecord], _ files: [String]) -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginArray()
        for ((run, label), file) in zip(zip(runs, RunLabels.labels(of: runs)), files) {
            writer.beginObject()
            writer.member("run", label)
            writer.member("file", file)
            for setting in run.settings { writer.member(setting.name, setting.value) }
            writer.member("decisionHash", run.decisionHash)
            for total in totals(of: run) {
                if let value = total.value { writer.member(total.name, value) }
            }
            writer.endObject()
        }
        writer.endArray()
        writer.newline()
        return writer.bytes
    }

    private static func totals(of run: RunRecord) -> [(name: String, value: Double?)] {
        [
            ("pods", Double(run.pods)), ("placed", Double(run.placed)), ("rejected", Double(run.rejected)),
            ("allocatedPercent", run.isVirtual ? run.meanRunning : run.running?.last),
            ("fragmentedDevices", run.fragmentedDevices), ("strandedMemoryPercent", run.strandedMemory),
            ("waitP50Ms", run.wait?.p50), ("waitP99Ms", run.wait?.p99), ("waitMaxMs", run.wait?.max),
            ("placementsPerSecond", run.placementsPerSecond), ("podP50Microseconds", run.podLatency.p50),
            ("podP99Microseconds", run.podLatency.p99), ("roundP50Microseconds", run.roundLatency.p50),
            ("roundP99Microseconds", run.roundLatency.p99), ("peakMemoryMiB", run.peakMemoryMiB),
        ]
    }

    private static func text(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return rounded == rounded.rounded() ? String(Int64(rounded)) : "\(rounded)"
    }
}
