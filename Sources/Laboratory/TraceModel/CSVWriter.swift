import TextEscaping

/// Writes RFC 4180 text with LF line ends, quoting only the fields that need it.
public struct CSVWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var isAtLineStart = true

    public init() {}

    public mutating func field(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { appendField($0) }
    }

    public mutating func field(_ utf8: UnsafeBufferPointer<UInt8>) {
        separate()
        appendField(utf8)
    }

    /// A name from outside in a table that people open in a spreadsheet, see ``CellText``.
    public mutating func field(name: String) { field(CellText.shown(name)) }

    /// The same for the bytes of a name; names that begin with a letter or digit are copied as they are.
    package mutating func field(name utf8: UnsafeBufferPointer<UInt8>) {
        guard let first = utf8.first, first < 48 || first >= 0x7f || (58...64).contains(first) else {
            return field(utf8)
        }
        field(name: String(decoding: utf8, as: UTF8.self))
    }

    public mutating func field(_ number: Int64) {
        separate()
        appendDigits(number)
    }

    /// A number with two decimals, rounded from its exact value, ties to the even digit.
    public mutating func field(hundredths number: Double) {
        separate()
        let hundredths = number.roundedHundredths
        if number.sign == .minus && hundredths != 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(Int64(hundredths.magnitude / 100))
        bytes.append(UInt8(ascii: "."))
        let rest = UInt8(hundredths.magnitude % 100)
        bytes.append(48 + rest / 10)
        bytes.append(48 + rest % 10)
    }

    /// Numbers joined by `-`; nothing for none.
    public mutating func field(joined numbers: some Sequence<Int32>) {
        separate()
        var isFirst = true
        for number in numbers {
            if !isFirst { bytes.append(UInt8(ascii: "-")) }
            isFirst = false
            appendDigits(Int64(number))
        }
    }

    public mutating func endRecord() {
        bytes.append(UInt8(ascii: "\n"))
        isAtLineStart = true
    }

    public mutating func record(_ fields: [String]) {
        for text in fields { field(text) }
        endRecord()
    }

    private mutating func separate() {
        if !isAtLineStart { bytes.append(UInt8(ascii: ",")) }
        isAtLineStart = false
    }

    private mutating func appendField(_ text: UnsafeBufferPointer<UInt8>) {
        let needsQuotes = text.contains { byte in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard needsQuotes else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendDigits(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(48 + rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}

extension Double {
    /// The number times 100, rounded from its exact value, ties to even; beyond 9e13 in magnitude, and for no number, the
    /// nearest that a column of two decimals holds.
    package var roundedHundredths: Int64 {
        // Times 100, what is below stays under 2^53, where every whole number is exact.
        guard magnitude < 9e13 else { return isNaN ? 0 : (sign == .minus ? -1 : 1) * 9_000_000_000_000_000 }
        let scaled = magnitude * 100
        // What the multiplication lost decides between a tie and its neighbours.
        let lost = (-scaled).addingProduct(magnitude, 100)
        let floor = scaled.rounded(.down)
        let rest = scaled - floor
        let isUp = rest > 0.5 || (rest == 0.5 && (lost > 0 || (lost == 0 && Int64(floor) % 2 != 0)))
        return (Int64(floor) + (isUp ? 1 : 0)) * (sign == .minus ? -1 : 1)
    }
}
