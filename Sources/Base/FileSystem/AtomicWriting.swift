#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// A file appears whole or not at all:
//
//   folder/.name.partial   made or taken over, locked, written, flushed   <- an interruption leaves this, never half a file
//   folder/name            the same file renamed over the old one
//   folder                 flushed, so that the new name survives a crash
//
// The partial file's name follows from the target's, so that the next run takes over what an interrupted one left, and two
// runs that write one target meet there: the second one is told.

/// Whole files out.
public enum AtomicWriting {
    /// Writes a file, replacing what was there; whatever goes wrong, the old contents or the new ones stand there.
    ///
    /// Links are followed. A pipe, a device or a stream of the process is written to as it is.
    /// - Throws: ``FileError`` with the system's words; the file is untouched then.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        try write([(path, bytes)])
    }

    /// Writes several files that belong together: none is replaced before all are on the disk, then they are replaced in their
    /// order.
    ///
    /// Where something ends that after the first file, the rest stays beside: whoever knows from the first file what the others
    /// must be finds them by ``LeftoverFiles``.
    public static func write(_ files: [(path: String, bytes: [UInt8])]) throws(FileError) {
        var staged: [PartialFile] = []
        do throws(FileError) {
            for file in files {
                if let stream = StreamPath.descriptor(of: file.path) {
                    try writeAll(file.bytes, to: stream, path: file.path)
                } else if FileReading.kind(of: file.path) == .other {
                    try writeThrough(file.bytes, to: file.path)
                } else {
                    let partial = try PartialFile(for: file.path)
                    staged.append(partial)
                    try partial.fill(file.bytes)
                }
            }
        } catch {
            for partial in staged { partial.discard() }
            throw error
        }
        // The new files' names are on the disk before the first of them counts.
        if staged.count > 1 { for partial in staged { partial.flushFolder() } }
        for (place, partial) in staged.enumerated() {
            do throws(FileError) { try partial.publish() } catch {
                if place == 0 { for rest in staged { rest.discard() } }
                throw error
            }
        }
    }

    /// Makes a folder and those above it; one that exists is left alone.
    public static func makeFolder(_ path: String) throws(FileError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += partial.isEmpty || partial == "/" ? String(part) : "/" + part
            if mkdir(partial, 0o755) != 0 && errno != EEXIST {
                throw FileError(partial, "cannot be made", code: errno)
            }
        }
        if FileReading.kind(of: path) != .folder { throw FileError(path: path, problem: "is not a folder") }
    }

    /// Removes a file, of a link the one that it leads to; one that is not there, a pipe, a device or a stream of the process is
    /// left alone.
    public static func remove(_ path: String) throws(FileError) {
        guard FileReading.kind(of: path) == .regular, StreamPath.descriptor(of: path) == nil else { return }
        if unlink(PartialFile.resolved(path)) != 0 && errno != ENOENT {
            throw FileError(path, "cannot be removed", code: errno)
        }
    }

    private static func writeThrough(_ bytes: [UInt8], to path: String) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path, "cannot be written", code: errno) }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, path: path)
    }
}

/// A new version of a file that nobody sees yet.
final class PartialFile {
    /// The path as it was given, for messages.
    private let shown: String
    /// Where it will stand, links followed.
    private let target: String
    private let path: String
    private let descriptor: Int32
    private var isOpen = true

    /// Where the new version of a file is written, links followed.
    static func path(for target: String) -> String {
        let (folder, name) = parts(of: target)
        return folder + "." + name + ".partial"
    }

    /// Makes the file, or takes over what an interrupted run left.
    ///
    /// - Parameter isMade: whether a file that is not there is made; otherwise it is an error.
    init(for path: String, isMade: Bool = true) throws(FileError) {
        shown = path
        target = Self.resolved(path)
        if FileReading.kind(of: target) == .folder { throw FileError(path: path, problem: "is a folder") }
        // What may not be written is not replaced either, although its folder would allow it.
        if access(target, F_OK) == 0 && access(target, W_OK) != 0 {
            throw FileError(path, "cannot be written", code: errno)
        }
        self.path = Self.path(for: target)
        var found: Int32 = -1
        var failure: FileError?
        repeat {
            found = open(self.path, O_RDWR | (isMade ? O_CREAT : 0) | O_NOFOLLOW | O_CLOEXEC, 0o644)
            if found < 0 {
                failure = FileError(path, "cannot be written", code: errno)
                break
            }
            if flock(found, LOCK_EX | LOCK_NB) != 0 {
                failure = FileError(path: path, problem: "is being written by another process")
                break
            }
            // Between opening and locking, another process may have published the file that was opened.
            if Self.isSame(found, self.path) { break }
            close(found)
        } while true
        descriptor = found
        if let failure {
            if found >= 0 { close(found) }
            isOpen = false
            throw failure
        }
    }

    deinit { if isOpen { close(descriptor) } }

    /// Writes and flushes the contents, with the rights of the file that is replaced.
    func fill(_ bytes: [UInt8]) throws(FileError) {
        var status = stat()
        if stat(target, &status) == 0 { _ = fchmod(descriptor, status.st_mode & 0o7777) }
        if ftruncate(descriptor, 0) != 0 { throw FileError(shown, "cannot be written", code: errno) }
        try writeAll(bytes, to: descriptor, path: shown)
        if fsync(descriptor) != 0 { throw FileError(shown, "cannot be written", code: errno) }
    }

    /// What an interrupted run wrote.
    func bytes() throws(FileError) -> [UInt8] { try FileReading.bytes(from: descriptor, path: path) }

    /// Puts the file in its place.
    func publish() throws(FileError) {
        if rename(path, target) != 0 { throw FileError(shown, "cannot be written", code: errno) }
        isOpen = false
        close(descriptor)
        flushFolder()
    }

    func flushFolder() {
        let folder = open(Self.parts(of: target).folder + ".", O_RDONLY | O_CLOEXEC)
        if folder >= 0 {
            // Some file systems have no such call for folders; the file itself is on the disk.
            fsync(folder)
            close(folder)
        }
    }

    func discard() {
        guard isOpen else { return }
        unlink(path)
        isOpen = false
        close(descriptor)
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (one, other) = (stat(), stat())
        return fstat(descriptor, &one) == 0 && lstat(path, &other) == 0 && one.st_ino == other.st_ino
            && one.st_dev == other.st_dev
    }

    /// The path with links at its end followed, also to where nothing is yet; the path itself where there are none.
    static func resolved(_ path: String) -> String {
        var path = path
        for _ in 0..<40 {
            if let real = realpath(path, nil) {
                defer { free(real) }
                return String(cString: real)
            }
            guard let target = StreamPath.target(of: path) else { break }
            path = target
        }
        return path
    }

    private static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }
}

/// Writes every byte, however few the system takes at a time.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
    let result: Result<Void, FileError> = bytes.withUnsafeBytes { buffer in
        Result { () throws(FileError) in try writeAll(buffer, to: descriptor, path: path) }
    }
    try result.get()
}

func writeAll(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(FileError) {
    var rest = buffer[...]
    while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest)
        let length = write(descriptor, chunk.baseAddress, chunk.count)
        if length > 0 {
            rest = rest.dropFirst(length)
        } else if length < 0 && errno == EAGAIN {
            // Somebody made the stream non-blocking; wait until it takes more.
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, -1)
        } else if length == 0 || errno != EINTR {
            throw FileError(path, "cannot be written", code: length == 0 ? ENOSPC : errno)
        }
    }
}
