import PlacementModel

/// Typed access to document values. Null counts as absent everywhere.
extension DocumentValue {
    /// Visits the non-null fields of a declared type; problems get the field's name.
    @inline(__always)
    package func readFields(_ body: (MemberKey, Self) throws(FieldProblem) -> Void) throws(FieldProblem) {
        try require(.object)
        try visitMembers { (key, value) throws(FieldProblem) in
            if value.documentKind == .null { return }
            do throws(FieldProblem) {
                try body(key, value)
            } catch {
                throw error.inside(.field(key.string), line: value.documentLine)
            }
        }
    }

    /// Visits the non-null entries of a free map; problems get the entry's key.
    @inline(__always)
    func readEntries(_ body: (MemberKey, Self) throws(FieldProblem) -> Void) throws(FieldProblem) {
        try require(.object)
        try visitMembers { (key, value) throws(FieldProblem) in
            if value.documentKind == .null { return }
            do throws(FieldProblem) {
                try body(key, value)
            } catch {
                throw error.inside(.entry(key.string), line: value.documentLine)
            }
        }
    }

    /// Visits the non-null elements of a list; problems get the element's index.
    @inline(__always)
    package func readElements(_ body: (Self) throws(FieldProblem) -> Void) throws(FieldProblem) {
        try require(.array)
        try visitElements { (index, value) throws(FieldProblem) in
            if value.documentKind == .null { return }
            do throws(FieldProblem) {
                try body(value)
            } catch {
                throw error.inside(.index(index), line: value.documentLine)
            }
        }
    }

    package func readString() throws(FieldProblem) -> String {
        try require(.string)
        return documentText
    }

    package func readBool() throws(FieldProblem) -> Bool {
        try require(.bool)
        return documentBool
    }

    /// A string that is one of the raw values of `Value`.
    func readChoice<Value>(_ choices: [Value]) throws(FieldProblem) -> Value
    where Value: RawRepresentable, Value.RawValue == String {
        let text = try readString()
        guard let value = Value(rawValue: text) else {
            let names = choices.map(\.rawValue).joined(separator: ", ")
            throw FieldProblem("expected one of \(names), found \(text.debugDescription)", line: documentLine)
        }
        return value
    }

    /// The non-null elements of a list, each read by `read`.
    package func readList<Element>(_ read: (Self) throws(FieldProblem) -> Element) throws(FieldProblem) -> [Element] {
        var list: [Element] = []
        list.reserveCapacity(documentCount)
        try readElements { value throws(FieldProblem) in
            list.append(try read(value))
        }
        return list
    }

    /// A list of strings.
    func readStrings() throws(FieldProblem) -> [String] {
        try readList { value throws(FieldProblem) in try value.readString() }
    }

    /// A whole number of 32 bits.
    func readInt32() throws(FieldProblem) -> Int32 {
        try require(.number)
        guard let number = Int32(documentText) else { throw unexpected("a whole number of 32 bits") }
        return number
    }

    func readStringMap(_ pool: TextPool? = nil) throws(FieldProblem) -> [String: String] {
        var map = [String: String](minimumCapacity: documentCount)
        try readEntries { key, value throws(FieldProblem) in
            try value.require(.string)
            map[key.string(pool)] = value.withDocumentText { $0.string(pool) }
        }
        return map
    }

    /// A quantity: text or a bare number, with spaces around it ignored as Kubernetes does.
    func readQuantity() throws(FieldProblem) -> Quantity {
        guard documentKind == .string || documentKind == .number else { throw unexpected("a quantity") }
        let result = withDocumentText { bytes in
            Result { () throws(QuantityError) in try Quantity(parsingUTF8: bytes.trimmingASCIISpace) }
        }
        switch result {
        case .success(let quantity): return quantity
        case .failure(let error): throw FieldProblem("\(found) is no quantity: \(error)", line: documentLine)
        }
    }

    func readQuantityMap(_ pool: TextPool? = nil) throws(FieldProblem) -> [String: Quantity] {
        var map = [String: Quantity](minimumCapacity: documentCount)
        try readEntries { key, value throws(FieldProblem) in
            map[key.string(pool)] = try value.readQuantity()
        }
        return map
    }

    /// The non-null value of a member, for the few places that look one up by name. - Complexity: O(members).
    func member(_ name: StaticString) -> Self? {
        var result: Self?
        // The visitor below throws nothing, so there is no problem to lose.
        try? visitMembers { (key, value) throws(FieldProblem) in
            if name ~= key, value.documentKind != .null { result = value }
        }
        return result
    }

    /// The non-null values of all members of a name: one, unless an object repeats a key. - Complexity: O(members).
    func members(_ name: StaticString) -> [Self] {
        var found: [Self] = []
        try? visitMembers { (key, value) throws(FieldProblem) in
            if name ~= key, value.documentKind != .null { found.append(value) }
        }
        return found
    }

    /// Whether an object or array has nothing in it.
    var isEmptyCollection: Bool {
        var count = 0
        try? visitMembers { (_, _) throws(FieldProblem) in count += 1 }
        try? visitElements { (_, _) throws(FieldProblem) in count += 1 }
        return count == 0
    }

    /// The text of a string or number as text of its own.
    package var documentText: String {
        withDocumentText { String(decoding: $0, as: UTF8.self) }
    }
}

// MARK: - What was expected, what was found

extension DocumentValue {
    @inline(__always)
    package func require(_ kind: DocumentKind) throws(FieldProblem) {
        if documentKind != kind { throw unexpected(kind.noun) }
    }

    package func unexpected(_ expected: String) -> FieldProblem {
        FieldProblem("expected \(expected), found \(found)", line: documentLine)
    }

    /// The value in words, short enough for one line.
    var found: String {
        switch documentKind {
        case .null: "null"
        case .bool: "the bool \(documentBool)"
        case .number: "the number \(shortText)"
        case .string: "the string \(shortText.debugDescription)"
        case .array: "a list"
        case .object: "an object"
        }
    }

    private var shortText: String {
        let text = documentText
        return text.count > 60 ? text.prefix(60) + "…" : text
    }
}

extension DocumentKind {
    var noun: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension MemberKey {
    func string(_ pool: TextPool?) -> String { bytes.string(pool) }
}

extension UnsafeBufferPointer<UInt8> {
    /// The bytes as text, shared with equal text where there is a pool.
    func string(_ pool: TextPool?) -> String { pool?.string(self) ?? String(decoding: self, as: UTF8.self) }

    fileprivate var trimmingASCIISpace: UnsafeBufferPointer<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
        var range = indices
        while let first = range.first, isSpace(self[first]) { range.removeFirst() }
        while let last = range.last, isSpace(self[last]) { range.removeLast() }
        return UnsafeBufferPointer(rebasing: self[range])
    }
}
