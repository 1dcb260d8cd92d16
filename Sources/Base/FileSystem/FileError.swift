#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a file cannot be used: its path and what is the matter, in the system's words where they are the system's.
public struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var problem: String
    /// Whether nobody reads any more what was written to a pipe.
    public private(set) var isReaderGone = false

    public init(path: String, problem: String) {
        self.path = path
        self.problem = problem
    }

    /// With the system's words for an error number, which must be taken before any other call.
    init(_ path: String, _ what: String, code: Int32) {
        self.init(path: path, problem: what + ": " + String(cString: strerror(code)))
        isReaderGone = code == EPIPE
    }

    public var description: String { "\(path): \(problem)" }
}
