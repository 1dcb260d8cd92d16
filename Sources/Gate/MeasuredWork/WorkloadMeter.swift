import HeapCounters
import TraceReplay

/// Runs a workload and measures it.
public struct WorkloadMeter {
    /// The name under which heap allocations stand among the exact counts.
    public static let heapAllocations = "heapAllocations"

    private let workload: any WorkloadRun
    private let clock: () -> UInt64

    /// - Parameter clock: nanoseconds. Processor time by default: workloads run on one thread and wait for nothing, and
    ///   what other programs do meanwhile is not theirs.
    public init(_ workload: any WorkloadRun, clock: @escaping () -> UInt64 = threadProcessorNanoseconds) {
        self.workload = workload
        self.clock = clock
    }

    /// What one run does, its heap allocations among the counts where the allocator counts them.
    public func outcome() throws -> WorkloadOutcome {
        try workload.reset()
        // A run that counts for itself must not be counted around: the private arena of the counters does not nest.
        workload.run()
        var outcome = workload.outcome
        if outcome.heapAllocations == nil {
            try workload.reset()
            let spent = HeapCounters.measureAllocations { workload.run() }
            outcome = workload.outcome
            outcome.heapAllocations = Int64(spent.allocations)
        }
        if HeapCounters.isAvailable { outcome.counts[Self.heapAllocations] = outcome.heapAllocations }
        return outcome
    }

    /// Nanoseconds of one run, part by part; see ``WorkloadRun/laps``.
    public func laps() throws -> [UInt64] {
        try workload.reset()
        let start = clock()
        workload.run()
        let end = clock()
        let laps = workload.laps
        return laps.isEmpty ? [end - start] : laps
    }
}

/// What a run takes where nothing disturbs it: of each of its parts, the least time over several runs.
///
/// A disturbance (another program on the processor, its lines in the caches) lasts a few milliseconds, a part some tens of
/// microseconds. So most parts are undisturbed in most runs, though hardly any run is undisturbed as a whole.
public struct QuietTime {
    private var least: [UInt64] = []

    public init() {}

    /// - Precondition: as many parts as the runs before. - Complexity: linear in the parts.
    public mutating func add(_ laps: [UInt64]) {
        precondition(least.isEmpty || least.count == laps.count, "every run has the same parts")
        if least.isEmpty { least = laps }
        for part in laps.indices { least[part] = min(least[part], laps[part]) }
    }

    /// Of the whole run; 0 before the first one.
    public var nanoseconds: UInt64 { least.reduce(0, +) }
}
