import BulkJSON
import PlacementModel

extension Trace {
    /// Reads a trace folder and verifies its checksums.
    ///
    /// - Throws: ``TraceError`` that names the file and, in CSV files, line and column.
    /// - Complexity: linear in the size of the files.
    public init(folder: String) throws(TraceError) {
        let description = try TraceDescription(folder: folder)
        let fleet = try description.verifiedBytes(TraceFormat.fleetFile, folder: folder)
        let pods = try description.verifiedBytes(TraceFormat.podsFile, folder: folder)
        self.init(metadata: description.metadata)
        nodes = try Self.readFleet(fleet, file: TraceFormat.path(folder, TraceFormat.fleetFile))
        var rows: [String: Int32] = [:]
        for (row, node) in nodes.enumerated() { rows[node.name] = Int32(row) }
        self.pods = try Self.readPods(pods, file: TraceFormat.path(folder, TraceFormat.podsFile), nodeRows: rows)
        if description.checksums[TraceFormat.targetFile] != nil {
            let target = try description.verifiedBytes(TraceFormat.targetFile, folder: folder)
            targetPods = try Self.readPods(
                target, file: TraceFormat.path(folder, TraceFormat.targetFile), nodeRows: rows)
        }
    }

    /// Names of the files of a trace folder.
    public static func files(of folder: String) -> [String] {
        let target = TraceFormat.targetFile
        return [TraceFormat.metadataFile, TraceFormat.fleetFile, TraceFormat.podsFile]
            + (TraceFiles.exists(TraceFormat.path(folder, target)) ? [target] : [])
    }

    /// Whether a folder holds a trace in Berth's format.
    public static func isTrace(folder: String) -> Bool {
        TraceFiles.exists(TraceFormat.path(folder, TraceFormat.metadataFile))
    }
}

/// `trace.json` as it was read: the metadata and the checksums of the other files.
private struct TraceDescription {
    var metadata: TraceMetadata
    var checksums: [String: String]

    init(folder: String) throws(TraceError) {
        let file = TraceFormat.path(folder, TraceFormat.metadataFile)
        if TraceFiles.isFolder(folder), !TraceFiles.exists(file) {
            throw TraceError(file: folder, problem: "is no trace: it has no \(TraceFormat.metadataFile)")
        }
        let bytes = try TraceFiles.read(file)
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

    func verifiedBytes(_ name: String, folder: String) throws(TraceError) -> [UInt8] {
        let path = TraceFormat.path(folder, name)
        let bytes = try TraceFiles.read(path)
        let digest = SHA256.hexDigest(of: bytes)
        guard digest == checksums[name] else {
            throw TraceError(
                file: path,
                problem: "SHA-256 is \(digest), \(TraceFormat.metadataFile) says \(checksums[name] ?? "nothing"); "
                    + "the file was changed after the trace was made")
        }
        return bytes
    }
}

extension CSVReader {
    /// The entries of a `key=value;...` field.
    package func entries(_ column: Int) throws(TraceError) -> [(key: String, value: String)] {
        let text = try text(column)
        do { return try KeyValueList.parse(text) } catch { throw self.error(column, error.text) }
    }
}

extension [UInt8] {
    /// Lets `body` read the bytes in place; the closure's error type is kept.
    package func reading<Value>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(TraceError) -> Value
    ) throws(TraceError) -> Value {
        let result: Result<Value, TraceError> = withUnsafeBufferPointer { buffer in
            Result { () throws(TraceError) in try body(buffer) }
        }
        return try result.get()
    }
}
