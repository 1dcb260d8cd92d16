/// A Kubernetes resource quantity (`resource.Quantity` of apimachinery 0.35): a decimal number with the notation it was
/// written in.
///
/// Amounts are held in one of two forms, and which one is visible in the accessors. Up to 18 digits (15, less the width
/// of the suffix, with a binary suffix) are an `Int64` with a power of ten; anything longer, finer than nano units, or
/// with both a decimal point and a binary suffix is a big decimal. ``exactInt64`` answers for the first form only.
///
/// Equality and hashing are numeric: `1k`, `1000` and `1e3` are equal, whatever their form and notation.
public struct Quantity: Sendable, Hashable {
    /// How a quantity was written, which is also how it is printed.
    enum Notation: Sendable {
        /// `12M`: suffixes n, u, m, none, k, M, G, T, P, E.
        case decimalSI
        /// `12Mi`: suffixes Ki to Ei.
        case binarySI
        /// `12e6`.
        case decimalExponent
    }

    enum Amount: Sendable {
        /// `value × 10^scale`.
        case scaled(Int64, scale: Int32)
        case decimal(DecimalAmount)
    }

    var amount: Amount
    var notation: Notation
    /// The text as written, where Kubernetes considers it canonical enough to print it back unchanged.
    var literal: String?

    /// The quantity `integer`, in decimal notation.
    public init(integer: Int64) {
        amount = .scaled(integer, scale: 0)
        notation = .decimalSI
        literal = nil
    }

    init(amount: Amount, notation: Notation, literal: String? = nil) {
        self.amount = amount
        self.notation = notation
        self.literal = literal
    }

    /// The value, if it is held as an integer (Go's `AsInt64`).
    ///
    /// `nil` for a negative power of ten, even if the number is whole (`1.0`, `2000m`), for a product beyond `Int64`, and
    /// for big decimals (`0.5Ki`, 19 or more digits). Parse ``canonical`` first to ask about the number, not its spelling.
    public var exactInt64: Int64? {
        guard case .scaled(let value, let scale) = amount, scale >= 0 else { return nil }
        let (product, fits) = Self.multiply(value, byTenToThe: scale)
        return fits ? product : nil
    }

    /// The value in whole units, fractions rounded away from zero (Go's `Value`).
    ///
    /// Beyond `Int64` the result is what Go computes: the low 64 bits (2^63 reads as -2^63) or 0, depending on the form.
    /// A negative big decimal rounds towards zero, as in Go.
    public var roundedUp: Int64 { scaled(decimals: 0) }

    /// The value in thousandths of a unit, rounded like ``roundedUp`` (Go's `MilliValue`), with the same wrapping.
    public var milliRoundedUp: Int64 { scaled(decimals: 3) }

    /// -1 below zero, 1 above zero, otherwise 0; fractions count (`-1m` is negative).
    public var sign: Int {
        switch amount {
        case .scaled(let value, _): Int(value.signum())
        case .decimal(let decimal): decimal.isZero ? 0 : decimal.isNegative ? -1 : 1
        }
    }

    public static let zero = Quantity(integer: 0)

    /// Whether the quantity is zero.
    public var isZero: Bool { sign == 0 }

    private func scaled(decimals: Int32) -> Int64 {
        switch amount {
        case .decimal(let decimal):
            return decimal.scaledInt64(decimals: Int(decimals))
        case .scaled(let value, let scale):
            guard scale < -decimals else { return Self.multiply(value, byTenToThe: scale &+ decimals).product }
            return Self.divideAwayFromZero(value, byTenToThe: -decimals &- scale)
        }
    }

    /// `value × 10^power`, with Go's two kinds of overflow: a single multiplication wraps, a repeated one gives 0.
    private static func multiply(_ value: Int64, byTenToThe power: Int32) -> (product: Int64, fits: Bool) {
        if value == 0 || power == 0 { return (value, true) }
        if value == .min { return (0, false) }
        switch power {
        case 1, 2, 3, 6, 9:
            var factor: Int64 = 1
            for _ in 0..<power { factor *= 10 }
            let (product, overflow) = value.multipliedReportingOverflow(by: factor)
            return (product, !overflow)
        default:
            var product = value
            for _ in 0..<max(0, power) {
                let (next, overflow) = product.multipliedReportingOverflow(by: 10)
                if overflow { return (0, false) }
                product = next
            }
            return (product, true)
        }
    }

    private static func divideAwayFromZero(_ value: Int64, byTenToThe power: Int32) -> Int64 {
        if value == 0 { return 0 }
        guard power < 19 else { return value.signum() }
        var divisor: Int64 = 1
        for _ in 0..<power { divisor *= 10 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder == 0 ? quotient : quotient + value.signum()
    }
}

// MARK: - Numeric equality

extension Quantity {
    /// The amount as a big decimal, whose fields are equal exactly when the numbers are.
    var decimal: DecimalAmount {
        switch amount {
        case .scaled(let value, let scale): DecimalAmount(value: value, scale: scale)
        case .decimal(let decimal): decimal
        }
    }

    public static func == (left: Quantity, right: Quantity) -> Bool {
        if case .scaled(let a, let aScale) = left.amount, case .scaled(let b, let bScale) = right.amount,
            aScale == bScale
        {
            return a == b
        }
        let (a, b) = (left.decimal, right.decimal)
        return a.isNegative == b.isNegative && a.exponent == b.exponent && a.digits == b.digits
    }

    public func hash(into hasher: inout Hasher) {
        let decimal = decimal
        hasher.combine(decimal.isNegative)
        hasher.combine(decimal.exponent)
        hasher.combine(decimal.digits)
    }
}

extension Quantity: Comparable {
    /// Numeric order, whatever the notation.
    public static func < (left: Quantity, right: Quantity) -> Bool {
        if case .scaled(let a, let aScale) = left.amount, case .scaled(let b, let bScale) = right.amount,
            aScale == bScale
        {
            return a < b
        }
        let (a, b) = (left.decimal, right.decimal)
        if left.sign != right.sign { return left.sign < right.sign }
        return left.sign < 0 ? b.isMagnitudeLess(than: a) : a.isMagnitudeLess(than: b)
    }
}

extension Quantity: CustomStringConvertible {
    /// The same as ``canonical``.
    public var description: String { canonical }
}

/// Why a text is not a quantity, in the words of Kubernetes.
public struct QuantityError: Error, Equatable, CustomStringConvertible {
    public let description: String

    /// The text is empty or has characters where none may be.
    public static let badFormat = QuantityError(
        description:
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    /// The number has no digits.
    public static let badNumber = QuantityError(description: "unable to parse numeric part of quantity")
    /// What follows the number is no known suffix and no exponent.
    public static let badSuffix = QuantityError(description: "unable to parse quantity's suffix")
}
