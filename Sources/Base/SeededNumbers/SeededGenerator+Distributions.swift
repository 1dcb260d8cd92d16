extension SeededGenerator {
    /// A number with an exponential distribution.
    public mutating func exponential(mean: Double) -> Double {
        // 1 - unit() is never 0.
        -PortableMath.log(1 - unit()) * mean
    }

    /// A number with a log-normal distribution of a given mean; `sigma` is the spread of its logarithm.
    public mutating func lognormal(mean: Double, sigma: Double) -> Double {
        // Twelve uniform numbers add up to a normal one closely enough, without trigonometry.
        var normal = -6.0
        for _ in 0..<12 { normal += unit() }
        return PortableMath.exp(PortableMath.log(mean) - sigma * sigma / 2 + sigma * normal)
    }
}

/// Logarithm and exponential from exact operations only: C libraries differ in the last bit, these do not.
public enum PortableMath {
    private static let ln2 = 0x1.62e42fefa39efp-1

    /// Natural logarithm of a positive normal number, good to about 1e-15 relative.
    public static func log(_ x: Double) -> Double {
        var mantissa = x.significand
        var exponent = Double(x.exponent)
        if mantissa > 1.4142135623730951 {
            mantissa /= 2
            exponent += 1
        }
        // ln m = 2 artanh((m - 1) / (m + 1)), |argument| < 0.172
        let argument = (mantissa - 1) / (mantissa + 1)
        let square = argument * argument
        var power = argument
        var sum = 0.0
        for odd in stride(from: 1.0, through: 23.0, by: 2.0) {
            sum += power / odd
            power *= square
        }
        return 2 * sum + exponent * ln2
    }

    /// e to a power between -700 and 700.
    public static func exp(_ x: Double) -> Double {
        let whole = (x / ln2).rounded()
        let rest = x - whole * ln2
        var term = 1.0
        var sum = 1.0
        for count in stride(from: 1.0, through: 20.0, by: 1.0) {
            term *= rest / count
            sum += term
        }
        return sum * Double(sign: .plus, exponent: Int(whole), significand: 1)
    }
}
