/// What a replay was like over its run, sampled; see docs/output.md for the definitions.
public struct ReplayMetrics: Sendable {
    /// The fleet and the queue at one position of the allocation history's axis.
    public struct Sample: Sendable {
        public var at: Int64
        /// Pods that have arrived so far.
        public var arrivedPods = 0
        /// Load, in percent of the fleet's devices: of all pods so far; of those that have not left; of those that run.
        public var arrivedPercent = 0.0
        public var wantedPercent = 0.0
        public var runningPercent = 0.0
        /// Pods that wait (virtual clock) or were refused (backlog).
        public var unplacedPods = 0
        /// Free memory and cores that typical requests cannot use, in percent of what is free; and as amounts.
        public var strandedMemoryPercent = 0.0
        public var strandedCoresPercent = 0.0
        public var strandedMemoryMiB = 0.0
        public var strandedCores = 0.0
        /// Fleets in thousandths: percent of the idle thousandths that is fragmented, and the amount.
        public var fragmentationPercent: Double?
        public var fragmentedMilli: Double?
        /// Coefficient of variation of node utilisation.
        public var imbalance = 0.0
        /// Jain's index over namespaces, nil when nobody wants anything.
        public var fairness: Double?
        /// Waits of the pods placed since the last sample; nil without any, or under the backlog clock.
        public var waits: Waits?
    }

    /// - Units: milliseconds.
    public struct Waits: Sendable, Hashable {
        public var placed: Int
        public var p50: Int64
        public var p90: Int64
        public var p99: Int64
        public var max: Int64

        /// Percentiles by nearest rank; nil for none. - Complexity: O(n log n)
        init?(_ waitsMs: [Int64]) {
            if waitsMs.isEmpty { return nil }
            let sorted = waitsMs.sorted()
            func value(_ percent: Int) -> Int64 { sorted[(sorted.count * percent + 99) / 100 - 1] }
            placed = sorted.count
            (p50, p90, p99, max) = (value(50), value(90), value(99), sorted[sorted.count - 1])
        }
    }

    /// One namespace over the whole run.
    public struct Namespace: Sendable, Hashable {
        public var name: String
        public var pods = 0
        public var placed = 0
        /// Load asked and placed, in thousandths of devices.
        public var askedMilli: Int64 = 0
        public var placedMilli: Int64 = 0
        public var waits: Waits?
    }

    public var samples: [Sample] = []
    /// By name.
    public var namespaces: [Namespace] = []
    public var snapshots: [FleetSnapshot] = []
    /// Refused pods so far at each sample, by leading reason; backlog clock only.
    public var refusedByReason: [String: [Int]] = [:]
}
