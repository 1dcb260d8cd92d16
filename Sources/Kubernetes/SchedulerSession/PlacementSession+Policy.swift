import DecisionExplanations
import PlacementEngine
import PlacementModel
import PlacementPolicies

// Other policies than HAMi's: their engines, what they know of the queue, and those that decide pods in rounds.
extension PlacementSession {
    /// Why the policy cannot work on the fleet; nil = it can.
    public var policyProblem: PolicyError? { options.policy?.problem(with: cluster) }

    /// An engine over the fleet as it stands, for the queue.
    ///
    /// - Precondition: ``policyProblem`` is nil.
    public func makeEngine() -> any PlacementEngine {
        switch (options.engine, options.policy) {
        case (.indexed, nil): IndexedEngine(cluster: cluster)
        case (.reference, nil): ReferenceEngine(cluster: cluster)
        case (.indexed, let policy?): policy.makeIndexedEngine(cluster, policyContext)
        case (.reference, let policy?): policy.makeReferenceEngine(cluster, policyContext)
        }
    }

    /// The target workload is the queue: what its pods ask most often. A fleet from a cluster is never in thousandths.
    ///
    /// - Complexity: O(queue)
    func makePolicyContext() -> PolicyContext {
        var counts: [Int] = []
        for entry in queue {
            guard let id = queuedAsk(entry).requestClass?.id else { continue }
            if id >= counts.count { counts += Array(repeating: 0, count: id + 1 - counts.count) }
            counts[id] += 1
        }
        return PolicyContext(typicalPods: TypicalPods(counts: [:]), classCounts: counts, seed: options.seed)
    }

    /// Places the queue in rounds, for policies that decide a pod together with others.
    ///
    /// Why a pod is rejected is counted when all are decided: until then it waits, and may be offered again.
    func placeInRounds(_ body: (PodReport) -> Void) {
        let rounds = QueueRounds(self)
        driver.gate = rounds
        driver.observers = [rounds]
        defer {
            driver.gate = nil
            driver.observers = []
        }
        var next = 0
        driver.offerBacklog(
            nextRound: {
                let end = min(next + RoundDriver.usualRoundSize, queue.count)
                defer { next = end }
                return next..<end
            }, classID: rounds.classID)
        for sequence in queue.indices { body(rounds.report(sequence)) }
    }

    /// What a policy decides about a class on the fleet as it stands before the decision.
    ///
    /// - Parameter outcome: of the decision, for policies that draw: what was drawn is known afterwards only, and the pod is taken
    ///   off again to show the fleet before it.
    func policyExplanation(_ policy: PlacementPolicy, _ requestClass: RequestClass, _ outcome: Outcome)
        -> DecisionExplanation
    {
        let isDrawn = policy.drawsNode && outcome.isPlaced
        if isDrawn { cluster.remove(outcome.resident) }
        var scan = DecisionScan(requestClass, cluster: cluster)
        return scan.explanation(of: policy, policyContext, chosen: isDrawn ? Int(outcome.node) : nil)
    }
}

/// The queue while it is offered in rounds: each pod's report, and its turn where that matters.
private final class QueueRounds: RoundGate, RoundObserver {
    private let session: PlacementSession
    private var reports: [PodReport] = []
    /// By place in the queue; nil = the report has its verdict, or the pod's turn has not come.
    private var asked: [(ask: PodAsk, requestClass: RequestClass)?] = []
    /// Pods whose turn matters: what they ask.
    private var turns: [Int32: PlacementSession.QueuedAsk] = [:]

    init(_ session: PlacementSession) {
        self.session = session
        for (place, entry) in session.queue.enumerated() {
            var report = session.emptyReport(of: entry)
            let queued = session.queuedAsk(entry)
            if queued.requestClass != nil && session.hasTurn(entry, queued) {
                turns[Int32(place)] = queued
                asked.append(nil)
            } else {
                asked.append(session.turn(of: entry, into: &report))
            }
            reports.append(report)
        }
    }

    func classID(_ sequence: Int32) -> Int32 {
        let requestClass = asked[Int(sequence)]?.requestClass ?? turns[sequence]?.requestClass
        return requestClass.map { Int32($0.id) } ?? RoundDriver.cannotBeAsked
    }

    func concerns(_ sequence: Int32) -> Bool { turns[sequence] != nil }

    func admits(_ sequence: Int32) -> Bool {
        let place = Int(sequence)
        asked[place] = session.turn(of: session.queue[place], into: &reports[place])
        return asked[place] != nil
    }

    func classID(atTurnOf sequence: Int32, _ classID: Int32) -> Int32 { self.classID(sequence) }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        let place = Int(decision.sequence)
        guard decision.outcome.isPlaced, let ask = asked[place]?.ask else { return }
        reports[place].verdict = .placed(session.placement(decision.outcome, in: result, ask))
    }

    /// - Precondition: all pods have been offered.
    func report(_ place: Int) -> PodReport {
        var report = reports[place]
        if let (ask, requestClass) = asked[place], report.verdict == .invalid("") {
            report.verdict = .rejected(
                session.rejectionBeforeNodes(requestClass) ?? session.rejection(of: ask.pod, requestClass))
        }
        return report
    }
}
