import TraceModel
import VendorCatalog

/// Turns the openb GPU-sharing trace (node and pod lists as published) into a ``Trace``.
///
/// Devices have 1,000 milli each and no memory; a node holds at most 1,001 pods; times count from the first second of the
/// published trace. A pod stays from its scheduling to its deletion.
public struct OpenBImporter {
    /// The files of an import. `order` and `nodeRanks` come from the published simulator's runs: pods in the order offered,
    /// and nodes by the rank that decides ties.
    public struct Files: Sendable, Hashable {
        public var nodes: String
        public var pods: String
        public var order: String?
        public var nodeRanks: String?

        public init(nodes: String, pods: String, order: String? = nil, nodeRanks: String? = nil) {
            self.nodes = nodes
            self.pods = pods
            self.order = order
            self.nodeRanks = nodeRanks
        }

        /// The lists in a folder as published, with one of the pod lists.
        public init(folder: String, podsVariant: String, order: String? = nil, nodeRanks: String? = nil) {
            self.init(
                nodes: TraceFormat.path(folder, nodesName),
                pods: TraceFormat.path(folder, OpenBImporter.podsName(podsVariant)), order: order,
                nodeRanks: nodeRanks)
        }
    }

    private static let nodesName = "openb_node_list_gpu_node.csv"
    private static let podsMax: Int64 = 1001
    private static let secondsMax: Int64 = 1 << 40 / 1000

    let files: Files
    let vendor: any Vendor

    private static func podsName(_ variant: String) -> String { "openb_pod_list_\(variant).csv" }

    /// Names of the files that imports of some pod lists read.
    public static func files(podsVariants: [String]) -> [String] { [nodesName] + podsVariants.map(podsName) }

    /// Whether a folder holds the published lists.
    public static func isTrace(folder: String) -> Bool { TraceFiles.exists(TraceFormat.path(folder, nodesName)) }

    /// Reads the lists.
    ///
    /// - Throws: ``TraceError`` that names file, line and column.
    public static func read(_ files: Files, catalog: VendorCatalog) throws(TraceError) -> Trace {
        guard let id = catalog.id(ofWord: VendorCatalog.milliWord) else {
            throw TraceError(file: files.nodes, problem: "the catalogue has no device type for traces in thousandths")
        }
        let importer = OpenBImporter(files: files, vendor: catalog[id])
        let name = (files.pods.split(separator: "/").last.map(String.init) ?? files.pods)
            .replacing("openb_pod_list_", with: "openb-").replacing(".csv", with: "")
        var trace = Trace(
            metadata: TraceMetadata(
                name: name, description: "Production GPU-sharing cluster trace, 2023",
                origin: "github.com/alibaba/clusterdata, cluster-trace-gpu-v2023", licence: "as published there",
                deviceModel: .milli))
        trace.nodes = try importer.nodes()
        let models = Set(trace.nodes.flatMap { $0.groups.map(\.model) })
        (trace.pods, trace.targetPods) = try importer.pods(models)
        return trace
    }

    // MARK: - Nodes

    private func nodes() throws(TraceError) -> [TraceNode] {
        let bytes = try TraceFiles.read(files.nodes)
        let nodes = try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: files.nodes)
            let places = try reader.columns(["sn", "cpu_milli", "memory_mib", "gpu", "model"])
            var nodes: [TraceNode] = []
            var names: Set<String> = []
            while try reader.next() {
                let name = try reader.text(places[0])
                guard names.insert(name).inserted else { throw reader.error(places[0], "node \(name) stands twice") }
                var node = TraceNode(
                    name: name, cpuMilli: try reader.wholeDecimal(places[1], in: 0...TraceFormat.amountMax),
                    memoryMiB: try reader.wholeDecimal(places[2], in: 0...TraceFormat.amountMax), podsMax: Self.podsMax)
                let devices = try reader.wholeDecimal(places[3], in: 0...TraceFormat.devicesPerNodeMax, absent: 0)
                if devices > 0 {
                    if reader.isAbsent(places[4]) { throw reader.error(places[4], "is empty; the node has devices") }
                    node.groups = [
                        TraceDeviceGroup(
                            vendor: vendor.commonWord, model: try reader.text(places[4]), devices: Int(devices),
                            slots: 1000, memoryMiB: 1, cores: 1000, line: reader.line)
                    ]
                }
                nodes.append(node)
            }
            return nodes
        }
        guard let ranksFile = files.nodeRanks else { return nodes }
        return try ranked(nodes, file: ranksFile)
    }

    /// Nodes by rank, so that the first node is the one that wins ties.
    private func ranked(_ nodes: [TraceNode], file: String) throws(TraceError) -> [TraceNode] {
        let bytes = try TraceFiles.read(file)
        let ranks = try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file)
            let places = try reader.columns(["rank", "node"])
            var ranks: [String: Int64] = [:]
            while try reader.next() {
                ranks[try reader.text(places[1])] = try reader.integer(places[0], in: 0...TraceFormat.amountMax)
            }
            return ranks
        }
        for node in nodes where ranks[node.name] == nil {
            throw TraceError(file: file, problem: "has no rank for node \(node.name)")
        }
        return nodes.sorted { (ranks[$0.name] ?? 0, $0.name) < (ranks[$1.name] ?? 0, $1.name) }
    }

    // MARK: - Pods

    /// When a pod came and how long it stayed.
    private struct Times {
        var arrivalMs: Int64 = 0
        var durationMs: Int64 = -1
    }

    /// The pods offered, and the list they come from where an order is given.
    ///
    /// - Parameter models: of the devices of all nodes.
    private func pods(_ models: Set<String>) throws(TraceError) -> (TracePods, TracePods?) {
        var times: [String: Times] = [:]
        let listed = try readPods(files.pods, nameColumn: "name", models) { reader, name throws(TraceError) in
            let own = try self.times(reader)
            times[name] = own
            return own
        }
        guard let order = files.order else { return (listed, nil) }
        let offered = try readPods(order, nameColumn: "pod", models) { reader, name throws(TraceError) in
            let source = try reader.optionalColumn("source_pod").map { column throws(TraceError) in
                try reader.text(column)
            }
            return times[source ?? name] ?? Times()
        }
        return (offered, listed)
    }

    private func times(_ reader: borrowing CSVReader) throws(TraceError) -> Times {
        var seconds: [Int64] = []
        for name in ["creation_time", "scheduled_time", "deletion_time"] {
            guard let column = reader.optionalColumn(name) else { return Times() }
            seconds.append(try reader.wholeDecimal(column, in: 0...Self.secondsMax, absent: -1))
        }
        let (creation, scheduled, deletion) = (seconds[0], seconds[1], seconds[2])
        if creation < 0 { return Times() }
        let start = max(scheduled, creation)
        return Times(arrivalMs: creation * 1000, durationMs: deletion < 0 ? -1 : max(deletion - start, 0) * 1000)
    }

    private func readPods(
        _ file: String, nameColumn: String, _ models: Set<String>,
        times: (borrowing CSVReader, String) throws(TraceError) -> Times
    ) throws(TraceError) -> TracePods {
        let bytes = try TraceFiles.read(file)
        return try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file)
            let places = try reader.columns([nameColumn, "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"])
            // Lists of whole-device pods lack the column.
            let specColumn = reader.optionalColumn("gpu_spec")
            var pods = TracePods()
            while try reader.next() {
                let name = try reader.text(places[0])
                let devices = try reader.wholeDecimal(places[3], in: 0...TraceFormat.devicesPerNodeMax, absent: 0)
                let milli = min(try reader.wholeDecimal(places[4], in: -1...TraceFormat.amountMax, absent: 0), 1000)
                var annotations = ""
                if devices > 0, let specColumn, !reader.isAbsent(specColumn) {
                    let spec = try reader.text(specColumn)
                    // Alternatives stand between bars.
                    guard spec.split(separator: "|").contains(where: { models.contains(String($0)) }) else {
                        throw reader.error(specColumn, "no node has devices of the model \(spec)")
                    }
                    annotations = KeyValueList.text([(key: vendor.annotations.useType, value: spec)])
                }
                let shape = PodShape(
                    namespace: pods.texts.intern("default"),
                    cpuMilli: try reader.wholeDecimal(places[1], in: 0...TraceFormat.amountMax),
                    memoryMiB: try reader.wholeDecimal(places[2], in: 0...TraceFormat.amountMax),
                    limits: pods.texts.intern(vendor.milliLimits(devices: devices, milli: max(milli, 0))),
                    annotations: pods.texts.intern(annotations), nodeSelector: pods.texts.intern(""))
                let own = try times(reader, name)
                guard pods.append(name: name, arrivalMs: own.arrivalMs, durationMs: own.durationMs, shape: shape) else {
                    throw reader.error(places[0], "pod \(name) stands twice")
                }
            }
            return pods
        }
    }
}
