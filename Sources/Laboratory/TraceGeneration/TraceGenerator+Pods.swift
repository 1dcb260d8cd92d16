import PlacementEngine
import PlacementModel
import SeededNumbers
import TraceModel

extension TraceGenerator {
    private static let gangSizes: [Int32] = [2, 4, 8]
    /// Pods of a burst, on average.
    private static let burstMean = 50
    private static let burstGapMs: Int64 = 100
    private static let durationSigma = 1.5

    /// Adds the queued pods with their times and gangs.
    func addPods(to trace: inout Trace, _ classes: [ClassDraft]) {
        var draws = stream(.pods)
        var durations = stream(.durations)
        var arrivals = ArrivalClock(options, stream(.arrivals), burstMean: Self.burstMean, burstGapMs: Self.burstGapMs)
        let table = AliasTable(weights: classes.map(\.weight))
        let shapes = classes.enumerated().map {
            trace.pods.shape(of: $0.element, namespace: "team-\($0.offset % 4 + 1)")
        }
        trace.pods.reserveCapacity(trace.pods.count + options.pods)
        // A gang starts so often that the share of pods in gangs comes out right.
        let meanSize = Double(Self.gangSizes.reduce(0, +)) / Double(Self.gangSizes.count)
        let gangChance = options.gangShare / (options.gangShare + (1 - options.gangShare) * meanSize)
        var pod = 0
        var gangs = 0
        while pod < options.pods {
            let place = table.draw(&draws)
            let arrivalMs = arrivals.next()
            var size: Int32 = 1
            var gang: Int32 = -1
            if options.gangShare > 0, draws.isTrue(gangChance) {
                size = min(Self.gangSizes[draws.below(Self.gangSizes.count)], Int32(options.pods - pod))
                gang = trace.pods.texts.intern("gang-\(gangs)")
                gangs += 1
            }
            let duration = durationMs(&durations)
            for _ in 0..<size {
                _ = trace.pods.append(
                    name: "pod-" + Self.padded(pod, count: options.pods), arrivalMs: arrivalMs, durationMs: duration,
                    shape: shapes[place], gang: gang, gangSize: gang < 0 ? 0 : size)
                pod += 1
            }
        }
    }

    func durationMs(_ generator: inout SeededGenerator) -> Int64 {
        guard let minutes = options.meanDurationMinutes else { return -1 }
        let meanMs = minutes * 60_000
        let drawn =
            switch options.durationDistribution {
            case .exponential: generator.exponential(mean: meanMs)
            case .lognormal: generator.lognormal(mean: meanMs, sigma: Self.durationSigma)
            }
        return Int64(min(max(drawn, 1000), Double(TraceMs.range.upperBound / 2)))
    }
}

/// Arrival times, ascending.
private struct ArrivalClock {
    private let options: GeneratorOptions
    private var generator: SeededGenerator
    private let burstMean: Int
    private let burstGapMs: Int64
    private var nowMs = 0.0
    private var leftInBurst = 0
    private var lastMs: Int64 = 0

    init(_ options: GeneratorOptions, _ generator: SeededGenerator, burstMean: Int, burstGapMs: Int64) {
        self.options = options
        self.generator = generator
        self.burstMean = burstMean
        self.burstGapMs = burstGapMs
    }

    mutating func next() -> Int64 {
        let meanGapMs = 3_600_000 / options.arrivalsPerHour
        switch options.arrivalProcess {
        case .backlog: return 0
        case .poisson:
            nowMs += generator.exponential(mean: meanGapMs)
            return Int64(min(nowMs, Double(TraceMs.range.upperBound / 2)))
        case .bursty:
            if leftInBurst == 0 {
                leftInBurst = generator.below(2 * burstMean - 1) + 1
                nowMs += generator.exponential(mean: meanGapMs * Double(burstMean))
                lastMs = max(lastMs, Int64(min(nowMs, Double(TraceMs.range.upperBound / 2))))
            } else {
                lastMs += burstGapMs
            }
            leftInBurst -= 1
            return lastMs
        }
    }
}

/// Draws places in proportion to weights in constant time (Vose's alias method, in integers).
struct AliasTable {
    private var thresholds: [Int] = []
    private var aliases: [Int] = []
    private let sum: Int

    /// - Precondition: weights are positive. - Complexity: O(n)
    init(weights: [Int]) {
        sum = weights.reduce(0, +)
        // Each column holds `sum` units; a weight brings n times itself.
        var rest = weights.map { $0 * weights.count }
        thresholds = Array(repeating: sum, count: weights.count)
        aliases = Array(weights.indices)
        var small = rest.indices.filter { rest[$0] < sum }
        var large = rest.indices.filter { rest[$0] >= sum }
        while let less = small.popLast(), let more = large.popLast() {
            thresholds[less] = rest[less]
            aliases[less] = more
            rest[more] -= sum - rest[less]
            if rest[more] < sum { small.append(more) } else { large.append(more) }
        }
    }

    func draw(_ generator: inout SeededGenerator) -> Int {
        let column = generator.below(aliases.count)
        return generator.below(sum) < thresholds[column] ? column : aliases[column]
    }
}
