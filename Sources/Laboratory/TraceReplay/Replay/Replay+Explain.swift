import DecisionExplanations
import PlacementEngine
import PlacementModel
import TraceModel
import VendorCatalog

extension Replay {
    /// Replays a trace up to one pod and explains the decision about it, in the state it was made in.
    ///
    /// On a virtual clock the deciding offer is the one that places the pod, else its last one; the trace is then replayed
    /// twice, once to find the offer and once to stop at it.
    /// - Throws: ``TraceError`` as ``init(_:options:catalog:)``, and when the trace offers no such pod.
    public static func explain(
        _ reference: PodReference, of trace: Trace, options: ReplayOptions, catalog: VendorCatalog
    ) throws(TraceError) -> PodExplanation {
        try explain(reference, options: options) { () throws(TraceError) in
            try Replay(trace, options: options, catalog: catalog)
        }
    }

    /// The same for replays that `make` makes anew: one, or two on a virtual clock.
    public static func explain(
        _ reference: PodReference, options: ReplayOptions, make: () throws(TraceError) -> Replay
    ) throws(TraceError) -> PodExplanation {
        let replay = try make()
        if options.policy.milli?.decidesWithQueue == true {
            throw TraceError(
                file: replay.trace.metadata.name,
                problem: "foresight decides a pod together with its queue; explain takes every other policy")
        }
        let sequence = try replay.sequence(of: reference)
        if let problem = replay.problem(of: sequence) {
            return PodExplanation(
                pod: replay.name(of: sequence), outcome: .invalid, sequence: sequence, message: problem)
        }
        guard case .virtual(let intervalMs) = options.clock else { return replay.explainInBacklog(sequence) }
        let search = ReplayWatch(sequence: Int32(sequence))
        replay.runWatched(search, intervalMs: intervalMs)
        let again = try make()
        return again.explainOnClock(sequence, offer: search.offers, intervalMs: intervalMs)
    }

    private func sequence(of reference: PodReference) throws(TraceError) -> Int {
        switch reference {
        case .sequence(let number):
            if number < order.count { return number }
            throw TraceError(
                file: trace.metadata.name,
                problem: "has no pod #\(number); it offers \(order.count) pods, numbered from 0")
        case .name(let name):
            // Names are unique in a trace; a namespace in front is allowed.
            let found = order.firstIndex { pod in
                let own = trace.pods.name(Int(pod))
                return own == name || "\(namespace(of: pod))/\(own)" == name
            }
            // Pods of a snapshot carry their namespace in their name.
            let short = found ?? order.firstIndex { trace.pods.name(Int($0)).hasSuffix("/" + name) }
            if let short { return short }
            let rows = (0..<trace.pods.count).filter { trace.pods.placedOn[$0] >= 0 }
            let homes = Dictionary(
                rows.map { (fullName(ofRow: $0), trace.nodes[Int(trace.pods.placedOn[$0])].name) },
                uniquingKeysWith: { first, _ in first })
            let message = PodNameHint.message(
                for: name, waiting: order.map { fullName(ofRow: Int($0)) }, running: rows.map(fullName(ofRow:))
            ) { homes[$0] }
            throw TraceError(file: trace.metadata.name, problem: message)
        }
    }

    private func namespace(of pod: Int32) -> String {
        trace.pods.texts[trace.pods.shapes[Int(trace.pods.shape[Int(pod)])].namespace]
    }

    private func name(of sequence: Int) -> String { trace.pods.name(Int(order[sequence])) }

    private func fullName(of sequence: Int) -> String { fullName(ofRow: Int(order[sequence])) }

    private func fullName(ofRow row: Int) -> String {
        let (namespace, name) = (namespace(of: Int32(row)), trace.pods.name(row))
        return name.hasPrefix(namespace + "/") ? name : namespace + "/" + name
    }

    /// Why the pod cannot be asked for at all, or nil.
    private func problem(of sequence: Int) -> String? {
        classifier.problems[trace.pods.shape[Int(order[sequence])]]
    }

    private func requestClass(of sequence: Int) -> RequestClass? {
        classifier.classes[Int(trace.pods.shape[Int(order[sequence])])]
    }

    // MARK: Backlog

    private func explainInBacklog(_ sequence: Int) -> PodExplanation {
        let driver = makeDriver()
        var start = 0
        driver.offerBacklog(
            nextRound: {
                let end = min(start + options.roundSize, sequence)
                defer { start = end }
                return start..<end
            }, classID: classID)
        var decision = options.policy.milli?.drawsNode == true ? nil : scan(sequence)
        let last = LastDecision()
        driver.observers.append(last)
        var rest = sequence..<sequence + 1
        driver.offerBacklog(
            nextRound: {
                defer { rest = rest.upperBound..<rest.upperBound }
                return rest
            }, classID: classID)
        return explanation(sequence, last.outcome, last.devices, &decision, timing: nil)
    }

    private func makeDriver() -> RoundDriver {
        let driver = RoundDriver(options.engine.make(cluster, options.policy, policyContext, options.threads))
        driver.gate = roundGate
        return driver
    }

    // MARK: Virtual clock

    private func runWatched(_ watch: ReplayWatch, intervalMs: Int64) {
        self.watch = watch
        let run = ReplayRun(sampler: AllocationSampler(cluster: cluster, axis: .milliseconds))
        runVirtualClock(makeDriver(), run, intervalMs: intervalMs, nil)
    }

    private func explainOnClock(_ sequence: Int, offer: Int, intervalMs: Int64) -> PodExplanation {
        var decision: DecisionExplanation?
        let watch = ReplayWatch(sequence: Int32(sequence), stopsAtOffer: offer) {
            if self.options.policy.milli?.drawsNode != true { decision = self.scan(sequence) }
        }
        runWatched(watch, intervalMs: intervalMs)
        let timing = PodExplanation.Timing(
            arrivedMs: trace.pods.arrivalMs[Int(order[sequence])], decidedMs: watch.lastOfferMs, offers: watch.offers)
        return explanation(sequence, watch.outcome, watch.devices, &decision, timing: timing)
    }

    // MARK: Explanation

    private func scan(_ sequence: Int, chosen: Int? = nil) -> DecisionExplanation? {
        guard let requestClass = requestClass(of: sequence) else { return nil }
        var scan = DecisionScan(requestClass, cluster: cluster)
        guard let milli = options.policy.milli else { return scan.explanation() }
        return scan.explanation(of: milli, policyContext, chosen: chosen)
    }

    private func explanation(
        _ sequence: Int, _ outcome: Outcome, _ devices: [AllocatedDevice], _ decision: inout DecisionExplanation?,
        timing: PodExplanation.Timing?
    ) -> PodExplanation {
        if options.policy.milli?.drawsNode == true {
            // What was drawn is known afterwards only; the state is that before the pod once it is off again.
            if outcome.isPlaced { cluster.remove(outcome.resident) }
            decision = scan(sequence, chosen: outcome.isPlaced ? Int(outcome.node) : nil)
        }
        if options.policy.milli != nil { decision?.noteGrants(devices) }
        return PodExplanation(
            pod: fullName(of: sequence),
            outcome: outcome.isPlaced ? .placed : .rejected, sequence: sequence,
            message: outcome.isPlaced ? nil : decision?.rejectionMessage,
            node: outcome.isPlaced ? trace.nodes[Int(outcome.node)].name : nil, containers: ["main"], timing: timing,
            decision: decision)
    }
}

extension DecisionExplanation {
    /// As kube-scheduler says it: `0/12 nodes are available: 4 Insufficient cpu, 8 CardInsufficientMemory`.
    public var rejectionMessage: String {
        let texts = stages.flatMap(\.reasons).map { "\($0.nodes) \($0.word)" }.sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        let head = "0/\(nodes) nodes are available"
        return texts.isEmpty ? head : head + ": " + texts.joined(separator: ", ")
    }
}

/// Keeps the pod decided last.
private final class LastDecision: RoundObserver {
    private(set) var outcome = Outcome.rejected
    private(set) var devices: [AllocatedDevice] = []

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        outcome = decision.outcome
        devices = Array(result.devices(of: outcome))
    }
}
