import HeapCounters
import Histogram
import PlacementEngine

/// Hands pods to an engine round by round and measures it: time, heap allocations, the decision hash.
struct RoundRunner {
    /// Outcome of a pod that cannot be asked for.
    static let unclassified: Int32 = -1

    let engine: any PlacementEngine
    private let threads: Int
    private let clock: () -> UInt64
    private(set) var result = RoundResult()
    private(set) var hash = DecisionHash()
    private(set) var podNanoseconds = LatencySummary.makeHistogram()
    private(set) var roundNanoseconds = LatencySummary.makeHistogram()
    private(set) var rounds = 0
    private(set) var decisions = 0
    private(set) var totalNanoseconds: UInt64 = 0
    private(set) var heapAllocations: UInt64 = 0
    private(set) var heapBytes: UInt64 = 0
    /// Heap allocations and placements of each round.
    private(set) var roundCounts: [(allocations: UInt64, placed: Int)] = []
    private var asked: [Int32] = []
    private var outcomes: [Outcome] = []

    /// - Parameters:
    ///   - threads: how many the engine may use.
    ///   - clock: monotonic nanoseconds; called from several threads at a time if the engine uses several.
    init(engine: any PlacementEngine, roundSize: Int, threads: Int, clock: @escaping () -> UInt64) {
        self.engine = engine
        self.threads = threads
        self.clock = clock
        result.outcomes.reserveCapacity(roundSize)
        result.devices.reserveCapacity(roundSize * 4)
        result.latencies.reserveCapacity(roundSize)
        asked.reserveCapacity(roundSize)
        outcomes.reserveCapacity(roundSize)
    }

    /// Places pods by request class, ``unclassified`` ones being rejected without asking.
    ///
    /// - Returns: an outcome for each, whose devices are in ``result`` until the next round.
    mutating func place(_ classIDs: some Sequence<Int32>) -> [Outcome] {
        asked.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        result.removeAll()
        for id in classIDs {
            outcomes.append(.rejected)
            asked.append(id)
        }
        let valid = asked.allSatisfy { $0 != Self.unclassified } ? asked : asked.filter { $0 != Self.unclassified }
        measure(valid)
        var next = 0
        for place in asked.indices {
            if asked[place] != Self.unclassified {
                outcomes[place] = result.outcomes[next]
                next += 1
            }
            hash.combine(outcomes[place], in: result)
        }
        decisions += asked.count
        return outcomes
    }

    private mutating func measure(_ classIDs: [Int32]) {
        if classIDs.isEmpty { return }
        var start: UInt64 = 0
        var end: UInt64 = 0
        let place = {
            start = clock()
            classIDs.withUnsafeBufferPointer { engine.place($0, clock: clock, into: &result) }
            end = clock()
        }
        let spent =
            threads > 1
            ? HeapCounters.measureProcessAllocations(place) : HeapCounters.measureAllocations(place)
        rounds += 1
        totalNanoseconds += end - start
        heapAllocations += spent.allocations
        heapBytes += spent.bytes
        roundCounts.append((spent.allocations, result.outcomes.reduce(0) { $0 + ($1.isPlaced ? 1 : 0) }))
        roundNanoseconds.recordClamped(end - start)
        for nanoseconds in result.latencies { podNanoseconds.recordClamped(nanoseconds) }
    }

    /// Heap allocations per placement over the second half of the rounds, once every class has been met.
    var steadyHeapAllocationsPerPlacement: Double {
        let later = roundCounts.dropFirst(roundCounts.count / 2)
        let placed = later.reduce(0) { $0 + $1.placed }
        return placed > 0 ? Double(later.reduce(0) { $0 + $1.allocations }) / Double(placed) : 0
    }
}
