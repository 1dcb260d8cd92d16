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
    private let timesPods: Bool
    private(set) var result = RoundResult()
    private(set) var hash = DecisionHash()
    private(set) var podNanoseconds = LatencySummary.makeHistogram()
    private(set) var roundNanoseconds = LatencySummary.makeHistogram()
    private(set) var rounds = 0
    private(set) var decisions = 0
    private(set) var totalNanoseconds: UInt64 = 0
    /// Heap allocations and placements of each stretch of rounds, and of the stretch that is not yet read.
    private var stretches: [(allocations: UInt64, placed: Int)] = []
    private var placedSinceReading = 0
    private var roundsSinceReading = 0
    private var meter = AllocationMeter()
    /// What rounds on several threads took; allocations of the stretch that is not yet read.
    private var processAllocations: UInt64 = 0
    private var processBytes: UInt64 = 0
    /// Time of the round that is under way.
    private var runningNanoseconds: UInt64 = 0
    private var runningPods = 0
    private var asked: [Int32] = []
    private var outcomes: [Outcome] = []

    /// - Parameters:
    ///   - threads: how many the engine may use.
    ///   - clock: monotonic nanoseconds; called from several threads at a time if the engine uses several.
    ///   - timesPods: whether every decision is timed, or whole rounds only.
    init(
        engine: any PlacementEngine, roundSize: Int, threads: Int, timesPods: Bool = true,
        clock: @escaping () -> UInt64
    ) {
        self.engine = engine
        self.threads = threads
        self.clock = clock
        self.timesPods = timesPods
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
        measure(valid, countsAllThreads: threads > 1)
        endRound()
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

    /// Places one pod of a round that ``endRound()`` ends. What goes into the hash is the caller's choice.
    mutating func placeNext(_ classID: Int32) -> Outcome {
        asked.removeAll(keepingCapacity: true)
        result.removeAll()
        asked.append(classID)
        measure(asked)
        decisions += 1
        return result.outcomes[0]
    }

    /// Takes the last pod's placement into the hash: when, which pod, where.
    mutating func note(_ outcome: Outcome, of sequence: Int32, at timeMs: Int64) {
        hash.combine(UInt64(bitPattern: timeMs))
        hash.combine(UInt64(UInt32(bitPattern: sequence)))
        hash.combine(outcome, in: result)
    }

    /// - Parameter countsAllThreads: whether other threads' allocations belong to the pods; takes tens of microseconds.
    private mutating func measure(_ classIDs: [Int32], countsAllThreads: Bool = false) {
        if classIDs.isEmpty { return }
        var start: UInt64 = 0
        var end: UInt64 = 0
        let place = {
            start = clock()
            classIDs.withUnsafeBufferPointer { engine.place($0, clock: timesPods ? clock : nil, into: &result) }
            end = clock()
        }
        if countsAllThreads {
            let spent = HeapCounters.measureProcessAllocations(place)
            processAllocations += spent.allocations
            processBytes += spent.bytes
        } else {
            meter.measure(place)
        }
        runningNanoseconds += end - start
        runningPods += classIDs.count
        placedSinceReading += result.outcomes.reduce(0) { $0 + ($1.isPlaced ? 1 : 0) }
        for nanoseconds in result.latencies { podNanoseconds.recordClamped(nanoseconds) }
    }

    /// Counts the round; one in which no pod was asked for is none.
    mutating func endRound() {
        if runningPods == 0 { return }
        rounds += 1
        roundsSinceReading += 1
        totalNanoseconds += runningNanoseconds
        roundNanoseconds.recordClamped(runningNanoseconds)
        // An exact count takes longer than a short round: the rounds of a virtual clock are counted together.
        if runningPods >= Self.stretchPods || roundsSinceReading >= Self.stretchRounds { endStretch() }
        (runningNanoseconds, runningPods) = (0, 0)
    }

    private static let stretchPods = 100
    private static let stretchRounds = 500

    /// Reads the heap counters. - Complexity: tens of microseconds
    mutating func endStretch() {
        if roundsSinceReading == 0 { return }
        stretches.append((meter.readAllocations() + processAllocations, placedSinceReading))
        processAllocations = 0
        (placedSinceReading, roundsSinceReading) = (0, 0)
    }

    var heapBytes: UInt64 { meter.bytes + processBytes }
    /// Allocations of all stretches that have ended.
    var heapAllocations: UInt64 { stretches.reduce(0) { $0 + $1.allocations } }

    /// Heap allocations per placement over the second half of the stretches, once every class has been met.
    var steadyHeapAllocationsPerPlacement: Double {
        let later = stretches.dropFirst(stretches.count / 2)
        let placed = later.reduce(0) { $0 + $1.placed }
        return placed > 0 ? Double(later.reduce(0) { $0 + $1.allocations }) / Double(placed) : 0
    }
}
