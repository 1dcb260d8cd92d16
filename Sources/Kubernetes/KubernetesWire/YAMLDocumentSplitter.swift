/// Cuts a YAML stream into its documents, without parsing them.
///
/// A line that starts with `---` or `...` is a marker wherever it stands, also in block text, so cutting there is safe;
/// and a document with a syntax error does not take the following ones with it.
struct YAMLDocumentSplitter: Sequence, IteratorProtocol {
    struct Document {
        var bytes: Slice<UnsafeBufferPointer<UInt8>>
        /// Line of the first byte, from 1.
        var firstLine: Int
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    private var line: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int = 0, line: Int = 1) {
        self.bytes = bytes
        self.position = position
        self.line = line
    }

    /// The next document, with the comments and directives in front of it; nil at the end of the stream.
    mutating func next() -> Document? {
        while position < bytes.count {
            let (start, firstLine) = (position, line)
            var hasBegun = false
            while position < bytes.count {
                let end = lineEnd(from: position)
                if isMarker(UInt8(ascii: "-"), at: position) {
                    if hasBegun { break }
                    hasBegun = true
                } else if isMarker(UInt8(ascii: "."), at: position) {
                    advance(to: end)
                    break
                } else if isContent(position..<end) {
                    hasBegun = true
                }
                advance(to: end)
            }
            if hasBegun { return Document(bytes: bytes[start..<position], firstLine: firstLine) }
        }
        return nil
    }

    private mutating func advance(to end: Int) {
        position = end
        line += 1
    }

    /// The position after the line break that ends the line at `start`.
    private func lineEnd(from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            end += 1
            if bytes[end - 1] == UInt8(ascii: "\n") { break }
        }
        return end
    }

    /// Whether the line that starts at `start` is three times `byte`, alone or with white space after it.
    private func isMarker(_ byte: UInt8, at start: Int) -> Bool {
        guard start + 3 <= bytes.count, bytes[start..<start + 3].allSatisfy({ $0 == byte }) else { return false }
        return start + 3 == bytes.count || bytes[start + 3].isJSONSpace
    }

    /// Whether a line is more than white space, a comment or a directive.
    private func isContent(_ line: Range<Int>) -> Bool {
        guard let first = bytes[line].first(where: { !$0.isJSONSpace }) else { return false }
        return first != UInt8(ascii: "#") && bytes[line.lowerBound] != UInt8(ascii: "%")
    }
}
