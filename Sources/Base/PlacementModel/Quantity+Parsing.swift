extension Quantity {
    /// Parses a quantity the way Kubernetes does.
    ///
    /// A sign, digits with an optional decimal point, then a suffix (n u m k M G T P E, Ki to Ei) or an exponent
    /// (`e3`, `E-3`). The scanner is as lenient as Kubernetes' own: `5.`, `.5`, and even `k` (zero) are accepted, while
    /// spaces are not (the JSON decoder of Kubernetes trims them beforehand). Values finer than nano units are rounded
    /// away from zero, binary ones are capped at 2^63 - 1.
    ///
    /// - Throws: ``QuantityError`` with the message of Kubernetes.
    /// - Complexity: linear in the length of the text.
    public init(parsing text: some StringProtocol) throws(QuantityError) {
        var text = String(text)
        let result = text.withUTF8 { bytes in
            Result { () throws(QuantityError) in try Quantity(parsingUTF8: bytes) }
        }
        self = try result.get()
    }

    /// Parses a quantity from UTF-8 bytes; see ``init(parsing:)``. Up to 15 bytes, no memory is allocated for numbers that
    /// fit 64 bits.
    public init(parsingUTF8 text: UnsafeBufferPointer<UInt8>) throws(QuantityError) {
        if text.isEmpty { throw .badFormat }
        let parts = try Parts(scanning: text)
        guard let suffix = Suffix(text[parts.suffix]) else { throw .badSuffix }

        if let quantity = Self.scaled(text, parts, suffix) {
            self = quantity
        } else {
            self = try Self.decimal(text, parts, suffix)
        }
    }

    /// The 64-bit form, if the number has few enough digits for it.
    private static func scaled(_ text: UnsafeBufferPointer<UInt8>, _ parts: Parts, _ suffix: Suffix) -> Quantity? {
        let digitCount = max(1, parts.numerator.count) + parts.denominator.count
        var scale: Int32 = 0
        if suffix.notation == .binarySI {
            // 2^exponent has about 3·exponent/10 decimal digits.
            let room = 15 - digitCount - Int(Float(suffix.exponent) * 3 / 10) - 1
            guard parts.denominator.isEmpty, room >= 0 else { return nil }
        } else {
            guard digitCount <= 18 else { return nil }
            // Go computes this scale in 32 bits and lets it wrap.
            scale = suffix.exponent &- Int32(parts.denominator.count)
            guard scale >= -9 else { return nil }
        }

        var number: Int64 = 0
        for byte in text[parts.numerator] { number = number * 10 + Int64(byte - UInt8(ascii: "0")) }
        for byte in text[parts.denominator] { number = number * 10 + Int64(byte - UInt8(ascii: "0")) }
        var value = suffix.notation == .binarySI ? number << Int64(suffix.exponent) : number
        if parts.isNegative { value = -value }

        let isCanonical: Bool
        if suffix.notation == .binarySI {
            isCanonical = number & 7 != 0
        } else {
            let endsWithThousands = digitCount >= 3 && number % 1000 == 0
            isCanonical = scale % 3 == 0 && !endsWithThousands && !parts.numerator.isEmpty
        }
        let isPlainZero = text.count == 1 && text[0] == UInt8(ascii: "0")
        return Quantity(
            amount: .scaled(value, scale: scale), notation: suffix.notation,
            literal: isCanonical && !isPlainZero ? String(decoding: text, as: UTF8.self) : nil)
    }

    /// The big decimal form.
    private static func decimal(
        _ text: UnsafeBufferPointer<UInt8>, _ parts: Parts, _ suffix: Suffix
    ) throws(QuantityError) -> Quantity {
        var notation = suffix.notation
        let places = Int32(truncatingIfNeeded: parts.denominator.count)
        let isBinary = notation == .binarySI
        // The 32-bit scale of the reference, upside down, wraps as it does there.
        let exponent = isBinary ? -Int(places) : -Int(places &- suffix.exponent)
        guard
            var amount = DecimalAmount(
                number: text[parts.value], exponent: exponent, isNegative: parts.isNegative)
        else { throw .badNumber }

        if isBinary { amount.multiply(byTwoToThe: Int(suffix.exponent)) }
        amount.roundToNano()
        if isBinary {
            amount.capToInt64()
            if !amount.isZero, amount.compareMagnitude(toInteger: 1) < 0 { notation = .decimalSI }
        }
        return Quantity(amount: .decimal(amount), notation: notation)
    }
}

/// Where the parts of a quantity lie in its text.
private struct Parts {
    var isNegative = false
    /// Digits before the decimal point, without leading zeros.
    var numerator: Range<Int>
    /// Digits after the decimal point.
    var denominator: Range<Int>
    /// Sign, digits and decimal point together.
    var value: Range<Int>
    var suffix: Range<Int>

    init(scanning text: UnsafeBufferPointer<UInt8>) throws(QuantityError) {
        let end = text.count
        var position = 0
        if text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
            isNegative = text[0] == UInt8(ascii: "-")
            position = 1
        }
        while position < end, text[position] == UInt8(ascii: "0") { position += 1 }

        let numeratorStart = position
        position = Self.skipDigits(text, from: position)
        numerator = numeratorStart..<position
        denominator = position..<position
        if position < end, text[position] == UInt8(ascii: ".") {
            let start = position + 1
            position = Self.skipDigits(text, from: start)
            denominator = start..<position
        }
        value = 0..<position

        let suffixStart = position
        while position < end, Self.isSuffixLetter(text[position]) { position += 1 }
        if position < end, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") { position += 1 }
        position = Self.skipDigits(text, from: position)
        suffix = suffixStart..<end
        if position < end { throw .badFormat }
    }

    private static func skipDigits(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while position < text.count, text[position] >= UInt8(ascii: "0"), text[position] <= UInt8(ascii: "9") {
            position += 1
        }
        return position
    }

    private static func isSuffixLetter(_ byte: UInt8) -> Bool {
        switch UnicodeScalar(byte) {
        case "e", "E", "i", "n", "u", "m", "k", "K", "M", "G", "T", "P": true
        default: false
        }
    }
}

/// What a suffix multiplies by: a power of ten or, in binary notation, of two.
private struct Suffix {
    var exponent: Int32
    var notation: Quantity.Notation

    /// `nil` if the text is no suffix.
    init?(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        notation = .decimalSI
        exponent = 0
        guard let first = text.first else { return }
        let letter = UnicodeScalar(first)
        if text.count == 1 {
            guard let power = Self.decimalPower(letter) else { return nil }
            exponent = power
        } else if text.count == 2, text.last == UInt8(ascii: "i") {
            guard let power = Self.binaryPower(letter) else { return nil }
            exponent = power
            notation = .binarySI
        } else {
            guard letter == "e" || letter == "E" else { return nil }
            guard let power = Int64(Substring(decoding: text.dropFirst(), as: UTF8.self)) else { return nil }
            exponent = Int32(truncatingIfNeeded: power)
            notation = .decimalExponent
        }
    }

    private static func decimalPower(_ letter: UnicodeScalar) -> Int32? {
        switch letter {
        case "n": -9
        case "u": -6
        case "m": -3
        case "k": 3
        case "M": 6
        case "G": 9
        case "T": 12
        case "P": 15
        case "E": 18
        default: nil
        }
    }

    private static func binaryPower(_ letter: UnicodeScalar) -> Int32? {
        switch letter {
        case "K": 10
        case "M": 20
        case "G": 30
        case "T": 40
        case "P": 50
        case "E": 60
        default: nil
        }
    }
}
