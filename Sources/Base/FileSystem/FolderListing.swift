#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FileReading {
    /// Names in a folder, bytewise ascending; hidden ones are left out.
    ///
    /// - Throws: ``FileError`` with the system's words.
    public static func names(inFolder folder: String) throws(FileError) -> [String] {
        guard let stream = opendir(folder) else { throw FileError(folder, "cannot be read", code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The files in a folder and the folders below it, by path, bytewise ascending; hidden ones and what a symbolic link to a
    /// folder leads to are left out.
    ///
    /// - Throws: ``FileError`` with the system's words.
    /// - Complexity: O(n log n)
    public static func files(inFolder folder: String) throws(FileError) -> [String] {
        var files: [String] = []
        for name in try names(inFolder: folder) {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            switch kind(of: path) {
            case .regular: files.append(path)
            case .folder where !isSymbolicLink(path): files += try Self.files(inFolder: path)
            default: break
            }
        }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func isSymbolicLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
