import PlacementModel
import TraceModel
import VendorCatalog

/// An import under way: fleet, pods, and what could not become either. Sources fill it.
struct TraceImport {
    /// What is known of the nodes' CPU and memory; where it is not, pods ask for none, since nothing could bound it.
    struct NodeDefaults {
        /// Whether the data set's own list gives them node by node.
        var listsCPU = false
        var listsMemory = false
        var cpus: Int64?
        var memoryGiB: Int64?
    }

    /// As other public traces have it: more than any node ever runs.
    static let podsPerNodeMax: Int64 = 1001
    static let countMax = InputLimits.importedCount

    let source: any TraceSource
    let options: ImportOptions
    var devices: ImportedDevices
    private(set) var nodes: [TraceNode] = []
    /// Models of the fleet's devices, as the data set or the user names them.
    private(set) var models: Set<String> = []
    private(set) var countsCPU = false
    private(set) var countsMemory = false
    private var nodeNames: Set<String> = []
    private var workload = ImportedWorkload()
    private var dropped: [(reason: String, count: Int)] = []
    private var notes: [(text: String, count: Int)] = []
    private var badRows: [TraceError] = []

    init(_ source: any TraceSource, _ options: ImportOptions, catalog: VendorCatalog) throws(TraceError) {
        self.source = source
        self.options = options
        devices = try ImportedDevices(options, catalog: catalog, source: source.name)
    }

    // MARK: - Rows

    /// Reads a table row by row, with the places of the columns named. A bad row ends the import or is left out and told.
    mutating func forEachRow(
        of file: String, columns: [String], dialect: CSVDialect = CSVDialect(),
        _ body: (inout TraceImport, borrowing CSVReader, [Int]) throws(TraceError) -> Void
    ) throws(TraceError) {
        let bytes = try TraceFiles.read(file)
        try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file, dialect: dialect)
            let places = try reader.columns(columns)
            while true {
                do throws(TraceError) {
                    guard try reader.next() else { return }
                    try body(&self, reader, places)
                } catch {
                    guard reader.canGoOn else { throw error }
                    try leaveOut(error)
                }
            }
        }
    }

    /// Notes a bad row, where those may be left out.
    mutating func leaveOut(_ error: TraceError) throws(TraceError) {
        guard options.skipsBadRows else { throw error }
        badRows.append(error)
    }

    /// Notes a record that is no pod.
    mutating func drop(_ reason: String) {
        if let place = dropped.firstIndex(where: { $0.reason == reason }) {
            dropped[place].count += 1
        } else {
            dropped.append((reason, 1))
        }
    }

    /// Notes what was put right or could not be taken over of a record that is kept.
    mutating func note(_ text: String) {
        if let place = notes.firstIndex(where: { $0.text == text }) {
            notes[place].count += 1
        } else {
            notes.append((text, 1))
        }
    }

    // MARK: - Fleet

    /// Makes the nodes that the user described, and says what bounds the pods. Comes before everything else.
    ///
    /// - Returns: whether the data set's own fleet is to be read.
    mutating func makeDescribedFleet(_ defaults: NodeDefaults) throws(TraceError) -> Bool {
        let isDescribed = !options.fleet.isEmpty
        let cpus = options.nodeCPUs ?? defaults.cpus
        let memoryGiB = options.nodeMemoryGiB ?? defaults.memoryGiB
        countsCPU = cpus != nil || (defaults.listsCPU && !isDescribed)
        countsMemory = memoryGiB != nil || (defaults.listsMemory && !isDescribed)
        for description in options.fleet {
            try addNodes(
                description.nodes, model: description.model.split(separator: " ").joined(separator: "-"),
                devices: Int64(description.devicesPerNode), memoryMiB: description.memoryMiB, cpus: cpus,
                memoryGiB: memoryGiB)
        }
        for number in 0..<options.nodesWithoutDevices {
            try add(
                TraceNode(
                    name: "cpu-node-\(number)", cpuMilli: (cpus ?? 0) * 1000, memoryMiB: (memoryGiB ?? 0) * 1024,
                    podsMax: Self.podsPerNodeMax))
        }
        return !isDescribed
    }

    /// Adds equal nodes with names of their own.
    mutating func addNodes(
        _ count: Int, model: String, devices: Int64, memoryMiB: Int32?, cpus: Int64?, memoryGiB: Int64?,
        file: String = "",
        line: Int = 0
    ) throws(TraceError) {
        for _ in 0..<count {
            var node = TraceNode(
                name: "node-\(nodes.count)", cpuMilli: (cpus ?? 0) * 1000, memoryMiB: (memoryGiB ?? 0) * 1024,
                podsMax: Self.podsPerNodeMax)
            if devices > 0 {
                node.groups = [
                    try group(model: model, devices: devices, memoryMiB: memoryMiB, file: file, line: line)
                ]
            }
            try add(node)
        }
    }

    /// Adds a node of the data set's own list; CPU and memory that the user gave go before the list's.
    mutating func add(_ node: TraceNode, at column: Int? = nil, of reader: CSVReader? = nil) throws(TraceError) {
        var node = node
        if let cpus = options.nodeCPUs { node.cpuMilli = cpus * 1000 }
        if let memoryGiB = options.nodeMemoryGiB { node.memoryMiB = memoryGiB * 1024 }
        if !countsCPU { node.cpuMilli = 0 }
        if !countsMemory { node.memoryMiB = 0 }
        guard nodeNames.insert(node.name).inserted else {
            let problem = "node \(node.name) stands twice"
            guard let column, let reader else { throw TraceError(file: source.name, problem: problem) }
            throw reader.error(column, problem)
        }
        nodes.append(node)
    }

    /// Equal devices of a node of the data set's own list. - Parameter memoryMiB: of one device; nil = not published.
    mutating func group(
        model: String, devices: Int64, memoryMiB: Int32?, file: String, line: Int
    ) throws(TraceError) -> TraceDeviceGroup {
        models.insert(model)
        return try self.devices.group(model: model, devices: devices, memoryMiB: memoryMiB, file: file, line: line)
    }

    // MARK: - Pods

    /// Adds a task; what nodes are not known to bound is left out.
    ///
    /// - Returns: false when there is one of that name.
    mutating func add(_ task: ImportedTask, line: Int) -> Bool {
        var task = task
        if !countsCPU { task.cpuMilli = 0 }
        if !countsMemory { task.memoryMiB = 0 }
        return workload.add(task, line: line)
    }

    /// Adds the task of a row.
    ///
    /// - Throws: an error at the column of the name when there is one of that name.
    mutating func add(_ task: ImportedTask, at column: Int, of reader: borrowing CSVReader) throws(TraceError) {
        if !add(task, line: reader.line) { throw reader.error(column, "\(task.name) stands twice") }
    }

    // MARK: - The end

    /// - Parameter file: the file of the jobs, for messages.
    func finish(name: String? = nil, file: String, startsAtFirst: Bool) throws(TraceError) -> ImportedTrace {
        guard !nodes.isEmpty else {
            throw TraceError(
                file: source.name,
                problem: "the files name no machines; give the fleet with --nodes \"\(DescribedNodes.form)\"")
        }
        var trace = Trace(
            metadata: TraceMetadata(
                name: name ?? source.name, description: source.summary, origin: source.home, licence: source.licence,
                deviceModel: options.deviceModel))
        trace.nodes = nodes
        trace.pods = try workload.pods(file: file, startsAtFirst: startsAtFirst)
        return ImportedTrace(trace: trace, dropped: dropped, notes: notes, badRows: badRows)
    }
}
