import HeapCounters
import Histogram
import PlacementEngine

/// Measures an engine at work, round by round: time and heap allocations.
final class EngineMeter: RoundMeter {
    private let threads: Int
    private let clock: () -> UInt64
    private let timesPods: Bool
    private(set) var podNanoseconds = LatencySummary.makeHistogram()
    private(set) var roundNanoseconds = LatencySummary.makeHistogram()
    private(set) var rounds = 0
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

    /// - Parameters:
    ///   - threads: how many the engine may use.
    ///   - clock: monotonic nanoseconds; called from several threads at a time if the engine uses several.
    ///   - timesPods: whether every decision is timed, or whole rounds only.
    init(threads: Int, timesPods: Bool = true, clock: @escaping () -> UInt64) {
        self.threads = threads
        self.clock = clock
        self.timesPods = timesPods
    }

    var podClock: (() -> UInt64)? { timesPods ? clock : nil }

    func measure(pods: Int, isRound: Bool, _ place: () -> Void) {
        var start: UInt64 = 0
        var end: UInt64 = 0
        let timed = {
            start = self.clock()
            place()
            end = self.clock()
        }
        // Other threads' allocations belong to the pods of a round; to count them takes tens of microseconds.
        if isRound && threads > 1 {
            let spent = HeapCounters.measureProcessAllocations(timed)
            processAllocations += spent.allocations
            processBytes += spent.bytes
        } else {
            meter.measure(timed)
        }
        runningNanoseconds += end - start
        runningPods += pods
    }

    func didPlace(_ result: RoundResult) {
        placedSinceReading += result.outcomes.reduce(0) { $0 + ($1.isPlaced ? 1 : 0) }
        for nanoseconds in result.latencies { podNanoseconds.recordClamped(nanoseconds) }
    }

    /// Counts the round; one in which no pod was asked for is none.
    func didEndRound() {
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
    func endStretch() {
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
