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

    /// - Throws: ``TraceError`` when the trace is not in thousandths of devices.
    public init(_ trace: Trace, catalog: VendorCatalog) throws(TraceError) {
        name = trace.metadata.name
        self.trace = trace
        self.catalog = catalog
        workload = trace.pods.workload(catalog: catalog)
        typicalPods = trace.typicalPods(catalog: catalog)
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
            let run = try run(policy, policySeed: policySeed, tuning, &hash)
            curves.append(run.curve)
            if number == 0 { placed = run.placed }
        }
        return SweepRow(
            key: SweepKey(trace: name, policy: policy.name, seed: seed), pods: tuning.order.count, placed: placed,
            decisionHash: hash.text, curve: LoadCurve(meanOf: curves))
    }

    private func run(
        _ policy: PolicyChoice, policySeed: UInt64, _ tuning: LoadTuning, _ hash: inout DecisionHash
    ) throws(TraceError) -> (curve: LoadCurve, placed: Int) {
        let cluster = try trace.makeCluster(catalog: catalog)
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: SchedulingDefaults())
        let context = PolicyContext(typicalPods: typicalPods, nodeRanks: tuning.nodeRanks, seed: policySeed)
        let engine = EngineChoice.indexed.make(cluster, policy, context, 1)
        let meter = FragmentationMeter(cluster, typicalPods)
        var builder = LoadCurve.Builder(totalMilli: meter.totalMilli)
        var result = RoundResult()
        var placed = 0
        let roundSize = 1000
        for start in stride(from: 0, to: tuning.order.count, by: roundSize) {
            let pods = tuning.order[start..<min(start + roundSize, tuning.order.count)]
            let shapes = pods.map { Int(trace.pods.shape[Int($0)]) }
            let classIDs = shapes.map { classifier.classIDs[$0] }.filter { $0 != RoundRunner.unclassified }
            result.removeAll()
            classIDs.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            var next = 0
            for shape in shapes {
                let requestClass = classifier.classes[shape]
                let outcome = requestClass == nil ? Outcome.rejected : result.outcomes[next]
                if requestClass != nil { next += 1 }
                if outcome.isPlaced { placed += 1 }
                hash.combine(outcome, in: result)
                meter.add(requestClass, outcome, in: result)
                builder.add(meter.record)
            }
        }
        return (builder.curve, placed)
    }
}
