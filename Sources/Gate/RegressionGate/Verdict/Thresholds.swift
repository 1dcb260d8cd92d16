/// How much of a change counts, workload by workload, and what must hold of every new record.
public struct Thresholds: Sendable, Hashable {
    /// What is tolerated of one workload.
    public struct Tolerance: Sendable, Hashable {
        /// Share by which the time may grow, sessions taken in turn (0.05 = 5 %).
        public var time = 0.05
        /// The same where base and new were not recorded in turn: processes differ among themselves, moments too.
        public var timeApart = 0.30
        /// Share by which an exact count may grow.
        public var counts = 0.0
        /// Heap allocations by which an operation may grow: hash tables are seeded anew by every process, and what they
        /// allocate differs a little.
        public var heapAllocations = 0.05
        /// Percentage points that the quality may lose.
        public var quality = 0.0
        /// Whether the decisions may change.
        public var hashMayChange = false

        public init() {}
    }

    /// What a rule changes of the defaults; nil = nothing.
    public struct Rule: Sendable, Hashable {
        /// Name of a workload, with `*` for any text.
        public var match: String
        public var time: Double?
        public var timeApart: Double?
        public var counts: Double?
        public var heapAllocations: Double?
        public var quality: Double?
        public var hashMayChange: Bool?
        public var reason: String
    }

    /// What must hold of the new record, whatever the base says.
    public struct Limit: Sendable, Hashable {
        public enum Bound: Sendable, Hashable {
            /// So many times faster than another workload of the same record, an operation.
            case fasterThan(String, times: Double)
            /// A quality is at least so many percent.
            case quality(String, atLeast: Double)
            /// An exact count is at most so many an operation.
            case count(String, atMostPerOperation: Double)
        }

        /// Name of a workload, with `*` for any text.
        public var workload: String
        public var bound: Bound
        public var reason: String
    }

    /// Workloads whose times are judged together too: what all of them share is told from less noise than any one has.
    public struct Group: Sendable, Hashable {
        public var name: String
        /// Names of workloads, with `*` for any text.
        public var match: [String]
        /// Share by which the time may grow.
        public var time: Double
        public var reason: String
    }

    public var defaults = Tolerance()
    /// Later rules win.
    public var rules: [Rule] = []
    public var groups: [Group] = []
    public var limits: [Limit] = []

    public init() {}

    /// What is tolerated of a workload.
    public func tolerance(of workload: String) -> Tolerance {
        var tolerance = defaults
        for rule in rules where NamePattern.matches(rule.match, workload) {
            tolerance.time = rule.time ?? tolerance.time
            tolerance.timeApart = rule.timeApart ?? tolerance.timeApart
            tolerance.counts = rule.counts ?? tolerance.counts
            tolerance.heapAllocations = rule.heapAllocations ?? tolerance.heapAllocations
            tolerance.quality = rule.quality ?? tolerance.quality
            tolerance.hashMayChange = rule.hashMayChange ?? tolerance.hashMayChange
        }
        return tolerance
    }
}

/// Names with `*` for any text.
public enum NamePattern {
    /// - Complexity: O(pattern x name)
    public static func matches(_ pattern: String, _ name: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else { return pattern == name }
        guard name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
