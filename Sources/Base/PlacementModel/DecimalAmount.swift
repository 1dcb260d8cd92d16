/// An arbitrary-precision decimal: the amount of a quantity that did not fit the scaled 64-bit form.
///
/// The value is `±digits × 10^exponent`, with no leading and no trailing zero digit, so equal amounts have equal fields.
/// Operations are linear in the number of digits; exponents are never expanded into digits.
struct DecimalAmount: Hashable, Sendable {
    /// Decimal digits 0...9, most significant first; empty for zero.
    private(set) var digits: [UInt8]
    /// Power of ten that multiplies `digits`; 0 for zero.
    private(set) var exponent: Int
    /// Whether the amount is below zero.
    var isNegative: Bool
    /// How many decimal places the reference implementation would hold this amount with: 9 after its rounding to nano
    /// units, 0 once capped. It decides where that implementation's 64-bit conversions wrap.
    private(set) var places = 9

    /// The digits of a number such as `+0012.50`, times `10^exponent`; `nil` if the text has no digit at all.
    init?(number: some Collection<UInt8>, exponent: Int, isNegative: Bool) {
        digits = []
        digits.reserveCapacity(number.count)
        var sawDigit = false
        for byte in number where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
            sawDigit = true
            if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte - UInt8(ascii: "0")) }
        }
        guard sawDigit else { return nil }
        self.exponent = exponent
        self.isNegative = isNegative
        normalise()
    }

    /// `value × 10^scale`.
    init(value: Int64, scale: Int32) {
        digits = []
        var rest = value.magnitude
        while rest != 0 {
            digits.append(UInt8(rest % 10))
            rest /= 10
        }
        digits.reverse()
        exponent = Int(scale)
        isNegative = value < 0
        normalise()
    }

    var isZero: Bool { digits.isEmpty }

    /// Number of digits left of the decimal point; zero or negative for magnitudes below one.
    private var integerDigits: Int { digits.count + exponent }

    /// Whether the amount has no digits right of the decimal point.
    var isIntegral: Bool { exponent >= 0 }

    private mutating func normalise() {
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty {
            exponent = 0
            isNegative = false
        }
    }

    /// Multiplies by `2^power`, for `power` of at most 60.
    mutating func multiply(byTwoToThe power: Int) {
        var carry: UInt64 = 0
        for index in digits.indices.reversed() {
            // At most 9·2^60 plus a carry below 2^60, which fits.
            let product = UInt64(digits[index]) << UInt64(power) + carry
            digits[index] = UInt8(product % 10)
            carry = product / 10
        }
        var leading: [UInt8] = []
        while carry != 0 {
            leading.append(UInt8(carry % 10))
            carry /= 10
        }
        digits.insert(contentsOf: leading.reversed(), at: 0)
        normalise()
    }

    /// Drops what is finer than 10⁻⁹, rounding away from zero.
    mutating func roundToNano() {
        let dropped = -9 - exponent
        guard dropped > 0, !isZero else { return }
        exponent = -9
        guard dropped < digits.count else {
            digits = [1]
            return
        }
        digits.removeLast(dropped)
        var index = digits.count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 { digits[index] += 1 } else { digits.insert(1, at: 0) }
        normalise()
    }

    /// Limits the magnitude to 2⁶³ − 1.
    mutating func capToInt64() {
        guard compareMagnitude(toInteger: UInt64(Int64.max)) > 0 else { return }
        let negative = isNegative
        self = DecimalAmount(value: .max, scale: 0)
        isNegative = negative
        places = 0
    }

    /// Whether the magnitude is below that of `other`.
    func isMagnitudeLess(than other: DecimalAmount) -> Bool {
        if isZero || other.isZero { return isZero && !other.isZero }
        if integerDigits != other.integerDigits { return integerDigits < other.integerDigits }
        return digits.lexicographicallyPrecedes(other.digits)
    }

    /// -1, 0 or 1 as the magnitude is below, equal to or above `limit`, which must have at most 19 digits.
    func compareMagnitude(toInteger limit: UInt64) -> Int {
        if isZero { return limit == 0 ? 0 : -1 }
        if integerDigits > 19 { return 1 }
        let whole = truncatedMagnitude(dividedByTenToThe: 0)
        if whole != limit { return whole < limit ? -1 : 1 }
        return isIntegral ? 0 : 1
    }

    /// The low 64 bits of `|value| / 10^power`, fraction dropped.
    private func truncatedMagnitude(dividedByTenToThe power: Int) -> UInt64 {
        let shift = exponent - power
        var result: UInt64 = 0
        for digit in digits.prefix(max(0, digits.count + min(0, shift))) {
            result = result &* 10 &+ UInt64(digit)
        }
        // 10^64 is a multiple of 2^64, so any larger power leaves nothing of the low bits.
        guard shift < 64 else { return 0 }
        for _ in 0..<max(0, shift) { result = result &* 10 }
        return result
    }

    /// The low 64 bits of `|value| / 10^power` (fraction dropped), carrying the sign.
    private func truncated(dividedByTenToThe power: Int) -> Int64 {
        let magnitude = Int64(bitPattern: truncatedMagnitude(dividedByTenToThe: power))
        return isNegative ? 0 &- magnitude : magnitude
    }

    /// `value × 10^decimals` as the reference implementation converts it: it wraps beyond 64 bits, and rounds fractions
    /// up, that is towards positive infinity.
    ///
    /// - Parameter decimals: 0 for whole units, 3 for thousandths.
    func scaledInt64(decimals: Int) -> Int64 {
        if isZero { return 0 }
        let dropped = places - decimals
        if dropped <= 0 {
            var value = truncated(dividedByTenToThe: -places)
            for _ in 0..<(-dropped) { value = value &* 10 }
            return value
        }
        if isNegative || fitsInt64(places: places) {
            // The reference keeps only the low 64 bits of a negative number of nano units here, however large it is.
            let unscaled = truncated(dividedByTenToThe: -places)
            var divisor: Int64 = 1
            for _ in 0..<dropped { divisor *= 10 }
            let (quotient, remainder) = unscaled.quotientAndRemainder(dividingBy: divisor)
            return remainder != 0 ? quotient &+ 1 : quotient
        }
        let quotient = truncated(dividedByTenToThe: -decimals)
        return exponent < -decimals ? quotient &+ 1 : quotient
    }

    /// Whether `|value| × 10^places` is below 2⁶³ − 1.
    private func fitsInt64(places: Int) -> Bool {
        if integerDigits + places > 19 { return false }
        return truncatedMagnitude(dividedByTenToThe: -places) < UInt64(Int64.max)
    }

    /// The magnitude of an integral amount of at most 2⁶³ − 1.
    var integralMagnitude: UInt64 { truncatedMagnitude(dividedByTenToThe: 0) }
}
