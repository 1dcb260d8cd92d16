#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import PlacementModel
import TextEscaping

/// Why a standard stream could not be read or written.
struct StreamFailure: Error, CustomStringConvertible {
    var stream: String
    var code: Int32

    /// Whether nobody reads the stream any more, as after `| head`; nothing is left to tell then.
    var isReaderGone: Bool { code == EPIPE }

    var description: String { "\(stream): " + String(cString: strerror(code)) }
}

/// The process's standard streams.
enum StandardStreams {
    /// Makes the streams safe to use: a write to a reader that is gone is an error, not a signal, and the numbers of closed
    /// streams are taken, so that no file opened later is mistaken for one.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // Opened the wrong way round, so that using the stream still fails.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Ends as a program does whose reader is gone: by the signal, which shells report as 141.
    static func endWithoutReader() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(128 + SIGPIPE)
    }
}

/// Where results go. Every call reaches the reader at once.
enum StandardOutput {
    /// Bytes for programs, as they are.
    static func write(_ bytes: [UInt8]) throws(StreamFailure) {
        try OutputDescriptor.send(bytes, to: STDOUT_FILENO, "standard output")
    }

    /// Text for people: whatever names it holds, no control character reaches the terminal; lines keep to its width.
    static func write(_ text: String) throws(StreamFailure) {
        let lines = TextWrapping.fitted(TerminalText.escapedLines(text), width: TerminalWidth.columns)
        try write(Array(lines.utf8))
    }
}

/// Where problems, warnings and progress are told. What cannot be told there costs no result: the command goes on, and ends
/// with 2 where something of weight was lost.
enum StandardError {
    private nonisolated(unsafe) static var lostMessage = false

    /// Whether a message could not be written although somebody might have read it.
    static var hasLostMessages: Bool { lostMessage }

    /// Tells what went wrong; may have several lines. Called by the main thread alone.
    static func write(_ text: String) {
        do throws(StreamFailure) {
            try OutputDescriptor.send(
                Array((TerminalText.escapedLines(text) + "\n").utf8), to: STDERR_FILENO, "standard error")
        } catch { if !error.isReaderGone { lostMessage = true } }
    }

    /// Shows how far something is. Nobody misses it where it cannot be shown.
    static func show(_ progress: String) {
        try? OutputDescriptor.send(Array(progress.utf8), to: STDERR_FILENO, "standard error")
    }
}

private enum OutputDescriptor {
    static func send(_ bytes: [UInt8], to descriptor: Int32, _ name: String) throws(StreamFailure) {
        var failure: StreamFailure?
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty && failure == nil {
                let chunk = UnsafeRawBufferPointer(rebasing: rest)
                let count = write(descriptor, chunk.baseAddress, chunk.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count < 0 && errno == EAGAIN {
                    // Somebody made the stream non-blocking; wait until it takes more.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&waiting, 1, -1)
                } else if count == 0 || errno != EINTR {
                    failure = StreamFailure(stream: name, code: count == 0 ? ENOSPC : errno)
                }
            }
        }
        if let failure { throw failure }
    }
}
