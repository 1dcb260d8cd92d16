import SimdjsonShim

/// Newline-delimited JSON.
public enum NDJSON {
    /// Calls `body` for every line that is not blank.
    ///
    /// Lines end with `\n` or `\r\n`, the last one possibly with neither. Blank lines (spaces and tabs only) are skipped but
    /// counted. Nothing is copied: each line is a part of `bytes`, without its line end. All but the last lines of a large
    /// buffer therefore have readable bytes after them and can be parsed as padded.
    ///
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - body: receives the number of the line, counted from 1, and its bytes.
    /// - Complexity: linear.
    public static func forEachLine<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ number: Int, _ line: UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let text = bytes.assumingMemoryBound(to: UInt8.self)
        guard let base = text.baseAddress else { return }
        var start = 0
        var number = 1
        while start < text.count {
            let length = sjs_find(base + start, text.count - start, UInt8(ascii: "\n"))
            let line = trimmed(UnsafeBufferPointer(start: base + start, count: length))
            if !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
                try body(number, UnsafeRawBufferPointer(line))
            }
            start += length + 1
            number += 1
        }
    }

    private static func trimmed(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard line.last == UInt8(ascii: "\r") else { return line }
        return UnsafeBufferPointer(rebasing: line.dropLast())
    }
}
