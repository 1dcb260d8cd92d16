import TraceModel
import TraceReplay

/// All decisions of one variant on a trace.
public struct VariantDecisions: Sendable, Hashable {
    /// Covers node, devices and amounts of every decision.
    public var hash: String
    /// By sequence number.
    public var rows: [DecisionRow]

    public init(hash: String, rows: [DecisionRow]) {
        self.hash = hash
        self.rows = rows
    }
}

/// Replays a trace under the old and the new variant.
public typealias DecidePair = (Trace) throws -> (old: VariantDecisions, new: VariantDecisions)

/// The first pod that two variants decide differently.
public struct DecisionDifference: Sendable, Hashable {
    /// What differs.
    public enum Kind: String, Sendable, Hashable {
        /// The old variant alone places the pod.
        case onlyOldPlaces
        case onlyNewPlaces
        case node
        /// The same node, other devices of it.
        case devices
        /// Node and devices are equal; memory, cores or the time of the placement are not.
        case amounts
    }

    /// Place of the pod among those offered, from 0.
    public var sequence: Int
    public var old: DecisionRow
    public var new: DecisionRow

    public var pod: String { old.pod }

    public var kind: Kind {
        switch (old.node, new.node) {
        case (nil, nil): .amounts
        case (_, nil): .onlyOldPlaces
        case (nil, _): .onlyNewPlaces
        case (let old?, let new?) where old != new: .node
        default: old.devices != new.devices ? .devices : .amounts
        }
    }

    public init(sequence: Int, old: DecisionRow, new: DecisionRow) {
        self.sequence = sequence
        self.old = old
        self.new = new
    }

    /// The first row that differs; nil = all are equal.
    public init?(_ old: [DecisionRow], _ new: [DecisionRow]) {
        for (sequence, rows) in zip(old, new).enumerated() where rows.0 != rows.1 {
            self.init(sequence: sequence, old: rows.0, new: rows.1)
            return
        }
        return nil
    }
}

/// A difference and the trace that shows it.
public struct LocatedDifference: Sendable {
    public var trace: Trace
    public var difference: DecisionDifference
    /// The old variant's decisions on the trace; both variants agree on those before the difference.
    public var rows: [DecisionRow]
}

extension LocatedDifference {
    /// Finds the first decision that differs.
    ///
    /// With the whole queue offered at the start, that is the first row that differs. When pods come and go, a pod may be
    /// decided in many rounds and the log tells the last of them alone; and where node and devices are equal, only the hash
    /// tells that amounts are not. Then the shortest queue is sought whose decisions differ: its last pod is the one.
    /// - Parameters:
    ///   - trace: its queued pods stand in the order they are offered.
    ///   - isBacklog: whether each pod is offered once, in the order of the rows.
    /// - Returns: nil when all decisions are equal. The trace found ends with the pod, if a trace cut so still shows it.
    /// - Complexity: O(1) replays; O(log pods) of short queues where the queue is searched.
    public static func find(in trace: Trace, isBacklog: Bool, _ decide: DecidePair) throws -> LocatedDifference? {
        let whole = try decide(trace)
        if whole.old.hash == whole.new.hash { return nil }
        if isBacklog, let difference = DecisionDifference(whole.old.rows, whole.new.rows) {
            let cut = trace.prefix(queued: difference.sequence + 1)
            let pair = try decide(cut)
            let found = DecisionDifference(pair.old.rows, pair.new.rows)
            return found == difference
                ? LocatedDifference(trace: cut, difference: difference, rows: pair.old.rows)
                : LocatedDifference(trace: trace, difference: difference, rows: whole.old.rows)
        }
        var equal = 0
        var differing = (queued: whole.old.rows.count, pair: whole, trace: trace)
        func test(_ queued: Int) throws {
            let cut = trace.prefix(queued: queued)
            let pair = try decide(cut)
            if pair.old.hash == pair.new.hash { equal = queued } else { differing = (queued, pair, cut) }
        }
        // The first row that differs is mostly the one; else the search goes on upward in doubling steps, because short
        // queues cost little.
        let total = differing.queued
        let hint = DecisionDifference(whole.old.rows, whole.new.rows)?.sequence ?? 0
        if hint + 1 < total { try test(hint + 1) }
        var step = 1
        while equal > 0 && differing.queued == total && equal + step < total {
            try test(equal + step)
            step *= 2
        }
        if equal == 0 && hint > 0 { try test(hint) }
        while differing.queued - equal > 1 { try test((equal + differing.queued) / 2) }
        let last = differing.queued - 1
        guard last >= 0, last < differing.pair.old.rows.count, last < differing.pair.new.rows.count else { return nil }
        return LocatedDifference(
            trace: differing.trace,
            difference: DecisionDifference(
                sequence: last, old: differing.pair.old.rows[last], new: differing.pair.new.rows[last]),
            rows: differing.pair.old.rows)
    }
}

extension Trace {
    /// Rows of the queued pods in file order.
    var queuedRows: [Int] { (0..<pods.count).filter { pods.placedOn[$0] < 0 } }

    /// The trace with the first of its queued pods only; resident pods stay. - Complexity: linear in pods and nodes.
    func prefix(queued count: Int) -> Trace {
        var queued = 0
        let rows = (0..<pods.count).filter { row in
            if pods.placedOn[row] >= 0 { return true }
            queued += 1
            return queued <= count
        }
        return keeping(pods: rows, nodes: nodes.indices)
    }
}
