import PlacementEngine
import TraceModel
import TraceReplay
import VendorCatalog

/// A replay as a workload: placements, whole rounds, and the virtual clock.
public final class ReplayWorkload: WorkloadRun {
    /// What of a replay is timed.
    public enum Span: Sendable {
        /// Inside the engine only.
        case engine
        /// From the first round to the report, the reasons of rejections included.
        case everything
    }

    private let trace: Trace
    private let options: ReplayOptions
    private let catalog: VendorCatalog
    private let span: Span
    private var replay: Replay
    private var summary: ReplaySummary?
    public private(set) var laps: [UInt64] = []
    /// Of the first run, which alone looks for it: it takes longer than the placements.
    private var ceilingPercent: Double?

    public init(_ trace: Trace, _ options: ReplayOptions, catalog: VendorCatalog, span: Span = .engine) throws {
        self.trace = trace
        var options = options
        options.timesPods = false
        options.tellsReasons = span == .everything
        self.options = options
        self.catalog = catalog
        self.span = span
        // With one kind of device there is one ceiling; a fleet of many vendors has many, and some fleets have none.
        options.findsCeiling = trace.metadata.deviceModel == .milli
        replay =
            try (try? Replay(trace, options: options, catalog: catalog))
            ?? Replay(trace, options: self.options, catalog: catalog)
    }

    public func reset() throws {
        // A replay that has not run yet is still fresh.
        if summary == nil { return }
        replay = try Replay(trace, options: options, catalog: catalog)
        summary = nil
    }

    public func run() {
        // The replay reads the clock before and after every round and at no other time.
        var readings: [UInt64] = []
        readings.reserveCapacity(trace.pods.count)
        let start = threadProcessorNanoseconds()
        let summary = replay.run {
            readings.append(threadProcessorNanoseconds())
            return readings[readings.count - 1]
        }
        self.summary = summary
        if span == .everything { readings = [start] + readings + [threadProcessorNanoseconds()] }
        laps = stride(from: 1, to: readings.count, by: span == .engine ? 2 : 1).map { readings[$0] - readings[$0 - 1] }
        if let entry = summary.ceiling?.entries.first, let ceiling = entry.ceiling, ceiling > 0 {
            ceilingPercent = Double(entry.allocated) * 100 / Double(ceiling)
        }
    }

    public var outcome: WorkloadOutcome {
        guard let summary else { return WorkloadOutcome(operations: 0, hash: "") }
        var outcome = WorkloadOutcome(operations: summary.pods, hash: summary.decisionHash)
        outcome.counts = [
            "exactChecks": Int64(summary.work.exactChecks), "nodesRescored": Int64(summary.work.nodesRescored),
            "indexLevels": Int64(summary.work.indexLevels), "cacheLines": Int64(summary.work.cacheLines),
            "decisions": Int64(summary.decisions),
        ]
        outcome.heapAllocations = Int64(summary.heapAllocations)
        outcome.quality = summary.quality
        outcome.quality["ceilingReached"] = ceilingPercent
        return outcome
    }
}

extension ReplaySummary {
    /// How full the fleet is at the end (on the virtual clock on average) and how many pods found a place, percent.
    var quality: [String: Double] {
        var quality: [String: Double] = [:]
        if pods > 0 { quality["podsPlaced"] = Double(placed) * 100 / Double(pods) }
        var isVirtual = false
        if case .virtual = clock { isVirtual = true }
        func add(
            _ name: String, _ used: (AllocationHistory.VendorUse) -> [Int64],
            _ total: (AllocationHistory.VendorUse) -> Int64
        ) {
            let whole = allocation.vendors.reduce(0) { $0 + total($1) }
            let samples = isVirtual ? allocation.at.count : 1
            if whole == 0 || samples == 0 { return }
            let sum = allocation.vendors.reduce(0) { $0 + used($1).suffix(samples).reduce(0, +) }
            quality[name] = Double(sum) * 100 / (Double(whole) * Double(samples))
        }
        // In a fleet of thousandths only the cores say something: a thousandth of a device is one of its cores.
        add("coresAllocated", { $0.usedCores }, { $0.totalCores })
        if deviceModel == .hami {
            add("memoryAllocated", { $0.usedMemoryMiB }, { $0.totalMemoryMiB })
            add("slotsAllocated", { $0.usedSlots }, { $0.totalSlots })
        }
        return quality
    }
}
