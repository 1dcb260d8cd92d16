/// Two builds run in turn on one trace: A B, B A, A B, ... so that a machine that slows down or speeds up meets both alike.
public struct ABComparison: Sendable {
    /// A run of each, one right after the other.
    public struct Round: Sendable, Hashable {
        public var old: ReplayRecord
        public var new: ReplayRecord
    }

    public private(set) var rounds: [Round] = []
    public var confidence: Double

    public init(confidence: Double = 0.95) {
        self.confidence = confidence
    }

    /// Runs the two in turn. An odd number of rounds gets one more: the order A B B A is complete only in pairs of rounds.
    ///
    /// - Parameters:
    ///   - old: runs the old build once.
    ///   - progress: called after every round with the rounds done and in all.
    public mutating func run(
        rounds count: Int, old: () throws -> ReplayRecord, new: () throws -> ReplayRecord,
        progress: ((Int, Int) -> Void)? = nil
    ) rethrows {
        let count = max(count + count % 2, PairedRatio.pairsMin)
        // The first runs read files that are not in memory yet.
        _ = try old()
        _ = try new()
        for round in 0..<count {
            if round % 2 == 0 {
                let first = try old()
                rounds.append(Round(old: first, new: try new()))
            } else {
                let first = try new()
                rounds.append(Round(old: try old(), new: first))
            }
            progress?(round + 1, count)
        }
    }

    /// Time inside the engine, new : old; nil while there are no times.
    public var time: PairedRatio? {
        // A replay without a pod takes no time.
        let times = rounds.filter { $0.old.placementSeconds > 0 && $0.new.placementSeconds > 0 }
        if times.isEmpty { return nil }
        return PairedRatio(
            old: times.map(\.old.placementSeconds), new: times.map(\.new.placementSeconds), confidence: confidence)
    }

    /// Whether every run of both builds decided the same.
    public var decidesTheSame: Bool {
        Set(rounds.flatMap { [$0.old.decisionHash, $0.new.decisionHash] }).count <= 1
    }

    /// Decision hashes of a build, distinct ones in order of appearance; more than one = it does not repeat itself.
    public func hashes(_ side: KeyPath<Round, ReplayRecord>) -> [String] {
        rounds.reduce(into: []) { known, round in
            let hash = round[keyPath: side].decisionHash
            if !known.contains(hash) { known.append(hash) }
        }
    }

    /// An exact count of both builds.
    public struct CountPair: Sendable, Hashable {
        public var name: String
        /// Nil = the build does not report it, or its runs differ.
        public var old: Int64?
        public var new: Int64?
        /// Whether all runs of each build agree.
        public var isStable: Bool
    }

    /// The exact counts that either build reports.
    public var counts: [CountPair] {
        guard let first = rounds.first else { return [] }
        var names = first.old.counts.map(\.name)
        names += first.new.counts.map(\.name).filter { !names.contains($0) }
        return names.map { name in
            func values(_ side: KeyPath<Round, ReplayRecord>) -> Set<Int64?> {
                Set(rounds.map { round in round[keyPath: side].counts.first { $0.name == name }?.value })
            }
            let (old, new) = (values(\.old), values(\.new))
            return CountPair(
                name: name, old: old.count == 1 ? old.first ?? nil : nil, new: new.count == 1 ? new.first ?? nil : nil,
                isStable: old.count == 1 && new.count == 1)
        }
    }

    /// The median of the times of a build, seconds.
    public func medianSeconds(_ side: KeyPath<Round, ReplayRecord>) -> Double {
        let times = rounds.map { $0[keyPath: side].placementSeconds }.sorted()
        if times.isEmpty { return 0 }
        return times.count % 2 == 1 ? times[times.count / 2] : (times[times.count / 2 - 1] + times[times.count / 2]) / 2
    }
}
