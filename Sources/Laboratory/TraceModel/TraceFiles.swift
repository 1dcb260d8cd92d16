#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whole files in and out.
public enum TraceFiles {
    /// The contents of a file.
    ///
    /// - Throws: ``TraceError`` with the system's words. - Complexity: linear in the size.
    public static func read(_ path: String) throws(TraceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        let expected = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        var bytes: [UInt8] = []
        var isAtEnd = false
        var error: TraceError?
        while !isAtEnd && error == nil {
            let room = max(expected - bytes.count + 1, 1 << 16)
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                let length = systemRead(descriptor, buffer.baseAddress, room)
                if length < 0 && errno != EINTR { error = failure(path, "cannot be read") }
                isAtEnd = length == 0
                count = max(length, 0)
            }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        if let error { throw error }
        return bytes
    }

    /// Writes a file, replacing what was there.
    public static func write(_ bytes: [UInt8], to path: String) throws(TraceError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path, "cannot be written") }
        defer { close(descriptor) }
        var offset = 0
        var error: TraceError?
        bytes.withUnsafeBytes { buffer in
            while offset < buffer.count && error == nil {
                let length = systemWrite(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                if length >= 0 {
                    offset += length
                } else if errno != EINTR {
                    error = failure(path, "cannot be written")
                }
            }
        }
        if let error { throw error }
    }

    /// Makes a folder and those above it; one that exists is left alone.
    public static func makeFolder(_ path: String) throws(TraceError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += partial.isEmpty || partial == "/" ? String(part) : "/" + part
            if mkdir(partial, 0o755) != 0 && errno != EEXIST { throw failure(partial, "cannot be made") }
        }
        if !isFolder(path) { throw TraceError(file: path, problem: "is not a folder") }
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func failure(_ path: String, _ what: String) -> TraceError {
        TraceError(file: path, problem: what + ": " + String(cString: strerror(errno)))
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
