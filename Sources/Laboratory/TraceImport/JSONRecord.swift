import BulkJSON
import PlacementModel
import TraceModel

/// One element of a JSON list in a file; errors name the line and column of the value that is wrong.
struct JSONRecord {
    /// A step from a value into one inside it.
    enum Step {
        case member(String)
        case element(Int)
    }

    let file: String
    /// The whole file.
    let bytes: UnsafeBufferPointer<UInt8>
    /// Where the element stands in it.
    let start: Int
    let value: JSONValue

    /// The text at a place.
    func text(_ path: Step...) throws(TraceError) -> String {
        guard let value = try self.value(path).string else { throw error(path, "is no text") }
        return value
    }

    /// A text that may be missing, null, empty or say that there is none.
    func optionalText(_ path: Step...) throws(TraceError) -> String? {
        guard let value = find(path), !value.isNull else { return nil }
        guard let text = value.string else { throw error(path, "is no text") }
        return AbsentValue.isOne(text) ? nil : text
    }

    /// Number of elements of the list at a place.
    func count(_ path: Step...) throws(TraceError) -> Int {
        let list = try value(path)
        guard list.kind == .array else { throw error(path, "is no list") }
        // Elements are found by counting from the first.
        guard list.count <= InputLimits.importedList else {
            throw error(path, "has \(list.count) elements, at most \(InputLimits.importedList)")
        }
        return list.count
    }

    /// An error at the value to which a path leads, or at the last one that is there.
    func error(_ path: [Step], _ problem: String) -> TraceError {
        var offset = JSONPlace.valueStart(bytes, from: start)
        for step in path {
            guard let next = JSONPlace.find(step, in: bytes, from: offset) else { break }
            offset = next
        }
        let name = path.map(\.description).joined().drop { $0 == "." }
        return JSONPlace.error(
            file: file, bytes: bytes, offset: offset, (name.isEmpty ? "" : name + ": ") + problem)
    }

    private func value(_ path: [Step]) throws(TraceError) -> JSONValue {
        guard let value = find(path) else { throw error(path, "is missing") }
        return value
    }

    private func find(_ path: [Step]) -> JSONValue? {
        var value = value
        for step in path {
            switch step {
            case .member(let key):
                guard value.kind == .object, let member = value[key] else { return nil }
                value = member
            case .element(let number):
                guard value.kind == .array else { return nil }
                var elements = value.elements
                var found: JSONValue?
                for _ in 0...number { found = elements.next() }
                guard let found else { return nil }
                value = found
            }
        }
        return value
    }
}

extension JSONRecord.Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .member(let key): "." + key
        case .element(let number): "[\(number)]"
        }
    }
}

/// Places of values in JSON text, looked for only when there is something to tell.
enum JSONPlace {
    static func error(
        file: String, bytes: UnsafeBufferPointer<UInt8>, offset: Int, _ problem: String
    ) -> TraceError {
        var line = 1
        var lineStart = 0
        for position in 0..<min(offset, bytes.count) where bytes[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        return TraceError(file: file, line: line, column: offset - lineStart + 1, problem: problem)
    }

    /// Where the next value begins.
    static func valueStart(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while position < bytes.count, [9, 10, 13, 32].contains(bytes[position]) { position += 1 }
        return position
    }

    /// Where a member or element of the container at an offset begins. - Precondition: the text there is JSON.
    static func find(_ step: JSONRecord.Step, in bytes: UnsafeBufferPointer<UInt8>, from container: Int) -> Int? {
        var position = valueStart(bytes, from: container)
        guard position < bytes.count else { return nil }
        let isObject = bytes[position] == UInt8(ascii: "{")
        guard isObject || bytes[position] == UInt8(ascii: "[") else { return nil }
        position = valueStart(bytes, from: position + 1)
        var number = 0
        while position < bytes.count, bytes[position] != UInt8(ascii: "}"), bytes[position] != UInt8(ascii: "]") {
            var isFound = false
            if isObject {
                let end = valueEnd(bytes, from: position)
                if case .member(let key) = step {
                    isFound = key.utf8.elementsEqual(bytes[min(position + 1, end)..<max(end - 1, position + 1)])
                }
                position = valueStart(bytes, from: valueStart(bytes, from: end) + 1)
            } else if case .element(number) = step {
                isFound = true
            }
            if isFound { return position }
            position = valueStart(bytes, from: valueEnd(bytes, from: position))
            if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position = valueStart(bytes, from: position + 1)
            }
            number += 1
        }
        return nil
    }

    /// Behind the value that begins at an offset.
    private static func valueEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        var depth = 0
        var isInString = false
        while position < bytes.count {
            let byte = bytes[position]
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    position += 1
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return position + 1 }
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                if depth == 0 { return position }
                depth -= 1
                if depth == 0 { return position + 1 }
            } else if depth == 0, [UInt8(ascii: ","), UInt8(ascii: ":"), 9, 10, 13, 32].contains(byte) {
                return position
            }
            position += 1
        }
        return bytes.count
    }
}
