import ArgumentParser
import FileSystem
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth trace import`: published traces in Berth's format.
struct TraceImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn a published trace into Berth's format.",
        discussion: """
            docs/traces.md says what each source is made of, and traces/fetch-public.sh
            where to get it. A file is known by its published name, or as ROLE=FILE; a
            folder is searched for the published names. A bad row ends the import, with
            its file, line and column, unless --skip-bad-rows is given.

            Examples:
              berth trace import --list
              berth trace import --from philly-2017 trace-data --output philly
              berth trace import --from openb openb_node_list_gpu_node.csv \\
                openb_pod_list_default.csv --output openb-default
              berth trace import --from slurm jobs=sacct.txt --output mine \\
                --nodes "16x(8x NVIDIA V100 32G)" --node-cpus 96 --node-memory-gib 768
              kubectl get nodes,pods -A -o json > snapshot.json
              berth trace import --from kubernetes snapshot.json --output my-cluster
            """)

    @Flag(help: "Print the sources: files, licence, where to get them.")
    var list = false

    @Option(
        help: ArgumentHelp(
            "What the files are: kubernetes (objects as kubectl prints them), or a source that --list names.",
            valueName: "source"))
    var from: String?

    @Argument(help: ArgumentHelp("Files of the source, or folders that hold them.", valueName: "file"))
    var files: [String] = []

    @Option(help: "Folder to write.")
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The fleet, instead of the source's own, in parts joined by commas.",
            valueName: DescribedNodes.form))
    var nodes: String?

    @Option(help: ArgumentHelp("Nodes without devices, besides the others.", valueName: "count"))
    var cpuNodes = 0

    @Option(help: ArgumentHelp("CPUs of each node, whatever the source says.", valueName: "count"))
    var nodeCpus: Int64?

    @Option(help: ArgumentHelp("Memory of each node, whatever the source says.", valueName: "GiB"))
    var nodeMemoryGib: Int64?

    @Option(help: "milli: thousandths of devices. hami: slots, memory and cores.")
    var deviceModel = TraceMetadata.DeviceModel.milli

    @Flag(help: "Leave bad rows out and tell how many, with the first ten, on standard error.")
    var skipBadRows = false

    @Option(help: ArgumentHelp("azure-packing-2020: the machine type of the fleet.", valueName: "machineId"))
    var machineType: String?

    @Option(
        help: ArgumentHelp("openb: pods in the order offered (seq,pod,source_pod,cpu_milli,...).", valueName: "file"))
    var order: String?

    @Option(help: ArgumentHelp("openb: the nodes' ranks (rank,node); the lowest wins ties.", valueName: "file"))
    var nodeRanks: String?

    /// A live cluster, which is no published data set.
    private static let snapshot = "kubernetes"
    /// Most bad rows that are told one by one.
    private static let badRowsTold = 10

    func validate() throws {
        if list { return }
        guard let from else { throw ValidationError("Say with --from what the files are; --list names the sources.") }
        guard from == Self.snapshot || TraceSources.named(from) != nil else {
            let known = ([Self.snapshot] + TraceSources.all.map(\.name)).joined(separator: ", ")
            throw ValidationError("--from: \"\(from)\" is unknown; known are \(known).")
        }
        if files.isEmpty { throw ValidationError("Give the files of \(from).") }
        if output == nil { throw ValidationError("Give the folder to write with --output.") }
        for (name, value) in [
            ("--cpu-nodes", Int64(cpuNodes)), ("--node-cpus", nodeCpus), ("--node-memory-gib", nodeMemoryGib),
        ] {
            if let value, !(0...1_000_000).contains(value) {
                throw ValidationError("\(name) is from 0 to 1,000,000, not \(value).")
            }
        }
        for (name, value, source) in [
            ("--machine-type", machineType, "azure-packing-2020"), ("--order", order, "openb"),
            ("--node-ranks", nodeRanks, "openb"),
        ] where value != nil && from != source {
            throw ValidationError("\(name) is for \(source) alone.")
        }
        _ = try fleet()
    }

    func run() throws {
        if list { return try StandardOutput.write(TraceSourceTable.text) }
        guard let from, let output else { return }
        try OutputPaths.check(
            inputs: files + [order, nodeRanks], outputs: OutputPaths.files(Trace.fileNames, in: output, for: "--output")
        )
        let catalog = try VendorCatalog.forTraces()
        if from == Self.snapshot {
            let trace = try reportingErrors {
                let trace = try KubernetesImporter.readTelling(files, catalog: catalog)
                try trace.write(folder: output)
                return trace
            }
            return try StandardOutput.write(TraceTable.text(trace, catalog: catalog))
        }
        guard let source = TraceSources.named(from) else { return }
        var options = ImportOptions()
        options.fleet = try fleet()
        options.nodesWithoutDevices = cpuNodes
        options.nodeCPUs = nodeCpus
        options.nodeMemoryGiB = nodeMemoryGib
        options.deviceModel = deviceModel
        options.skipsBadRows = skipBadRows
        options.machineType = machineType
        options.order = order
        options.nodeRanks = nodeRanks
        let imported = try reportingErrors {
            let imported = try source.read(SourceFiles(files, of: source), options: options, catalog: catalog)
            try imported.trace.write(folder: output)
            return imported
        }
        Warnings.tell(imported.badRows.prefix(Self.badRowsTold))
        try StandardOutput.write(TraceTable.text(imported.trace, catalog: catalog))
        var left = imported.dropped
        if !imported.badRows.isEmpty { left.append(("bad rows", imported.badRows.count)) }
        for (title, rows) in [("left out", left), ("noted", imported.notes.map { ($0.text, $0.count) })] {
            if rows.isEmpty { continue }
            var table = TextTable([(title, .left), ("", .right)])
            for (reason, count) in rows { table.add([reason, NumberText.grouped(count)]) }
            try StandardOutput.write("\n" + table.text())
        }
    }

    private func fleet() throws -> [DescribedNodes] {
        guard let nodes else { return [] }
        do { return try DescribedNodes.parse(nodes) } catch { throw ValidationError("--nodes: \(error)") }
    }
}

extension TraceMetadata.DeviceModel: CaselessArgument {}

/// The sources as a table for people.
enum TraceSourceTable {
    static var text: String {
        var table = TextTable([("source", .left), ("", .left), ("", .left)])
        for source in TraceSources.all {
            table.add([source.name, "what", source.summary])
            for file in source.files {
                let names = file.names.joined(separator: " or ")
                table.add(["", "file", "\(file.role): \(names)\(file.isRequired ? "" : " (optional)")"])
            }
            table.add(["", "from", source.home])
            table.add(["", "licence", source.licence])
        }
        return table.text()
    }
}
