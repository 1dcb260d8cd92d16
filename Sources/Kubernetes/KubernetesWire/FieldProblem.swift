/// Why a field of an object could not be read: where it is inside the object and what was expected there.
public struct FieldProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// One step from a value to a value inside it.
    public enum Step: Sendable, Hashable {
        /// A field the type declares: `.spec`.
        case field(String)
        /// A key of a free map, a resource name for instance: `["cpu"]`.
        case entry(String)
        case index(Int)
    }

    /// From the object to the field.
    public private(set) var path: [Step]
    public var message: String
    /// The line of the field in its source, where known.
    public var line: Int?

    public init(_ message: String, line: Int? = nil) {
        self.path = []
        self.message = message
        self.line = line
    }

    /// A field that has to be there and is not.
    static func missing(_ field: String, expected: String) -> FieldProblem {
        FieldProblem("missing, expected \(expected)").inside(.field(field), line: nil)
    }

    /// The same problem seen from one level further out.
    func inside(_ step: Step, line outerLine: Int?) -> FieldProblem {
        var problem = self
        problem.path.insert(step, at: 0)
        problem.line = line ?? outerLine
        return problem
    }

    /// The path as Kubernetes prints it: `spec.containers[0].resources.limits["cpu"]`.
    public var field: String {
        var text = ""
        for step in path {
            switch step {
            case .field(let name): text += text.isEmpty ? name : "." + name
            case .entry(let key): text += "[" + key.debugDescription + "]"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    public var description: String { path.isEmpty ? message : field + ": " + message }
}
