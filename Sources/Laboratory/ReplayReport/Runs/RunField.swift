import BulkJSON
import PlacementModel

/// A saved run that cannot be read: which file, which member, and what was expected.
public struct RunFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var problem: String

    public init(file: String, problem: String) {
        self.file = file
        self.problem = problem
    }

    public var description: String { "\(file): \(problem)" }
}

/// A member of a saved run, with the way to it for messages.
struct RunField {
    let json: JSON
    let path: String
    let file: String

    private func expected(_ what: String) -> RunFileError {
        RunFileError(file: file, problem: "\(path.isEmpty ? "the document" : path) must be \(what)")
    }

    private func child(_ name: String, _ json: JSON) -> RunField {
        RunField(json: json, path: path.isEmpty ? name : "\(path).\(name)", file: file)
    }

    /// - Throws: when the member is missing.
    func member(_ name: String) throws(RunFileError) -> RunField {
        guard json.object != nil else { throw expected("an object") }
        guard let found = json[name] else {
            throw RunFileError(file: file, problem: "\(child(name, .null).path) is missing")
        }
        return child(name, found)
    }

    /// Nil when the member is missing or null.
    func optional(_ name: String) -> RunField? {
        json[name].flatMap { $0.isNull ? nil : child(name, $0) }
    }

    func text() throws(RunFileError) -> String {
        guard let text = json.string else { throw expected("a text") }
        return text
    }

    /// Within ``InputLimits/savedCounts``: a difference of two, or a thousand of them added up, stays within 64 bits.
    func integer() throws(RunFileError) -> Int64 {
        guard let number = json.int64, InputLimits.savedCounts.contains(number) else {
            throw expected("a whole number of at most 2^53")
        }
        return number
    }

    /// Within ``InputLimits/savedNumbers``, which is finite: as whole number it stays within 64 bits.
    func number() throws(RunFileError) -> Double {
        guard let number = json.double, InputLimits.savedNumbers.contains(number) else {
            throw expected("a number of at most 10^15")
        }
        return number
    }

    func elements() throws(RunFileError) -> [RunField] {
        guard let elements = json.array else { throw expected("a list") }
        return elements.enumerated().map {
            RunField(json: $0.element, path: "\(path)[\($0.offset)]", file: file)
        }
    }

    /// Members in their order.
    func members() throws(RunFileError) -> [(name: String, field: RunField)] {
        guard let object = json.object else { throw expected("an object") }
        return object.map { ($0.key, child($0.key, $0.value)) }
    }

    func integers() throws(RunFileError) -> [Int64] {
        var numbers: [Int64] = []
        for element in try elements() { numbers.append(try element.integer()) }
        return numbers
    }

    /// Numbers, nil where there is none.
    func numbers() throws(RunFileError) -> [Double?] {
        var numbers: [Double?] = []
        for element in try elements() { numbers.append(element.json.isNull ? nil : try element.number()) }
        return numbers
    }
}
