#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Paths that name an open stream of the process: `/dev/stdout`, `/dev/fd/1`, `/proc/self/fd/1`, and links to them.
///
/// Such a stream may well be a regular file, by `> file`. Replacing that file would take what else the command writes there, and
/// what stood there before `>> file`, along with it.
public enum StreamPath {
    /// The descriptor that a path names, nil for all other paths.
    public static func descriptor(of path: String) -> Int32? {
        var path = path
        // Links to links; the system follows as many.
        for _ in 0..<40 {
            for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/", "/proc/thread-self/fd/"] {
                if path.hasPrefix(folder), let number = Int32(path.dropFirst(folder.count)), number >= 0 {
                    return number
                }
            }
            guard let target = Self.target(of: path) else { return nil }
            path = target
        }
        return nil
    }

    /// Where a link leads, whether something is there or not; nil where there is no link.
    static func target(of path: String) -> String? {
        let target: String? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            let count = readlink(path, buffer.baseAddress!, 4095)
            guard count > 0 else { return nil }
            buffer[count] = 0
            return String(cString: buffer.baseAddress!)
        }
        guard let target, !target.hasPrefix("/") else { return target }
        return (path.lastIndex(of: "/").map { path[...$0] } ?? "") + target
    }
}
