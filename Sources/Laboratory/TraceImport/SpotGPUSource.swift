import PlacementModel
import TraceModel
import VendorCatalog

/// Alibaba's trace of high-priority and spot jobs, 2026: a node list and a job list.
///
/// A job is a gang of `worker_num` pods; CPUs and devices are those of each worker. Memory is not published.
struct SpotGPUSource: TraceSource {
    let name = "alibaba-spot-gpu-2026"
    let summary = "Alibaba, high-priority and spot jobs with gangs, 2026"
    let home = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-v2026-spot-gpu"
    let licence = "not stated; the project asks to cite the paper (ASPLOS 2026)"
    let files = [SourceFile("nodes", "node_info_df", isRequired: false), SourceFile("jobs", "job_info_df")]

    /// Memory of the models whose name tells it.
    private static let memoryGiB: [String: Int32] = [
        "A10": 24, "A100-SXM4-80GB": 80, "A800-SXM4-80GB": 80, "H800": 80,
    ]
    private static let secondsMax = TraceMs.range.upperBound / 1000

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        if try work.makeDescribedFleet(.init(listsCPU: true)), let nodes = files.optionalPath("nodes") {
            try readNodes(nodes, &work)
        }
        try readJobs(files.path("jobs"), &work)
        return try work.finish(file: files.path("jobs"), startsAtFirst: false)
    }

    private func readNodes(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let columns = ["node_name", "gpu_model", "gpu_capacity_num", "cpu_num"]
        try work.forEachRow(of: file, columns: columns) { work, row, places throws(TraceError) in
            var node = TraceNode(
                name: "node-" + (try row.name(places[0])),
                cpuMilli: try row.decimal(places[3], times: 1000, in: 0...TraceImport.countMax), memoryMiB: 0,
                podsMax: TraceImport.podsPerNodeMax)
            let devices = try row.wholeDecimal(places[2], in: 0...TraceFormat.devicesPerNodeMax)
            if devices > 0 {
                let model = try row.name(places[1])
                node.groups = [
                    try work.group(
                        model: model, devices: devices, memoryMiB: Self.memoryGiB[model].map { $0 * 1024 }, file: file,
                        line: row.line)
                ]
            }
            try work.add(node, at: places[0], of: row)
        }
    }

    private func readJobs(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let columns = [
            "job_name", "organization", "gpu_model", "cpu_request", "gpu_request", "worker_num", "submit_time",
            "duration", "job_type",
        ]
        try work.forEachRow(of: file, columns: columns) { work, row, places throws(TraceError) in
            var task = ImportedTask(name: "job-" + (try row.name(places[0])))
            task.namespace = "org-" + (try row.name(places[1]))
            task.cpuMilli = try row.decimal(places[3], times: 1000, in: 0...TraceImport.countMax)
            let milli = try row.decimal(places[4], times: 1000, in: 0...TraceFormat.devicesPerNodeMax)
            task.pods = try row.wholeDecimal(places[5], in: 1...TraceImport.countMax)
            task.arrivalMs = try row.decimal(places[6], times: 1000, in: 0...Self.secondsMax)
            task.durationMs = try row.decimal(places[7], times: 1000, in: 0...Self.secondsMax)
            task.priority = try row.word(places[8], among: ["HP", "Spot"]) == "Spot" ? -1 : 0
            if milli > 0 {
                let model = try row.name(places[2])
                guard work.models.contains(model) else {
                    throw row.error(places[2], "no node has devices of the model \(model)")
                }
                task.devices = work.devices.ask(milli: milli, model: model)
            }
            try work.add(task, at: places[0], of: row)
        }
    }
}
