import TraceModel
import VendorCatalog

/// Shanghai AI Laboratory's Acme clusters Seren and Kalos, 2023: one job list a cluster.
///
/// A job is a gang of `node_num` pods with equal parts of its GPUs and CPUs; users become namespaces. The fleet is that of the
/// paper (NSDI 2024, table 1), unless another is described.
struct AcmeSource: TraceSource {
    let name = "acme-2023"
    let summary = "Shanghai AI Laboratory Acme (Seren, Kalos), language models, 2023"
    let home = "https://github.com/InternLM/AcmeTrace"
    let licence = "CC-BY-4.0"
    let files = [SourceFile("jobs", "trace_seren", "trace_kalos")]

    /// The column that only Kalos has.
    private static let memoryColumn = "mem_per_pod_GB"
    private static let model = "A100-SXM4-80GB"

    /// A cluster as the paper describes it.
    private struct Cluster {
        var name: String
        var nodes: Int
        var memoryGiB: Int64
        static let cpusPerNode: Int64 = 128
        static let devicesPerNode: Int64 = 8

        static let seren = Cluster(name: "seren", nodes: 286, memoryGiB: 1024)
        static let kalos = Cluster(name: "kalos", nodes: 302, memoryGiB: 2048)
    }

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        let file = files.path("jobs")
        let cluster = try cluster(of: file)
        // With a fleet of their own, users say what its nodes have.
        let defaults =
            options.fleet.isEmpty
            ? TraceImport.NodeDefaults(cpus: Cluster.cpusPerNode, memoryGiB: cluster.memoryGiB) : .init()
        if try work.makeDescribedFleet(defaults) {
            try work.addNodes(
                cluster.nodes, model: Self.model, devices: Cluster.devicesPerNode, memoryMiB: 81_920,
                cpus: Cluster.cpusPerNode, memoryGiB: cluster.memoryGiB)
        }
        try readJobs(file, &work)
        return try work.finish(name: "acme-" + cluster.name, file: file, startsAtFirst: true)
    }

    private func cluster(of file: String) throws(TraceError) -> Cluster {
        let bytes = try TraceFiles.read(file)
        return try bytes.reading { buffer throws(TraceError) in
            let reader = try CSVReader(buffer, file: file)
            return reader.optionalColumn(Self.memoryColumn) == nil ? Cluster.seren : Cluster.kalos
        }
    }

    private func readJobs(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let columns = [
            "job_id", "user", "gpu_num", "cpu_num", "node_num", "state", "submit_time", "start_time", "end_time",
        ]
        try work.forEachRow(of: file, columns: columns) { work, row, places throws(TraceError) in
            var task = ImportedTask(name: "job-" + (try row.name(places[0])), namespace: try row.name(places[1]))
            try task.setShare(row, devices: places[2], cpus: places[3], nodes: places[4], work)
            if let memory = row.optionalColumn(Self.memoryColumn) {
                task.memoryMiB = try row.decimal(memory, times: 1024, in: 0...TraceImport.countMax, absent: 0)
            }
            _ = try row.word(places[5], among: HeliosSource.states)
            guard try task.setTimes(row, submit: places[6], start: places[7], end: places[8], &work) else {
                return work.drop("jobs that never started")
            }
            try work.add(task, at: places[0], of: row)
        }
    }
}
