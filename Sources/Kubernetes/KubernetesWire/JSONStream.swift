import BulkJSON

/// The JSON documents of a source, one after another: a single document, one a line (NDJSON), or concatenated ones.
///
/// After a syntax error reading goes on at the next line that starts with an opening bracket.
struct JSONStream {
    enum Item {
        /// A parsed document, valid until the next item is asked for.
        case document(JSONValue, DocumentPlace)
        case problem(InputProblem)
        /// A line `---` at this position: what follows it may be in another notation.
        case marker(position: Int)
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    /// Readable bytes, of which `bytes` are the first.
    private let readableCount: Int
    private let source: String
    private let parser: JSONParser
    private var position: Int
    private(set) var line: Int
    private(set) var document: Int
    /// Set by the first syntax error: brackets and commas left over from it are passed over silently.
    private var isRecovering = false

    init(
        _ bytes: UnsafeBufferPointer<UInt8>, readableCount: Int, source: String, parser: JSONParser, from position: Int,
        line: Int, document: Int
    ) {
        self.bytes = bytes
        self.readableCount = readableCount
        self.source = source
        self.parser = parser
        self.position = position
        self.line = line
        self.document = document
    }

    /// The next document or problem; nil at the end.
    mutating func next() -> Item? {
        while true {
            skipSpace()
            guard position < bytes.count else { return nil }
            if isMarkerLine { return .marker(position: position) }
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): return readDocument()
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard isRecovering else { return strayText() }
                position += 1
            default:
                return strayText()
            }
        }
    }

    private mutating func readDocument() -> Item {
        document += 1
        let isFirst = document == 1
        let lineEnd = endOfLine(from: position)
        if let value = parse(position..<lineEnd) {
            return accept(value, end: lineEnd, isWhole: isFirst && onlySpace(from: lineEnd))
        }
        if isFirst, !onlySpace(from: lineEnd), let value = parse(position..<bytes.count) {
            return accept(value, end: bytes.count, isWhole: true)
        }
        switch JSONExtent.scan(bytes, from: position) {
        case .broken(let place, let message):
            return syntaxProblem(message, at: place)
        case .complete(let end):
            do {
                let value = try parser.parse(raw(position..<end), padded: isPadded(end))
                return accept(value, end: end, isWhole: false)
            } catch {
                return syntaxProblem(
                    error.message, at: position + (error.byteOffset ?? 0), isExact: error.byteOffset != nil)
            }
        }
    }

    private mutating func accept(_ value: JSONValue, end: Int, isWhole: Bool) -> Item {
        let place = DocumentPlace(source: source, document: document, firstLine: line, namesLine: !isWhole)
        if !isWhole { line += lineBreaks(in: position..<end) }
        position = end
        return .document(value, place)
    }

    // MARK: - Problems

    /// Text at top level that is no JSON document.
    private mutating func strayText() -> Item {
        document += 1
        let byte = bytes[position]
        let found = byte > 0x20 && byte < 0x7F ? "`\(UnicodeScalar(byte))`" : "byte \(byte)"
        return syntaxProblem("expected an object or a list, found \(found)", at: position)
    }

    private mutating func syntaxProblem(_ message: String, at place: Int, isExact: Bool = true) -> Item {
        var (offset, words) = (place, message)
        let found = isExact ? nil : JSONSyntax.problem(in: raw(position..<bytes.count))
        if let found { (offset, words) = (position + found.offset, found.message) }
        let exactness = isExact || found != nil ? "at" : "in the document from"
        let problemLine = line + lineBreaks(in: position..<offset)
        let lineStart = bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        isRecovering = true
        resume()
        return .problem(
            InputProblem(
                source: source, line: problemLine, object: "document \(document)",
                message: "syntax error \(exactness) line \(problemLine), column \(offset - lineStart + 1): \(words)"))
    }

    /// Goes to the next line that starts a document or is a marker.
    private mutating func resume() {
        while position < bytes.count {
            let lineEnd = endOfLine(from: position)
            position = min(lineEnd + 1, bytes.count)
            if lineEnd < bytes.count { line += 1 }
            guard position < bytes.count else { return }
            if bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "[") || isMarkerLine { return }
        }
    }

    // MARK: - Text

    private func parse(_ range: Range<Int>) -> JSONValue? {
        try? parser.parse(raw(range), padded: isPadded(range.upperBound))
    }

    private func raw(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range]))
    }

    private func isPadded(_ end: Int) -> Bool { readableCount - end >= JSONParser.requiredPadding }

    /// Passes over white space and byte order marks.
    private mutating func skipSpace() {
        while position < bytes.count {
            if bytes[position].isJSONSpace {
                if bytes[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            } else if bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]) {
                position += 3
            } else {
                return
            }
        }
    }

    private var isMarkerLine: Bool {
        guard bytes[position] == UInt8(ascii: "-"), bytes[position...].starts(with: [0x2D, 0x2D, 0x2D]) else {
            return false
        }
        let isLineStart = position == 0 || bytes[position - 1] == UInt8(ascii: "\n")
        return isLineStart && (position + 3 == bytes.count || bytes[position + 3].isJSONSpace)
    }

    private func onlySpace(from start: Int) -> Bool { bytes[start...].allSatisfy(\.isJSONSpace) }

    /// The position of the line break that ends the line, or the end of the text.
    private func endOfLine(from start: Int) -> Int {
        LineBreaks.next(in: bytes, from: start) ?? bytes.count
    }

    private func lineBreaks(in range: Range<Int>) -> Int { LineBreaks.count(in: bytes, range) }
}
