@_exported public import JSONText
import SimdjsonShim

/// Parses JSON documents of up to 4 GiB, one after the other, into memory that it keeps and reuses.
///
/// A document stays readable until the next ``parse(_:padded:)`` and while the parser lives; a ``JSONValue`` used after
/// that is undefined behaviour. Hold the parser in a variable, and copy what must live longer into a ``JSON``.
/// One parser belongs to one thread at a time.
///
/// Containers may nest 1024 deep (an empty one may lie a level deeper). Text that is not UTF-8 is an error, and so are
/// an escaped surrogate without its other half (Go replaces it) and a number beyond the range of a double.
public final class JSONParser: JSONTextParser {
    /// Deepest nesting of arrays and objects.
    public static let maximumDepth = 1024

    /// Bytes that must be readable past the end of a document that is passed as padded.
    public static var requiredPadding: Int { sjs_padding() }

    private let handle: OpaquePointer

    /// Creates a parser; its buffers grow with the largest document it sees.
    public init() {
        guard let handle = sjs_create(Self.maximumDepth) else { fatalError("out of memory") }
        self.handle = handle
    }

    deinit { sjs_destroy(handle) }

    /// Parses one document and invalidates the previous one.
    ///
    /// - Parameters:
    ///   - bytes: exactly one JSON document, optionally surrounded by white space.
    ///   - padded: whether ``requiredPadding`` bytes after `bytes` are readable, whatever they hold. The document is then
    ///     parsed in place instead of being copied first.
    /// - Complexity: linear, at some GB/s.
    public func parse(_ bytes: UnsafeRawBufferPointer, padded: Bool = false) throws(JSONError) -> JSONValue {
        let bytes = bytes.assumingMemoryBound(to: UInt8.self)
        let error = sjs_parse(handle, bytes.baseAddress, bytes.count, padded)
        switch sjs_kind_of(error) {
        case SJS_SUCCESS: return root
        case SJS_EMPTY: throw JSONError(message: "the document is empty", byteOffset: 0)
        case SJS_UTF8: throw JSONError(message: "the text is not UTF-8", byteOffset: Self.firstInvalidUTF8(in: bytes))
        default: return try parseWideIntegers(bytes, error)
        }
    }

    /// Parses one document and invalidates the previous one.
    public func parse(_ text: String) throws(JSONError) -> JSONValue {
        var text = text
        let result = text.withUTF8 { bytes in
            Result { () throws(JSONError) in try parse(UnsafeRawBufferPointer(bytes)) }
        }
        return try result.get()
    }

    /// Parses one document and invalidates the previous one.
    public func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try parse(bytes) }
        }
        return try result.get()
    }

    private var root: JSONValue {
        // Both pointers exist after a successful parse.
        JSONValue(tape: sjs_tape(handle)!, strings: sjs_strings(handle)!, index: 1)
    }

    /// The second attempt, after simdjson rejected a document: integers wider than 64 bits, which it knows no type for,
    /// become doubles. Without such integers, the error stands.
    private func parseWideIntegers(
        _ bytes: UnsafeBufferPointer<UInt8>, _ error: Int32
    ) throws(JSONError) -> JSONValue {
        if let rewritten = wideIntegersAsDoubles(bytes) {
            let second = rewritten.withUnsafeBufferPointer { sjs_parse(handle, $0.baseAddress, $0.count, false) }
            if sjs_kind_of(second) == SJS_SUCCESS { return root }
        }
        throw JSONError(message: String(cString: sjs_message(error)))
    }

    private static func firstInvalidUTF8(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }
}

extension JSON {
    /// Parses one document.
    public init(parsing text: String) throws(JSONError) {
        let parser = JSONParser()
        self = try withExtendedLifetime(parser) { () throws(JSONError) in JSON(try parser.parse(text)) }
    }
}
