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
    /// Links are followed. A pipe or device is written to as it is.
    /// - Throws: ``FileError`` with the system's words; the file is untouched then.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        try write([(path, bytes)])
    }

    /// Writes several files that belong together: none is replaced before all are on the disk.
    public static func write(_ files: [(path: String, bytes: [UInt8])]) throws(FileError) {
        var staged: [PartialFile] = []
        do throws(FileError) {
            for file in files {
                if FileReading.kind(of: file.path) == .other {
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
        for (place, partial) in staged.enumerated() {
            do throws(FileError) { try partial.publish() } catch {
                for rest in staged[place...] { rest.discard() }
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

    /// Removes a file; one that is not there, a pipe or a device is left alone.
    public static func remove(_ path: String) throws(FileError) {
        guard FileReading.kind(of: path) == .regular else { return }
        if unlink(path) != 0 && errno != ENOENT { throw FileError(path, "cannot be removed", code: errno) }
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

    /// Makes the file, or takes over what an interrupted run left.
    init(for path: String) throws(FileError) {
        shown = path
        target = Self.resolved(path)
        let (folder, name) = Self.parts(of: target)
        if FileReading.kind(of: target) == .folder { throw FileError(path: path, problem: "is a folder") }
        // What may not be written is not replaced either, although its folder would allow it.
        if access(target, F_OK) == 0 && access(target, W_OK) != 0 {
            throw FileError(path, "cannot be written", code: errno)
        }
        self.path = folder + "." + name + ".partial"
        var found: Int32 = -1
        var failure: FileError?
        repeat {
            found = open(self.path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
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

    /// Puts the file in its place.
    func publish() throws(FileError) {
        if rename(path, target) != 0 { throw FileError(shown, "cannot be written", code: errno) }
        isOpen = false
        close(descriptor)
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

    /// The path with a link at its end followed; the path itself where there is none.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[...slash]), String(path[path.index(after: slash)...]))
    }
}

/// Writes every byte, however few the system takes at a time.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
    var offset = 0
    var failure: FileError?
    bytes.withUnsafeBytes { buffer in
        while offset < buffer.count && failure == nil {
            let length = write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            if length > 0 {
                offset += length
            } else if length == 0 || errno != EINTR {
                failure = FileError(path, "cannot be written", code: length == 0 ? ENOSPC : errno)
            }
        }
    }
    if let failure { throw failure }
}
