/// One replay as a report shows it: what `berth replay --output json` printed or `--report` saved.
///
/// - Units: latencies microseconds, waits milliseconds, memory MiB.
public struct RunRecord: Sendable {
    /// What the samples are taken along.
    public enum Axis: String, Sendable {
        case pods
        case milliseconds
    }

    /// Percentiles of durations, and the durations by percentile.
    public struct Latency: Sendable {
        public var count: Int64
        public var p50: Double
        public var p90: Double
        public var p99: Double
        public var p999: Double
        public var max: Double
        public var curvePercent: [Double]
        public var curveValue: [Double]
    }

    /// One vendor's totals and what was in use at each sample.
    public struct Vendor: Sendable {
        /// A column of a vendor's devices.
        public struct Use: Sendable {
            public var total: Int64
            public var used: [Int64]
        }

        public var name: String
        public var devices: Int64
        public var slots: Use
        public var memoryMiB: Use
        public var cores: Use
    }

    /// Measures at each sample, nil where there is none.
    public struct Series: Sendable {
        public var arrivedPods: [Int64]
        public var unplacedPods: [Int64]
        public var arrivedPercent: [Double?]
        public var wantedPercent: [Double?]
        public var runningPercent: [Double?]
        public var strandedMemoryPercent: [Double?]
        public var strandedCoresPercent: [Double?]
        public var fragmentationPercent: [Double?]
        public var fragmentedMilli: [Double?]
        public var imbalance: [Double?]
        public var fairness: [Double?]
        public var waitP50Ms: [Double?]
        public var waitP99Ms: [Double?]
        public var refusedByReason: [(reason: String, pods: [Int64])]
        public var namespaces: [Namespace]
        public var snapshots: [Snapshot]
    }

    public struct Namespace: Sendable {
        public var name: String
        public var pods: Int64
        public var placed: Int64
        public var askedMilli: Int64
        public var placedMilli: Int64
        public var waitP50Ms: Double?
        public var waitP99Ms: Double?
        public var waitMaxMs: Double?
    }

    /// How full the devices were at one moment.
    public struct Snapshot: Sendable {
        public struct Bin: Sendable {
            public var vendor: String
            public var firstNode: String
            public var nodes: Int64
            public var devicePercent: [Int64]
        }

        public var at: Int64
        public var bins: [Bin]
    }

    /// Settings in the order shown.
    public var settings: [(name: String, value: String)]
    public var trace: String
    public var isMilli: Bool
    public var isVirtual: Bool
    public var virtualMs: Int64?
    public var nodes: Int64
    public var devices: Int64
    public var residents: Int64
    public var requestClasses: Int64
    public var pods: Int64
    public var placed: Int64
    public var rejected: Int64
    public var rejectedByReason: [(reason: String, pods: Int64)]
    public var decisionHash: String
    public var decisions: Int64
    public var rounds: Int64
    public var placementSeconds: Double
    public var placementsPerSecond: Double
    public var podLatency: Latency
    public var roundLatency: Latency
    public var wait: Latency?
    public var peakMemoryMiB: Double
    public var axis: Axis
    /// Positions of the samples.
    public var at: [Int64]
    public var vendors: [Vendor]
    /// Nil in files of runs that kept no metrics.
    public var series: Series?
    /// Nil where none was asked for.
    public var ceiling: RunCeiling?
}
