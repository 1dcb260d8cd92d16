import SeededNumbers

/// Where a run's order comes from.
public enum DrawSource: String, Sendable, Hashable, CaseIterable {
    /// The published runs' generator: a seed gives the published order.
    case published
    /// Berth's own generator, for fresh samples.
    case own
}

/// The draws of a run, from either generator.
enum TuningDraws {
    case published(LaggedFibonacci)
    case own(SeededGenerator)

    init(_ source: DrawSource, seed: UInt64) {
        switch source {
        case .published: self = .published(LaggedFibonacci(seed: seed))
        case .own: self = .own(SeededGenerator(seed: seed))
        }
    }

    /// Throws draws away that the published program uses for something else.
    mutating func skip(_ count: Int) {
        if case .published(var generator) = self {
            for _ in 0..<count { _ = generator.next() }
            self = .published(generator)
        }
    }

    mutating func shuffle(_ elements: inout [Int32]) {
        switch self {
        case .published(var generator):
            generator.shuffle(&elements)
            self = .published(generator)
        case .own(var generator):
            generator.shuffle(&elements)
            self = .own(generator)
        }
    }

    mutating func permutation(_ count: Int) -> [Int32] {
        switch self {
        case .published(var generator):
            defer { self = .published(generator) }
            return generator.permutation(count)
        case .own(var generator):
            var numbers = Array(0..<Int32(count))
            generator.shuffle(&numbers)
            self = .own(generator)
            return numbers
        }
    }

    /// Draws numbers below a bound that may change, until the body has enough.
    mutating func draw(_ body: (_ below: (Int) -> Int) -> Void) {
        switch self {
        case .published(var generator):
            body { generator.below($0) }
            self = .published(generator)
        case .own(var generator):
            body { generator.below($0) }
            self = .own(generator)
        }
    }
}
