#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import BulkJSON

/// The whole contents of a file or of standard input, with room behind them that the JSON parser may read.
final class SourceBytes {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    /// The contents.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Readable bytes: the contents and the room behind them.
    var readableCount: Int { count + JSONParser.requiredPadding }

    /// Reads `path`, or standard input if it is `-`.
    ///
    /// - Throws: ``ReadFailure`` with the system's words.
    convenience init(path: String) throws(ReadFailure) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReadFailure(code: errno) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        try self.init(descriptor: descriptor)
    }

    /// Reads what an open descriptor gives, to its end.
    init(descriptor: Int32) throws(ReadFailure) {
        capacity = 1 << 16
        storage = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_size > 0 { reserve(Int(status.st_size) + 1) }
        while true {
            reserve(count + 1)
            let room = capacity - JSONParser.requiredPadding - count
            let length = read(descriptor, storage + count, room)
            if length == 0 { break }
            if length > 0 {
                count += length
            } else if errno != EINTR {
                throw ReadFailure(code: errno)
            }
        }
        memset(storage + count, 0, JSONParser.requiredPadding)
    }

    deinit { storage.deallocate() }

    /// Makes room for `needed` bytes and the padding, at least doubling what there is.
    private func reserve(_ needed: Int) {
        let required = needed + JSONParser.requiredPadding
        guard required > capacity else { return }
        capacity = max(required, capacity * 2)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        grown.copyMemory(from: storage, byteCount: count)
        storage.deallocate()
        storage = grown
    }
}

/// Why a file could not be read.
struct ReadFailure: Error {
    var code: Int32
    /// The program that should have unpacked the file.
    var program: String?

    init(code: Int32) { self.code = code }

    init(compressed program: String) {
        code = 0
        self.program = program
    }

    var message: String {
        if let program { return "looks compressed, and `\(program) -dc` could not unpack it" }
        return readProblem
    }

    private var readProblem: String { "cannot be read: " + String(cString: strerror(code)) }
}
