import PlacementEngine
import TraceModel

/// What a replay found.
public struct ReplaySummary: Sendable {
    public var trace: String
    public var deviceModel: TraceMetadata.DeviceModel
    public var engine: String
    public var policy: String
    public var nodePolicy: String
    public var devicePolicy: String
    public var profile: String
    public var seed: UInt64
    public var clock: ReplayOptions.Clock
    /// Nodes and devices of the fleet.
    public var nodes = 0
    public var devices = 0
    /// Pods that held part of the fleet from the start, and those of them that did not fit there.
    public var residents = 0
    public var residentsNotPlaced = 0

    /// Pods offered; each is placed or rejected.
    public var pods = 0
    public var placed = 0
    public var rejected = 0
    /// Rejected pods by leading reason; adds up to ``rejected``.
    public var rejectedByReason: [String: Int] = [:]
    /// Refusals of rejected pods by single nodes, by reason word; a node may give several.
    public var refusalsByReason: [String: Int] = [:]
    /// Request classes among the pods offered.
    public var requestClasses = 0
    public var decisionHash = ""

    public var rounds = 0
    /// Decisions made; under the virtual clock a waiting pod is decided every round.
    public var decisions = 0
    /// Time inside the engine.
    public var placementSeconds = 0.0
    /// Milliseconds of the trace that passed under the virtual clock.
    public var virtualMs: Int64 = 0
    /// Decision time of a pod, microseconds.
    public var podLatency: LatencySummary
    /// Time of a round, microseconds.
    public var roundLatency: LatencySummary
    /// The same by percentile, and the waits; microseconds and milliseconds.
    public var podCurve: LatencyCurve
    public var roundCurve: LatencyCurve
    public var waitCurve: LatencyCurve?
    /// Waiting time of placed pods under the virtual clock, milliseconds.
    public var waitMs: LatencySummary?
    /// Exact counts of the engine's work.
    public var work = WorkCounters()
    public var heapAllocations: UInt64 = 0
    public var heapBytes: UInt64 = 0
    /// Heap allocations per placement over the second half of the rounds.
    public var steadyHeapAllocationsPerPlacement = 0.0
    public var peakMemoryMiB = 0.0
    /// What fleet and engine hold at the end, by structure.
    public var memory: [Fleet.MemoryUse] = []
    public var allocation: AllocationHistory
    public var decisionLog: DecisionLog?
    public var fragmentation: FragmentationSeries?
    /// What any placement could have allocated.
    public var ceiling: ReplayCeiling?
    public var metrics: ReplayMetrics?

    public var placementsPerSecond: Double { placementSeconds > 0 ? Double(placed) / placementSeconds : 0 }
    public var heapAllocationsPerPlacement: Double { placed > 0 ? Double(heapAllocations) / Double(placed) : 0 }
}
