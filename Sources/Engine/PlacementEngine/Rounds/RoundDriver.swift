/// What became of one pod that was offered.
public struct RoundDecision: Sendable, Hashable, BitwiseCopyable {
    /// The pod's number in the queue, as the caller counts.
    public var sequence: Int32
    /// ``RoundDriver/cannotBeAsked`` where no engine was asked.
    public var classID: Int32
    public var outcome: Outcome
    /// False when the pod had been rejected before and was offered again.
    public var isNew: Bool
}

/// Somebody who sees what a ``RoundDriver`` does: a sampler, a log, a meter of fragmentation.
public protocol RoundObserver: AnyObject {
    /// The engine is about to get these pods, those among them that can be asked for.
    func willOffer(_ sequences: [Int32])
    /// A pod was decided; its devices are in the result until the next round. Pods come in the order offered.
    func didDecide(_ decision: RoundDecision, in result: RoundResult)
    /// All pods of a round were told.
    func didEndRound()
}

extension RoundObserver {
    public func willOffer(_ sequences: [Int32]) {}
    public func didEndRound() {}
}

/// Somebody who measures the engine and nothing else: time, memory.
public protocol RoundMeter: AnyObject {
    /// Monotonic nanoseconds for the time of each decision, nil = whole rounds are measured.
    var podClock: (() -> UInt64)? { get }
    /// Calls `place`, which hands `pods` pods to the engine.
    func measure(pods: Int, isRound: Bool, _ place: () -> Void)
    /// The pods measured last have these outcomes and latencies.
    func didPlace(_ result: RoundResult)
    func didEndRound()
}

/// Somebody who has a word about single pods just before their turn: who gives up what they held, or is refused for a limit that
/// pods placed before have used up.
public protocol RoundGate: AnyObject {
    /// Whether the pod is to be asked about; the same whenever it is asked.
    func concerns(_ sequence: Int32) -> Bool
    /// The pod's turn has come. - Returns: whether the engine is asked; else the pod is rejected for good
    func admits(_ sequence: Int32) -> Bool
    /// The class to ask for an admitted pod in place of its own, as the fleet stands.
    func classID(atTurnOf sequence: Int32, _ classID: Int32) -> Int32
}

extension RoundGate {
    public func classID(atTurnOf sequence: Int32, _ classID: Int32) -> Int32 { classID }
}

/// Hands pods to an engine: the one loop that replays, sweeps, gaps, what-if questions, explanations, `place` and benchmarks use.
///
/// ```
///  pods ---> can be asked? --no--> rejected
///                 | yes
///            engine.place --> outcome --> observers, in the order offered
///                                |
///                             rejected and the engine looks ahead: the pod waits, and comes back with a later round
/// ```
///
/// The driver knows request classes and sequence numbers, no pods; it has no clock, no thread and no output. Decisions depend on
/// the engine, the classes and where rounds end, never on who looks on.
public final class RoundDriver {
    /// The class of a pod that cannot be asked for, whatever the fleet: it is rejected without asking.
    public static let cannotBeAsked: Int32 = -1
    /// Most pods of a round where nobody says otherwise; only engines that look ahead decide by it.
    public static let usualRoundSize = 1000

    public let engine: any PlacementEngine
    public var meter: (any RoundMeter)?
    public var observers: [any RoundObserver] = []
    public var gate: (any RoundGate)?
    /// What the engine said of the last round, or the last pod placed alone.
    public private(set) var result: RoundResult
    private var askedIDs: [Int32] = []
    private var outcomes: [Outcome] = []

    /// - Parameters:
    ///   - roundSize: pods for which room is made.
    ///   - keepsScores: see ``RoundResult/scores``.
    public init(_ engine: any PlacementEngine, roundSize: Int = 0, keepsScores: Bool = false) {
        self.engine = engine
        result = RoundResult(keepsScores: keepsScores)
        result.outcomes.reserveCapacity(roundSize)
        result.devices.reserveCapacity(roundSize * 4)
        result.latencies.reserveCapacity(roundSize)
        askedIDs.reserveCapacity(roundSize)
        outcomes.reserveCapacity(roundSize)
    }

    // MARK: Rounds

    /// Places pods by request class, in order.
    ///
    /// - Returns: an outcome for each, whose devices are in ``result`` until the next round.
    public func place(_ classIDs: [Int32]) -> [Outcome] {
        outcomes.removeAll(keepingCapacity: true)
        askedIDs.removeAll(keepingCapacity: true)
        result.removeAll()
        for id in classIDs where id != Self.cannotBeAsked { askedIDs.append(id) }
        ask(isRound: true)
        var next = 0
        for id in classIDs {
            if id == Self.cannotBeAsked {
                outcomes.append(.rejected)
            } else {
                outcomes.append(result.outcomes[next])
                next += 1
            }
        }
        meter?.didEndRound()
        return outcomes
    }

    /// The same for other collections.
    public func place(_ classIDs: some Collection<Int32>) -> [Outcome] { place(Array(classIDs)) }

    /// Places one pod of a round that ``endRound()`` ends.
    public func placeNext(_ classID: Int32) -> Outcome {
        result.removeAll()
        if classID == Self.cannotBeAsked { return .rejected }
        askedIDs.removeAll(keepingCapacity: true)
        askedIDs.append(classID)
        ask(isRound: false)
        return result.outcomes[0]
    }

    /// The same for a pod of whom more is to be written than the outcome holds: `inspect` sees the node and the devices that the
    /// engine has chosen before they are charged.
    ///
    /// - Parameter inspector: fits the pod on the chosen node again; of the engine's fleet.
    public func placeNext(
        _ requestClass: RequestClass, by inspector: ReferenceEngine,
        _ inspect: (_ evaluator: borrowing NodeEvaluator, _ score: Float) -> Void
    ) -> Outcome {
        result.removeAll()
        let chosen = (engine as? IndexedEngine)?.choose(requestClass) ?? inspector.choose(requestClass)?.node
        guard let chosen else { return .rejected }
        inspector.evaluator.follow(engine.cluster)
        _ = inspector.evaluator.fits(requestClass, node: chosen)
        let score = inspector.evaluator.score(requestClass)
        inspect(inspector.evaluator, score)
        let outcome = inspector.commit(requestClass, into: &result)
        result.outcomes.append(outcome)
        return outcome
    }

    public func endRound() {
        meter?.didEndRound()
        for observer in observers { observer.didEndRound() }
    }

    private func ask(isRound: Bool) {
        if askedIDs.isEmpty { return }
        guard let meter else {
            askedIDs.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            return
        }
        meter.measure(pods: askedIDs.count, isRound: isRound) {
            askedIDs.withUnsafeBufferPointer { engine.place($0, clock: meter.podClock, into: &result) }
        }
        meter.didPlace(result)
    }

    // MARK: Whole queues

    /// Offers a backlog in rounds: every pod once, and those that wait again when the engine may place them after all.
    ///
    /// - Parameters:
    ///   - nextRound: sequence numbers of the next round's new pods; empty = all have been offered.
    ///   - classID: request class of a pod.
    public func offerBacklog(nextRound: () -> Range<Int>, classID: (Int32) -> Int32) {
        var waiting = ReturningPods(engine)
        while true {
            let returning = waiting.takeReturning()
            let new = nextRound()
            if new.isEmpty && returning.isEmpty { break }
            let sequences = returning + new.map { Int32($0) }
            offer(sequences, firstNew: returning.count, classID: classID) { decision in
                if !decision.outcome.isPlaced { waiting.add(decision.sequence, classID: decision.classID) }
            }
            for observer in observers { observer.didEndRound() }
        }
    }

    /// Offers everyone who waits, the oldest first, in one round or, where that would grow too large, in several; who does not
    /// fit goes on waiting.
    ///
    /// - Parameters:
    ///   - asksAll: also those of whom the engine knows that they would be refused again.
    ///   - firstNew: sequence number from which on pods have not been offered before.
    public func offer(
        _ queue: inout PodQueue, roundSize: Int, asksAll: Bool = false, firstNew: Int32, classID: (Int32) -> Int32
    ) {
        if engine.looksAhead {
            offerWhole(&queue, roundSize: roundSize, firstNew: firstNew, classID: classID)
        } else {
            offerOneByOne(&queue, roundSize: roundSize, asksAll: asksAll, firstNew: firstNew)
        }
    }

    private func offerOneByOne(_ queue: inout PodQueue, roundSize: Int, asksAll: Bool, firstNew: Int32) {
        var offered = 0
        queue.waiting.offer(staysRefused: { !asksAll && engine.staysRefused($0) }) { sequence, classID in
            if offered > 0, offered % roundSize == 0 { endRound() }
            offered += 1
            if !observers.isEmpty { announce([sequence]) }
            let isNew = sequence >= firstNew
            let asked = isNew ? self.asked(classID, sequence) : classID
            let outcome = placeNext(asked)
            tell(RoundDecision(sequence: sequence, classID: asked, outcome: outcome, isNew: isNew))
            return outcome.isPlaced || asked == Self.cannotBeAsked
        }
        endRound()
    }

    /// To an engine that looks ahead: it gets the whole queue and hears who goes on waiting.
    private func offerWhole(
        _ queue: inout PodQueue, roundSize: Int, firstNew: Int32, classID: (Int32) -> Int32
    ) {
        var kept: [Int32] = []
        for start in stride(from: 0, to: queue.pods.count, by: roundSize) {
            let round = Array(queue.pods[start..<min(start + roundSize, queue.pods.count)])
            for sequence in round where sequence < firstNew { engine.waitingDidChange(classID(sequence), by: -1) }
            let old = round.count { $0 < firstNew }
            offer(round, firstNew: old, classID: classID) { decision in
                if decision.outcome.isPlaced || decision.classID == Self.cannotBeAsked { return }
                engine.waitingDidChange(decision.classID, by: 1)
                kept.append(decision.sequence)
            }
            for observer in observers { observer.didEndRound() }
        }
        queue.pods = kept
    }

    /// One round, told pod by pod. A pod that the gate has a word about ends it, and another begins.
    private func offer(
        _ sequences: [Int32], firstNew: Int, classID: (Int32) -> Int32, didDecide: (RoundDecision) -> Void
    ) {
        var start = 0
        while start < sequences.count {
            let end =
                gate.map { gate in
                    sequences[(start + 1)...].firstIndex { gate.concerns($0) } ?? sequences.count
                } ?? sequences.count
            var classIDs = sequences[start..<end].map(classID)
            if start >= firstNew { classIDs[0] = asked(classIDs[0], sequences[start]) }
            if !observers.isEmpty {
                announce(zip(sequences[start..<end], classIDs).filter { $0.1 != Self.cannotBeAsked }.map(\.0))
            }
            let outcomes = place(classIDs)
            for (place, outcome) in outcomes.enumerated() {
                let decision = RoundDecision(
                    sequence: sequences[start + place], classID: classIDs[place], outcome: outcome,
                    isNew: start + place >= firstNew)
                tell(decision)
                didDecide(decision)
            }
            start = end
        }
    }

    /// The class of a pod whose first turn has come.
    private func asked(_ classID: Int32, _ sequence: Int32) -> Int32 {
        guard classID != Self.cannotBeAsked, let gate, gate.concerns(sequence) else { return classID }
        return gate.admits(sequence) ? gate.classID(atTurnOf: sequence, classID) : Self.cannotBeAsked
    }

    private func announce(_ sequences: [Int32]) {
        for observer in observers { observer.willOffer(sequences) }
    }

    private func tell(_ decision: RoundDecision) {
        for observer in observers { observer.didDecide(decision, in: result) }
    }
}
