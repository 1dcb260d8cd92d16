#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import BulkJSON
import FileSystem
import PlacementModel

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
    ///
    /// - Parameter most: bytes that it may give; nil = what ``FileReading/sizeLimit(_:)`` says.
    init(descriptor: Int32, limit most: Int? = nil) throws(ReadFailure) {
        capacity = 1 << 16
        storage = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        var status = stat()
        let limit = most ?? (fstat(descriptor, &status) == 0 ? FileReading.sizeLimit(status) : InputLimits.fileBytes)
        if status.st_size > 0, status.st_size <= limit { reserve(Int(status.st_size) + 1) }
        while true {
            reserve(count + 1)
            let room = capacity - JSONParser.requiredPadding - count
            let length = read(descriptor, storage + count, room)
            if length == 0 { break }
            if length > 0 {
                count += length
                if count > limit { throw ReadFailure(message: FileReading.tooLarge(status), isTooLarge: true) }
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
    var message: String
    /// Whether a bound was reached, not a failure of the system.
    var isTooLarge = false

    init(message: String, isTooLarge: Bool = false) {
        self.message = message
        self.isTooLarge = isTooLarge
    }

    init(code: Int32) { message = "cannot be read: " + String(cString: strerror(code)) }

    /// The program that should have unpacked the file could not.
    init(compressed command: StaticString) {
        message = "looks compressed, and `\(command)` could not unpack it"
    }
}
