/// How large the fleets and queues of the workloads are.
public enum WorkloadSize: String, Sendable, Hashable, CaseIterable {
    /// Seconds in all, unoptimised too: that everything still runs, and counts the same twice.
    case smoke
    /// What is measured.
    case full

    func pick<Value>(smoke: Value, full: Value) -> Value { self == .smoke ? smoke : full }
}

/// Something whose speed and exact work are followed from revision to revision.
///
/// The one definition that the benchmarks, `berth bench record` and the smoke test share.
public struct Workload: Sendable {
    /// Parts separated by `/`, from the kind to the particular: `place/shared-index/binpack/large`.
    public let name: String
    public let summary: String
    /// What is counted as one operation, in the singular.
    public let operation: String
    let prepare: @Sendable (WorkloadSize, TraceShelf) throws -> any WorkloadRun

    public init(
        _ name: String, _ summary: String, operation: String,
        prepare: @escaping @Sendable (WorkloadSize, TraceShelf) throws -> any WorkloadRun
    ) {
        self.name = name
        self.summary = summary
        self.operation = operation
        self.prepare = prepare
    }

    /// Makes ready to run; traces come from `shelf`, made once for all workloads.
    ///
    /// - Throws: a trace's or a generator's error.
    public func makeRun(_ size: WorkloadSize, _ shelf: TraceShelf) throws -> any WorkloadRun {
        try prepare(size, shelf)
    }
}

/// A workload that is ready to run, again and again.
public protocol WorkloadRun: AnyObject {
    /// Puts the state back to where every run starts; not measured.
    func reset() throws
    /// The measured work.
    func run()
    /// What the last run did: the same for every run of the same build.
    var outcome: WorkloadOutcome { get }
    /// Nanoseconds of the parts of the last run, in order; every run of a build has the same parts. A run that does
    /// everything several times tells the least time of each part. Empty = the run is one part, timed around `run()`.
    var laps: [UInt64] { get }
}

extension WorkloadRun {
    public var laps: [UInt64] { [] }
}

/// What a run did, apart from the time it took.
public struct WorkloadOutcome: Sendable, Hashable {
    /// Operations asked for.
    public var operations: Int
    /// Exact counts of work; less is better.
    public var counts: [String: Int64] = [:]
    /// How well pods were packed, percent; more is better.
    public var quality: [String: Double] = [:]
    /// Hash of every decision or result, in order; 16 hexadecimal digits.
    public var hash: String
    /// Heap allocations that the run counted itself; nil = they are counted around `run()`.
    public var heapAllocations: Int64?

    public init(operations: Int, hash: String) {
        self.operations = operations
        self.hash = hash
    }
}
