import KubernetesWire
import PlacementModel

/// Nodes, pods and quotas of a batch, each with the file it came from.
public struct PlacementInput: Sendable {
    public struct SourcedNode: Sendable {
        public var node: Node
        public var source: String

        public init(_ node: Node, source: String) {
            self.node = node
            self.source = source
        }
    }

    public struct SourcedPod: Sendable {
        public var pod: Pod
        public var source: String
        /// What the pod's spec has in common with others; nil when the pod was made or changed rather than read.
        public var template: PodTemplate?

        public init(_ pod: Pod, source: String, template: PodTemplate? = nil) {
            self.pod = pod
            self.source = source
            self.template = template
        }
    }

    public var nodes: [SourcedNode] = []
    public var pods: [SourcedPod] = []
    public var quotas: [ResourceQuota] = []
    /// For each of ``quotas``, the file it came from, as far as known.
    public var quotaSources: [String] = []
    /// Namespaces, volumes, claims, classes and the like.
    public var cluster = ClusterObjects()
    /// What could not be used, in reading order.
    public var problems: [InputProblem] = []
    /// Objects placement has no use for, by kind.
    public var ignoredKinds: [String: Int] = [:]

    public init(nodes: [SourcedNode] = [], pods: [SourcedPod] = []) {
        self.nodes = nodes
        self.pods = pods
    }

    /// Reads files in order, node files first; `-` is standard input.
    ///
    /// Any file may hold objects of any kind, and a file named twice is read once. One bad object costs no other one.
    /// - Throws: ``PlacementInputError`` when there are files but not one node (or pod) could be read from them.
    public init(nodeFiles: [String], podFiles: [String]) throws(PlacementInputError) {
        var reader = InputReader()
        var known = Set<String>()
        for path in nodeFiles + podFiles where known.insert(path).inserted {
            let (nodesBefore, podsBefore) = (reader.input.nodes.count, reader.input.pods.count)
            let quotasBefore = reader.input.quotas.count
            reader.read(file: path)
            let source = path == "-" ? InputReader.standardInput : path
            nodes += reader.input.nodes[nodesBefore...].map { SourcedNode($0, source: source) }
            quotaSources += reader.input.quotas[quotasBefore...].map { _ in source }
            pods += reader.input.pods[podsBefore...].map { SourcedPod($0.pod, source: source, template: $0.template) }
        }
        (quotas, problems) = (reader.input.quotas, reader.input.problems)
        ignoredKinds = reader.input.ignoredKinds
        cluster = reader.input.cluster
        if nodes.isEmpty { try refuse(nodeFiles, noun: "node") }
        if pods.isEmpty { try refuse(podFiles, noun: "pod") }
    }

    /// Reads bytes in memory; `source` names them in problems.
    public init(_ bytes: [UInt8], source: String, parallelism: Parallelism = .automatic) {
        var reader = InputReader(parallelism: parallelism)
        reader.read(bytes, source: source)
        nodes = reader.input.nodes.map { SourcedNode($0, source: source) }
        pods = reader.input.pods.map { SourcedPod($0.pod, source: source, template: $0.template) }
        (quotas, problems) = (reader.input.quotas, reader.input.problems)
        quotaSources = quotas.map { _ in source }
        ignoredKinds = reader.input.ignoredKinds
        cluster = reader.input.cluster
    }

    /// Empty files are a fleet (or a queue) of nothing; files with problems only are a mistake.
    private func refuse(_ files: [String], noun: String) throws(PlacementInputError) {
        let sources = Set(files.map { $0 == "-" ? InputReader.standardInput : $0 })
        if problems.contains(where: { sources.contains($0.source) }) {
            throw PlacementInputError(noun: noun, files: files, problems: problems)
        }
    }
}

/// Nothing of a kind could be read, so nothing can be placed.
public struct PlacementInputError: Error, Sendable, CustomStringConvertible {
    public var noun: String
    public var files: [String]
    public var problems: [InputProblem]

    public var description: String { "no \(noun) could be read from \(files.joined(separator: ", "))" }
}
