/// The text of document values in one row of bytes, and a number made of it: equal values give equal bytes.
///
/// ```
/// {"cpu": "2", "gpu": 1}    ->   { 3 cpu " 1 2 3 gpu # 1 1 }
/// ```
///
/// Each value is a sign for its kind and, for texts and numbers, length and bytes. Members stand in the order of the
/// document: the same object written in another order is another text, and only costs a second reading. One thread at a
/// time; the memory is kept from text to text.
struct TextDigest: ~Copyable {
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ sign: StaticString) { bytes.append(sign.utf8Start.pointee) }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text)
    }

    /// Takes in a whole value. - Complexity: linear in its text
    mutating func append(_ value: some DocumentValue) {
        switch value.documentKind {
        case .null: append("n")
        case .bool: append(value.documentBool ? "t" : "f")
        case .number:
            append("#")
            value.withDocumentText { append($0) }
        case .string:
            append("\"")
            value.withDocumentText { append($0) }
        case .array:
            append("[")
            // The visitors throw nothing.
            try? value.visitElements { (_, element) throws(FieldProblem) in append(element) }
            append("]")
        case .object:
            append("{")
            try? value.visitMembers { (key, member) throws(FieldProblem) in
                append(key.bytes)
                append(member)
            }
            append("}")
        }
    }

    /// A number made of all bytes: words multiplied and folded.
    var hash: UInt64 {
        bytes.withUnsafeBytes { buffer in
            var hash = UInt64(truncatingIfNeeded: buffer.count) ^ 0x9E37_79B9_7F4A_7C15
            func fold(_ word: UInt64) {
                let product = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
                hash = product.high ^ product.low
            }
            var offset = 0
            while offset + 8 <= buffer.count {
                fold(buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var last: UInt64 = 0
            while offset < buffer.count {
                last = last << 8 | UInt64(buffer[offset])
                offset += 1
            }
            fold(last)
            return hash
        }
    }
}
