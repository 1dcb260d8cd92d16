import PlacementEngine
import PlacementModel

/// How a trace is replayed.
public struct ReplayOptions: Sendable {
    /// What decides when a pod is offered.
    public enum Clock: Sendable, Hashable {
        /// All pods are queued at the start, placed in rounds, each pod offered once.
        case backlog
        /// Pods come and go at the trace's times. A round runs every `intervalMs` in which a pod came or left; pods that
        /// do not fit stay queued, first come first.
        case virtual(intervalMs: Int64)
    }

    /// Where foresight knows from what pods to expect.
    public enum Statistics: String, Sendable, Hashable, CaseIterable {
        /// The pods that have come so far.
        case learned
        /// The whole list that FGD's typical pods come from.
        case trace
    }

    public var statistics = Statistics.learned
    public var engine = EngineChoice.indexed
    /// Threads an engine may use; decisions do not depend on it.
    public var threads = 1
    public var policy = PolicyChoice.hami
    public var defaults = SchedulingDefaults()
    public var profile = CompatibilityProfile.hami2_10_0
    public var clock = Clock.backlog
    /// Most pods the engine gets at a time.
    public var roundSize = RoundDriver.usualRoundSize
    /// Seed of everything random: the shuffle and the policies that draw.
    public var seed: UInt64 = 0
    /// Whether the backlog is put into random order first.
    public var shufflesBacklog = false
    /// Only the first pods of the trace.
    public var podLimit: Int?
    /// Whether every decision is timed, or whole rounds only; the clock then costs next to nothing.
    public var timesPods = true
    /// Samples of the allocation that a run aims at.
    public var samplesMax = 50
    /// Whether every pod's node and devices are kept for ``ReplaySummary/decisionLog``.
    public var keepsDecisions = false
    /// Whether allocation and fragmentation are kept pod by pod for ``ReplaySummary/fragmentation``; backlog clock only.
    public var keepsFragmentation = false
    /// Whether ``ReplaySummary/ceiling`` is found.
    public var findsCeiling = false
    /// Whether it is told why pods were rejected, which takes each rejected shape to every node once more.
    public var tellsReasons = true
    /// Whether ``ReplaySummary/metrics`` are sampled along with the allocation.
    public var keepsMetrics = false

    public init() {}
}
