import BulkJSON
import Foundation
import PretendCluster
import Testing

/// One named case of the contract: requests and what the answers must say.
///
/// ```
/// case a Binding gives the pod its node            a case, and its steps until the next one
/// POST pods @pod a                                 a request; `@pod` is a small valid pod, with members merged into it
/// > 201 as a                                       the status, and a name for the answer
/// POST pods/a/binding {"metadata":{"name":"a","uid":"$a.metadata.uid"},"target":{"name":"n"}}
/// > 201
///   status = "Success"                             a field and its value
///   details absent
/// WATCH w pods?watch=1                             opens a stream
/// PULL w                                           what it tells
/// > ADDED a, MODIFIED a
/// WAIT 60                                          seconds pass
/// COMPACT                                          the server forgets what happened so far
/// ```
///
/// Targets without a leading slash lie in the namespace of the case; `$name.field` stands for a field of an earlier answer.
struct ContractCase: CustomTestStringConvertible {
    enum Check {
        case status(Int)
        case named(String)
        case equals(path: String, JSON)
        case absent(path: String)
        case present(path: String)
        case starts(path: String, String)
        case differs(path: String, String)
        case events(String)
    }

    struct Step {
        var verb: String
        /// The rest of the line: target and body, or the name of a stream.
        var target: String
        var body: String
        var checks: [(line: Int, check: Check)] = []
        var line: Int
    }

    var name: String
    var file: String
    var steps: [Step] = []

    var testDescription: String { name }

    struct Mistake: Error, CustomStringConvertible {
        var description: String
    }

    /// All cases of the folder `Contract`, file by file.
    static func all() throws -> [ContractCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Contract")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "contract" }.sorted { $0.path < $1.path }
        return try files.flatMap { try read(String(contentsOf: $0, encoding: .utf8), file: $0.lastPathComponent) }
    }

    static func read(_ text: String, file: String) throws -> [ContractCase] {
        var cases: [ContractCase] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = "\(file):\(number + 1)"
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("case ") {
                cases.append(ContractCase(name: String(line.dropFirst(5)), file: file))
                continue
            }
            guard let last = cases.indices.last else { throw Mistake(description: "\(place): a step without a case") }
            if line.hasPrefix("> ") || line.hasPrefix("  ") {
                guard let step = cases[last].steps.indices.last else {
                    throw Mistake(description: "\(place): a check without a step")
                }
                let checks = line.hasPrefix("> ") ? try head(line.dropFirst(2), place) : [try field(line, place)]
                cases[last].steps[step].checks += checks.map { (number + 1, $0) }
                continue
            }
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            cases[last].steps.append(
                Step(
                    verb: parts[0], target: parts.count > 1 ? parts[1] : "", body: parts.count > 2 ? parts[2] : "",
                    line: number + 1))
        }
        return cases
    }

    /// `201 as a`, or the events of a stream.
    private static func head(_ text: Substring, _ place: String) throws -> [Check] {
        let words = text.split(separator: " ")
        guard let status = words.first.flatMap({ Int($0) }) else { return [.events(String(text))] }
        if words.count == 1 { return [.status(status)] }
        guard words.count == 3, words[1] == "as" else { throw Mistake(description: "\(place): what is \(text)?") }
        return [.status(status), .named(String(words[2]))]
    }

    private static func field(_ line: Substring, _ place: String) throws -> Check {
        let text = line.drop { $0 == " " }
        let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
        switch (parts.count, parts.count > 1 ? parts[1] : "") {
        case (2, "absent"): return .absent(path: parts[0])
        case (2, "present"): return .present(path: parts[0])
        case (3, "="): return .equals(path: parts[0], try json(parts[2], place))
        case (3, "starts"): return .starts(path: parts[0], try json(parts[2], place).string ?? "")
        case (3, "differs"): return .differs(path: parts[0], parts[2])
        default: throw Mistake(description: "\(place): what is \(text)?")
        }
    }

    static func json(_ text: String, _ place: String) throws -> JSON {
        let parser = JSONParser()
        defer { withExtendedLifetime(parser) {} }
        do { return JSON(try parser.parse(text)) } catch { throw Mistake(description: "\(place): \(error)") }
    }
}
