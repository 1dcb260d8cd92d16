import SimdjsonShim

/// Cuts the text of a JSON list into parts of whole elements, without parsing it.
///
/// Only brackets and strings are told apart, at some GB/s. If the text is JSON, every part is a sequence of elements with
/// commas between them; if it is not, the parts may be anything, and parsing each of them finds that out: parts that all
/// parse as non-empty lists are together a list.
public struct JSONListParts {
    private let bytes: UnsafeRawBufferPointer
    private let minimum: Int
    private var position: Int
    /// Position of the bracket that closes the list, once the last part was returned.
    public private(set) var end: Int?

    /// - Parameters:
    ///   - bytes: text that holds a list.
    ///   - start: position behind the list's opening bracket.
    ///   - minimum: bytes that a part has at least, the last one apart.
    public init(_ bytes: UnsafeRawBufferPointer, from start: Int, minimum: Int) {
        self.bytes = bytes
        self.minimum = minimum
        position = start
    }

    /// The range of the next part, without the commas around it; nil behind the last one and where the list has no end.
    public mutating func next() -> Range<Int>? {
        guard end == nil, position < bytes.count, let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        else { return nil }
        var kind = SJS_PART_NONE
        let length = sjs_list_part(base + position, bytes.count - position, minimum, &kind)
        guard kind != SJS_PART_NONE else {
            position = bytes.count
            return nil
        }
        let part = position..<(position + length)
        if kind == SJS_PART_BRACKET { end = part.upperBound }
        position = part.upperBound + 1
        return part
    }
}
