/// Why a record, a thresholds file or a history cannot be used: the file, the line or field where known, what is wrong.
public struct GateError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    /// From 1; 0 = the file as a whole.
    public var line: Int
    public var problem: String

    public init(file: String, line: Int = 0, problem: String) {
        self.file = file
        self.line = line
        self.problem = problem
    }

    public var description: String { (line > 0 ? "\(file):\(line)" : file) + ": " + problem }
}
