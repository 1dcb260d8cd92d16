/// Finds the byte at which a text stops being JSON: the fast parser tells that it does, not where.
///
/// Only texts that were refused come here, so what matters is the place and plain words, not speed.
public enum JSONSyntax {
    public struct Problem: Sendable, Hashable {
        /// Offset in the text.
        public var offset: Int
        public var message: String
    }

    /// The first problem of a text that is to be one document; nil where there is none.
    ///
    /// - Complexity: linear; nesting costs a byte a level.
    public static func problem(in text: UnsafeRawBufferPointer) -> Problem? {
        var scan = Scan(text: text)
        do throws(Found) {
            try scan.document()
            return nil
        } catch { return error.problem }
    }

    /// Line and column of an offset, from 1; columns count bytes.
    public static func place(of offset: Int, in text: UnsafeRawBufferPointer) -> (line: Int, column: Int) {
        var line = 1
        var start = 0
        for position in 0..<min(offset, text.count) where text[position] == UInt8(ascii: "\n") {
            line += 1
            start = position + 1
        }
        return (line, offset - start + 1)
    }

    private struct Found: Error {
        var problem: Problem
    }

    private struct Scan {
        let text: UnsafeRawBufferPointer
        var position = 0

        private var byte: UInt8? { position < text.count ? text[position] : nil }

        private func found(_ message: String, at offset: Int? = nil) -> Found {
            Found(problem: Problem(offset: offset ?? position, message: message))
        }

        private func expected(_ what: String) -> Found {
            guard let byte else { return found("the text ends where \(what) was expected") }
            let shown = byte > 0x20 && byte < 0x7F ? "`\(UnicodeScalar(byte))`" : "byte \(byte)"
            return found("expected \(what), found \(shown)")
        }

        private mutating func skipSpace() {
            while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
        }

        mutating func document() throws(Found) {
            // Opening brackets of what is not closed yet.
            var open: [UInt8] = []
            var wantsValue = true
            while true {
                skipSpace()
                if wantsValue {
                    guard let first = byte else { throw expected("a value") }
                    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                        position += 1
                        skipSpace()
                        let closing = first == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
                        if byte == closing {
                            position += 1
                        } else {
                            open.append(first)
                            if first == UInt8(ascii: "{") { try key() }
                            continue
                        }
                    } else {
                        try scalar(first)
                    }
                    wantsValue = false
                    continue
                }
                guard let last = open.last else {
                    if byte == nil { return }
                    throw expected("the end of the document")
                }
                let isObject = last == UInt8(ascii: "{")
                let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
                if byte == closing {
                    position += 1
                    open.removeLast()
                } else if byte == UInt8(ascii: ",") {
                    position += 1
                    if isObject { try key() }
                    wantsValue = true
                } else {
                    throw expected(isObject ? "a comma or }" : "a comma or ]")
                }
            }
        }

        private mutating func key() throws(Found) {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
            try string()
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw expected("a colon") }
            position += 1
        }

        private mutating func scalar(_ first: UInt8) throws(Found) {
            switch first {
            case UInt8(ascii: "\""): try string()
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            default: throw expected("a value")
            }
        }

        private mutating func word(_ word: StaticString) throws(Found) {
            let start = position
            for place in 0..<word.utf8CodeUnitCount {
                guard byte == word.utf8Start[place] else { throw found("expected \(word)", at: start) }
                position += 1
            }
        }

        private mutating func digits() throws(Found) {
            guard let first = byte, first >= 48, first <= 57 else { throw expected("a digit") }
            while let byte, byte >= 48, byte <= 57 { position += 1 }
        }

        private mutating func number() throws(Found) {
            if byte == UInt8(ascii: "-") { position += 1 }
            let start = position
            try digits()
            if text[start] == 48, position > start + 1 { throw found("a number with a leading zero", at: start) }
            if byte == UInt8(ascii: ".") {
                position += 1
                try digits()
            }
            if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
                position += 1
                if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
                try digits()
            }
        }

        private mutating func string() throws(Found) {
            let start = position
            position += 1
            while true {
                guard let byte else { throw found("a text that never ends", at: start) }
                if byte == UInt8(ascii: "\"") {
                    position += 1
                    return
                }
                if byte < 0x20 { throw found("a control character in a text") }
                position += 1
                if byte == UInt8(ascii: "\\") { try escape() }
            }
        }

        private mutating func escape() throws(Found) {
            guard let byte else { throw expected("an escaped character") }
            switch byte {
            case UInt8(ascii: "u"):
                position += 1
                for _ in 0..<4 {
                    guard let digit = self.byte, UnicodeScalar(digit).properties.isASCIIHexDigit else {
                        throw expected("four hexadecimal digits")
                    }
                    position += 1
                }
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                position += 1
            default: throw found("an unknown escape", at: position - 1)
            }
        }
    }
}
