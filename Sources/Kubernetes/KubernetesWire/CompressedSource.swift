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
        // What came by standard input has been read already, so it goes through a file.
        var file = path
        if path == "-" {
            var name = Array("/tmp/berth-input-XXXXXX".utf8CString)
            let descriptor = mkstemp(&name)
            guard descriptor >= 0 else { throw ReadFailure(code: errno) }
            defer { close(descriptor) }
            file = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = write(descriptor, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 {
                    unlink(file)
                    throw ReadFailure(code: errno)
                }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
        defer { if path == "-" { unlink(file) } }
        let quoted = "'" + file.replacing("'", with: "'\\''") + "'"
        guard let stream = popen("\(kind.program) -dc < \(quoted) 2>/dev/null", "r") else {
            throw ReadFailure(code: errno)
        }
        let contents = try? SourceBytes(descriptor: fileno(stream))
        guard pclose(stream) == 0, let contents else { throw ReadFailure(compressed: kind.program) }
        return contents
    }
}
