/// Why a text is not JSON.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    public var message: String
    /// Offset of the offending byte, where it is known.
    public var byteOffset: Int?

    public init(message: String, byteOffset: Int? = nil) {
        self.message = message
        self.byteOffset = byteOffset
    }

    public var description: String {
        byteOffset.map { "\(message) (at byte \($0))" } ?? message
    }
}

/// Reads JSON for those who decide what a text means and leave it to others how it is parsed.
///
/// A value is good until the next text is parsed and while the parser lives, see `JSONValue`.
public protocol JSONTextParser: AnyObject {
    func parse(_ text: String) throws(JSONError) -> JSONValue
}

/// Stands where no parser was given: every text is refused, with words that say why.
public final class AbsentJSONParser: JSONTextParser {
    public init() {}

    public func parse(_ text: String) throws(JSONError) -> JSONValue {
        throw JSONError(message: "it is JSON, and this fleet was made without a parser of JSON")
    }
}
