/// Something in the input that could not be used: which file, which object, which field, and what was expected.
///
/// A problem costs the object it names and no other.
public struct InputProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named, or `standard input`.
    public var source: String
    /// Line in the source, from 1, where known: of the field for YAML, of the document for JSON.
    public var line: Int?
    /// `Pod default/p1`, `Node n1`, or `document 3` for an object without a name. Empty for the source as a whole.
    public var object: String
    /// `spec.containers[0].resources.limits["cpu"]`; empty for the object as a whole.
    public var field: String
    /// What was expected, on one line.
    public var message: String

    public init(source: String, line: Int? = nil, object: String = "", field: String = "", message: String) {
        self.source = source
        self.line = line
        self.object = object
        self.field = field
        self.message = message
    }

    /// One line: `nodes.yaml:12: Pod default/p1: spec.containers[0].name: expected a string, found the number 1`.
    public var description: String {
        let place = line.map { "\(source):\($0)" } ?? source
        return [place, object, field, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
