import BulkJSON
import FileSystem

/// `trace.json` as it was read: the metadata and the checksums of the other files.
///
/// It is put in its place first when a trace is written, and vouches for the others from then on. An interruption behind it leaves
/// new files beside the old ones:
///
/// ```
/// trace.json            new: fleet.csv has checksum A', pods.csv B'
/// fleet.csv             new, A'
/// pods.csv              old, B            <- not what trace.json says
/// .pods.csv.partial     new, B'           <- is what trace.json says: read instead
/// ```
///
/// Before trace.json is in its place, the old one says that the old files are meant. So there is one trace at any moment.
struct TraceDescription {
    /// The file as it was read.
    let bytes: [UInt8]
    var metadata: TraceMetadata
    var checksums: [String: String]

    init(folder: String) throws(TraceError) {
        let file = TraceFormat.path(folder, TraceFormat.metadataFile)
        if TraceFiles.isFolder(folder), !TraceFiles.exists(file) {
            throw TraceError(file: folder, problem: "is no trace: it has no \(TraceFormat.metadataFile)")
        }
        bytes = try TraceFiles.read(file)
        let parser = JSONParser()
        let root: JSONValue
        do { root = try parser.parse(bytes) } catch { throw TraceError(file: file, problem: "\(error)") }
        func text(_ key: String) throws(TraceError) -> String {
            guard let text = root[key]?.string else { throw TraceError(file: file, problem: "\(key) must be a text") }
            return text
        }
        guard root.kind == .object, try text("format") == TraceFormat.word else {
            throw TraceError(file: file, problem: "format must be \"\(TraceFormat.word)\"")
        }
        guard root["formatVersion"]?.int64 == TraceFormat.version else {
            throw TraceError(file: file, problem: "formatVersion must be \(TraceFormat.version)")
        }
        guard let model = TraceMetadata.DeviceModel(rawValue: try text("deviceModel")) else {
            throw TraceError(file: file, problem: "deviceModel must be \"hami\" or \"milli\"")
        }
        var seed: UInt64?
        if let value = root["seed"], !value.isNull {
            guard let number = value.uint64 else {
                throw TraceError(file: file, problem: "seed must be a whole number from 0 to 2^64-1")
            }
            seed = number
        }
        metadata = TraceMetadata(
            name: try text("name"), description: root["description"]?.string ?? "", origin: try text("origin"),
            licence: try text("licence"), deviceModel: model, seed: seed)
        checksums = [:]
        for name in [TraceFormat.fleetFile, TraceFormat.podsFile] {
            guard let digest = root["checksums"]?[name]?.string else {
                throw TraceError(file: file, problem: "checksums must give the SHA-256 of \(name)")
            }
            checksums[name] = digest
        }
        checksums[TraceFormat.targetFile] = root["checksums"]?[TraceFormat.targetFile]?.string
        withExtendedLifetime(parser) {}
    }

    /// The files of a folder other than its description, by name, verified by their checksums.
    ///
    /// - Throws: ``TraceError`` that names the file.
    static func reading(folder: String) throws(TraceError) -> (TraceDescription, [String: [UInt8]]) {
        var attempts = 0
        while true {
            attempts += 1
            let description = try TraceDescription(folder: folder)
            do throws(TraceError) {
                var files: [String: [UInt8]] = [:]
                for name in description.checksums.keys.sorted() {
                    files[name] = try description.verifiedBytes(name, folder: folder)
                }
                return (description, files)
            } catch {
                // Another process has replaced the trace meanwhile: all of it is read anew.
                let file = TraceFormat.path(folder, TraceFormat.metadataFile)
                guard attempts < attemptsMax, try TraceFiles.read(file) != description.bytes else { throw error }
            }
        }
    }

    private static let attemptsMax = 5

    private func verifiedBytes(_ name: String, folder: String) throws(TraceError) -> [UInt8] {
        let path = TraceFormat.path(folder, name)
        if TraceFiles.exists(path) {
            let bytes = try TraceFiles.read(path)
            if vouches(for: name, bytes) { return bytes }
        }
        do throws(FileError) {
            if let bytes = try LeftoverFiles.bytes(for: path), vouches(for: name, bytes) { return bytes }
        } catch { throw TraceError(error) }
        // Between the two, the process at work may have put the file in its place.
        let bytes = try TraceFiles.read(path)
        let digest = SHA256.hexDigest(of: bytes)
        guard digest == checksums[name] else {
            throw TraceError(
                file: path,
                problem: "SHA-256 is \(digest), \(TraceFormat.metadataFile) says \(checksums[name] ?? "nothing"); "
                    + "the file was changed after the trace was made; make the trace anew")
        }
        return bytes
    }

    private func vouches(for name: String, _ bytes: [UInt8]) -> Bool { SHA256.hexDigest(of: bytes) == checksums[name] }

    /// Puts what an interruption left beside a trace in its place, so that writing another one cannot lose it.
    static func finishInterrupted(folder: String) throws(TraceError) {
        let names = [TraceFormat.fleetFile, TraceFormat.podsFile, TraceFormat.targetFile]
        guard names.contains(where: { LeftoverFiles.exists(for: TraceFormat.path(folder, $0)) }),
            let description = try? TraceDescription(folder: folder)
        else { return }
        for name in names where description.checksums[name] != nil {
            let path = TraceFormat.path(folder, name)
            if TraceFiles.exists(path), description.vouches(for: name, try TraceFiles.read(path)) { continue }
            do throws(FileError) {
                try LeftoverFiles.publish(for: path) { description.vouches(for: name, $0) }
            } catch { throw TraceError(error) }
        }
    }
}
