import PlacementEngine
import PlacementModel
import PlacementPolicies
import Synchronization
import TraceModel
import TraceReplay

/// How a run is read at a load.
public enum LoadReading: String, Sendable, Hashable, CaseIterable {
    /// The mean of the records within half a percent of the load, as the published curves.
    case published
    /// The state when a load of 90, 95, 100, 110 or 130 % is reached; rounds end there, so every policy has seen the same pods.
    case marks
}

/// How the pods of all runs of a sweep are drawn.
public struct SweepSettings: Sendable, Hashable {
    /// Device milli that arrive in all, as a multiple of the fleet's.
    public var ratio: Double
    public var draws: DrawSource
    /// How often a seed is run under a policy that draws nodes, each time with other draws; its row is the mean.
    public var repeats: Int

    /// Pods of a round; matters to policies that look ahead alone.
    public var roundSize: Int
    public var reading: LoadReading
    public var statistics: ReplayOptions.Statistics

    public init(
        ratio: Double = 1.3, draws: DrawSource = .published, repeats: Int = 10, roundSize: Int = 1000,
        reading: LoadReading = .published, statistics: ReplayOptions.Statistics = .trace
    ) {
        self.ratio = ratio
        self.draws = draws
        self.repeats = repeats
        self.roundSize = roundSize
        self.reading = reading
        self.statistics = statistics
    }

    /// The form that results files hold: `1.3 published x10 rounds 1000 published trace`.
    var text: String {
        "\(ratio) \(draws.rawValue) x\(repeats) rounds \(roundSize) \(reading.rawValue) \(statistics.rawValue)"
    }
}

/// Policies x traces x seeds, spread over cores, resumed where an interruption left it.
public struct Sweep: Sendable {
    public var traces: [SweepTrace]
    public var policies: [PolicyChoice]
    public var seeds: [UInt64]
    public var settings: SweepSettings
    public var jobs: Int
    /// Only every `shardCount`-th run, beginning with `shard` (from 0).
    public var shard = 0
    public var shardCount = 1

    public init(
        traces: [SweepTrace], policies: [PolicyChoice], seeds: [UInt64], settings: SweepSettings = SweepSettings(),
        jobs: Int = 1
    ) {
        self.traces = traces
        self.policies = policies
        self.seeds = seeds
        self.settings = settings
        self.jobs = jobs
    }

    private struct Planned {
        var trace: SweepTrace
        var policy: PolicyChoice
        var seed: UInt64

        var key: SweepKey { SweepKey(trace: trace.name, policy: policy.name, seed: seed) }
    }

    /// The runs of this shard, in the order of the table.
    private var planned: [Planned] {
        var all: [Planned] = []
        for trace in traces {
            for policy in policies {
                for seed in seeds { all.append(Planned(trace: trace, policy: policy, seed: seed)) }
            }
        }
        return all.indices.filter { $0 % shardCount == shard }.map { all[$0] }
    }

    private struct Progress: ~Copyable {
        var file: SweepResults
        var rows: [SweepKey: SweepRow]
        var error: TraceError?
    }

    /// Makes the runs that the results file lacks.
    ///
    /// - Parameters:
    ///   - path: results file, made when missing.
    ///   - progress: runs done and in all; called by one thread at a time.
    /// - Returns: the rows of all runs, in ``SweepRow``'s order.
    public func run(resultsAt path: String, progress: (@Sendable (Int, Int) -> Void)? = nil) throws(TraceError)
        -> [SweepRow]
    {
        let planned = planned
        let file = try SweepResults(path, settings: settings)
        try checkTraces(of: file.found, in: path)
        let known = Dictionary(uniqueKeysWithValues: file.found.map { ($0.key, $0) })
        let missing = planned.filter { known[$0.key] == nil }
        let done = planned.count - missing.count
        progress?(done, planned.count)
        let shared = Mutex(Progress(file: file, rows: known))
        let settings = settings
        Parallel.forEach(count: missing.count, jobs: jobs) { piece in
            let run = missing[piece]
            let row: Result<SweepRow, TraceError>
            do throws(TraceError) {
                row = .success(
                    try run.trace.run(run.policy, seed: run.seed, settings))
            } catch {
                row = .failure(error)
            }
            return shared.withLock { state in
                do throws(TraceError) {
                    let row = try row.get()
                    try state.file.append(row)
                    state.rows[row.key] = row
                    progress?(min(state.rows.count - known.count + done, planned.count), planned.count)
                } catch {
                    state.error = error
                }
                return state.error == nil
            }
        }
        let (rows, error) = shared.withLock { ($0.rows, $0.error) }
        if let error { throw error }
        return planned.compactMap { rows[$0.key] }.sorted()
    }

    /// Rows that another trace of the same name gave are none of this sweep.
    private func checkTraces(of rows: [SweepRow], in path: String) throws(TraceError) {
        let known = Dictionary(traces.map { ($0.name, $0.sha256) }) { first, _ in first }
        for row in rows {
            guard let sha256 = known[row.key.trace], sha256 != row.traceSHA256 else { continue }
            throw TraceError(
                file: path,
                problem: "has rows of another trace that is named \(row.key.trace) too (SHA-256 \(row.traceSHA256), "
                    + "this one's is \(sha256)); keep this sweep's rows in a file of their own")
        }
    }

    /// The keys of all runs of this shard, in the order that cuts runs into shards.
    public var keys: [SweepKey] { planned.map(\.key) }

    /// Joins results files of shards; rows in ``SweepRow``'s order, as one machine prints them.
    ///
    /// - Throws: ``TraceError`` when a run stands in two of them.
    public static func merge(_ paths: [String], settings: SweepSettings) throws(TraceError) -> [SweepRow] {
        var rows: [SweepRow] = []
        var known: Set<SweepKey> = []
        var contents: [String: String] = [:]
        for path in paths {
            for row in try SweepResults.read(try TraceFiles.read(path), file: path, settings: settings) {
                if !known.insert(row.key).inserted {
                    throw TraceError(
                        file: path,
                        problem: "run \(row.key.trace), \(row.key.policy), seed \(row.key.seed) stands in two files")
                }
                let sha256 = contents.updateValue(row.traceSHA256, forKey: row.key.trace) ?? row.traceSHA256
                if sha256 != row.traceSHA256 {
                    throw TraceError(
                        file: path,
                        problem: "rows of \(row.key.trace) are of two traces: SHA-256 \(row.traceSHA256) and \(sha256)")
                }
                rows.append(row)
            }
        }
        return rows.sorted()
    }

    /// Rows as CSV.
    public static func csv(_ rows: [SweepRow], settings: SweepSettings) -> [UInt8] {
        SweepResults.csv(rows, settings: settings)
    }
}

/// Means over the seeds of one trace and policy.
public struct SweepMean: Sendable, Hashable {
    public var trace: String
    public var policy: String
    public var seeds: Int
    /// At each of ``LoadCurve/loads``; nil = some run never came near the load.
    public var allocationPercent: [Double?]
    public var fragmentationRatioPercent: [Double?]
    public var fragmentationPercent: [Double?]
    public var plainPodsUnplaced: [Double?]
    /// Standard deviation of the allocation over the seeds; nil for one seed.
    public var allocationDeviation: [Double?]
    public var rejected: Double

    /// In order of first appearance. - Complexity: linear in rows.
    public static func means(of rows: [SweepRow]) -> [SweepMean] {
        var groups: [[SweepRow]] = []
        var places: [[String]: Int] = [:]
        for row in rows {
            let name = [row.key.trace, row.key.policy]
            if let place = places[name] {
                groups[place].append(row)
            } else {
                places[name] = groups.count
                groups.append([row])
            }
        }
        return groups.map { group in
            let group = group.sorted { $0.key.seed < $1.key.seed }
            func mean(_ values: KeyPath<LoadCurve, [Double?]>) -> [Double?] {
                LoadCurve.loads.indices.map { load in
                    let known = group.compactMap { $0.curve[keyPath: values][load] }
                    return known.count < group.count ? nil : known.reduce(0, +) / Double(known.count)
                }
            }
            let allocation = mean(\.allocationPercent)
            let deviation = LoadCurve.loads.indices.map { load -> Double? in
                guard let middle = allocation[load], group.count > 1 else { return nil }
                let squares = group.reduce(0.0) {
                    let away = ($1.curve.allocationPercent[load] ?? middle) - middle
                    return $0 + away * away
                }
                return (squares / Double(group.count - 1)).squareRoot()
            }
            return SweepMean(
                trace: group[0].key.trace, policy: group[0].key.policy, seeds: group.count,
                allocationPercent: allocation,
                fragmentationRatioPercent: mean(\.fragmentationRatioPercent),
                fragmentationPercent: mean(\.fragmentationPercent), plainPodsUnplaced: mean(\.plainPodsUnplaced),
                allocationDeviation: deviation,
                rejected: Double(group.reduce(0) { $0 + $1.pods - $1.placed }) / Double(group.count))
        }
    }
}
