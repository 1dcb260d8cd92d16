import PlacementModel
import TraceModel
import VendorCatalog

/// Alibaba's trace of disaggregated recommendation models, 2025: one list of inference instances.
///
/// Instances that ran before the trace began come at its start; one without an end stays. The fleet is not published.
struct DLRMSource: TraceSource {
    let name = "alibaba-dlrm-2025"
    let summary = "Alibaba, disaggregated recommendation models, 2025"
    let home = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2025"
    let licence = "not stated; the project asks to cite the paper (NSDI 2025)"
    let files = [SourceFile("instances", "disaggregated_DLRM_trace")]

    private static let secondsMax = TraceMs.range.upperBound / 1000

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        _ = try work.makeDescribedFleet(.init())
        let file = files.path("instances")
        let columns = [
            "instance_sn", "role", "app_name", "cpu_request", "gpu_request", "memory_request", "creation_time",
            "scheduled_time", "deletion_time",
        ]
        try work.forEachRow(of: file, columns: columns) { work, row, places throws(TraceError) in
            var task = ImportedTask(name: try row.name(places[0]))
            // Both roles are served alike: what tells them apart is whether they ask for devices.
            _ = try row.word(places[1], among: ["CN", "HN"])
            task.namespace = try row.name(places[2])
            task.cpuMilli = try row.decimal(places[3], times: 1000, in: 0...TraceImport.countMax)
            let milli = try row.decimal(places[4], times: 1000, in: 0...TraceFormat.devicesPerNodeMax)
            task.memoryMiB = try row.decimal(places[5], times: 1024, in: 0...TraceImport.countMax)
            task.devices = work.devices.ask(milli: milli)
            try setTimes(of: &task, row, places[6], places[7], places[8])
            try work.add(task, at: places[0], of: row)
        }
        return try work.finish(file: file, startsAtFirst: false)
    }

    /// An instance stays from its scheduling to its deletion, or from the start of the trace.
    private func setTimes(
        of task: inout ImportedTask, _ row: borrowing CSVReader, _ creation: Int, _ scheduled: Int, _ deletion: Int
    ) throws(TraceError) {
        let seconds = 0...Self.secondsMax
        task.arrivalMs = try row.decimal(creation, times: 1000, in: seconds, absent: 0)
        var startMs = task.arrivalMs
        var startColumn = creation
        if !row.isAbsent(scheduled) {
            let scheduledMs = try row.decimal(scheduled, times: 1000, in: seconds)
            _ = try row.duration(fromMs: task.arrivalMs, creation, toMs: scheduledMs, scheduled)
            startMs = scheduledMs
            startColumn = scheduled
        }
        if row.isAbsent(deletion) { return }
        let endMs = try row.decimal(deletion, times: 1000, in: seconds)
        task.durationMs = try row.duration(fromMs: startMs, startColumn, toMs: endMs, deletion)
    }
}
