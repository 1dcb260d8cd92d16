import PlacementModel
import TraceModel
import VendorCatalog

/// Alibaba's trace of its platform for machine learning, 2020: tables of tasks, jobs, machines and tags.
///
/// The tables are published without header lines. A task is `inst_num` equal pods; all pods of a job are a gang. Tasks that
/// never started are dropped.
struct PAISource: TraceSource {
    let name = "alibaba-pai-2020"
    let summary = "Alibaba PAI, shared GPUs, training and inference, 2020"
    let home = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020"
    let licence = "CC-BY-4.0"
    let files = [
        SourceFile("tasks", "pai_task_table"), SourceFile("jobs", "pai_job_table", isRequired: false),
        SourceFile("machines", "pai_machine_spec", isRequired: false),
        SourceFile("tags", "pai_group_tag_table", isRequired: false),
    ]

    private static let statuses = ["Running", "Terminated", "Failed", "Waiting"]
    /// Memory of the models whose name tells it.
    private static let memoryGiB: [String: Int32] = ["T4": 16, "P100": 16, "V100": 16, "V100M32": 32]
    private static let secondsMax = TraceMs.range.upperBound / 1000
    private static let taskColumns = [
        "job_name", "task_name", "inst_num", "status", "start_time", "end_time", "plan_cpu", "plan_mem", "plan_gpu",
        "gpu_type",
    ]
    private static let jobColumns = ["job_name", "inst_id", "user", "status", "start_time", "end_time"]
    private static let machineColumns = ["machine", "gpu_type", "cap_cpu", "cap_mem", "cap_gpu"]
    private static let tagColumns = ["inst_id", "user", "gpu_type_spec", "group", "workload"]

    /// What the tables about whole jobs say of one.
    private struct Job {
        var user: String
        /// When it was submitted, 0 = not known.
        var startMs: Int64
        /// The model it insists on.
        var model = ""
    }

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        let isListed = try work.makeDescribedFleet(.init(listsCPU: true, listsMemory: true))
        if isListed, let machines = files.optionalPath("machines") { try readMachines(machines, &work) }
        var modelByInstance: [String: String] = [:]
        if let tags = files.optionalPath("tags") { try readTags(tags, &work, &modelByInstance) }
        var jobs: [String: Job] = [:]
        if let table = files.optionalPath("jobs") { try readJobs(table, &work, modelByInstance, &jobs) }
        try readTasks(files.path("tasks"), &work, jobs)
        return try work.finish(file: files.path("tasks"), startsAtFirst: true)
    }

    private func readMachines(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let columns = Self.machineColumns
        try work.forEachRow(of: file, columns: columns, dialect: CSVDialect(header: columns)) {
            work, row, places throws(TraceError) in
            var node = TraceNode(
                name: try row.name(places[0]),
                cpuMilli: try row.decimal(places[2], times: 1000, in: 0...TraceImport.countMax),
                memoryMiB: try row.decimal(places[3], times: 1024, in: 0...TraceImport.countMax),
                podsMax: TraceImport.podsPerNodeMax)
            let devices = try row.wholeDecimal(places[4], in: 0...TraceFormat.devicesPerNodeMax, absent: 0)
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

    /// Only jobs that insist on a model are kept.
    private func readTags(
        _ file: String, _ work: inout TraceImport, _ models: inout [String: String]
    ) throws(TraceError) {
        let columns = Self.tagColumns
        var found: [String: String] = [:]
        try work.forEachRow(of: file, columns: columns, dialect: CSVDialect(header: columns)) {
            work, row, places throws(TraceError) in
            let instance = try row.name(places[0])
            if !row.isAbsent(places[2]) { found[instance] = try model(of: row, places[2], work) }
        }
        models = found
    }

    private func readJobs(
        _ file: String, _ work: inout TraceImport, _ models: [String: String], _ jobs: inout [String: Job]
    ) throws(TraceError) {
        let columns = Self.jobColumns
        var found: [String: Job] = [:]
        try work.forEachRow(of: file, columns: columns, dialect: CSVDialect(header: columns)) {
            _, row, places throws(TraceError) in
            let name = try row.name(places[0])
            let start = try row.decimal(places[4], times: 1000, in: 0...Self.secondsMax, absent: 0)
            let job = Job(
                user: try row.name(places[2]), startMs: start, model: models[try row.text(places[1])] ?? "")
            _ = try row.word(places[3], among: Self.statuses)
            guard found.updateValue(job, forKey: name) == nil else {
                throw row.error(places[0], "job \(name) stands twice")
            }
        }
        jobs = found
    }

    private func readTasks(_ file: String, _ work: inout TraceImport, _ jobs: [String: Job]) throws(TraceError) {
        let columns = Self.taskColumns
        try work.forEachRow(of: file, columns: columns, dialect: CSVDialect(header: columns)) {
            work, row, places throws(TraceError) in
            let jobName = try row.name(places[0])
            let job = jobs[jobName]
            var task = ImportedTask(name: jobName + "/" + (try row.name(places[1])))
            task.gang = jobName
            task.namespace = job?.user ?? "default"
            task.pods = try row.wholeDecimal(places[2], in: 1...TraceImport.countMax, absent: 1)
            _ = try row.word(places[3], among: Self.statuses)
            let seconds = 0...Self.secondsMax
            let startMs = try row.decimal(places[4], times: 1000, in: seconds, absent: 0)
            let endMs = try row.decimal(places[5], times: 1000, in: seconds, absent: 0)
            if endMs > 0 { task.durationMs = try row.duration(fromMs: startMs, places[4], toMs: endMs, places[5]) }
            // Percent of a CPU and of a GPU.
            task.cpuMilli = try row.decimal(places[6], times: 10, in: 0...TraceImport.countMax, absent: 0)
            task.memoryMiB = try row.decimal(places[7], times: 1024, in: 0...TraceImport.countMax, absent: 0)
            let milli = try row.decimal(
                places[8], times: 10, in: 0...TraceFormat.devicesPerNodeMax * 100, absent: 0)
            if !row.isAbsent(places[9]) { _ = try model(of: row, places[9], work) }
            task.devices = work.devices.ask(milli: milli, model: job?.model ?? "")
            // Nought stands for a time that was not recorded.
            guard startMs > 0 else { return work.drop("tasks that never started") }
            task.arrivalMs = job.map { $0.startMs > 0 ? min($0.startMs, startMs) : startMs } ?? startMs
            try work.add(task, at: places[0], of: row)
        }
    }

    /// The model that a row names, checked against those published and those of the fleet.
    private func model(
        of row: borrowing CSVReader, _ column: Int, _ work: TraceImport
    ) throws(TraceError) -> String {
        let model = try row.text(column)
        guard Self.memoryGiB[model] != nil || model == "MISC" || model == "CPU" || work.models.contains(model) else {
            throw row.error(column, "the GPU type \(model) is unknown")
        }
        return model
    }
}
