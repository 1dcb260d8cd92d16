#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file of lines that only grows: a line is on the disk before ``append(_:)`` returns.
///
/// Every line ends with the checksum of what stands before it. Of an interrupted append there remains a last line without its
/// end or with a wrong checksum; it is dropped, and nothing else ever is. One process at a time has the file.
///
/// ```
/// trace,policy,...,checksum        the first line names the columns and has no checksum itself
/// smoke,FGD,...,1c291ca3           eight hexadecimal digits of Fletcher's sum over "smoke,FGD,..."
/// smoke,Best                       what an interruption left: dropped
/// ```
public final class RecordLog {
    public let path: String
    private let descriptor: Int32
    /// The whole lines that the file held when it was opened, without the checksums and line ends.
    public let records: [[UInt8]]

    /// Opens the file, or makes it.
    ///
    /// - Parameter header: the first line without its end; a file that begins otherwise is refused untouched.
    /// - Throws: ``FileError`` when it is no regular file, none of this kind, damaged, or in use by another process.
    public init(_ path: String, header: String, kind: String) throws(FileError) {
        self.path = path
        if StreamPath.descriptor(of: path) != nil {
            throw FileError(path: path, problem: "is a stream, so it cannot keep rows")
        }
        switch FileReading.kind(of: path) {
        case .folder: throw FileError(path: path, problem: "is a folder")
        case .other: throw FileError(path: path, problem: "is no regular file, so it cannot keep rows")
        case .regular, .missing: break
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(path, "cannot be written", code: errno) }
        do throws(FileError) {
            records = try Self.recover(descriptor, path, header: header, kind: kind)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// Locks the file, drops what an interruption left at its end and gives a new file its first line.
    ///
    /// - Returns: the records that stand in the file.
    private static func recover(
        _ descriptor: Int32, _ path: String, header: String, kind: String
    ) throws(FileError) -> [[UInt8]] {
        // Two writers into one file would do everything twice.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            throw FileError(path: path, problem: "is in use by another process")
        }
        let bytes = try FileReading.bytes(from: descriptor, path: path)
        let read = try split(bytes, header: header, kind: kind, path: path)
        if read.length < bytes.count, ftruncate(descriptor, off_t(read.length)) != 0 {
            throw FileError(path, "cannot be written", code: errno)
        }
        if read.length == 0 {
            try put(text(header: header, records: []), descriptor, path)
            flushFolder(of: path)
        }
        return read.records
    }

    deinit {
        // A child process on its way to another program may hold the file open a moment longer, and the lock with it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Puts a line on the disk. - Parameter record: without a line end.
    public func append(_ record: [UInt8]) throws(FileError) {
        try Self.put(Self.line(record), descriptor, path)
    }

    private static func put(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws(FileError) {
        try writeAll(bytes, to: descriptor, path: path)
        if fsync(descriptor) != 0 { throw FileError(path, "cannot be written", code: errno) }
    }

    private static func flushFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 {
            fsync(descriptor)
            close(descriptor)
        }
    }

    // MARK: Lines

    /// The file's text of some records.
    public static func text(header: String, records: [[UInt8]]) -> [UInt8] {
        records.reduce(into: Array((header + ",checksum\n").utf8)) { $0 += line($1) }
    }

    /// The records in a file's text.
    public static func records(in bytes: [UInt8], header: String, kind: String, path: String) throws(FileError)
        -> [[UInt8]]
    {
        try split(bytes, header: header, kind: kind, path: path).records
    }

    private static func line(_ record: [UInt8]) -> [UInt8] { record + Array(",\(checksum(record[...]))\n".utf8) }

    /// - Returns: the records, and the bytes up to the end of the last whole one.
    private static func split(
        _ bytes: [UInt8], header: String, kind: String, path: String
    ) throws(FileError) -> (records: [[UInt8]], length: Int) {
        let first = text(header: header, records: [])
        // A file that was just being made holds a part of the first line.
        if first.starts(with: bytes) && bytes.count < first.count { return ([], 0) }
        guard bytes.starts(with: first) else {
            throw FileError(path: path, problem: "is no \(kind): its first line is another one; it is left as it is")
        }
        var records: [[UInt8]] = []
        var start = first.count
        var number = 1
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            number += 1
            let line = bytes[start..<end]
            guard let comma = line.lastIndex(of: UInt8(ascii: ",")),
                checksum(line[..<comma]).utf8.elementsEqual(line[(comma + 1)...])
            else {
                // Only the last line can be what an interruption left.
                if end + 1 == bytes.count { break }
                throw FileError(
                    path: path, problem: "line \(number) is damaged: its checksum does not hold; remove the line")
            }
            records.append(Array(line[..<comma]))
            start = end + 1
        }
        return (records, start)
    }

    /// Fletcher's sum over 16-bit words in eight hexadecimal digits: tells torn and altered lines, not malice.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> String {
        // Both sums stay below 65,535, so 32 bits hold each step.
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte) + 1) % 65_535
            high = (high + low) % 65_535
        }
        let digits = String(high << 16 | low, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
