public import BulkJSON

/// Bulk input, read in place from the parser's memory.
///
/// The parser keeps values, not digits: an integer arrives as written, a number with a fraction or an exponent as the
/// shortest text for its value (`1.50` as `1.5`, `1e3` as `1000`).
extension JSONValue: DocumentValue {
    public var documentKind: DocumentKind {
        switch kind {
        case .null: .null
        case .bool: .bool
        case .int, .uint, .double: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    public var documentLine: Int? { nil }

    public var documentCount: Int { count }

    public var documentBool: Bool { bool ?? false }

    public func withDocumentText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let utf8 { return body(utf8) }
        var text =
            switch kind {
            case .int: int64.map { String($0) } ?? ""
            case .uint: uint64.map { String($0) } ?? ""
            case .double: double.map { numberText($0) } ?? ""
            default: ""
            }
        return text.withUTF8(body)
    }

    public func visitMembers(_ body: (MemberKey, JSONValue) throws(FieldProblem) -> Void) throws(FieldProblem) {
        try forEachMember { (key, value) throws(FieldProblem) in try body(MemberKey(key), value) }
    }

    public func visitElements(_ body: (Int, JSONValue) throws(FieldProblem) -> Void) throws(FieldProblem) {
        var index = 0
        for element in elements {
            try body(index, element)
            index += 1
        }
    }

    public func ownedTree() throws(FieldProblem) -> JSON { JSON(self) }
}

/// An owned tree, for objects that were built or kept rather than read.
extension JSON: DocumentValue {
    public var documentKind: DocumentKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int, .double: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    public var documentLine: Int? { nil }

    public var documentCount: Int { array?.count ?? object?.count ?? 0 }

    public var documentBool: Bool { bool ?? false }

    public func withDocumentText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        var text =
            switch self {
            case .string(let text): text
            case .int(let value): String(value)
            case .double(let value): numberText(value)
            default: ""
            }
        return text.withUTF8(body)
    }

    public func visitMembers(_ body: (MemberKey, JSON) throws(FieldProblem) -> Void) throws(FieldProblem) {
        guard case .object(let object) = self else { return }
        for member in object.members {
            var key = member.key
            let result = key.withUTF8 { bytes in
                Result { () throws(FieldProblem) in try body(MemberKey(bytes), member.value) }
            }
            try result.get()
        }
    }

    public func visitElements(_ body: (Int, JSON) throws(FieldProblem) -> Void) throws(FieldProblem) {
        guard case .array(let elements) = self else { return }
        for (index, element) in elements.enumerated() { try body(index, element) }
    }

    public func ownedTree() throws(FieldProblem) -> JSON { self }
}

/// The shortest text that reads as `value`, without a fraction where it is whole.
private func numberText(_ value: Double) -> String {
    Int64(exactly: value).map { String($0) } ?? value.description
}
