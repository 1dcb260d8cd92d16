import MeasuredWork
import RegressionGate
import TextEscaping

/// A benchmark record for people.
enum RecordTable {
    static func text(_ record: BenchmarkRecord) -> String {
        var table = TextTable([
            ("workload", .left), ("operations", .right), ("time each", .right), ("in calibrations", .right),
            ("checks each", .right), ("allocations each", .right), ("quality", .right), ("hash", .left),
        ])
        for entry in record.workloads {
            func each(_ name: String) -> String {
                entry.counts[name].map { fixed(Double($0) / Double(max(entry.operations, 1)), 3) } ?? "-"
            }
            let times = entry.sessions.flatMap(\.nanoseconds).sorted()
            let relative = entry.sessions.flatMap(\.relative).sorted()
            table.add([
                entry.name, NumberText.grouped(entry.operations),
                times.isEmpty
                    ? "-"
                    : NumberText.duration(
                        microseconds: times[times.count / 2] / 1000 / Double(max(entry.operations, 1))),
                relative.isEmpty ? "-" : fixed(relative[relative.count / 2], 2), each("exactChecks"),
                each(WorkloadMeter.heapAllocations),
                (entry.quality["memoryAllocated"] ?? entry.quality["coresAllocated"]).map { fixed($0, 2) + " %" }
                    ?? "-",
                entry.hash,
            ])
        }
        let machine = record.machine
        return table.text() + """

            \(record.size) size, \(shown: record.toolchain.compiler) \(shown: record.toolchain.configuration), revision \
            \(shown: record.revision.shortText)
            \(shown: machine.processor), \(machine.processors) processors, \(machine.memoryMiB / 1024) GiB, \(shown: machine.system)

            """
    }

    private static func fixed(_ number: Double, _ decimals: Int) -> String {
        NumberText.fixed(number, decimals: decimals)
    }
}
