#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Makes sure that what a command writes is nothing that it reads, and that no two outputs are one file.
public struct OutputPaths {
    /// The files read, by device and inode.
    private var inputs: [FileIdentity: String] = [:]
    private var outputs: [String: String] = [:]

    public init() {}

    /// Notes an input; of a folder, the files of some names that stand in it.
    public mutating func read(_ path: String, where isRead: (_ name: String) -> Bool = { _ in true }) {
        if FileReading.kind(of: path) == .folder {
            guard let folder = opendir(path) else { return }
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                let file = path.hasSuffix("/") ? path + name : path + "/" + name
                if isRead(name), FileReading.kind(of: file) == .regular { note(file) }
            }
        } else {
            note(path)
        }
    }

    private mutating func note(_ path: String) {
        // Standard input may be a file, by `< file`.
        let input = path == "-" ? (path: "/dev/stdin", name: "standard input") : (path: path, name: path)
        if FileReading.kind(of: input.path) != .other, let identity = FileIdentity(input.path) {
            inputs[identity] = input.name
        }
    }

    /// Checks an output before anything is done.
    ///
    /// - Throws: ``FileError`` when it would overwrite an input or another output.
    public mutating func write(_ path: String, for option: String) throws(FileError) {
        // Devices and pipes keep nothing that could be lost.
        if FileReading.kind(of: path) == .other { return }
        if let stream = StreamPath.descriptor(of: path), stream != 0 { return }
        if let identity = FileIdentity(path), let input = inputs[identity] {
            throw FileError(path: path, problem: "\(option) would overwrite the input \(input)")
        }
        let place = Self.place(of: path)
        if let other = outputs.updateValue(option, forKey: place) {
            throw FileError(path: path, problem: "\(other) and \(option) name one file")
        }
    }

    /// The path with its folder's links followed, also where the file is not there yet.
    private static func place(of path: String) -> String {
        let path = PartialFile.resolved(path)
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard let slash = path.lastIndex(of: "/") else { return place(of: ".") + "/" + path }
        let folder = String(path[..<slash])
        let name = String(path[path.index(after: slash)...])
        guard let real = realpath(folder.isEmpty ? "/" : folder, nil) else { return path }
        defer { free(real) }
        return String(cString: real) + "/" + name
    }
}

/// Which file it is, whatever its path.
private struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }
}
