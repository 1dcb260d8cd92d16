import TraceModel
import VendorCatalog

/// A published data set, or the output of a scheduler's accounting, that becomes a trace.
///
/// One file implements one source; ``TraceSources`` is the only other place that knows it. A source reads the columns
/// that are published, and names file, line and column of every value that cannot be one.
public protocol TraceSource: Sendable {
    /// Name on the command line.
    var name: String { get }
    /// What it is, in a few words.
    var summary: String { get }
    /// Where users get it.
    var home: String { get }
    var licence: String { get }
    /// The files it may be given, in the order in which their absence is told.
    var files: [SourceFile] { get }

    /// Reads the files.
    ///
    /// - Throws: ``TraceError`` that names file, line and column.
    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
}

/// A file of a source.
public struct SourceFile: Sendable, Hashable {
    /// Short name, for `ROLE=PATH`.
    public var role: String
    /// Names under which it is published, without folder; a path whose name contains one of them is taken for the file.
    public var names: [String]
    public var isRequired: Bool

    init(_ role: String, _ names: String..., isRequired: Bool = true) {
        self.role = role
        self.names = names
        self.isRequired = isRequired
    }
}

/// What a source made of its files.
public struct ImportedTrace: Sendable {
    public var trace: Trace
    /// Records that are no pods, by reason, in order of the reasons.
    public var dropped: [(reason: String, count: Int)] = []
    /// What was put right, or not taken over, in records that are kept, with how many it concerns.
    public var notes: [(text: String, count: Int)] = []
    /// Rows left out because they were bad, in file order; only with ``ImportOptions/skipsBadRows``.
    public var badRows: [TraceError] = []
}

/// What the user decides about an import.
public struct ImportOptions: Sendable, Hashable {
    /// The fleet, instead of the data set's own.
    public var fleet: [DescribedNodes] = []
    /// Nodes without devices, besides the others.
    public var nodesWithoutDevices = 0
    /// CPUs and memory of every node, where the data set does not give them.
    public var nodeCPUs: Int64?
    public var nodeMemoryGiB: Int64?
    /// Thousandths of devices, which every policy understands, or slots, memory and cores as HAMi has them.
    public var deviceModel = TraceMetadata.DeviceModel.milli
    /// Whether a bad row is left out and told, instead of ending the import.
    public var skipsBadRows = false
    /// Machine type of a packing trace; nil = the one on which most requests can run.
    public var machineType: String?
    /// Files of the published openb simulator: pods in the order offered, and nodes by rank.
    public var order: String?
    public var nodeRanks: String?

    public init() {}
}

/// The sources by name. A new one is one file in this folder and one line here.
public enum TraceSources {
    public static let all: [any TraceSource] = [
        OpenBSource(), SpotGPUSource(), DLRMSource(), PAISource(), PhillySource(), HeliosSource(), AcmeSource(),
        AzurePackingSource(), SlurmSource(),
    ]

    public static func named(_ name: String) -> (any TraceSource)? { all.first { $0.name == name } }
}
