import PackingBound
import PlacementEngine
import TraceModel
import TraceReplay
import VendorCatalog

/// What one order of pods allows at most.
public struct CeilingRow: Sendable, Hashable {
    /// The ceilings at a load.
    public struct Moment: Sendable, Hashable {
        public var mark: LoadMark
        /// No placement of the pods offered until then allocates more.
        public var milli: Int64
        /// The same for placements that hold every pod with devices of the work-conserving load; nil before that load, and
        /// where there is no such placement.
        public var workConservingMilli: Int64?
    }

    public var trace: String
    public var seed: UInt64
    public var totalMilli: Int64
    public var moments: [Moment]
}

/// What a policy allocated at the same moments.
public struct GapRow: Sendable, Hashable {
    public var trace: String
    public var policy: String
    public var seed: UInt64
    /// By moment; a mean where the policy draws and was run several times.
    public var allocatedMilli: [Double]
    /// Whether every pod with devices of the work-conserving load was placed then, so that its ceiling binds the policy.
    public var isWorkConserving: Bool
}

/// What a gap survey measures.
public struct GapSettings: Sendable, Hashable {
    public var sweep: SweepSettings
    /// Percent of the fleet's devices asked, ascending.
    public var loads: [Int]
    /// Load whose pods the work-conserving ceiling requires.
    public var workConservingLoad: Int

    public init(
        sweep: SweepSettings = SweepSettings(), loads: [Int] = LoadCurve.loads, workConservingLoad: Int = 90
    ) {
        self.sweep = sweep
        self.loads = loads
        self.workConservingLoad = workConservingLoad
    }
}

/// One tuned order of a trace with its moments: ceilings and runs are taken on the same pods.
struct GapRun: Sendable {
    private let source: SweepTrace
    private let tuning: LoadTuning
    private let seed: UInt64
    private let settings: GapSettings
    private let packing: ResourcePacking
    private let marks: [LoadMark]
    private let workConserving: LoadMark?

    init(_ source: SweepTrace, seed: UInt64, _ settings: GapSettings) throws(TraceError) {
        self.source = source
        self.seed = seed
        self.settings = settings
        tuning = try LoadTuning(
            source.trace, workload: source.workload, seed: seed, ratio: settings.sweep.ratio,
            draws: settings.sweep.draws)
        packing = ResourcePacking(thousandthsOf: source.trace, workload: source.workload)
        let milli = tuning.order.map { pod in
            let shape = source.workload[Int(source.trace.pods.shape[Int(pod)])]
            return Int64(shape.devices) * Int64(shape.milliPerDevice)
        }
        marks = LoadMark.marks(at: settings.loads, asked: milli, total: packing.total)
        workConserving =
            LoadMark.marks(at: [settings.workConservingLoad], asked: milli, total: packing.total).first
    }

    private func counts(_ mark: LoadMark) -> [Int64] {
        packing.counts(
            ofShapes: tuning.order[..<mark.pods].lazy.map { source.trace.pods.shape[Int($0)] })
    }

    /// The ceilings at every mark.
    func ceilings() throws(LinearProgramFailure) -> CeilingRow {
        let required = workConserving.map(counts)
        var moments: [CeilingRow.Moment] = []
        for mark in marks {
            let arrived = counts(mark)
            let plain = try PackingCeiling(packing.problem(arrived: arrived)).reward
            var moment = CeilingRow.Moment(mark: mark, milli: plain)
            if let required, let workConserving, mark.pods >= workConserving.pods {
                do throws(LinearProgramFailure) {
                    moment.workConservingMilli =
                        try PackingCeiling(packing.problem(arrived: arrived, required: required)).reward
                } catch .infeasible {}
            }
            moments.append(moment)
        }
        return CeilingRow(trace: source.name, seed: seed, totalMilli: packing.total, moments: moments)
    }

    /// Offers the pods to a policy, in the rounds of a sweep.
    func row(_ policy: PolicyChoice) throws(TraceError) -> GapRow {
        let times = policy.milli?.drawsNode == true ? settings.sweep.repeats : 1
        var sums = Array(repeating: 0.0, count: marks.count)
        var isWorkConserving = true
        for number in 0..<times {
            let run = try allocated(policy, policySeed: seed &+ UInt64(number) << 32)
            for (place, milli) in run.milli.enumerated() { sums[place] += Double(milli) }
            isWorkConserving = isWorkConserving && run.isWorkConserving
        }
        return GapRow(
            trace: source.name, policy: policy.name, seed: seed, allocatedMilli: sums.map { $0 / Double(times) },
            isWorkConserving: isWorkConserving)
    }

    private func allocated(
        _ policy: PolicyChoice, policySeed: UInt64
    ) throws(TraceError) -> (milli: [Int64], isWorkConserving: Bool) {
        let (driver, classifier) = try source.makeDriver(
            policy, policySeed: policySeed, nodeRanks: tuning.nodeRanks, settings.sweep)
        driver.engine.cluster.reserveResidents(tuning.order.count)
        let observer = GapObserver(
            ends: Set((marks + [workConserving].compactMap { $0 }).map(\.pods)))
        driver.observers.append(observer)
        source.offer(tuning, totalMilli: packing.total, settings.sweep, to: driver, classifier) { _ in }
        let isWorkConserving = workConserving.map { observer.milliAt[$0.pods] == $0.asked } ?? false
        return (marks.map { observer.milliAt[$0.pods] ?? 0 }, isWorkConserving)
    }
}

/// Adds up what pods got, and keeps the sums where the marks stand.
///
/// A policy that looks ahead decides a round as a whole; what it gave is read as if pod by pod, in the order offered, so that the
/// marks need not end rounds. A pod that comes back counts when it is placed.
private final class GapObserver: RoundObserver {
    private let ends: Set<Int>
    private var milli: Int64 = 0
    /// Allocated once so many pods had been offered.
    private(set) var milliAt: [Int: Int64] = [:]

    init(ends: Set<Int>) {
        self.ends = ends
        if ends.contains(0) { milliAt[0] = 0 }
    }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        milli += result.devices(of: decision.outcome).reduce(0) { $0 + Int64($1.cores) }
        let offered = Int(decision.sequence) + 1
        if decision.isNew && ends.contains(offered) { milliAt[offered] = milli }
    }
}
