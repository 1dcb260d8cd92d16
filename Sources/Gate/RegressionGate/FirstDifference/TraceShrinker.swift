import PlacementModel
import TraceModel

/// Makes a trace as small as it can be while two variants still decide differently, in the same kind of way.
///
/// ```
/// cut        the pods up to the first difference
/// project    the nodes that the two variants chose, the pods that went there, the pod that differs
/// minimise   delta debugging over pods, then nodes, until neither gives way
/// simplify   times, gangs, selectors, labels, devices, ... that nothing depends on
/// ```
///
/// Every step is a guess that is kept only if the variants, run on the smaller trace, still differ. Choices of the best node
/// look at each node by itself, which makes the projection nearly always right: thousands of pods are dropped by one check.
///
/// - Determinism: the same variants and trace give the same result.
public struct TraceShrinker {
    /// What came out.
    public struct Result: Sendable {
        public var located: LocatedDifference
        /// Times both variants were run.
        public var checks: Int
        /// False = the limit of checks was reached before nothing could be left out.
        public var isMinimal: Bool

        public var trace: Trace { located.trace }
    }

    private let decide: DecidePair
    private let isBacklog: Bool
    private let checksMax: Int
    private let progress: ((_ trace: Trace, _ checks: Int) -> Void)?
    private let kind: DecisionDifference.Kind
    private var best: Trace
    private var difference: DecisionDifference
    private var checks = 0

    /// - Parameters:
    ///   - located: the difference and the trace that shows it.
    ///   - isBacklog: as for ``LocatedDifference/find(in:isBacklog:_:)``.
    ///   - checksMax: after so many checks the best so far is returned.
    public init(
        _ located: LocatedDifference, isBacklog: Bool, checksMax: Int = 5000,
        progress: ((_ trace: Trace, _ checks: Int) -> Void)? = nil, decide: @escaping DecidePair
    ) {
        best = located.trace
        difference = located.difference
        kind = located.difference.kind
        self.isBacklog = isBacklog
        self.checksMax = checksMax
        self.progress = progress
        self.decide = decide
    }

    /// Shrinks until nothing gives way.
    ///
    /// - Throws: what `decide` throws at the end; a variant that fails on a smaller trace only makes that trace unfit.
    public mutating func run() throws -> Result {
        project()
        var size = -1
        while size != best.size {
            size = best.size
            // Nodes first while there are many: each of them costs both variants time.
            minimiseNodes()
            minimisePods()
            var simplification = TraceSimplification(best)
            while let candidate = simplification.next() {
                if accept(candidate) { simplification.keep(candidate) }
            }
            project()
        }
        guard let located = try LocatedDifference.find(in: best, isBacklog: isBacklog, decide) else {
            throw VariantError(
                variant: "both",
                problem: "the difference did not show again on the smallest trace: a variant does not "
                    + "repeat its decisions")
        }
        return Result(located: located, checks: checks, isMinimal: checks < checksMax)
    }

    /// Keeps the candidate if it still shows the difference.
    private mutating func accept(_ candidate: Trace) -> Bool {
        guard checks < checksMax else { return false }
        checks += 1
        progress?(best, checks)
        // A variant that ends with an error shows nothing; the next candidate may do.
        guard let pair = try? decide(candidate), pair.old.hash != pair.new.hash else { return false }
        let found = DecisionDifference(pair.old.rows, pair.new.rows)
        if isBacklog {
            guard (found?.kind ?? .amounts) == kind else { return false }
        }
        best = candidate
        if let found { difference = found }
        return true
    }

    /// Drops what came after the difference, and all but the nodes that mattered to it.
    private mutating func project() {
        if isBacklog {
            _ = accept(best.prefix(queued: difference.sequence + 1))
        }
        let chosen = [difference.old.node, difference.new.node].compactMap { $0 }
        let nodes = best.nodes.indices.filter { chosen.contains(best.nodes[$0].name) }
        guard !nodes.isEmpty, nodes.count < best.nodes.count, let pair = try? decide(best) else { return }
        var held: Set<String> = [difference.pod]
        for row in pair.old.rows + pair.new.rows {
            if let node = row.node, chosen.contains(node) { held.insert(row.pod) }
        }
        let pods = (0..<best.pods.count).filter { row in
            best.pods.placedOn[row] >= 0 || held.contains(best.pods.name(row))
        }
        _ = accept(best.keeping(pods: pods, nodes: nodes))
    }

    private mutating func minimiseNodes() {
        let trace = best
        _ = DeltaDebugging.minimise(Array(trace.nodes.indices)) { nodes in
            // A fleet without nodes decides nothing.
            !nodes.isEmpty && accept(trace.keeping(pods: 0..<trace.pods.count, nodes: nodes))
        }
    }

    private mutating func minimisePods() {
        let trace = best
        _ = DeltaDebugging.minimise(Array(0..<trace.pods.count)) { pods in
            !pods.isEmpty && accept(trace.keeping(pods: pods, nodes: trace.nodes.indices))
        }
    }
}

extension Trace {
    /// What the shrinker makes smaller.
    fileprivate var size: Int {
        nodes.reduce(pods.count) { sum, node in sum + 1 + node.groups.reduce(0) { $0 + $1.devices } }
    }
}
