public import BulkJSON

/// What a value of a document is, whatever notation the document is written in.
public enum DocumentKind: Sendable, Hashable {
    case null
    case bool
    case number
    case string
    case array
    case object
}

/// A value in a parsed document: what the decoders read.
///
/// The conformances are `JSONValue` (bulk input, read in place), `JSON` (an owned tree) and ``YAMLValue``, so that every
/// notation goes through the same decoder. Each member of an object is visited once, in document order; decoders
/// pick what they know by comparing ``MemberKey`` with literals, which makes no `String`.
public protocol DocumentValue: SendableMetatype {
    var documentKind: DocumentKind { get }

    /// The line the value stands on, from 1, where the notation knows it.
    var documentLine: Int? { get }

    /// The value of a bool; false for everything else.
    var documentBool: Bool { get }

    /// About how many members or elements the value has; only room is made by it.
    var documentCount: Int { get }

    /// The text of a string, or the digits of a number as they were written, as UTF-8; empty for everything else.
    func withDocumentText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result

    /// Visits the members of an object in document order; does nothing for other kinds.
    func visitMembers(_ body: (MemberKey, Self) throws(FieldProblem) -> Void) throws(FieldProblem)

    /// Visits the elements of an array in order; does nothing for other kinds.
    func visitElements(_ body: (Int, Self) throws(FieldProblem) -> Void) throws(FieldProblem)

    /// The value as an owned tree.
    func ownedTree() throws(FieldProblem) -> JSON
}

/// The key of an object member, borrowed from the document for the time of the visit.
public struct MemberKey {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The key as text of its own.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Compares bytes, so that `switch` over literals costs no allocation.
    public static func ~= (pattern: StaticString, key: MemberKey) -> Bool {
        guard pattern.utf8CodeUnitCount == key.bytes.count else { return false }
        for index in 0..<key.bytes.count where pattern.utf8Start[index] != key.bytes[index] { return false }
        return true
    }
}
