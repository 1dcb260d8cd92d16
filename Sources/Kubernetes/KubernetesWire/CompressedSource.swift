import FileSystem
import PlacementModel

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

    var command: StaticString {
        switch self {
        case .gzip: "gzip -dc"
        case .zstd: "zstd -dc"
        case .xz: "xz -dc"
        case .bzip2: "bzip2 -dc"
        }
    }
}

extension SourceBytes {
    /// The contents unpacked, where they are compressed.
    ///
    /// - Throws: ``ReadFailure`` when the program that unpacks them is missing or fails, or unpacks more than
    ///   ``InputLimits/unpackedBytes(packed:)``.
    func unpacked(path: String) throws(ReadFailure) -> SourceBytes {
        guard let kind = Compression.allCases.first(where: { bytes.starts(with: $0.firstBytes) }) else { return self }
        let file: FilteredFile
        do throws(FileError) {
            // What came by standard input has been read already.
            file =
                path == "-"
                ? try FilteredFile(kind.command, bytes: bytes, name: InputReader.standardInput)
                : try FilteredFile(kind.command, path: path)
        } catch { throw ReadFailure(message: error.problem) }
        let limit = InputLimits.unpackedBytes(packed: bytes.count)
        let contents: SourceBytes
        do { contents = try SourceBytes(descriptor: file.descriptor, limit: limit) } catch {
            throw error.isTooLarge
                ? ReadFailure(message: "unpacks to more than \(limit >> 20) MiB")
                : ReadFailure(compressed: kind.command)
        }
        guard file.finish() else { throw ReadFailure(compressed: kind.command) }
        return contents
    }
}
