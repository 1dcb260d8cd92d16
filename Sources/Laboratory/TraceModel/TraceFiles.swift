public import FileSystem

/// Whole files in and out, with the errors of traces.
public enum TraceFiles {
    /// The contents of a file.
    ///
    /// - Throws: ``TraceError`` with the system's words. - Complexity: linear in the size.
    public static func read(_ path: String) throws(TraceError) -> [UInt8] {
        do throws(FileError) { return try FileReading.bytes(of: path) } catch { throw TraceError(error) }
    }

    /// Writes a file, replacing what was there: the old contents or the new ones stand there, whatever happens.
    public static func write(_ bytes: [UInt8], to path: String) throws(TraceError) {
        try write([(path, bytes)])
    }

    /// Writes several files that belong together: none is replaced before all are on the disk.
    public static func write(_ files: [(path: String, bytes: [UInt8])]) throws(TraceError) {
        do throws(FileError) { try AtomicWriting.write(files) } catch { throw TraceError(error) }
    }

    /// Makes a folder and those above it; one that exists is left alone.
    public static func makeFolder(_ path: String) throws(TraceError) {
        do throws(FileError) { try AtomicWriting.makeFolder(path) } catch { throw TraceError(error) }
    }

    /// Removes a file; one that is not there, a pipe or a device is left alone.
    public static func remove(_ path: String) throws(TraceError) {
        do throws(FileError) { try AtomicWriting.remove(path) } catch { throw TraceError(error) }
    }

    public static func exists(_ path: String) -> Bool { FileReading.kind(of: path) != .missing }

    public static func isFolder(_ path: String) -> Bool { FileReading.kind(of: path) == .folder }
}

extension TraceError {
    public init(_ error: FileError) {
        self.init(file: error.path, problem: error.problem)
        isReaderGone = error.isReaderGone
    }
}
