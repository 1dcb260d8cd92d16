#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a program makes of a file: the output of `program arguments < file`.
///
/// The program inherits the open file, so that no name goes through a shell. Read ``descriptor`` to its end, then ask
/// ``finish()``.
public final class FilteredFile {
    private var stream: UnsafeMutablePointer<FILE>?

    /// - Parameter command: words of ours; nothing from outside may stand in it.
    public convenience init(_ command: StaticString, path: String) throws(FileError) {
        // Open across the start of the program, which reads it.
        let input = open(path, O_RDONLY)
        guard input >= 0 else { throw FileError(path, "cannot be read", code: errno) }
        defer { close(input) }
        try self.init(command, input: input, path)
    }

    /// Of bytes that are in memory already.
    ///
    /// - Parameter name: what they are called in errors.
    public convenience init(
        _ command: StaticString, bytes: UnsafeBufferPointer<UInt8>, name: String
    ) throws(FileError) {
        // A file without a name, gone when the last one closes it.
        guard let file = tmpfile() else { throw FileError(name, "cannot be unpacked", code: errno) }
        defer { fclose(file) }
        try writeAll(UnsafeRawBufferPointer(bytes), to: fileno(file), path: name)
        lseek(fileno(file), 0, SEEK_SET)
        try self.init(command, input: fileno(file), name)
    }

    private init(_ command: StaticString, input: Int32, _ name: String) throws(FileError) {
        stream = popen("\(command) < /dev/fd/\(input) 2>/dev/null", "r")
        if stream == nil { throw FileError(name, "cannot be unpacked", code: errno) }
    }

    /// Where the output is read.
    public var descriptor: Int32 { stream.map { fileno($0) } ?? -1 }

    /// Waits for the program. - Returns: whether it succeeded.
    public func finish() -> Bool {
        defer { stream = nil }
        return stream.map { pclose($0) == 0 } ?? false
    }

    deinit { _ = finish() }
}
