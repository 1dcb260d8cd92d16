/// Why a trace cannot be used: the file, the place in it where known, and what is wrong there.
public struct TraceError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    /// Line in the file, from 1; 0 = the file as a whole.
    public var line: Int
    /// Byte in the line, from 1; 0 = the line as a whole.
    public var column: Int
    public var problem: String
    /// Whether nobody reads any more what was written to a pipe.
    public var isReaderGone = false

    public init(file: String, line: Int = 0, column: Int = 0, problem: String) {
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
    }

    /// `file:line:column: problem`, the form that editors jump to.
    public var description: String {
        var text = file
        if line > 0 { text += ":\(line)" }
        if column > 0 { text += ":\(column)" }
        return text + ": " + problem
    }
}
