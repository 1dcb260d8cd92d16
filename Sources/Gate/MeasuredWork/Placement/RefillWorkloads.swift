import PlacementEngine
import PlacementModel
import TraceModel
import TraceReplay

/// Placement alone, again and again: a fleet is half filled in rounds and emptied, without anything else in between. Unlike a
/// replay, nearly all of its time is that of the engine, which makes it the quickest way to tell two builds apart.
enum RefillWorkloads {
    static let all: [Workload] = [
        refill(.sharedIndex, "binpack", pods: 10_000, classes: 512),
        refill(.sharedIndex, "spread", pods: 10_000, classes: 512),
        refill(.nodeStates, "binpack", pods: 5000, classes: 256),
        refill(.nodeStates, "spread", pods: 5000, classes: 256),
    ]

    private static func refill(_ fleet: SampleFleet, _ policy: String, pods: Int, classes: Int) -> Workload {
        Workload(
            "refill/\(fleet.rawValue)/\(policy)",
            "1,000 nodes half filled in rounds of 100 pods and emptied, node policy \(policy)",
            operation: "pod"
        ) { size, shelf in
            let trace = try fleet.trace(
                nodes: size.pick(smoke: 40, full: 1000), pods: size.pick(smoke: 400, full: pods),
                classes: size.pick(smoke: 24, full: classes), on: shelf)
            return try RefillWorkload(
                trace, shelf, nodePolicy: policy, passes: size.pick(smoke: 2, full: 12))
        }
    }
}

/// Rounds of pods onto an empty fleet, which is emptied after each pass; a part is a round, with the least time of all passes.
private final class RefillWorkload: WorkloadRun {
    private static let roundSize = 100
    private let cluster: Fleet
    private let driver: RoundDriver
    private let rounds: [[Int32]]
    private let passes: Int
    private var placed: [ResidentID] = []
    private var hash = DecisionHash()
    private var countersBefore = WorkCounters()
    /// Of each round, over the passes of the run.
    private var least: [UInt64]

    init(_ trace: Trace, _ shelf: TraceShelf, nodePolicy: String, passes: Int) throws {
        self.passes = passes
        cluster = try trace.makeCluster(catalog: shelf.catalog)
        driver = RoundDriver(IndexedEngine(cluster: cluster))
        var defaults = SchedulingDefaults()
        defaults.nodePolicy = nodePolicy
        let classes = trace.podClasses(on: cluster, defaults: defaults).filter { $0 >= 0 }.prefix(trace.pods.count / 2)
        rounds = stride(from: 0, to: classes.count, by: Self.roundSize).map { start in
            Array(classes[start..<min(start + Self.roundSize, classes.count)])
        }
        placed.reserveCapacity(classes.count)
        least = Array(repeating: .max, count: rounds.count)
        // Builds the indexes and meets every class, so that all runs find the same.
        pass()
    }

    func reset() {
        hash = DecisionHash()
        countersBefore = driver.engine.counters
        for round in least.indices { least[round] = .max }
    }

    func run() {
        for _ in 0..<passes { pass() }
    }

    private func pass() {
        for (place, round) in rounds.enumerated() {
            let start = threadProcessorNanoseconds()
            let outcomes = driver.place(round)
            least[place] = min(least[place], threadProcessorNanoseconds() - start)
            for outcome in outcomes {
                hash.combine(outcome, in: driver.result)
                if outcome.isPlaced { placed.append(outcome.resident) }
            }
        }
        for resident in placed { cluster.remove(resident) }
        placed.removeAll(keepingCapacity: true)
    }

    /// As long as if every pass were as quick as the quickest.
    var laps: [UInt64] { least.map { $0 * UInt64(passes) } }

    var outcome: WorkloadOutcome {
        let counters = driver.engine.counters
        var outcome = WorkloadOutcome(
            operations: passes * rounds.reduce(0) { $0 + $1.count }, hash: hash.text)
        outcome.counts = [
            "exactChecks": Int64(counters.exactChecks - countersBefore.exactChecks),
            "nodesRescored": Int64(counters.nodesRescored - countersBefore.nodesRescored),
            "indexLevels": Int64(counters.indexLevels - countersBefore.indexLevels),
            "cacheLines": Int64(counters.cacheLines - countersBefore.cacheLines),
        ]
        return outcome
    }
}
