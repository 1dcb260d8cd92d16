/// xoshiro256**, seeded by splitmix64: the one source of randomness of generators and replays.
///
/// Integer arithmetic and exact floating-point steps only, so a seed gives the same draws on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    public init(seed: UInt64) {
        var seed = seed
        func next() -> UInt64 {
            seed &+= 0x9e37_79b9_7f4a_7c15
            var mixed = seed
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
        state = (next(), next(), next(), next())
    }

    public mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, 45)
        return result
    }

    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { (word << count) | (word >> (64 - count)) }

    /// A whole number below `bound`, by multiplication with rejection (Lemire). - Precondition: `bound` > 0.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "an empty range has no random number")
        let bound = UInt64(bound)
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
        }
    }

    /// A number in 0 ..< 1 with 53 random bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with a probability.
    public mutating func isTrue(_ probability: Double) -> Bool { unit() < probability }

    /// A place in some weights, in proportion to them. - Precondition: their sum is positive.
    public mutating func choice(weights: [Int]) -> Int {
        var draw = below(weights.reduce(0, +))
        for (place, weight) in weights.enumerated() {
            if draw < weight { return place }
            draw -= weight
        }
        preconditionFailure("a draw below the sum falls on one of the weights")
    }

    /// Fisher and Yates' shuffle, from the end.
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for place in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(place, below(place + 1))
        }
    }
}
