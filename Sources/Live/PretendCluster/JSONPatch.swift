import JSONText

/// JSON Patch: a list of operations, all of them or none.
///
/// - Source: RFC 6902
struct JSONPatch {
    private var operations: [JSON]

    /// - Throws: a bad request if the text is no list of operations.
    init(_ patch: JSON) throws(APIFailure) {
        guard let operations = patch.array,
            operations.allSatisfy({ $0["op"]?.string != nil && $0["path"]?.string != nil })
        else { throw .badRequest("error decoding patch: it is no list of operations with op and path") }
        self.operations = operations
    }

    /// An operation that cannot be done, in the few words the API server has for all of them.
    static var failure: APIFailure {
        APIFailure(
            422, "Invalid", "the server rejected our request due to an error in our request", details: [:])
    }

    func applied(to target: JSON) throws(APIFailure) -> JSON {
        var document = target
        for operation in operations {
            let path = try Self.pointer(operation["path"]?.string ?? "")
            switch operation["op"]?.string {
            case "add":
                document = try Self.edited(document, path[...]) { _ in
                    operation["value"] ?? .null
                } insert: {
                    true
                }
            case "replace":
                _ = try Self.value(document, path)
                document = try Self.edited(document, path[...]) { _ in
                    operation["value"] ?? .null
                } insert: {
                    false
                }
            case "remove":
                _ = try Self.value(document, path)
                document = try Self.edited(document, path[...]) { _ in
                    nil
                } insert: {
                    false
                }
            case "test":
                // A test of what is not there holds only for null, as the server's library has it.
                let found = try? Self.value(document, path)
                guard (found ?? .null).isSame(as: operation["value"] ?? .null) else { throw Self.failure }
            case "copy", "move":
                let from = try Self.pointer(operation["from"]?.string ?? "")
                let value = try Self.value(document, from)
                if operation["op"]?.string == "move" {
                    document = try Self.edited(document, from[...]) { _ in
                        nil
                    } insert: {
                        false
                    }
                }
                document = try Self.edited(document, path[...]) { _ in
                    value
                } insert: {
                    true
                }
            default: throw Self.failure
            }
        }
        return document
    }

    private static func pointer(_ text: String) throws(APIFailure) -> [String] {
        if text.isEmpty { return [] }
        guard text.utf8.first == UInt8(ascii: "/") else { throw failure }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            var bytes: [UInt8] = []
            var rest = part.utf8[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "~"), let next = rest.first,
                    next == UInt8(ascii: "0") || next == UInt8(ascii: "1")
                {
                    rest.removeFirst()
                    bytes.append(next == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                } else {
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func value(_ document: JSON, _ path: [String]) throws(APIFailure) -> JSON {
        var value = document
        for key in path {
            let next = value.array.map { elements in
                Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            }
            guard let found = next ?? value[key] else { throw failure }
            value = found
        }
        return value
    }

    /// The document with the value at a path changed; `insert`: an element of a list moves the others on.
    private static func edited(
        _ document: JSON, _ path: ArraySlice<String>, _ change: (JSON?) -> JSON?, insert: () -> Bool
    ) throws(APIFailure) -> JSON {
        guard let key = path.first else { return change(document) ?? .null }
        let isLast = path.count == 1
        switch document {
        case .object(var members):
            if isLast {
                members[key] = change(members[key])
            } else {
                guard let child = members[key] else { throw failure }
                members[key] = try edited(child, path.dropFirst(), change, insert: insert)
            }
            return .object(members)
        case .array(var elements):
            if isLast, insert() {
                let place = key == "-" ? elements.count : Int(key) ?? -1
                guard (0...elements.count).contains(place) else { throw failure }
                elements.insert(change(nil) ?? .null, at: place)
                return .array(elements)
            }
            guard let place = Int(key), elements.indices.contains(place) else { throw failure }
            if !isLast {
                elements[place] = try edited(elements[place], path.dropFirst(), change, insert: insert)
            } else if let value = change(elements[place]) {
                elements[place] = value
            } else {
                elements.remove(at: place)
            }
            return .array(elements)
        default: throw failure
        }
    }
}
