import Glibc

/// Two named pipes by which two recording processes take turns, run by run: one waits in the first while the other measures.
///
/// A neighbour on the machine slows programs down for seconds at a time. Runs that stand side by side, a tenth of a second
/// apart, meet the same neighbours; whole processes one after the other do not.
public final class TurnPipes {
    /// How long the other process may take for its run, or to get ready.
    static let patienceSeconds: Int32 = 300
    private let waiting: Int32
    private let passing: Int32
    private let names: (wait: String, pass: String)

    /// Opens the pipes, which whoever starts the two processes has made and holds open.
    ///
    /// - Parameters:
    ///   - wait: a byte in it is this process' turn.
    ///   - pass: a byte in it is the other's.
    /// - Throws: ``GateError`` naming the pipe.
    public init(wait: String, pass: String) throws(GateError) {
        names = (wait, pass)
        waiting = try Self.opened(wait)
        do { passing = try Self.opened(pass) } catch {
            close(waiting)
            throw error
        }
    }

    deinit {
        close(waiting)
        close(passing)
    }

    private static func opened(_ name: String) throws(GateError) -> Int32 {
        var status = stat()
        guard stat(name, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            throw GateError(file: name, problem: "expected a named pipe (mkfifo)")
        }
        // For reading and writing, so that nothing waits for the other process to open it.
        let descriptor = open(name, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw GateError(file: name, problem: String(cString: strerror(errno))) }
        return descriptor
    }

    /// Waits for this process' turn.
    ///
    /// - Throws: ``GateError`` when it does not come: the other process has ended or hangs.
    public func wait() throws(GateError) {
        var ready = pollfd(fd: waiting, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        guard poll(&ready, 1, Self.patienceSeconds * 1000) == 1, read(waiting, &byte, 1) == 1 else {
            throw GateError(file: names.wait, problem: "no turn came in \(Self.patienceSeconds) s")
        }
    }

    /// Gives the turn to the other process.
    public func pass() throws(GateError) {
        var byte: UInt8 = 1
        guard write(passing, &byte, 1) == 1 else {
            throw GateError(file: names.pass, problem: String(cString: strerror(errno)))
        }
    }
}
