import BulkJSON

/// What stands around the elements of a list: `{"kind": "List", "items": [` and what follows the `]`.
struct ListFrame: Sendable {
    /// Position of the list or list object.
    let start: Int
    /// Position behind the opening bracket of the elements.
    let elements: Int
    /// Lists and objects around the elements: 1 for a plain array, 2 for a list object.
    let levels: Int
    /// The kind of elements that state none, as far as it is told before them.
    let assumedKind: String?

    /// Nil if the text at `start` is neither an array nor an object with `items`.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        self.start = start
        if bytes[start] == UInt8(ascii: "[") {
            (elements, levels, assumedKind) = (start + 1, 1, nil)
            return
        }
        guard let elements = Self.findItems(bytes, from: start) else { return nil }
        self.elements = elements
        levels = 2
        let parser = JSONParser()
        let kind = withExtendedLifetime(parser) {
            (try? parser.parse(Array(bytes[start..<elements]) + Array("]}".utf8))).flatMap { ObjectHeader($0).kind }
        }
        assumedKind = kind.flatMap { ObjectHeader.kindOfItems(in: $0) }
    }

    /// Whether the text without the elements is a list whose elements have the assumed kind, and nothing follows it.
    ///
    /// - Parameter end: position of the bracket that closes the elements.
    func isConfirmed(by bytes: UnsafeBufferPointer<UInt8>, end: Int) -> Bool {
        let parser = JSONParser()
        return withExtendedLifetime(parser) {
            let frame = Array(bytes[start..<elements]) + Array(bytes[end...])
            guard let root = try? parser.parse(frame) else { return false }
            if levels == 1 { return root.kind == .array }
            var itemsCount = 0
            root.forEachMember { key, _ in if "items" ~= MemberKey(key) { itemsCount += 1 } }
            guard itemsCount == 1, let kind = ObjectHeader(root).kind, kind.hasSuffix("List") else { return false }
            return ObjectHeader.kindOfItems(in: kind) == assumedKind
        }
    }

    /// The position behind the bracket that opens the list of the member `items`.
    private static func findItems(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var position = start + 1
        while true {
            position = afterSpace(bytes, position)
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\""),
                case .complete(let keyEnd) = JSONExtent.endOfString(bytes, from: position)
            else { return nil }
            let key = MemberKey(UnsafeBufferPointer(rebasing: bytes[(position + 1)..<(keyEnd - 1)]))
            position = afterSpace(bytes, keyEnd)
            guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return nil }
            position = afterSpace(bytes, position + 1)
            guard position < bytes.count else { return nil }
            if "items" ~= key, bytes[position] == UInt8(ascii: "[") { return position + 1 }
            guard let end = endOfValue(bytes, from: position) else { return nil }
            position = afterSpace(bytes, end)
            guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { return nil }
            position += 1
        }
    }

    private static func endOfValue(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        let extent: JSONExtent
        switch bytes[start] {
        case UInt8(ascii: "\""): extent = JSONExtent.endOfString(bytes, from: start)
        case UInt8(ascii: "{"), UInt8(ascii: "["): extent = JSONExtent.scan(bytes, from: start)
        default:
            let end = bytes[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") }
            return end
        }
        if case .complete(let end) = extent { return end }
        return nil
    }

    private static func afterSpace(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        bytes[min(start, bytes.count)...].firstIndex { !$0.isJSONSpace } ?? bytes.count
    }
}
