/// One value of a parsed document: three words that point into the parser's memory.
///
/// Copying costs nothing and retains nothing. It is good while its parser lives and has not parsed
/// another text: used after that, it is undefined behaviour.
@frozen public struct JSONValue {
    /// The type of a value. A number is `int` if it is written as an integer that fits `Int64`, `uint` if it is one that
    /// fits only `UInt64`, and otherwise `double`.
    @frozen public enum Kind: Sendable {
        case null, bool, int, uint, double, string, array, object
    }

    @usableFromInline let tape: UnsafePointer<UInt64>
    @usableFromInline let strings: UnsafePointer<UInt8>
    @usableFromInline let index: Int

    /// The value at a place of a parsed document.
    ///
    /// - Parameters:
    ///   - tape: simdjson's tape; its words are told below.
    ///   - strings: what string words point into.
    @inlinable public init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
        self.tape = tape
        self.strings = strings
        self.index = index
    }

    // A tape word has its type in the top byte. Numbers have their bits in the following word; a string has its offset in
    // `strings`; a container has the position after its end in the low 32 bits and its count in the 24 bits above them.
    @inlinable var tag: UInt8 { UInt8(truncatingIfNeeded: tape[index] >> 56) }
    @inlinable var isArray: Bool { tag == UInt8(ascii: "[") }
    @inlinable var isObject: Bool { tag == UInt8(ascii: "{") }
    @inlinable var afterContainer: Int { Int(UInt32(truncatingIfNeeded: tape[index])) }

    /// Tape position of the value that follows this one, its end marker, or its parent's.
    @inlinable var next: Int {
        switch tag {
        case UInt8(ascii: "["), UInt8(ascii: "{"): afterContainer
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index + 2
        default: index + 1
        }
    }

    @inlinable func at(_ index: Int) -> JSONValue { JSONValue(tape: tape, strings: strings, index: index) }

    public var kind: Kind {
        switch tag {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "l"): .int
        case UInt8(ascii: "u"): .uint
        case UInt8(ascii: "d"): .double
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "{"): .object
        default: .null
        }
    }

    @inlinable public var isNull: Bool { tag == UInt8(ascii: "n") }

    /// The value of `true` or `false`.
    @inlinable public var bool: Bool? {
        switch tag {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The value of an integer that fits; `nil` for `1.0`, which is a double.
    @inlinable public var int64: Int64? {
        tag == UInt8(ascii: "l") ? Int64(bitPattern: tape[index + 1]) : nil
    }

    /// The value of a non-negative integer that fits.
    @inlinable public var uint64: UInt64? {
        switch tag {
        case UInt8(ascii: "u"): tape[index + 1]
        case UInt8(ascii: "l"): UInt64(exactly: Int64(bitPattern: tape[index + 1]))
        default: nil
        }
    }

    /// The value of any number, rounded to the nearest double.
    @inlinable public var double: Double? {
        switch tag {
        case UInt8(ascii: "d"): Double(bitPattern: tape[index + 1])
        case UInt8(ascii: "l"): Double(Int64(bitPattern: tape[index + 1]))
        case UInt8(ascii: "u"): Double(tape[index + 1])
        default: nil
        }
    }

    /// The unescaped bytes of a string, which are valid UTF-8.
    @inlinable public var utf8: UnsafeBufferPointer<UInt8>? {
        guard tag == UInt8(ascii: "\"") else { return nil }
        let start = strings + Int(tape[index] & 0x00ff_ffff_ffff_ffff)
        let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(length))
    }

    /// A copy of a string.
    @inlinable public var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }
}

// MARK: - Containers

extension JSONValue {
    /// Number of elements of an array or members of an object (duplicate keys count each); 0 for other values.
    ///
    /// - Complexity: O(1), but linear beyond 16 million.
    public var count: Int {
        guard isArray || isObject else { return 0 }
        let count = Int((tape[index] >> 32) & 0x00ff_ffff)
        if count < 0x00ff_ffff { return count }
        var exact = 0
        if isArray { for _ in elements { exact += 1 } } else { forEachMember { _, _ in exact += 1 } }
        return exact
    }

    /// The elements of an array; empty for other values. Skipping an element is O(1), whatever it contains.
    @inlinable public var elements: JSONElements {
        JSONElements(self, end: isArray ? afterContainer - 1 : index + 1)
    }

    /// Calls `body` for every member of an object, in document order, duplicates included. Does nothing for other values.
    ///
    /// The key's bytes live as long as the document.
    @inlinable public func forEachMember<Failure: Error>(
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: JSONValue) throws(Failure) -> Void
    ) throws(Failure) {
        guard isObject else { return }
        var position = index + 1
        let end = afterContainer - 1
        while position < end {
            let value = at(position + 1)
            if let key = at(position).utf8 { try body(key, value) }
            position = value.next
        }
    }

    /// Copies of the keys of an object with their values, in document order; empty for other values.
    public var members: [(key: String, value: JSONValue)] {
        var members: [(key: String, value: JSONValue)] = []
        if isObject { members.reserveCapacity(count) }
        forEachMember { key, value in members.append((String(decoding: key, as: UTF8.self), value)) }
        return members
    }

    /// The member of an object whose key has exactly these bytes, the last one if there are several.
    ///
    /// - Complexity: linear in the number of members.
    @inlinable public subscript(utf8 key: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        var found: JSONValue?
        forEachMember { candidate, value in
            if candidate.count == key.count, candidate.elementsEqual(key) { found = value }
        }
        return found
    }

    /// The member of an object with this key, the last one if there are several; `nil` for other values.
    ///
    /// Keys compare byte by byte, without Unicode normalisation.
    ///
    /// - Complexity: linear in the number of members; allocates nothing.
    @inlinable public subscript(key: String) -> JSONValue? {
        guard isObject else { return nil }
        var key = key
        return key.withUTF8 { self[utf8: $0] }
    }
}

/// The elements of a JSON array, to be iterated without allocation.
@frozen public struct JSONElements: Sequence, IteratorProtocol {
    @usableFromInline var position: Int
    @usableFromInline let end: Int
    @usableFromInline let array: JSONValue

    @inlinable init(_ array: JSONValue, end: Int) {
        self.array = array
        self.end = end
        position = array.index + 1
    }

    @inlinable public mutating func next() -> JSONValue? {
        guard position < end else { return nil }
        let element = array.at(position)
        position = element.next
        return element
    }

    @inlinable public var underestimatedCount: Int { 0 }
}
