import PlacementEngine
import PlacementPolicies
import TraceModel
import TraceReplay
import VendorCatalog

/// What identifies one run of a sweep.
public struct SweepKey: Sendable, Hashable {
    public var trace: String
    public var policy: String
    public var seed: UInt64
}

/// What one run of a sweep gave.
public struct SweepRow: Sendable, Hashable {
    public var key: SweepKey
    public var pods: Int
    public var placed: Int
    public var decisionHash: String
    public var curve: LoadCurve
    /// What the trace held: SHA-256 over its fleet and pods, see ``SweepTrace/sha256``.
    public var traceSHA256: String
}

extension SweepRow: Comparable {
    /// By trace name, then policy in the order of the published tables, then seed: the same whatever order traces, policies
    /// and shards were named in.
    public static func < (left: SweepRow, right: SweepRow) -> Bool {
        (left.key.trace, place(of: left.key.policy), left.key.policy, left.key.seed)
            < (right.key.trace, place(of: right.key.policy), right.key.policy, right.key.seed)
    }

    /// The simplest policy first, HAMi's last.
    private static func place(of policy: String) -> Int {
        let names = PolicyChoice.all.map(\.name)
        return names.firstIndex(of: policy).map { names.count - $0 } ?? .max
    }
}

/// A trace made ready for any number of runs, on any thread.
public struct SweepTrace: Sendable {
    public let name: String
    /// SHA-256 of the checksums of fleet and pods in the form that trace folders have; other contents have another one.
    public let sha256: String
    let trace: Trace
    let catalog: VendorCatalog
    let workload: [WorkloadShape]
    let typicalPods: TypicalPods
    private let statistics: ForesightStatistics

    /// - Throws: ``TraceError`` when the trace is not in thousandths of devices.
    public init(_ trace: Trace, catalog: VendorCatalog) throws(TraceError) {
        name = trace.metadata.name
        let checksums = trace.checksums()
        sha256 = SHA256.hexDigest(of: Array((checksums.fleet + checksums.pods).utf8))
        self.trace = trace
        self.catalog = catalog
        workload = trace.pods.workload(catalog: catalog)
        typicalPods = trace.typicalPods(catalog: catalog)
        statistics = trace.foresightStatistics(catalog: catalog)
        try trace.checkThousandths(catalog: catalog)
        if trace.nodes.allSatisfy({ $0.groups.allSatisfy { $0.devices == 0 } }) {
            throw TraceError(
                file: trace.metadata.name, problem: "has no devices, and loads are parts of a fleet's devices")
        }
    }

    /// Offers the tuned pod list to a policy: once, or several times to a policy that draws.
    ///
    /// - Returns: the means; placed pods and hash are those of the first time and of all times.
    /// - Determinism: seed and settings decide the row.
    func run(_ policy: PolicyChoice, seed: UInt64, _ settings: SweepSettings) throws(TraceError) -> SweepRow {
        let tuning = try LoadTuning(
            trace, workload: workload, seed: seed, ratio: settings.ratio, draws: settings.draws)
        var hash = DecisionHash()
        var curves: [LoadCurve] = []
        var placed = 0
        for number in 0..<(policy.milli?.drawsNode == true ? settings.repeats : 1) {
            let policySeed = seed &+ UInt64(number) << 32
            let run = try run(policy, policySeed: policySeed, tuning, settings, &hash)
            curves.append(run.curve)
            if number == 0 { placed = run.placed }
        }
        return SweepRow(
            key: SweepKey(trace: name, policy: policy.name, seed: seed), pods: tuning.order.count, placed: placed,
            decisionHash: hash.text, curve: LoadCurve(meanOf: curves), traceSHA256: sha256)
    }

    private func run(
        _ policy: PolicyChoice, policySeed: UInt64, _ tuning: LoadTuning, _ settings: SweepSettings,
        _ hash: inout DecisionHash
    ) throws(TraceError) -> (curve: LoadCurve, placed: Int) {
        let (driver, classifier) = try makeDriver(
            policy, policySeed: policySeed, nodeRanks: tuning.nodeRanks, settings)
        let meter = FragmentationMeter(driver.engine.cluster, typicalPods)
        let observer = SweepObserver(
            self, classifier, tuning, meter, readsEveryPod: settings.reading == .published, hash: hash)
        driver.observers.append(observer)
        offer(tuning, totalMilli: meter.totalMilli, settings, to: driver, classifier) { loads in
            for load in loads {
                observer.builder.mark(load, meter.record, plainUnplaced: observer.plainUnplaced)
            }
        }
        hash = observer.hash
        return (observer.builder.curve, observer.placed)
    }

    /// The policy's engine on an empty fleet, and the classes of the trace's shapes there.
    func makeDriver(
        _ policy: PolicyChoice, policySeed: UInt64, nodeRanks: [Int32]?, _ settings: SweepSettings
    ) throws(TraceError) -> (driver: RoundDriver, classifier: ShapeClassifier) {
        let cluster = try trace.makeCluster(catalog: catalog)
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: SchedulingDefaults())
        let context = PolicyContext(
            typicalPods: typicalPods, statistics: settings.statistics == .trace ? statistics : nil,
            nodeRanks: nodeRanks, seed: policySeed)
        return (RoundDriver(EngineChoice.indexed.make(cluster, policy, context, 1)), classifier)
    }

    /// Offers the tuned order to an engine, in rounds that end where the settings want them to: sweeps and gaps do it alike, so
    /// that a policy which knows its queue decides alike in both.
    ///
    /// - Parameter didReach: called after each round with the places of the loads reached in it.
    func offer(
        _ tuning: LoadTuning, totalMilli: Int64, _ settings: SweepSettings, to driver: RoundDriver,
        _ classifier: ShapeClassifier, didReach: @escaping (ArraySlice<Int>) -> Void
    ) {
        var rounds = SweepRounds(
            tuning.order, workload: workload, shape: trace.pods.shape, totalMilli: totalMilli, settings)
        driver.observers.append(RoundEnds { didReach(rounds.takeReachedLoads()) })
        driver.offerBacklog(nextRound: { rounds.next() }) { sequence in
            classifier.classIDs[Int(trace.pods.shape[Int(tuning.order[Int(sequence)])])]
        }
    }
}

/// Gathers the curve of a run.
private final class SweepObserver: RoundObserver {
    private let source: SweepTrace
    private let classifier: ShapeClassifier
    private let tuning: LoadTuning
    private let meter: FragmentationMeter
    private let readsEveryPod: Bool
    var builder: LoadCurve.Builder
    private(set) var hash: DecisionHash
    private(set) var placed = 0
    /// Pods without devices that have come and found no place.
    private(set) var plainUnplaced = 0

    init(
        _ source: SweepTrace, _ classifier: ShapeClassifier, _ tuning: LoadTuning, _ meter: FragmentationMeter,
        readsEveryPod: Bool, hash: DecisionHash
    ) {
        (self.source, self.classifier, self.tuning, self.meter) = (source, classifier, tuning, meter)
        self.readsEveryPod = readsEveryPod
        self.hash = hash
        builder = LoadCurve.Builder(totalMilli: meter.totalMilli)
    }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        let shape = Int(source.trace.pods.shape[Int(tuning.order[Int(decision.sequence)])])
        let isPlain = source.workload[shape].devices == 0
        if decision.outcome.isPlaced {
            placed += 1
            if isPlain && !decision.isNew { plainUnplaced -= 1 }
        } else if isPlain && decision.isNew {
            plainUnplaced += 1
        }
        hash.combine(decision.outcome, in: result)
        meter.add(classifier.classes[shape], decision.outcome, in: result, isNew: decision.isNew)
        if readsEveryPod && decision.isNew { builder.add(meter.record, plainUnplaced: plainUnplaced) }
    }
}

/// Calls somebody at the end of each round.
private final class RoundEnds: RoundObserver {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {}
    func didEndRound() { body() }
}
/// Cuts a run's pods into rounds, which end where a load is reached when the run is read there.
private struct SweepRounds {
    private let milli: [Int64]
    private let totalMilli: Int64
    private let settings: SweepSettings
    private var start = 0
    private var arrivedMilli: Int64 = 0
    /// Places of the loads at which rounds end.
    private let marks = LoadCurve.markPlaces
    /// Marks reached so far, and those already told.
    private var reached = 0
    private var told = 0

    init(
        _ order: [Int32], workload: [WorkloadShape], shape: [Int32], totalMilli: Int64, _ settings: SweepSettings
    ) {
        milli = order.map {
            let asked = workload[Int(shape[Int($0)])]
            return Int64(asked.milliPerDevice) * Int64(asked.devices)
        }
        self.totalMilli = totalMilli
        self.settings = settings
    }

    /// Sequence numbers of the next round's pods.
    mutating func next() -> Range<Int> {
        let first = start
        while start < milli.count && start - first < settings.roundSize {
            // At most 10^8 pods of less than 2^24 thousandths, two hundredfold.
            arrivedMilli += milli[start]
            start += 1
            if settings.reading == .published { continue }
            let before = reached
            while reached < marks.count && 100 * arrivedMilli >= Int64(LoadCurve.loads[marks[reached]]) * totalMilli {
                reached += 1
            }
            if reached > before { break }
        }
        return first..<start
    }

    /// Places of the loads that the last round reached. A run that ends within half a percent of a load has reached it.
    mutating func takeReachedLoads() -> ArraySlice<Int> {
        if settings.reading == .published { return [] }
        if start == milli.count && reached < marks.count
            && 200 * arrivedMilli >= Int64(2 * LoadCurve.loads[marks[reached]] - 1) * totalMilli
        {
            reached += 1
        }
        defer { told = reached }
        return marks[told..<reached]
    }
}
