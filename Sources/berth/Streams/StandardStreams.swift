#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where problems and usage errors are told.
enum StandardError {
    static func write(_ line: String) {
        OutputDescriptor.send(Array((line + "\n").utf8), to: STDERR_FILENO)
    }
}

/// Where results go. Every call reaches the reader at once.
enum StandardOutput {
    static func write(_ bytes: [UInt8]) { OutputDescriptor.send(bytes, to: STDOUT_FILENO) }
    static func write(_ text: String) { write(Array(text.utf8)) }
}

private enum OutputDescriptor {
    static func send(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let chunk = UnsafeRawBufferPointer(rebasing: rest)
                let count = write(descriptor, chunk.baseAddress, chunk.count)
                if count < 0 && errno == EINTR { continue }
                // The reader is gone: nothing is left to tell, and that is no failure.
                if count <= 0 { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

/// Lines of standard input, each as soon as it has arrived.
struct StandardInputLines: ~Copyable {
    private var buffer: [UInt8] = []
    /// Bytes of `buffer` already handed out.
    private var consumed = 0
    private var isAtEnd = false
    /// Number of the line handed out last, from 1.
    private(set) var number = 0

    /// The next line without its line end, or nil at the end of input.
    mutating func next() -> ArraySlice<UInt8>? {
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
            fill()
        }
    }

    /// Reads what there is, dropping what was handed out.
    private mutating func fill() {
        buffer.removeFirst(consumed)
        consumed = 0
        let room = 1 << 16
        let count = withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { chunk in
            var count = read(STDIN_FILENO, chunk.baseAddress, room)
            while count < 0 && errno == EINTR { count = read(STDIN_FILENO, chunk.baseAddress, room) }
            if count > 0 { buffer.append(contentsOf: chunk[..<count]) }
            return count
        }
        if count <= 0 { isAtEnd = true }
    }
}
