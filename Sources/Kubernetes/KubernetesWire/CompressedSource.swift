#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Kinds of compressed files, known by their first bytes, whatever their names, and the programs that unpack them.
enum Compression: CaseIterable {
    case gzip, zstd, xz, bzip2

    var firstBytes: [UInt8] {
        switch self {
        case .gzip: [0x1F, 0x8B]
        case .zstd: [0x28, 0xB5, 0x2F, 0xFD]
        case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .bzip2: [0x42, 0x5A, 0x68]
        }
    }

    var program: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .xz: "xz"
        case .bzip2: "bzip2"
        }
    }
}

extension SourceBytes {
    /// The contents unpacked, where they are compressed.
    ///
    /// - Throws: ``ReadFailure`` when the program that unpacks them is missing or fails.
    func unpacked(path: String) throws(ReadFailure) -> SourceBytes {
        guard let kind = Compression.allCases.first(where: { bytes.starts(with: $0.firstBytes) }) else { return self }
        // What came by standard input has been read already, so it goes through a file without a name.
        let file = path == "-" ? tmpfile() : fopen(path, "r")
        guard let file else { throw ReadFailure(code: errno) }
        defer { fclose(file) }
        if path == "-" {
            guard fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else {
                throw ReadFailure(code: errno)
            }
            rewind(file)
        }
        // The program inherits the open file, so that no name goes through a shell.
        guard let stream = popen("\(kind.program) -dc < /dev/fd/\(fileno(file)) 2>/dev/null", "r") else {
            throw ReadFailure(code: errno)
        }
        let contents = try? SourceBytes(descriptor: fileno(stream))
        guard pclose(stream) == 0, let contents else { throw ReadFailure(compressed: kind.program) }
        return contents
    }
}
