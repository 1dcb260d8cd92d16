import MeasuredWork

/// What one build did on one machine: the exact part holds on any machine, the times only beside their calibration.
public struct BenchmarkRecord: Sendable, Hashable {
    /// Where the times were taken.
    public struct Machine: Sendable, Hashable {
        public var system: String
        public var architecture: String
        public var processor: String
        public var processors: Int
        public var memoryMiB: Int64
    }

    /// What the binary was built with.
    public struct Toolchain: Sendable, Hashable {
        public var compiler: String
        /// `release` or `debug`.
        public var configuration: String
    }

    /// What was built.
    public struct Revision: Sendable, Hashable {
        /// Commit id; empty = unknown.
        public var commit: String
        /// Whether the tree had changes that are in no commit.
        public var isModified: Bool
        public var subject: String

        public init(commit: String, isModified: Bool, subject: String) {
            self.commit = commit
            self.isModified = isModified
            self.subject = subject
        }
    }

    /// Times of one process: sample by sample, each beside the calibration kernel's time around it.
    public struct Session: Sendable, Hashable {
        public var nanoseconds: [Double]
        public var calibrationNanoseconds: [Double]
        /// What a run takes where nothing disturbs it; see ``QuietTime``.
        public var quietNanoseconds: Double

        /// Times as multiples of what the machine needed for the calibration kernel at that moment.
        public var relative: [Double] { zip(nanoseconds, calibrationNanoseconds).map { $0 / $1 } }
    }

    /// What one workload did.
    public struct Entry: Sendable, Hashable {
        public var name: String
        public var operation: String
        public var operations: Int
        public var hash: String
        public var counts: [String: Int64]
        public var quality: [String: Double]
        public var sessions: [Session] = []

        /// The counts that repeat in every process; heap allocations depend a little on how hash tables are seeded.
        var exactCounts: [String: Int64] { counts.filter { $0.key != WorkloadMeter.heapAllocations } }

        public init(
            name: String, operation: String, operations: Int, hash: String, counts: [String: Int64] = [:],
            quality: [String: Double] = [:], sessions: [Session] = []
        ) {
            self.name = name
            self.operation = operation
            self.operations = operations
            self.hash = hash
            self.counts = counts
            self.quality = quality
            self.sessions = sessions
        }
    }

    public static let format = "berth-benchmark-record"
    public static let formatVersion: Int64 = 2

    public var size: String
    public var machine: Machine
    public var toolchain: Toolchain
    public var revision: Revision
    public var traces: [TraceFingerprint]
    public var workloads: [Entry]

    /// Adds the times of a later process of the same build.
    ///
    /// - Throws: ``GateError`` naming `file` when the exact parts differ: then it was not the same build or input.
    public mutating func add(_ later: BenchmarkRecord, file: String) throws(GateError) {
        func refuse(_ what: String) -> GateError {
            GateError(file: file, problem: "\(what) differs from what is recorded there; record into a new file")
        }
        if size != later.size { throw refuse("the size") }
        if machine != later.machine { throw refuse("the machine") }
        if toolchain != later.toolchain { throw refuse("the toolchain") }
        if revision != later.revision { throw refuse("the revision") }
        if traces != later.traces { throw refuse("a trace") }
        if workloads.map(\.name) != later.workloads.map(\.name) { throw refuse("the list of workloads") }
        for place in workloads.indices {
            let (old, new) = (workloads[place], later.workloads[place])
            if old.hash != new.hash { throw refuse("the hash of \(old.name)") }
            if old.exactCounts != new.exactCounts { throw refuse("an exact count of \(old.name)") }
            workloads[place].sessions += new.sessions
        }
    }

    /// The same record without times: what a repository keeps as its baseline.
    public var withoutTimes: BenchmarkRecord {
        var record = self
        for place in record.workloads.indices { record.workloads[place].sessions = [] }
        return record
    }
}
