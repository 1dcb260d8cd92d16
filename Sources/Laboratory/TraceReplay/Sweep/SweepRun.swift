import PlacementEngine
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
    let trace: Trace
    let catalog: VendorCatalog
    let workload: [WorkloadShape]
    let typicalPods: TypicalPods
    private let statistics: ForesightStatistics

    /// - Throws: ``TraceError`` when the trace is not in thousandths of devices.
    public init(_ trace: Trace, catalog: VendorCatalog) throws(TraceError) {
        name = trace.metadata.name
        self.trace = trace
        self.catalog = catalog
        workload = trace.pods.workload(catalog: catalog)
        typicalPods = trace.typicalPods(catalog: catalog)
        statistics = trace.foresightStatistics(catalog: catalog)
        let cluster = try trace.makeCluster(catalog: catalog)
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: SchedulingDefaults())
        try trace.checkThousandths(cluster, classifier, policy: .hami)
    }

    /// Offers the tuned pod list to a policy: once, or several times to a policy that draws.
    ///
    /// - Returns: the means; placed pods and hash are those of the first time and of all times.
    /// - Determinism: seed and settings decide the row.
    func run(_ policy: PolicyChoice, seed: UInt64, _ settings: SweepSettings) throws(TraceError) -> SweepRow {
        let tuning = LoadTuning(
            trace, workload: workload, seed: seed, ratio: settings.ratio, draws: settings.draws)
        var hash = DecisionHash()
        var curves: [LoadCurve] = []
        var placed = 0
        for number in 0..<(policy.milli == .random ? settings.repeats : 1) {
            let policySeed = seed &+ UInt64(number) << 32
            let run = try run(policy, policySeed: policySeed, tuning, settings, &hash)
            curves.append(run.curve)
            if number == 0 { placed = run.placed }
        }
        return SweepRow(
            key: SweepKey(trace: name, policy: policy.name, seed: seed), pods: tuning.order.count, placed: placed,
            decisionHash: hash.text, curve: LoadCurve(meanOf: curves))
    }

    private func run(
        _ policy: PolicyChoice, policySeed: UInt64, _ tuning: LoadTuning, _ settings: SweepSettings,
        _ hash: inout DecisionHash
    ) throws(TraceError) -> (curve: LoadCurve, placed: Int) {
        let cluster = try trace.makeCluster(catalog: catalog)
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: SchedulingDefaults())
        let context = PolicyContext(
            typicalPods: typicalPods, statistics: settings.statistics == .trace ? statistics : nil,
            nodeRanks: tuning.nodeRanks, seed: policySeed)
        let engine = EngineChoice.indexed.make(cluster, policy, context, 1)
        let meter = FragmentationMeter(cluster, typicalPods)
        var builder = LoadCurve.Builder(totalMilli: meter.totalMilli)
        var rounds = SweepRounds(
            tuning.order, workload: workload, shape: trace.pods.shape, totalMilli: meter.totalMilli, settings)
        var waiting = ReturningPods(engine)
        var result = RoundResult()
        var placed = 0
        var plainUnplaced = 0
        while true {
            let returning = waiting.takeReturning()
            let pods = rounds.next()
            if pods.isEmpty && returning.isEmpty { break }
            let sequences = returning.map(\.sequence) + pods.map { Int32($0) }
            let shapes = sequences.map { Int(trace.pods.shape[Int(tuning.order[Int($0)])]) }
            let classIDs = shapes.map { classifier.classIDs[$0] }.filter { $0 != RoundRunner.unclassified }
            result.removeAll()
            classIDs.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            var next = 0
            for (place, shape) in shapes.enumerated() {
                let requestClass = classifier.classes[shape]
                let outcome = requestClass == nil ? Outcome.rejected : result.outcomes[next]
                if requestClass != nil { next += 1 }
                let isNew = place >= returning.count
                let isPlain = workload[shape].devices == 0
                if outcome.isPlaced {
                    placed += 1
                    if isPlain && !isNew { plainUnplaced -= 1 }
                } else {
                    if isPlain && isNew { plainUnplaced += 1 }
                    waiting.add(sequences[place], classID: classifier.classIDs[shape])
                }
                hash.combine(outcome, in: result)
                meter.add(requestClass, outcome, in: result, isNew: isNew)
                if settings.reading == .published && isNew {
                    builder.add(meter.record, plainUnplaced: plainUnplaced)
                }
            }
            for load in rounds.takeReachedLoads() {
                builder.mark(load, meter.record, plainUnplaced: plainUnplaced)
            }
        }
        return (builder.curve, placed)
    }
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
