import HeapCounters
import PlacementEngine
import PlacementModel
import PlacementPolicies
import SeededNumbers
import TraceModel
import VendorCatalog

/// Replays a trace on an engine: queues its pods, places them in rounds, and measures how well and how fast.
///
/// Decisions depend on the trace and the options alone; only the measured times depend on the clock.
public final class Replay {
    public let trace: Trace
    public let options: ReplayOptions
    public let cluster: Fleet
    /// Rows of the offered pods; a pod's place here is its sequence number.
    public let order: [Int32]
    let classifier: ShapeClassifier
    /// Milliseconds of the virtual clock that samples are spread over.
    private(set) lazy var sampledSpanMs = Self.sampledSpan(of: trace, order: order)
    public let policyContext: PolicyContext
    /// Called before the engine gets pods, with their sequence numbers: an engine itself sees request classes alone.
    public var willOffer: ((_ sequences: [Int32]) -> Void)?
    /// Pods that will leave: the handle in the cluster and the row in the trace, by milliseconds of the virtual clock.
    var departures = TimeQueue<(resident: ResidentID, pod: Int32)>()
    var residents = 0
    var residentsNotPlaced = 0
    /// What ceilings are found for; empty unless asked.
    let packings: [ResourcePacking]
    private var present: PresentPods?
    /// Rows of the pods that run from the start.
    private var residentPods: [Int32] = []
    /// Stops the virtual clock at one pod's decision.
    var watch: ReplayWatch?
    private let gate: (any PodGate)?
    /// Pods that the gate has refused, by sequence number.
    var refusals: [Int32: String] = [:]

    /// Builds the fleet, puts the resident pods on it and classifies the queued ones.
    ///
    /// - Throws: ``TraceError`` when the catalogue lacks a vendor of the fleet, or the policy cannot work on the trace.
    public convenience init(
        _ trace: Trace, options: ReplayOptions = ReplayOptions(), catalog: VendorCatalog
    ) throws(TraceError) {
        var prepared = try PreparedTrace(
            trace, defaults: options.defaults, profile: options.profile, catalog: catalog)
        try trace.check(options, prepared.cluster, prepared.classifier)
        prepared.placeRunning()
        try self.init(prepared, options: options)
    }

    /// Queues the pods of a trace whose fleet stands.
    ///
    /// - Precondition: the fleet was made with the options' profile and defaults.
    /// - Throws: ``TraceError`` when the policy cannot work on the trace.
    public init(_ prepared: PreparedTrace, options: ReplayOptions = ReplayOptions()) throws(TraceError) {
        precondition(options.roundSize > 0, "a round has room for at least one pod")
        let trace = prepared.trace
        self.trace = trace
        self.options = options
        cluster = prepared.cluster
        classifier = prepared.classifier
        gate = prepared.gate
        var order: [Int32] = []
        switch options.clock {
        case .backlog: order = (0..<Int32(trace.pods.count)).filter { trace.pods.placedOn[Int($0)] < 0 }
        case .virtual: order = trace.pods.arrivalOrder()
        }
        if let limit = options.podLimit { order = Array(order.prefix(limit)) }
        if options.shufflesBacklog && options.clock == .backlog {
            var generator = SeededGenerator(seed: options.seed)
            generator.shuffle(&order)
        }
        self.order = order
        try trace.check(options, cluster, classifier)
        let catalog = cluster.catalog
        policyContext = PolicyContext(
            typicalPods: trace.typicalPods(catalog: catalog),
            statistics: options.statistics == .trace ? trace.foresightStatistics(catalog: catalog) : nil,
            classCounts: trace.classCounts(classifier), seed: options.seed)
        let findsCeiling = options.findsCeiling && prepared.describesRequests
        packings = findsCeiling ? try ResourcePacking.all(of: trace, options, catalog: catalog) : []
        present = findsCeiling ? PresentPods(shapes: trace.pods.shapes.count) : nil
        residents = prepared.running.count + prepared.runningNotCharged
        residentsNotPlaced = prepared.runningNotCharged + prepared.runningWithoutDevices
        for (pod, ids) in prepared.running {
            present?.arrive(shape: trace.pods.shape[Int(pod)])
            if let id = ids.first { present?.place(id, shape: trace.pods.shape[Int(pod)]) }
            residentPods.append(pod)
            let durationMs = trace.pods.durationMs[Int(pod)]
            if durationMs >= 0 { for id in ids { departures.add((id, pod), at: durationMs) } }
        }
    }

    /// Runs the replay; once only, since it fills the cluster.
    ///
    /// - Parameters:
    ///   - engine: an engine over ``cluster`` to use instead of the one in the options.
    ///   - clock: monotonic nanoseconds, read after every decision; tests give a made-up one.
    ///   - progress: called after every round with the pods offered so far and in all.
    public func run(
        engine: (any PlacementEngine)? = nil, clock: @escaping () -> UInt64 = TickClock.shared,
        progress: ((_ offered: Int, _ total: Int) -> Void)? = nil
    ) -> ReplaySummary {
        cluster.reserveResidents(order.count)
        let engine = engine ?? options.engine.make(cluster, options.policy, policyContext, options.threads)
        let meter = EngineMeter(threads: options.threads, timesPods: options.timesPods, clock: clock)
        let driver = RoundDriver(engine, roundSize: options.roundSize)
        driver.meter = meter
        driver.gate = roundGate
        let run = ReplayRun(
            sampler: AllocationSampler(
                cluster: cluster, axis: options.clock == .backlog ? .pods : .milliseconds),
            decisionLog: options.keepsDecisions ? DecisionLog(pods: order) : nil,
            meter: followsFragmentation
                ? FragmentationMeter(cluster, policyContext.typicalPods) : nil)
        run.present = present
        if options.keepsMetrics {
            run.metrics = MetricSampler(
                trace, order: order, cluster: cluster, context: policyContext, moments: snapshotMoments,
                keepsWaits: options.clock != .backlog)
            run.metrics?.addResidents(residentPods)
        }
        if options.keepsFragmentation {
            run.fragmentation = run.meter.map { FragmentationSeries(totalMilli: $0.totalMilli, pods: order.count) }
        }
        switch options.clock {
        case .backlog: runBacklog(driver, run, progress)
        case .virtual(let intervalMs): runVirtualClock(driver, run, intervalMs: intervalMs, progress)
        }
        meter.endStretch()
        return summary(of: run, engine: engine, meter)
    }

    /// Pod by pod where rounds would hide what happened within them.
    private var followsFragmentation: Bool {
        guard options.clock == .backlog else { return false }
        return options.keepsFragmentation
            || options.keepsMetrics && trace.metadata.deviceModel == .milli
                && cluster.thousandthsProblem == nil
    }

    /// Four moments, evenly over the axis of the samples. Those of the virtual clock lie a sample earlier: the last one is to
    /// show the fleet at work, not the end of the run.
    private var snapshotMoments: [Int64] {
        if options.clock == .backlog { return (1...4).map { Int64(order.count) * $0 / 4 } }
        return (1...4).map { sampledSpanMs * $0 / 4 - sampledSpanMs / Int64(max(options.samplesMax, 1)) }
    }

    /// The gate in terms of sequence numbers; nil when no pod concerns it.
    var roundGate: (any RoundGate)? { gate.map { ReplayGate(self, $0) } }

    func classID(_ sequence: Int32) -> Int32 {
        classifier.classIDs[Int(trace.pods.shape[Int(order[Int(sequence)])])]
    }

    func requestClass(_ sequence: Int32) -> RequestClass? {
        classifier.classes[Int(trace.pods.shape[Int(order[Int(sequence)])])]
    }

    private func runBacklog(_ driver: RoundDriver, _ run: ReplayRun, _ progress: ((Int, Int) -> Void)?) {
        let step = max(order.count / max(options.samplesMax, 1), 1)
        run.recount()
        run.sample(at: 0)
        let observer = BacklogObserver(self, run, sampleStep: step)
        driver.observers.append(observer)
        var start = 0
        driver.offerBacklog(
            nextRound: {
                if start > 0 { progress?(start, order.count) }
                let end = min(start + options.roundSize, order.count)
                defer { start = end }
                return start..<end
            }, classID: classID)
        run.rejected = (0..<Int32(order.count)).filter { !observer.isPlaced[Int($0)] }
        run.recount()
        run.sample(at: Int64(order.count))
        for pod in order { run.present?.arrive(shape: trace.pods.shape[Int(pod)]) }
    }
}

/// Asks a trace's gate, and remembers whom it refused.
private final class ReplayGate: RoundGate {
    private unowned let replay: Replay
    private let gate: any PodGate

    init(_ replay: Replay, _ gate: any PodGate) {
        self.replay = replay
        self.gate = gate
    }

    func concerns(_ sequence: Int32) -> Bool { gate.concerns(replay.order[Int(sequence)]) }

    func admits(_ sequence: Int32) -> Bool {
        guard let refusal = gate.refusal(replay.order[Int(sequence)]) else { return true }
        replay.refusals[sequence] = refusal
        return false
    }

    func classID(atTurnOf sequence: Int32, _ classID: Int32) -> Int32 {
        gate.classID(of: replay.order[Int(sequence)], classID)
    }
}

/// Gathers what a replay of a backlog is measured by.
private final class BacklogObserver: RoundObserver {
    private let replay: Replay
    private let run: ReplayRun
    private let sampleStep: Int
    /// By sequence number.
    private(set) var isPlaced: [Bool]

    init(_ replay: Replay, _ run: ReplayRun, sampleStep: Int) {
        self.replay = replay
        self.run = run
        self.sampleStep = sampleStep
        isPlaced = Array(repeating: false, count: replay.order.count)
    }

    func willOffer(_ sequences: [Int32]) { replay.willOffer?(sequences) }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        let (sequence, outcome) = (Int(decision.sequence), decision.outcome)
        let pod = replay.order[sequence]
        run.decisions += 1
        run.hash.combine(outcome, in: result)
        if decision.isNew { run.metrics?.didArrive(pod) }
        if let meter = run.meter {
            meter.add(replay.requestClass(decision.sequence), outcome, in: result, isNew: decision.isNew)
            if decision.isNew { run.fragmentation?.append(meter.record) }
        }
        if outcome.isPlaced {
            isPlaced[sequence] = true
            run.placed += 1
            run.sampler.add(outcome, in: result)
            run.metrics?.didPlace(pod, waitMs: 0)
            run.metrics?.add(outcome, of: pod, in: result)
            run.decisionLog?.record(sequence, outcome, in: result)
        }
        if decision.isNew && (sequence + 1) % sampleStep == 0 { run.sample(at: Int64(sequence + 1)) }
    }
}

/// What a running replay has gathered.
final class ReplayRun {
    var sampler: AllocationSampler
    var decisionLog: DecisionLog?
    let meter: FragmentationMeter?
    var fragmentation: FragmentationSeries?
    var present: PresentPods?
    var hash = DecisionHash()
    var decisions = 0
    var placed = 0
    /// Sequence numbers of rejected pods.
    var rejected: [Int32] = []
    /// Of every pod placed, in the order of the decisions.
    var waitsMs: [Int64] = []
    var virtualMs: Int64 = 0
    var metrics: MetricSampler?

    init(sampler: AllocationSampler, decisionLog: DecisionLog? = nil, meter: FragmentationMeter? = nil) {
        self.sampler = sampler
        self.decisionLog = decisionLog
        self.meter = meter
    }

    /// Takes an event of the virtual clock into the hash: when, which pod, where.
    func note(_ outcome: Outcome, of sequence: Int32, at timeMs: Int64, in result: RoundResult) {
        hash.combine(UInt64(bitPattern: timeMs))
        hash.combine(UInt64(UInt32(bitPattern: sequence)))
        hash.combine(outcome, in: result)
    }

    /// Counts what is in use anew.
    func recount() {
        sampler.recount()
        metrics?.recount()
    }

    /// Takes a sample of everything that is kept.
    func sample(at position: Int64) {
        sampler.sample(at: position)
        metrics?.sample(at: position, fragmentation: meter?.record)
    }
}
