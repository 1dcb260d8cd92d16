import BulkJSON
import FileSystem
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

    /// One object for all who hold the pod: queues of a hundred thousand are copied and walked through.
    public final class SourcedPod: Sendable {
        public let pod: Pod
        public let source: String
        /// What the pod's spec has in common with others; nil when the pod was made or changed rather than read.
        public let template: PodTemplate?

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
    /// Images of the pods' containers, where the reader was asked to collect them.
    public var images: Set<String> = []
    /// What could not be used, in reading order.
    public var problems: [InputProblem] = []
    /// Objects placement has no use for, by kind.
    public var ignoredKinds: [String: Int] = [:]
    /// Pods made from the templates of workloads, by workload, in reading order.
    public var expanded: [(workload: String, pods: Int)] = []

    public init(nodes: [SourcedNode] = [], pods: [SourcedPod] = []) {
        self.nodes = nodes
        self.pods = pods
    }

    /// Reads files in order, node files first; `-` is standard input, a folder stands for the files in it.
    ///
    /// Any file may hold objects of any kind, and a file named twice is read once. One bad object costs no other one.
    /// - Parameter collectsImages: whether ``images`` are wanted; the pods' whole manifests are kept while they are read.
    /// - Throws: ``PlacementInputError`` when there are files but not one node (or pod) could be read from them, and no empty
    ///   list says that there is none.
    public init(
        nodeFiles: [String], podFiles: [String], collectsImages: Bool = false
    ) throws(PlacementInputError) {
        var reader = InputReader(keepsManifests: collectsImages)
        let nodeFiles = nodeFiles.flatMap { Self.files(at: $0, &problems) }
        let podFiles = podFiles.flatMap { Self.files(at: $0, &problems) }
        if nodeFiles.isEmpty && podFiles.isEmpty && !problems.isEmpty {
            throw PlacementInputError(noun: "node", files: problems.map(\.source), problems: problems)
        }
        var known = Set<String>()
        var contents: [String: FileContents] = [:]
        for path in nodeFiles + podFiles where known.insert(path).inserted {
            let (nodesBefore, podsBefore) = (reader.input.nodes.count, reader.input.pods.count)
            let quotasBefore = reader.input.quotas.count
            let before = reader.input
            reader.read(file: path)
            contents[path] = FileContents(of: reader.input, after: before)
            let source = path == "-" ? InputReader.standardInput : path
            nodes += reader.input.nodes[nodesBefore...].map { SourcedNode($0, source: source) }
            quotaSources += reader.input.quotas[quotasBefore...].map { _ in source }
            pods += reader.input.pods[podsBefore...].map { SourcedPod($0.pod, source: source, template: $0.template) }
        }
        quotas = reader.input.quotas
        problems += reader.input.problems
        ignoredKinds = reader.input.ignoredKinds
        cluster = reader.input.cluster
        expanded = reader.input.expanded
        applyCreationDefaults()
        for pod in reader.input.pods where pod.manifest != nil {
            for container in pod.manifest?["spec"]?["containers"]?.array ?? [] {
                if let image = container["image"]?.string { images.insert(image) }
            }
        }
        if nodes.isEmpty { try refuse(nodeFiles, noun: "node", contents) }
        if pods.isEmpty { try refuse(podFiles, noun: "pod", contents) }
    }

    /// A path, or the files in the folder that it names; one that cannot be listed is a problem.
    private static func files(at path: String, _ problems: inout [InputProblem]) -> [String] {
        guard path != "-", FileReading.kind(of: path) == .folder else { return [path] }
        do throws(FileError) {
            let files = try FileReading.files(inFolder: path)
            if files.isEmpty { problems.append(InputProblem(source: path, message: "is a folder without a file")) }
            return files
        } catch {
            problems.append(InputProblem(source: path, message: error.problem))
            return []
        }
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
        expanded = reader.input.expanded
        applyCreationDefaults()
    }

    /// Fills in what the API server takes from other objects when it creates a pod.
    private mutating func applyCreationDefaults() {
        var defaults = CreationDefaults(cluster)
        for place in pods.indices { pods[place] = defaults.applied(to: pods[place]) }
    }

    /// An empty list is a fleet (or a queue) of nothing; a file with problems only, or with nothing of the kind, is a mistake.
    private func refuse(
        _ files: [String], noun: String, _ contents: [String: FileContents]
    ) throws(PlacementInputError) {
        let sources = Set(files.map { $0 == "-" ? InputReader.standardInput : $0 })
        if problems.contains(where: { sources.contains($0.source) }) {
            throw PlacementInputError(noun: noun, files: files, problems: problems)
        }
        if files.isEmpty || files.contains(where: { contents[$0]?.hasOpenList ?? false }) { return }
        let reasons = files.map { path in
            InputProblem(
                source: path == "-" ? InputReader.standardInput : path,
                message: contents[path]?.reason(noun: noun) ?? "holds no \(noun)")
        }
        throw PlacementInputError(noun: noun, files: files, problems: reasons)
    }

    /// What one file held, as far as it is told when it held nothing of a kind.
    private struct FileContents {
        var objects: Int
        /// Whether a list was there that held nothing at all.
        var hasOpenList: Bool
        var answers: [String]
        var kinds: [String]

        init(of input: DecodedInput, after before: DecodedInput) {
            objects = input.objectCount - before.objectCount
            hasOpenList = input.listCount > before.listCount && objects == 0
            answers = Array(input.answers[before.answers.count...])
            var counts = input.ignoredKinds
            for (kind, count) in before.ignoredKinds { counts[kind, default: 0] -= count }
            counts["Node"] = input.nodes.count - before.nodes.count
            counts["Pod"] = input.pods.count - before.pods.count
            counts["ResourceQuota"] = input.quotas.count - before.quotas.count
            let known = counts.values.reduce(0, +)
            if objects > known { counts["other objects"] = objects - known }
            kinds = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        }

        func reason(noun: String) -> String {
            if let answer = answers.first { return "holds the API server's answer, no \(noun): \(answer)" }
            if noun == "node", kinds == ["\(objects) Pod"] {
                return
                    "holds no node, which is wanted; it has \(kinds[0]). This makes a snapshot: \(SnapshotCommand.text)"
            }
            if objects == 0 { return "is empty; expected a \(noun) or a list of them" }
            return "holds no \(noun), which is wanted; it has " + kinds.joined(separator: ", ")
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
