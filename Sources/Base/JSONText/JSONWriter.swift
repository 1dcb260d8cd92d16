/// Writes JSON text exactly as Go's `encoding/json` does, into a buffer that it keeps.
///
/// The writer places commas, colons and indentation; the caller alternates ``key(_:)`` and values inside objects and closes
/// what it opens. Misuse is not detected. Several documents can follow each other with ``newline()`` in between.
/// Every call is linear in what it writes and allocates only to grow ``bytes``, except for fractional numbers.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    private let escapeHTML: Bool
    private let pretty: Bool
    private var depth = 0
    /// Whether a sibling was written before the next value, in the same container.
    private var hasSibling = false
    private var isAfterKey = false

    /// - Parameters:
    ///   - escapeHTML: whether `<`, `>` and `&` in strings are written as escapes, as Go does by default.
    ///   - pretty: whether members and elements start new lines, indented by two spaces per level (Go's `MarshalIndent`).
    public init(escapeHTML: Bool = true, pretty: Bool = false) {
        self.escapeHTML = escapeHTML
        self.pretty = pretty
    }

    /// What has been written, as a string.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Starts over.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        (depth, hasSibling, isAfterKey) = (0, false, false)
    }

    /// Reserves room for this many bytes in total.
    public mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

    // MARK: - Structure

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes the key of the next value.
    public mutating func key(_ key: String) {
        startValue()
        appendString(key)
        finishKey()
    }

    /// Writes the key of the next value from valid UTF-8 bytes.
    public mutating func key(utf8 key: UnsafeBufferPointer<UInt8>) {
        startValue()
        appendString(utf8: key)
        finishKey()
    }

    /// Ends a document of a series, each on its own line.
    public mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        hasSibling = false
    }

    // MARK: - Values

    public mutating func string(_ value: String) {
        startValue()
        appendString(value)
        hasSibling = true
    }

    /// Writes a string from valid UTF-8 bytes.
    public mutating func string(utf8 value: UnsafeBufferPointer<UInt8>) {
        startValue()
        appendString(utf8: value)
        hasSibling = true
    }

    public mutating func int(_ value: some SignedInteger & FixedWidthInteger) {
        startValue()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.appendDecimal(UInt64(value.magnitude))
        hasSibling = true
    }

    public mutating func uint(_ value: some UnsignedInteger & FixedWidthInteger) {
        startValue()
        bytes.appendDecimal(UInt64(value))
        hasSibling = true
    }

    /// Writes the shortest digits that read back as the same double; `null` if it is not finite, which Go rejects.
    public mutating func double(_ value: Double) {
        startValue()
        bytes.appendGoNumber(value)
        hasSibling = true
    }

    /// Writes the shortest digits that read back as the same 32-bit number; `null` if it is not finite.
    public mutating func float(_ value: Float) {
        startValue()
        bytes.appendGoNumber(value)
        hasSibling = true
    }

    public mutating func bool(_ value: Bool) {
        startValue()
        bytes.append(value ? "true" : "false")
        hasSibling = true
    }

    public mutating func null() {
        startValue()
        bytes.append("null")
        hasSibling = true
    }

    /// Writes text that is one JSON value already.
    public mutating func raw(_ json: String) {
        startValue()
        var json = json
        json.withUTF8 { append($0, from: 0, to: $0.count) }
        hasSibling = true
    }

    /// Writes bytes that are one JSON value already.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        startValue()
        bytes.append(contentsOf: json)
        hasSibling = true
    }

    /// Writes a value with everything in it.
    public mutating func value(_ value: JSON) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .int(let value): int(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    /// Writes a parsed value with everything in it, duplicate keys included.
    public mutating func value(_ value: JSONValue) {
        switch value.kind {
        case .null: null()
        case .bool: bool(value.bool == true)
        case .int: int(value.int64 ?? 0)
        case .uint: uint(value.uint64 ?? 0)
        case .double: double(value.double ?? 0)
        case .string: if let text = value.utf8 { string(utf8: text) }
        case .array:
            beginArray()
            for element in value.elements { self.value(element) }
            endArray()
        case .object:
            beginObject()
            value.forEachMember { key, value in
                self.key(utf8: key)
                self.value(value)
            }
            endObject()
        }
    }

    // MARK: - Separators

    /// Writes what belongs between the previous sibling, or the container's start, and the next key or value.
    private mutating func startValue() {
        if isAfterKey {
            isAfterKey = false
            return
        }
        if hasSibling { bytes.append(UInt8(ascii: ",")) }
        if pretty, depth > 0 { indent() }
    }

    private mutating func finishKey() {
        bytes.append(UInt8(ascii: ":"))
        if pretty { bytes.append(UInt8(ascii: " ")) }
        isAfterKey = true
    }

    private mutating func begin(_ bracket: UInt8) {
        startValue()
        bytes.append(bracket)
        depth += 1
        hasSibling = false
    }

    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if pretty, hasSibling { indent() }
        bytes.append(bracket)
        hasSibling = true
    }

    private mutating func indent() {
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<(2 * depth) { bytes.append(UInt8(ascii: " ")) }
    }

    // MARK: - Strings

    private mutating func appendString(_ value: String) {
        var value = value
        value.withUTF8 { appendString(utf8: $0) }
    }

    private mutating func appendString(utf8 text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var copied = 0
        var position = 0
        while position < text.count {
            let width = text.widthToEscape(at: position, escapeHTML: escapeHTML)
            if width > 0 {
                append(text, from: copied, to: position)
                appendEscape(of: text[position], width: width, last: text[position + width - 1])
                copied = position + width
            }
            position += max(1, width)
        }
        append(text, from: copied, to: text.count)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) {
        if start < end { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end])) }
    }

    private mutating func appendEscape(of byte: UInt8, width: Int, last: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        if width == 3 {
            // E2 80 A8 and E2 80 A9: the line and the paragraph separator.
            bytes.append("u202")
            bytes.append(last == 0xA8 ? UInt8(ascii: "8") : UInt8(ascii: "9"))
            return
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append("u00")
            bytes.appendHexDigit(byte >> 4)
            bytes.appendHexDigit(byte & 15)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// How many bytes at this position one escape replaces; 0 if they are written as they are.
    fileprivate func widthToEscape(at position: Int, escapeHTML: Bool) -> Int {
        let byte = self[position]
        switch byte {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"):
            return 1
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            return escapeHTML ? 1 : 0
        case 0xE2:
            guard position + 2 < count, self[position + 1] == 0x80 else { return 0 }
            return self[position + 2] == 0xA8 || self[position + 2] == 0xA9 ? 3 : 0
        default:
            return 0
        }
    }
}
