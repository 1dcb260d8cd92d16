import HeapCounters
import TraceReplay

/// Runs a workload and measures it.
public struct WorkloadMeter {
    /// The name under which heap allocations stand among the exact counts.
    public static let heapAllocations = "heapAllocations"

    private let workload: any WorkloadRun
    private let clock: () -> UInt64

    /// - Parameter clock: monotonic nanoseconds.
    public init(_ workload: any WorkloadRun, clock: @escaping () -> UInt64 = monotonicNanoseconds) {
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

    /// Nanoseconds of one run.
    public func nanoseconds() throws -> UInt64 {
        try workload.reset()
        let start = clock()
        workload.run()
        let end = clock()
        return workload.outcome.nanoseconds ?? (end - start)
    }
}
