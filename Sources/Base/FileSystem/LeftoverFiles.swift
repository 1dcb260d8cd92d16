/// New versions of files that an interruption kept from their places, see ``AtomicWriting/write(_:)-(_)``.
///
/// They are whole only where somebody can tell so, by a checksum for instance: an interruption while they were written leaves a
/// part.
public enum LeftoverFiles {
    public static func exists(for path: String) -> Bool {
        FileReading.kind(of: PartialFile.path(for: PartialFile.resolved(path))) == .regular
    }

    /// What was to become the contents of a file, or a part of it; nil = nothing is left.
    public static func bytes(for path: String) throws(FileError) -> [UInt8]? {
        let leftover = PartialFile.path(for: PartialFile.resolved(path))
        return FileReading.kind(of: leftover) == .regular ? try FileReading.bytes(of: leftover) : nil
    }

    /// Puts a leftover in its place where it is what belongs there.
    ///
    /// - Throws: ``FileError`` also when another process is at work on the file.
    public static func publish(for path: String, where belongs: ([UInt8]) -> Bool) throws(FileError) {
        guard exists(for: path) else { return }
        let leftover = try PartialFile(for: path, isMade: false)
        if belongs(try leftover.bytes()) { try leftover.publish() }
    }
}
