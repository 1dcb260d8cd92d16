/// A JSON value that owns its contents, for small documents that must outlive their parser.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// Copies a parsed value with everything in it. Integers that fit only `UInt64` become doubles; members with the same
    /// key are all kept.
    ///
    /// - Complexity: linear in the size of the value.
    public init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool ?? false)
        case .int: self = .int(value.int64 ?? 0)
        case .uint, .double: self = .double(value.double ?? 0)
        case .string: self = .string(value.string ?? "")
        case .array: self = .array(value.elements.map { JSON($0) })
        case .object: self = .object(JSONObject(value.members.map { ($0.key, JSON($0.value)) }))
        }
    }

    /// The member of an object with this key, the last one if there are several; `nil` for other values.
    public subscript(key: String) -> JSON? { object?[key] }

    /// The element of an array at this position; `nil` beyond its end and for other values.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The value of an integer; `nil` for doubles, even whole ones.
    public var int64: Int64? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The value of any number.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var array: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var object: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The value as text, written by a ``JSONWriter``.
    public func text(escapeHTML: Bool = true, pretty: Bool = false) -> String {
        var writer = JSONWriter(escapeHTML: escapeHTML, pretty: pretty)
        writer.value(self)
        return writer.text
    }
}

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral members: (String, JSON)...) { self = .object(JSONObject(members)) }
}

/// The members of a JSON object in their order. Keys may repeat; the last one counts.
///
/// Two objects are equal if they have equal members in the same order.
public struct JSONObject: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public var key: String
        public var value: JSON

        public init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    public var members: [Member]

    public init(_ members: some Sequence<(String, JSON)> = []) {
        self.members = members.map { Member(key: $0.0, value: $0.1) }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    /// The value of the last member with this key. Setting it replaces that value in place or appends a member; setting
    /// `nil` removes every member with the key.
    ///
    /// - Complexity: linear in the number of members.
    public subscript(key: String) -> JSON? {
        get { members.last { Self.isKey($0.key, key) }?.value }
        set {
            guard let newValue else { return members.removeAll { Self.isKey($0.key, key) } }
            if let index = members.lastIndex(where: { Self.isKey($0.key, key) }) {
                members[index].value = newValue
            } else {
                members.append(Member(key: key, value: newValue))
            }
        }
    }
}

extension JSONObject {
    /// Whether two keys have the same bytes; `==` on strings would normalise them.
    private static func isKey(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}

extension JSONObject: ExpressibleByDictionaryLiteral, Sequence {
    public init(dictionaryLiteral members: (String, JSON)...) { self.init(members) }

    public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}
