/// Finds where a JSON object or array ends in a text with more after it, by its brackets and strings alone.
///
/// Used where documents stand one after another without a separator, and to tell what is wrong with a broken one.
enum JSONExtent {
    /// Brackets and strings fit; the position after the last bracket.
    case complete(end: Int)
    /// They do not; the position where that shows, and how.
    case broken(at: Int, message: String)

    /// - Parameter start: position of the opening bracket.
    /// - Complexity: linear in the extent.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> JSONExtent {
        var closers: [UInt8] = []
        var position = start
        // The last byte that is no white space: it tells whether an opening bracket may follow.
        var previous: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                switch endOfString(bytes, from: position) {
                case .complete(let end): position = end - 1
                case let broken: return broken
                }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard closers.isEmpty || canOpen(after: previous, inside: closers.last) else {
                    return .broken(at: position, message: "a value starts where none may stand")
                }
                closers.append(byte + 2)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard closers.popLast() == byte else {
                    return .broken(at: position, message: "`\(UnicodeScalar(byte))` closes nothing that is open")
                }
                if closers.isEmpty { return .complete(end: position + 1) }
            default: break
            }
            if !byte.isJSONSpace { previous = byte }
            position += 1
        }
        let open = closers.last == UInt8(ascii: "]") ? "a list" : "an object"
        return .broken(at: bytes.count, message: "the text ends inside \(open)")
    }

    private static func canOpen(after previous: UInt8, inside closer: UInt8?) -> Bool {
        switch previous {
        case UInt8(ascii: ":"): closer == UInt8(ascii: "}")
        case UInt8(ascii: "["): true
        case UInt8(ascii: ","): closer == UInt8(ascii: "]")
        default: false
        }
    }

    /// - Parameter start: position of the opening quote.
    static func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> JSONExtent {
        var position = start + 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""): return .complete(end: position + 1)
            case UInt8(ascii: "\n"): return .broken(at: position, message: "the line ends inside a string")
            default: position += 1
            }
        }
        return .broken(at: bytes.count, message: "the text ends inside a string")
    }
}

extension UInt8 {
    /// Space, tab, line feed or carriage return.
    var isJSONSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
