#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import PlacementModel

/// Questions about paths, and whole files in.
public enum FileReading {
    /// What a path leads to.
    public enum Kind: Sendable, Hashable {
        case missing
        case regular
        case folder
        /// A pipe, a socket, a terminal or another device.
        case other
    }

    public static func kind(of path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// Whether a file has no contents.
    public static func isEmpty(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        if stat(path, &status) != 0 { throw FileError(path, "cannot be read", code: errno) }
        return status.st_size == 0
    }

    /// The contents of a file, a pipe or a device that ends.
    ///
    /// - Throws: ``FileError`` with the system's words, or when there is more than ``InputLimits`` allows.
    /// - Complexity: linear in the size.
    public static func bytes(of path: String) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path, "cannot be read", code: errno) }
        defer { close(descriptor) }
        return try bytes(from: descriptor, path: path)
    }

    static func bytes(from descriptor: Int32, path: String) throws(FileError) -> [UInt8] {
        var status = stat()
        let expected = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        let limit = sizeLimit(status)
        var bytes: [UInt8] = []
        var isAtEnd = false
        var failure: FileError?
        while !isAtEnd {
            let room = max(min(expected, limit) - bytes.count + 1, 1 << 16)
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                let length = systemRead(descriptor, buffer.baseAddress, room)
                if length < 0 && errno != EINTR { failure = FileError(path, "cannot be read", code: errno) }
                isAtEnd = length == 0
                count = max(length, 0)
            }
            if let failure { throw failure }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            if bytes.count > limit { throw FileError(path: path, problem: Self.tooLarge(status)) }
        }
        return bytes
    }

    /// Most bytes that are read of what a status describes; devices that never end are stopped early.
    public static func sizeLimit(_ status: stat) -> Int {
        status.st_mode & S_IFMT == S_IFCHR ? InputLimits.deviceBytes : InputLimits.fileBytes
    }

    /// What is said of something larger than ``sizeLimit(_:)``.
    public static func tooLarge(_ status: stat) -> String {
        status.st_mode & S_IFMT == S_IFCHR
            ? "is a device that gives more than \(InputLimits.deviceBytes >> 20) MiB"
            : "is larger than \(InputLimits.fileBytes >> 30) GiB"
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
