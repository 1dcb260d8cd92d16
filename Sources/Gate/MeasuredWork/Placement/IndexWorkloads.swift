import PlacementEngine
import PlacementModel
import TraceModel

/// The indexed engine's structures: built from nothing, and asked again and again.
enum IndexWorkloads {
    static let all: [Workload] = [
        Workload("index/build", "a new engine's first pod: every structure it needs is built", operation: "node") {
            size, shelf in
            let trace = try trace(size, shelf)
            return try IndexWorkload(trace, shelf, operations: trace.nodes.count) { $0.first.map { [[$0]] } ?? [] }
        },
        Workload(
            "index/query", "pods placed one at a time and taken off again, on a half-filled fleet", operation: "pod"
        ) { size, shelf in
            let trace = try trace(size, shelf)
            let queries = size.pick(smoke: 100, full: 20_000)
            return try IndexWorkload(trace, shelf, operations: queries, filling: trace.pods.count / 2) { classes in
                (0..<queries).map { [classes[$0 * 7 % classes.count]] }
            }
        },
    ]

    private static func trace(_ size: WorkloadSize, _ shelf: TraceShelf) throws -> Trace {
        try SampleFleet.sharedIndex.trace(
            nodes: size.pick(smoke: 40, full: 10_000), pods: size.pick(smoke: 400, full: 40_000),
            classes: size.pick(smoke: 24, full: 4096), on: shelf)
    }
}

/// An engine on a fleet: rounds of pods, each taken off the fleet before the next where the fleet was filled first.
private final class IndexWorkload: WorkloadRun {
    private let trace: Trace
    private let shelf: TraceShelf
    private let operations: Int
    private let filling: Int
    private let makeRounds: ([Int32]) -> [[Int32]]
    private var cluster: Fleet
    private var driver: RoundDriver
    private var rounds: [[Int32]] = []
    private var hash = DecisionHash()
    private var countersBefore = WorkCounters()

    init(
        _ trace: Trace, _ shelf: TraceShelf, operations: Int, filling: Int = 0,
        rounds: @escaping ([Int32]) -> [[Int32]]
    ) throws {
        self.trace = trace
        self.shelf = shelf
        self.operations = operations
        self.filling = filling
        makeRounds = rounds
        cluster = try trace.makeCluster(catalog: shelf.catalog)
        driver = RoundDriver(IndexedEngine(cluster: cluster))
    }

    func reset() throws {
        cluster = try trace.makeCluster(catalog: shelf.catalog)
        driver = RoundDriver(IndexedEngine(cluster: cluster))
        let classes = trace.podClasses(on: cluster).filter { $0 >= 0 }
        rounds = makeRounds(classes)
        if filling > 0 {
            _ = driver.place(classes.prefix(filling))
        }
        hash = DecisionHash()
        countersBefore = driver.engine.counters
    }

    func run() {
        for round in rounds {
            for outcome in driver.place(round) {
                hash.combine(outcome, in: driver.result)
                if outcome.isPlaced { cluster.remove(outcome.resident) }
            }
        }
    }

    var outcome: WorkloadOutcome {
        let counters = driver.engine.counters
        var outcome = WorkloadOutcome(operations: operations, hash: hash.text)
        outcome.counts = [
            "exactChecks": Int64(counters.exactChecks - countersBefore.exactChecks),
            "nodesRescored": Int64(counters.nodesRescored - countersBefore.nodesRescored),
            "indexLevels": Int64(counters.indexLevels - countersBefore.indexLevels),
            "cacheLines": Int64(counters.cacheLines - countersBefore.cacheLines),
        ]
        return outcome
    }
}
