/// A binary floating-point type as Go's encoder treats it.
protocol GoNumber: BinaryFloatingPoint, LosslessStringConvertible {
    /// Magnitudes below this one are written with an exponent.
    static var smallestPlain: Self { get }
    /// Magnitudes from this one on are written with an exponent.
    static var smallestLarge: Self { get }
    /// Below this magnitude every integer has a value of its own.
    static var integersBelow: Self { get }
}

extension Double: GoNumber {
    static var smallestPlain: Double { 1e-6 }
    static var smallestLarge: Double { 1e21 }
    static var integersBelow: Double { 0x1p53 }
}

extension Float: GoNumber {
    static var smallestPlain: Float { 1e-6 }
    static var smallestLarge: Float { 1e21 }
    static var integersBelow: Float { 0x1p24 }
}

extension [UInt8] {
    /// Appends ASCII text.
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a digit of 0 to 15.
    mutating func appendHexDigit(_ digit: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    /// Appends an integer in decimal.
    mutating func appendDecimal(_ value: UInt64) {
        var divisor: UInt64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor != 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends the shortest digits that identify the number: plain (`0.001`, `100`) between 10⁻⁶ and 10²¹, otherwise with
    /// an exponent of at least two digits if positive (`1e+21`, `1e-7`).
    mutating func appendGoNumber(_ value: some GoNumber) {
        guard value.isFinite else {
            append("null")
            return
        }
        if value.sign == .minus { append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        if magnitude < type(of: value).integersBelow, magnitude == magnitude.rounded(.towardZero) {
            appendDecimal(UInt64(magnitude))
            return
        }
        let digits = ShortestDigits(of: magnitude.description.utf8)
        if magnitude < type(of: value).smallestPlain || magnitude >= type(of: value).smallestLarge {
            appendWithExponent(digits)
        } else {
            appendPlain(digits)
        }
    }

    private mutating func appendPlain(_ number: ShortestDigits) {
        let point = number.point
        if point <= 0 {
            append("0.")
            append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -point))
            append(contentsOf: number.digits)
            return
        }
        append(contentsOf: number.digits.prefix(point))
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(0, point - number.digits.count)))
        if number.digits.count > point {
            append(UInt8(ascii: "."))
            append(contentsOf: number.digits.dropFirst(point))
        }
    }

    private mutating func appendWithExponent(_ number: ShortestDigits) {
        append(contentsOf: number.digits.prefix(1))
        if number.digits.count > 1 {
            append(UInt8(ascii: "."))
            append(contentsOf: number.digits.dropFirst())
        }
        // The exponent is never between -6 and 20 here.
        let exponent = number.point - 1
        append(exponent < 0 ? "e-" : "e+")
        appendDecimal(UInt64(exponent.magnitude))
    }
}

/// The significant digits of a number: `0.digits × 10^point`.
private struct ShortestDigits {
    /// ASCII digits without leading and trailing zeros.
    var digits: [UInt8] = []
    var point = 0

    /// Takes apart a description such as `12.5`, `0.001` or `1.5e-07` of a positive number.
    init(of description: some Sequence<UInt8>) {
        var sawPoint = false
        var isExponent = false
        var exponent = 0
        var exponentIsNegative = false
        for byte in description {
            switch byte {
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "e"): isExponent = true
            case UInt8(ascii: "-"): exponentIsNegative = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isExponent {
                    exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
                    continue
                }
                if digits.isEmpty, byte == UInt8(ascii: "0") {
                    if sawPoint { point -= 1 }
                    continue
                }
                digits.append(byte)
                if !sawPoint { point += 1 }
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        point += exponentIsNegative ? -exponent : exponent
    }
}
