extension Quantity {
    /// The text Kubernetes prints for this quantity (Go's `String`).
    ///
    /// A whole number with the largest suffix of its own notation that loses nothing: `16000` gives `16k`, `1.5` gives
    /// `1500m`, `2048Mi` gives `2Gi`, `2000e0` gives `2e3`. A binary quantity below 1024 in magnitude, or with a fraction,
    /// prints in decimal notation. Two oddities of Kubernetes are kept: a text it takes for canonical is returned as
    /// written (`+5`, `007`, `1.500`), and a decimal beyond the suffix `E` loses its power of ten (`1000E` gives `1`).
    ///
    /// The cost is linear in the number of digits; a text kept as written costs nothing.
    public var canonical: String {
        if let literal { return literal }
        if isZero { return "0" }
        if notation == .binarySI, let binary = canonicalBinary { return binary }
        return canonicalDecimal
    }

    /// The quantity in binary notation, or `nil` where that notation does not apply.
    private var canonicalBinary: String? {
        var magnitude: UInt64
        switch amount {
        case .scaled(let value, let scale):
            guard scale == 0 else { return nil }
            magnitude = value.magnitude
        case .decimal(let decimal):
            guard decimal.isIntegral else { return nil }
            magnitude = decimal.integralMagnitude
        }
        guard magnitude >= 1024 else { return nil }
        var steps = 0
        while magnitude >= 1024, magnitude % 1024 == 0 {
            magnitude /= 1024
            steps += 1
        }
        let suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
        return (sign < 0 ? "-" : "") + String(magnitude) + suffixes[steps]
    }

    /// The quantity as a whole number with a power of ten that is a multiple of three.
    private var canonicalDecimal: String {
        let decimal = decimal
        var exponent = decimal.exponent
        var text = decimal.isNegative ? "-" : ""
        for digit in decimal.digits { text.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "0") + digit)) }
        while exponent % 3 != 0 {
            text += "0"
            exponent -= 1
        }
        if exponent == 0 { return text }
        if notation == .decimalExponent { return text + "e\(exponent)" }
        return text + Self.decimalSuffix(exponent)
    }

    private static func decimalSuffix(_ exponent: Int) -> String {
        switch exponent {
        case -9: "n"
        case -6: "u"
        case -3: "m"
        case 3: "k"
        case 6: "M"
        case 9: "G"
        case 12: "T"
        case 15: "P"
        case 18: "E"
        default: ""
        }
    }
}
