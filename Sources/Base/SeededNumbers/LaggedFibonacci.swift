/// The additive lagged-Fibonacci generator of the published runs, so that a seed gives the published order.
///
/// ```
/// y[n] = y[n - 607] + y[n - 273]   modulo 2^64; an output is the low 63 bits
/// ```
///
/// Its start values are a seed's own, xor those that the recurrence has after 7.8 x 10^12 steps from seed 1. Those are
/// found here by raising x to that power modulo x^607 - x^334 - 1, once a process.
/// - Source: fgd.md section 3
package struct LaggedFibonacci: Sendable {
    private static let length = 607
    private static let tapDistance = 273
    private static let warmSteps = 7_800_000_000_000

    private var state: [UInt64]
    private var tap = 0
    private var feed = Self.length - Self.tapDistance

    package init(seed: UInt64) {
        let modulus: UInt64 = (1 << 31) - 1
        let reduced = seed % modulus
        state = Self.seeded(Int64(reduced == 0 ? 89_482_311 : reduced), shifts: (40, 20))
        for place in 0..<Self.length { state[place] ^= Self.warmState[place] }
    }

    /// 63 random bits.
    package mutating func next() -> UInt64 {
        tap = tap == 0 ? Self.length - 1 : tap - 1
        feed = feed == 0 ? Self.length - 1 : feed - 1
        state[feed] &+= state[tap]
        return state[feed] & (1 << 63 - 1)
    }

    /// A number below a bound, from the upper 31 bits, by mask or by rejection and remainder.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0 && bound < 1 << 31, "a bound has 31 bits")
        if bound & (bound - 1) == 0 { return Int(next() >> 32) & (bound - 1) }
        let largest = (1 << 31) - 1 - (1 << 31) % bound
        while true {
            let draw = Int(next() >> 32)
            if draw <= largest { return draw % bound }
        }
    }

    /// A number below a bound, from 32 bits by multiplication and shift.
    private mutating func scaled(below bound: UInt32) -> Int {
        while true {
            let product = UInt32(truncatingIfNeeded: next() >> 31).multipliedFullWidth(by: bound)
            if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
        }
    }

    package mutating func shuffle(_ elements: inout [Int32]) {
        for place in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(place, scaled(below: UInt32(place + 1)))
        }
    }

    /// A permutation grown from its front.
    package mutating func permutation(_ count: Int) -> [Int32] {
        var permutation: [Int32] = []
        for number in 0..<count {
            let place = below(number + 1)
            permutation.append(Int32(number))
            permutation.swapAt(place, number)
        }
        return permutation
    }

    // MARK: Start values

    /// What a linear congruential generator (48271 modulo 2^31 - 1) fills the state with.
    private static func seeded(_ seed: Int64, shifts: (Int, Int)) -> [UInt64] {
        var number = UInt64(seed)
        func step() -> UInt64 {
            number = number * 48271 % ((1 << 31) - 1)
            return number
        }
        for _ in 0..<20 { _ = step() }
        return (0..<length).map { _ in step() << UInt64(shifts.0) ^ step() << UInt64(shifts.1) ^ step() }
    }

    /// The state after the warm-up, by place. - Complexity: O(length^2 x log steps), once.
    private static let warmState: [UInt64] = {
        let first = seeded(1, shifts: (20, 10))
        // Place of output n; the seeds are the outputs -length ..< 0.
        func place(_ output: Int) -> Int {
            let offset = (length - tapDistance - 1 - output) % length
            return offset < 0 ? offset + length : offset
        }
        let outputs = (0..<length).map { first[place($0 - length)] }
        var power = powerOfX(warmSteps)
        var state = [UInt64](repeating: 0, count: length)
        for number in 0..<length {
            var sum: UInt64 = 0
            for term in 0..<length { sum &+= power[term] &* outputs[term] }
            state[place(warmSteps - length + number)] = sum
            let carry = power.removeLast()
            power.insert(carry, at: 0)
            power[length - tapDistance] &+= carry
        }
        return state
    }()

    /// x^exponent modulo x^607 - x^334 - 1, coefficients modulo 2^64.
    private static func powerOfX(_ exponent: Int) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: length)
        result[0] = 1
        for bit in stride(from: Int.bitWidth - 1 - exponent.leadingZeroBitCount, through: 0, by: -1) {
            var square = [UInt64](repeating: 0, count: 2 * length)
            for left in 0..<length {
                for right in 0..<length { square[left + right] &+= result[left] &* result[right] }
            }
            if exponent >> bit & 1 != 0 { square.insert(0, at: 0) }
            for high in stride(from: square.count - 1, through: length, by: -1) {
                square[high - length] &+= square[high]
                square[high - tapDistance] &+= square[high]
            }
            result = Array(square[0..<length])
        }
        return result
    }
}
