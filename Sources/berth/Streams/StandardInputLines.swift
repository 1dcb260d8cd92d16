#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import PlacementModel

/// Lines of standard input, each as soon as it has arrived.
struct StandardInputLines: ~Copyable {
    private var buffer: [UInt8] = []
    /// Bytes of `buffer` already handed out.
    private var consumed = 0
    private var isAtEnd = false
    /// Number of the line handed out last, from 1.
    private(set) var number = 0

    /// The next line without its line end, or nil at the end of input.
    ///
    /// - Throws: ``InputFailure`` when the stream cannot be read or a line is longer than ``InputLimits/lineBytes``.
    mutating func next() throws -> ArraySlice<UInt8>? {
        var searched = consumed
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[consumed..<end]
                consumed = end + 1
                number += 1
                return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            }
            searched = buffer.count
            if isAtEnd {
                guard consumed < buffer.count else { return nil }
                let line = buffer[consumed...]
                consumed = buffer.count
                number += 1
                return line
            }
            searched -= consumed
            if searched > InputLimits.lineBytes {
                throw InputFailure(
                    "standard input:\(number + 1): the line is longer than \(InputLimits.lineBytes >> 20) MiB")
            }
            try fill()
        }
    }

    /// Reads what there is, dropping what was handed out.
    private mutating func fill() throws {
        buffer.removeFirst(consumed)
        consumed = 0
        let room = 1 << 16
        let (count, code) = withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { chunk in
            var count = read(STDIN_FILENO, chunk.baseAddress, room)
            while count < 0 && errno == EINTR { count = read(STDIN_FILENO, chunk.baseAddress, room) }
            let code = errno
            if count > 0 { buffer.append(contentsOf: chunk[..<count]) }
            return (count, code)
        }
        if count < 0 { throw InputFailure(StreamFailure(stream: "standard input", code: code).description) }
        if count == 0 { isAtEnd = true }
    }
}
