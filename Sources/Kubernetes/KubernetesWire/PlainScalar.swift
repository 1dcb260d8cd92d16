import BulkJSON
import Yams

/// What a scalar without quotes means.
enum PlainScalar {
    static func kind(of scalar: Yams.Node.Scalar) -> DocumentKind {
        let tag = scalar.tag.description
        guard scalar.style == .plain, tag != Tag.Name.str.rawValue, tag != Tag.Name.nonSpecific.rawValue else {
            return .string
        }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool
        default: return isNumber(scalar.string) ? .number : .string
        }
    }

    static func isTrue(_ text: String) -> Bool {
        switch text {
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": true
        default: false
        }
    }

    /// Decimal integers and decimal fractions with an optional exponent, hexadecimal, octal and binary integers.
    static func isNumber(_ text: String) -> Bool {
        var text = Substring(text)
        if text.first == "-" || text.first == "+" { text.removeFirst() }
        if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(text) { return true }
        for (prefix, digits) in [("0x", "0123456789abcdefABCDEF_"), ("0o", "01234567_"), ("0b", "01_")]
        where text.hasPrefix(prefix) {
            let rest = text.dropFirst(2)
            return !rest.isEmpty && rest.allSatisfy(digits.contains)
        }
        func dropDigits() -> Int {
            let count = text.prefix { ("0"..."9").contains($0) }.count
            text.removeFirst(count)
            return count
        }
        var digits = dropDigits()
        if text.first == "." {
            text.removeFirst()
            digits += dropDigits()
        }
        guard digits > 0 else { return false }
        if text.first == "e" || text.first == "E" {
            text.removeFirst()
            if text.first == "-" || text.first == "+" { text.removeFirst() }
            guard dropDigits() > 0 else { return false }
        }
        return text.isEmpty
    }

    /// A number as a tree holds it; text no number type can hold stays text.
    static func number(_ text: String) -> JSON {
        if let integer = Int64(text) { return .int(integer) }
        let lowered = text.lowercased().replacing("_", with: "")
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lowered.hasPrefix(prefix) {
            return Int64(lowered.dropFirst(2), radix: radix).map { .int($0) } ?? .string(text)
        }
        if let number = Double(text), number.isFinite { return .double(number) }
        return .string(text)
    }
}
