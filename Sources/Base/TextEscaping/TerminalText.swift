/// Text from outside as a terminal may show it: what would move the cursor, change colours, break a line or turn the reading
/// direction is written out, so that a name cannot draw anything but itself.
public enum TerminalText {
    /// For a name within a line: line breaks are written out too.
    public static func escaped(_ text: String) -> String { escaped(text, keepsLines: false) }

    /// For text of several lines: line breaks and tabs stay.
    public static func escapedLines(_ text: String) -> String { escaped(text, keepsLines: true) }

    /// - Complexity: linear; text without such characters is returned as it is.
    private static func escaped(_ text: String, keepsLines: Bool) -> String {
        let isSuspicious = text.utf8.contains { byte in
            byte < 0x20 ? !(keepsLines && (byte == 0x0a || byte == 0x09)) : byte >= 0x7f
        }
        guard isSuspicious, text.unicodeScalars.contains(where: { isHidden($0, keepsLines: keepsLines) }) else {
            return text
        }
        var shown = ""
        for scalar in text.unicodeScalars {
            guard isHidden(scalar, keepsLines: keepsLines) else {
                shown.unicodeScalars.append(scalar)
                continue
            }
            switch scalar.value {
            case 0x09: shown += "\\t"
            case 0x0a: shown += "\\n"
            case 0x0d: shown += "\\r"
            default:
                let digits = String(scalar.value, radix: 16)
                shown += "\\u{" + digits + "}"
            }
        }
        return shown
    }

    /// Whether a character acts instead of being seen.
    static func isHidden(_ scalar: Unicode.Scalar, keepsLines: Bool) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: return !keepsLines
        case 0..<0x20, 0x7f...0x9f: return true
        // Arabic letter mark, zero width and direction marks, line and paragraph separators, embeddings and overrides,
        // word joiner and isolates, byte order mark, interlinear marks, tags.
        case 0x061c, 0x180e, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb,
            0xe0000...0xe007f:
            return true
        default: return false
        }
    }
}

extension DefaultStringInterpolation {
    /// `"\(shown: name)"`: a text from outside within a line for the terminal, see ``TerminalText/escaped(_:)``.
    public mutating func appendInterpolation(shown text: String) { appendLiteral(TerminalText.escaped(text)) }
}
