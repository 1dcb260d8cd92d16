import PlacementModel

/// Chooses some of the cards that pass, so that the scores of all pairs among them add up to the most; the combination that
/// comes first in the order of the scan on ties.
///
/// A card cut by MIG passes once for each instance that it has room for, so cards stand in runs:
///
/// ```
/// scan        G0 G0 G0 G1 G1 G2          runs  G0 x3, G1 x2, G2 x1
/// choose 3    scores G0-G1 5, G1-G2 9, all others 0
///             first of a run, then the next of it: G0 G1 G2 (14) comes before G0 G1 G1 (10), ...
///             found: G0 G1 G2
/// ```
///
/// Instances of a run are alike and next to each other, so of each run the first ones are taken: what is chosen is a number
/// a run. The combinations are walked in order; a part of one is given up when even the best pairs that are left cannot
/// bring it to the best value known. The best combination of many pairs is hard to find in general: after ``stepsMax``
/// steps the best one found stands.
struct PairScoreChoice {
    /// Parts of combinations that are looked at before the search ends. Eight scored cards need at most 70; HAMi itself walks
    /// every combination and never ends where this would matter.
    static let stepsMax = InputLimits.pairChoiceSteps
    /// Instances up to which a step costs one; the cost of a step grows with the square of them.
    static let cheapInstances = 128
    /// Scores beyond this are not bounded: their sums could wrap around, as HAMi's do. A request is for less than 2^14 instances,
    /// so the sums of a bound stay below 2^14 x 3 x 2^14 x 2^32 < 2^63.
    private static let scoreMax: Int64 = 1 << 32
    /// Pairs that the search for good combinations looks at, beyond the first of them.
    private static let greedyPairsMax = 20_000_000
    /// Cards times instances up to which the best partners of each card are put in order.
    private static let boundedPairsMax = 4_000_000

    private let lengths: [Int]
    private let count: Int
    /// Score of a run with a later one or itself, `earlier * runs + later`.
    private let scores: [Int64]
    /// For each run and number of partners, what the best of them can add: `run * (count + 1) + partners`.
    private let partnerSums: [Int64]
    private let isBounded: Bool

    private var taken: [Int]
    /// For each run, its scores with all that is taken.
    private var gains: [Int64]
    private var best: [Int] = []
    private var bestValue = Int64.min
    /// A value that is known to be reached; the first combination that reaches it is looked for.
    private var known = Int64.min
    private var steps = 0
    private let stepCost: Int
    private var bounds: [Int64] = []

    /// Positions in the scan of the best `count` of all instances, ascending.
    ///
    /// - Parameters:
    ///   - lengths: instances of each run, in the order of the scan; `count` of them or more in all.
    ///   - score: of two runs, the earlier first, or of a run with itself.
    /// - Complexity: O(runs^2 + stepsMax x runs), and not more time for more than ``cheapInstances``
    static func positions(of count: Int, among lengths: [Int], score: (Int, Int) -> Int64) -> [Int] {
        var parts = 0
        return positions(of: count, among: lengths, parts: &parts, score: score)
    }

    /// The same. - Parameter parts: gets how many parts of combinations were looked at
    static func positions(
        of count: Int, among lengths: [Int], parts: inout Int, score: (Int, Int) -> Int64
    ) -> [Int] {
        var search = PairScoreChoice(count: count, lengths: lengths, score: score)
        search.findGreedily()
        search.walk(from: 0, missing: count, value: 0)
        parts = search.steps / search.stepCost
        var positions: [Int] = []
        var start = 0
        for (run, length) in lengths.enumerated() {
            positions += start..<start + search.best[run]
            start += length
        }
        return positions
    }

    private init(count: Int, lengths: [Int], score: (Int, Int) -> Int64) {
        let runs = lengths.count
        var scores = Array(repeating: Int64(0), count: runs * runs)
        var largest: UInt64 = 0
        for earlier in 0..<runs {
            for later in earlier..<runs {
                let value = score(earlier, later)
                scores[earlier * runs + later] = value
                largest = max(largest, value.magnitude)
            }
        }
        let instances = lengths.reduce(0) { $0 + min($1, count) }
        isBounded = largest <= UInt64(Self.scoreMax) && runs * instances <= Self.boundedPairsMax
        var sums = Array(repeating: Int64(0), count: runs * (count + 1))
        for run in 0..<(isBounded ? runs : 0) {
            var partners: [Int64] = []
            for other in 0..<runs {
                let instances = min(other == run ? lengths[other] - 1 : lengths[other], count)
                let value = scores[min(run, other) * runs + max(run, other)]
                partners += Array(repeating: value, count: instances)
            }
            partners.sort(by: >)
            for number in 1..<(count + 1) where number <= partners.count {
                sums[run * (count + 1) + number] = sums[run * (count + 1) + number - 1] + partners[number - 1]
            }
        }
        // At most 2^14 instances a run and 2^10 runs: the square stays below 2^48.
        stepCost = max(1, instances * instances / (Self.cheapInstances * Self.cheapInstances))
        self.lengths = lengths
        self.count = count
        self.scores = scores
        partnerSums = sums
        taken = Array(repeating: 0, count: runs)
        gains = Array(repeating: 0, count: runs)
    }

    private func pair(_ run: Int, _ other: Int) -> Int64 {
        scores[min(run, other) * lengths.count + max(run, other)]
    }

    private mutating func take(_ run: Int) {
        taken[run] += 1
        for other in gains.indices { gains[other] &+= pair(run, other) }
    }

    private mutating func giveBack(_ run: Int) {
        taken[run] -= 1
        for other in gains.indices { gains[other] &-= pair(run, other) }
    }

    /// A good combination from each run on, by always adding what gains most: its value prunes the walk.
    private mutating func findGreedily() {
        var pairs = 0
        for first in lengths.indices where lengths[first] > 0 {
            if pairs > Self.greedyPairsMax { return }
            pairs += count * lengths.count
            var value: Int64 = 0
            var path = [first]
            take(first)
            while path.count < count {
                var next = -1
                for run in lengths.indices where taken[run] < lengths[run] {
                    if next < 0 || gains[run] > gains[next] { next = run }
                }
                value &+= gains[next]
                take(next)
                path.append(next)
            }
            if value > known || best.isEmpty {
                known = value
                best = taken
            }
            for run in path { giveBack(run) }
        }
    }

    /// Walks the combinations that go on with instances of `run` or later ones, in order.
    private mutating func walk(from run: Int, missing: Int, value: Int64) {
        if missing == 0 {
            if bestValue == .min ? value >= known : value > bestValue {
                bestValue = value
                best = taken
            }
            return
        }
        steps += stepCost
        if steps > Self.stepsMax || run == lengths.count { return }
        if isBounded, steps > stepCost {
            let bound = bound(from: run, missing: missing, value: value)
            if bestValue == .min ? bound < known : bound <= bestValue { return }
        }
        // In the order of the scan the next instance of this run comes before the first one of a later run.
        if taken[run] < lengths[run] {
            let gain = gains[run]
            take(run)
            walk(from: run, missing: missing - 1, value: value &+ gain)
            giveBack(run)
        }
        walk(from: run + 1, missing: missing, value: value)
    }

    /// More than any combination can reach that goes on with `run` or later ones: each further instance counts with what is
    /// taken, and with half of its best pairs among the others. `Int64.min` where too few are left.
    private mutating func bound(from run: Int, missing: Int, value: Int64) -> Int64 {
        bounds.removeAll(keepingCapacity: true)
        for other in run..<lengths.count {
            let twice = 2 * gains[other] + partnerSums[other * (count + 1) + missing - 1]
            for _ in taken[other]..<max(min(lengths[other], taken[other] + missing), taken[other]) {
                bounds.append(twice)
            }
        }
        if bounds.count < missing { return .min }
        bounds.sort(by: >)
        let sum = bounds[..<missing].reduce(0, +)
        // Half of it, rounded up.
        return value + (sum >> 1) + (sum & 1)
    }
}
