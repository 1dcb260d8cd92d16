import TraceModel
import VendorCatalog

/// SenseTime's Helios clusters, 2020: Slurm jobs of one cluster and the GPUs of its virtual clusters a day.
///
/// A job is a gang of `node_num` pods with equal parts of its GPUs and CPUs. Nodes have eight GPUs of unpublished models; their
/// number is the largest daily total. Virtual clusters become namespaces and own no nodes.
struct HeliosSource: TraceSource {
    let name = "helios-2020"
    let summary = "SenseTime Helios (Venus, Earth, Saturn, Uranus), Slurm jobs, 2020"
    let home = "https://github.com/S-Lab-System-Group/HeliosData"
    let licence = "CC-BY-4.0"
    let files = [SourceFile("jobs", "cluster_log"), SourceFile("gpus", "cluster_gpu_number", isRequired: false)]

    static let states = ["COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "SUSPENDED"]
    private static let devicesPerNode: Int64 = 8

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        if try work.makeDescribedFleet(.init()), let gpus = files.optionalPath("gpus") { try readGPUs(gpus, &work) }
        try readJobs(files.path("jobs"), &work)
        return try work.finish(file: files.path("jobs"), startsAtFirst: true)
    }

    private func readGPUs(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        var days: Set<Int64> = []
        var most: Int64 = 0
        try work.forEachRow(of: file, columns: ["date", "total"]) { _, row, places throws(TraceError) in
            let date = try row.name(places[0])
            guard let day = TimestampText.milliseconds(date + " 00:00:00") else {
                throw row.error(places[0], "\"\(date)\" is no date such as 2020-06-09")
            }
            guard days.insert(day).inserted else { throw row.error(places[0], "\(date) stands twice") }
            most = max(most, try row.wholeDecimal(places[1], in: 0...TraceImport.countMax))
        }
        let (full, rest) = most.quotientAndRemainder(dividingBy: Self.devicesPerNode)
        for (count, devices) in [(full, Self.devicesPerNode), (rest > 0 ? 1 : 0, rest)] {
            try work.addNodes(
                Int(count), model: "GPU", devices: devices, memoryMiB: nil, cpus: work.options.nodeCPUs,
                memoryGiB: work.options.nodeMemoryGiB, file: file)
        }
    }

    private func readJobs(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let columns = [
            "job_id", "vc", "gpu_num", "cpu_num", "node_num", "state", "submit_time", "start_time", "end_time",
        ]
        try work.forEachRow(of: file, columns: columns) { work, row, places throws(TraceError) in
            var task = ImportedTask(name: "job-" + (try row.name(places[0])), namespace: try row.name(places[1]))
            try task.setShare(row, devices: places[2], cpus: places[3], nodes: places[4], work)
            _ = try row.word(places[5], among: Self.states)
            guard try task.setTimes(row, submit: places[6], start: places[7], end: places[8], &work) else {
                return work.drop("jobs that never started")
            }
            try work.add(task, at: places[0], of: row)
        }
    }
}
