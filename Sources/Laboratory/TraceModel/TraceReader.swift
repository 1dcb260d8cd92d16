import BulkJSON
import FileSystem
import PlacementModel

extension Trace {
    /// Reads a trace folder and verifies its checksums.
    ///
    /// - Throws: ``TraceError`` that names the file and, in CSV files, line and column.
    /// - Complexity: linear in the size of the files.
    public init(folder: String) throws(TraceError) {
        if FileReading.kind(of: folder) == .regular {
            throw TraceError(
                file: folder,
                problem: "is a file, not the folder of a trace; `berth trace import` makes one of a snapshot")
        }
        let (description, files) = try TraceDescription.reading(folder: folder)
        self.init(metadata: description.metadata)
        nodes = try Self.readFleet(
            files[TraceFormat.fleetFile] ?? [], file: TraceFormat.path(folder, TraceFormat.fleetFile), notes: &notes)
        var rows: [String: Int32] = [:]
        // A file's rows are counted in 32 bits: TraceReader+Fleet bounds them.
        for (row, node) in nodes.enumerated() { rows[node.name] = Int32(row) }
        self.pods = try Self.readPods(
            files[TraceFormat.podsFile] ?? [], file: TraceFormat.path(folder, TraceFormat.podsFile), nodeRows: rows)
        if let target = files[TraceFormat.targetFile] {
            targetPods = try Self.readPods(
                target, file: TraceFormat.path(folder, TraceFormat.targetFile), nodeRows: rows)
        }
        notes += self.pods.notesOnAmounts(file: TraceFormat.path(folder, TraceFormat.podsFile))
    }

    /// Names that files of a trace folder have, the one that not every trace has last.
    public static let fileNames = [
        TraceFormat.metadataFile, TraceFormat.fleetFile, TraceFormat.podsFile, TraceFormat.targetFile,
    ]

    /// The files that make up the trace of a folder, its description first, verified by their checksums.
    ///
    /// - Throws: ``TraceError`` as reading the trace does.
    public static func files(of folder: String) throws(TraceError) -> [(name: String, bytes: [UInt8])] {
        let (description, files) = try TraceDescription.reading(folder: folder)
        return [(TraceFormat.metadataFile, description.bytes)]
            + files.sorted { $0.key < $1.key }.map { (name: $0.key, bytes: $0.value) }
    }

    /// Whether a folder holds a trace in Berth's format.
    public static func isTrace(folder: String) -> Bool {
        TraceFiles.exists(TraceFormat.path(folder, TraceFormat.metadataFile))
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
