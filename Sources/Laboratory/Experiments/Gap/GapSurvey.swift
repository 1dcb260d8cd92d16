import PackingBound
import PlacementModel
import Synchronization
import TraceModel
import TraceReplay

/// How far policies stay below the ceiling: policies x traces x seeds, spread over cores.
public struct GapSurvey: Sendable {
    public var traces: [SweepTrace]
    /// May be empty: then ceilings alone are found.
    public var policies: [PolicyChoice]
    public var seeds: [UInt64]
    public var settings: GapSettings
    public var jobs: Int

    public init(
        traces: [SweepTrace], policies: [PolicyChoice], seeds: [UInt64], settings: GapSettings = GapSettings(),
        jobs: Int = 1
    ) {
        self.traces = traces
        self.policies = policies
        self.seeds = seeds
        self.settings = settings
        self.jobs = jobs
    }

    /// What a survey found, in the order of traces, seeds and policies.
    public struct Result: Sendable {
        public var ceilings: [CeilingRow] = []
        public var gaps: [GapRow] = []
    }

    private struct Progress {
        var ceilings: [CeilingRow?]
        var gaps: [[GapRow?]]
        var done = 0
        var error: TraceError?
    }

    /// Finds ceilings and runs policies.
    ///
    /// - Parameter progress: pieces done and in all; called by one thread at a time.
    /// - Throws: ``TraceError`` that names the trace whose ceiling the solver did not find.
    /// - Determinism: the result does not depend on ``jobs``.
    public func run(progress: (@Sendable (Int, Int) -> Void)? = nil) throws(TraceError) -> Result {
        let runs = traces.flatMap { trace in seeds.map { (trace: trace, seed: $0) } }
        let width = 1 + policies.count
        let total = runs.count * width
        let shared = Mutex(
            Progress(
                ceilings: Array(repeating: nil, count: runs.count),
                gaps: Array(repeating: Array(repeating: nil, count: policies.count), count: runs.count)))
        progress?(0, total)
        let (policies, settings) = (policies, settings)
        Parallel.forEach(count: total, jobs: jobs) { piece in
            let (place, task) = piece.quotientAndRemainder(dividingBy: width)
            let (trace, seed) = runs[place]
            var ceiling: CeilingRow?
            var gap: GapRow?
            var failure: TraceError?
            do {
                let run = try GapRun(trace, seed: seed, settings)
                if task == 0 { ceiling = try run.ceilings() } else { gap = try run.row(policies[task - 1]) }
            } catch let error as TraceError {
                failure = error
            } catch {
                failure = TraceError(
                    file: trace.name, problem: "the solver found no ceiling for seed \(seed): \(error)")
            }
            return shared.withLock { state in
                if let ceiling { state.ceilings[place] = ceiling }
                if let gap { state.gaps[place][task - 1] = gap }
                state.error = state.error ?? failure
                state.done += 1
                progress?(state.done, total)
                return state.error == nil
            }
        }
        let state = shared.withLock { $0 }
        if let error = state.error { throw error }
        return Result(
            ceilings: state.ceilings.compactMap { $0 }, gaps: state.gaps.joined().compactMap { $0 })
    }
}

/// Means over the seeds of a trace: the ceilings, or a policy and its gaps to them.
public struct GapMean: Sendable, Hashable {
    public var trace: String
    /// Nil for the ceilings themselves.
    public var policy: String?
    public var seeds: Int
    /// Percent of the fleet's devices at each load; nil = some seed never came near the load. Of the ceilings: the ceiling.
    public var percent: [Double?]
    /// Of a policy: points below the ceiling.
    public var gapPoints: [Double?]
    /// Of the ceilings: the work-conserving one in percent. Of a policy: points below it, over the seeds that it binds.
    public var workConserving: [Double?]
    /// Seeds that the work-conserving ceiling binds.
    public var workConservingSeeds: Int
}

extension GapSurvey.Result {
    /// The ceilings of each trace, followed by its policies. - Complexity: linear in rows x loads.
    public func means(loads: [Int]) -> [GapMean] {
        var means: [GapMean] = []
        var traces: [String] = []
        for row in ceilings where !traces.contains(row.trace) { traces.append(row.trace) }
        for trace in traces {
            let rows = ceilings.filter { $0.trace == trace }
            means.append(
                GapMean(
                    trace: trace, policy: nil, seeds: rows.count,
                    percent: Self.mean(loads, rows) { row, place in row.percent(Double(row.moments[place].milli)) },
                    gapPoints: loads.map { _ in nil },
                    workConserving: Self.mean(loads, rows) { row, place in
                        row.moments[place].workConservingMilli.map { row.percent(Double($0)) }
                    }, workConservingSeeds: rows.count))
            let gapRows = gaps.filter { $0.trace == trace }
            var policies: [String] = []
            for row in gapRows where !policies.contains(row.policy) { policies.append(row.policy) }
            for policy in policies {
                let ofPolicy = Dictionary(
                    uniqueKeysWithValues: gapRows.filter { $0.policy == policy }.map { ($0.seed, $0) })
                let seen = rows.filter { ofPolicy[$0.seed] != nil }
                let bound = seen.filter { ofPolicy[$0.seed]?.isWorkConserving == true }
                func allocated(_ row: CeilingRow, _ place: Int) -> Double {
                    ofPolicy[row.seed]?.allocatedMilli[place] ?? 0
                }
                means.append(
                    GapMean(
                        trace: trace, policy: policy, seeds: seen.count,
                        percent: Self.mean(loads, seen) { $0.percent(allocated($0, $1)) },
                        gapPoints: Self.mean(loads, seen) {
                            $0.percent(Double($0.moments[$1].milli) - allocated($0, $1))
                        },
                        workConserving: Self.mean(loads, bound) { row, place in
                            row.moments[place].workConservingMilli.map {
                                row.percent(Double($0) - allocated(row, place))
                            }
                        }, workConservingSeeds: bound.count))
            }
        }
        return means
    }

    /// At each load, the mean over rows; nil where a row lacks it.
    private static func mean(
        _ loads: [Int], _ rows: [CeilingRow], _ value: (CeilingRow, _ moment: Int) -> Double?
    ) -> [Double?] {
        loads.map { load in
            let values = rows.compactMap { row in
                row.moments.firstIndex { $0.mark.load == load }.flatMap { value(row, $0) }
            }
            return values.isEmpty || values.count < rows.count ? nil : values.reduce(0, +) / Double(values.count)
        }
    }
}

extension CeilingRow {
    fileprivate func percent(_ milli: Double) -> Double { 100 * milli / Double(totalMilli) }
}
