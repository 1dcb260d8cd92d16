import PlacementEngine
import PlacementModel

// The queue for others who place it: they ask for the same classes, and give each pod its turn in the same way, so that they decide
// as the session would.
extension PlacementSession {
    /// A pod that runs.
    public struct RunningPod: Sendable {
        public var entry: PlacementInput.SourcedPod
        /// What stands for it in the fleet; empty when it could not be charged.
        public var residents: [ResidentID]
    }

    /// What a queued pod asks.
    public struct QueuedAsk {
        let ask: PodAsk?
        /// The class to ask for; nil = the pod cannot be asked for, whatever the fleet.
        public let requestClass: RequestClass?
        /// Why it cannot.
        public let refusal: String?
        /// Equal for pods that ask the same; nil = nothing is known of others.
        public var kind: ObjectIdentifier? { ask.map { ObjectIdentifier($0) } }
    }

    /// Exact counts of the session's work; they repeat from run to run.
    public var work: (asksMade: Int, nodesAskedForReasons: Int, exactChecks: Int) {
        (asks.made, refusalCounter.nodesAsked, driver.engine.counters.exactChecks)
    }

    /// What the pod asks, and in which words it is refused if it cannot be asked for.
    public func queuedAsk(_ entry: PlacementInput.SourcedPod) -> QueuedAsk {
        let refusals = PodCheck.refusals(of: entry.pod)
        if !refusals.isEmpty {
            return QueuedAsk(ask: nil, requestClass: nil, refusal: "invalid: \(PodCheck.text(of: refusals))")
        }
        if let reason = PodCheck.reasonForSkipping(entry.pod) {
            return QueuedAsk(ask: nil, requestClass: nil, refusal: "skipped: \(reason)")
        }
        let ask = ask(of: entry)
        if let denial = ask.denial {
            return QueuedAsk(ask: ask, requestClass: nil, refusal: "denied by admission: \(denial)")
        }
        switch ask.request {
        case .asked(let requestClass): return QueuedAsk(ask: ask, requestClass: requestClass, refusal: nil)
        case .invalid(let text, _): return QueuedAsk(ask: ask, requestClass: nil, refusal: "invalid: \(text)")
        }
    }

    /// Whether something is to be done, or asked, when the pod's turn comes.
    public func hasTurn(_ entry: PlacementInput.SourcedPod, _ queued: QueuedAsk) -> Bool {
        queued.ask?.quotaDemands.isEmpty == false || reservations[entry.pod.fullName] != nil || entry.pod.isNominated
    }

    /// The class to ask for in the pod's turn, as the fleet stands: its own, or that of the node it is nominated to.
    public func classInTurn(_ queued: QueuedAsk) -> RequestClass? {
        queued.ask.flatMap { classOfNominee($0.pod) } ?? queued.requestClass
    }

    /// Just before the pod is decided: it gives up what it had reserved, and the webhook asks the quotas.
    ///
    /// - Returns: the refusal in words, or nil
    public func takeTurn(_ entry: PlacementInput.SourcedPod, _ queued: QueuedAsk) -> String? {
        if let ids = reservations.removeValue(forKey: entry.pod.fullName) { for id in ids { cluster.remove(id) } }
        guard let ask = queued.ask else { return nil }
        return refusal(of: ask, namespace: entry.pod.metadata.namespace).map { "denied by admission: \($0)" }
    }
}
