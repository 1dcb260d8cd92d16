/// Text of the form `key=value;key=value`, as labels, annotations, selectors and limits stand in a trace.
///
/// The first `=` of an entry ends its key. A backslash takes the next character as it is, so values may hold `;`.
public enum KeyValueList {
    /// What is wrong with a list.
    public struct Problem: Error, Sendable, Hashable {
        public var text: String
    }

    /// Entries in order; none for empty text.
    ///
    /// - Throws: ``Problem`` for an entry without a key or `=`, and for a key that stands twice.
    public static func parse(_ text: String) throws(Problem) -> [(key: String, value: String)] {
        var entries: [(key: String, value: String)] = []
        var key: [UInt8]?
        var current: [UInt8] = []
        var isEscaped = false
        var known: Set<String> = []
        for byte in Array(text.utf8) + (text.isEmpty ? [] : [UInt8(ascii: ";")]) {
            if isEscaped {
                current.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "="), key == nil {
                key = current
                current = []
            } else if byte == UInt8(ascii: ";") {
                guard let name = key, !name.isEmpty else {
                    throw Problem(text: "\"\(String(decoding: current, as: UTF8.self))\" is no key=value entry")
                }
                let entry = (
                    key: String(decoding: name, as: UTF8.self), value: String(decoding: current, as: UTF8.self)
                )
                if !known.insert(entry.key).inserted {
                    throw Problem(text: "\(entry.key) stands twice")
                }
                entries.append(entry)
                key = nil
                current = []
            } else {
                current.append(byte)
            }
        }
        if isEscaped || key != nil { throw Problem(text: "ends inside an escape") }
        return entries
    }

    /// The text of some entries, in their order.
    public static func text(_ entries: some Sequence<(key: String, value: String)>) -> String {
        entries.map { escaped($0.key, isKey: true) + "=" + escaped($0.value, isKey: false) }.joined(separator: ";")
    }

    /// The parts of a text between separators that no backslash precedes; the backslashes stay.
    static func parts(_ text: Substring, separator: Character, splits: Int = .max) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isEscaped = false
        for place in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[place] == "\\" {
                isEscaped = true
            } else if text[place] == separator && parts.count < splits {
                parts.append(text[start..<place])
                start = text.index(after: place)
            }
        }
        return parts + [text[start...]]
    }

    /// The text without the backslashes that escape something.
    static func unescaped(_ text: Substring) -> String {
        var plain = ""
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if scalar == "\\" && !isEscaped {
                isEscaped = true
                continue
            }
            isEscaped = false
            plain.unicodeScalars.append(scalar)
        }
        return plain
    }

    static func escaped(_ text: String, isKey: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x3B || (isKey && $0 == 0x3D) }) else { return text }
        var escaped = ""
        for character in text.unicodeScalars {
            if character == "\\" || character == ";" || (isKey && character == "=") { escaped += "\\" }
            escaped.unicodeScalars.append(character)
        }
        return escaped
    }
}
