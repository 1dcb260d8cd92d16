import TraceModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The rows of a sweep in a file that only grows: a row is on the disk before the next run of its thread begins.
///
/// A last line without its end is what an interruption left of a row; it is dropped when the file is opened, and the run
/// is made again.
final class SweepResults {
    private static let measures = ["alloc_pct", "frag_ratio_pct", "frag_pct", "plain_unplaced"]

    static let columns =
        ["trace", "policy", "seed", "tune", "pods", "placed", "decision_hash"]
        + measures.flatMap { measure in LoadCurve.loads.map { "\(measure)_\($0)" } }

    let path: String
    private let descriptor: Int32
    private let tune: String

    /// The rows that the file held when it was opened.
    let found: [SweepRow]

    /// Opens or makes the file for appending.
    ///
    /// - Parameter settings: those of all rows; a file with others is refused.
    init(_ path: String, settings: SweepSettings) throws(TraceError) {
        self.path = path
        tune = settings.text
        descriptor = openFile(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        // Two sweeps into one file would make runs twice.
        if descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            throw TraceError(file: path, problem: "is in use by another sweep")
        }
        var kept = try TraceFiles.read(path)
        let end = kept.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        kept.removeLast(kept.count - end)
        found = kept.isEmpty ? [] : try Self.read(kept, file: path, settings: settings)
        if descriptor < 0 || ftruncate(descriptor, off_t(kept.count)) != 0 { throw Self.failure(path) }
        if kept.isEmpty {
            var writer = CSVWriter()
            writer.record(Self.columns)
            try append(writer.bytes)
        }
    }

    deinit {
        // A child process on its way to another program may hold the file open a moment longer, and the lock with it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Puts a row on the disk.
    func append(_ row: SweepRow) throws(TraceError) {
        var writer = CSVWriter()
        Self.write(row, tune: tune, to: &writer)
        try append(writer.bytes)
    }

    private func append(_ bytes: [UInt8]) throws(TraceError) {
        let written = bytes.withUnsafeBytes { writeFile(descriptor, $0.baseAddress, $0.count) }
        if written != bytes.count || fsync(descriptor) != 0 { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> TraceError {
        TraceError(file: path, problem: "cannot be written: " + String(cString: strerror(errno)))
    }

    private static func write(_ row: SweepRow, tune: String, to writer: inout CSVWriter) {
        writer.field(row.key.trace)
        writer.field(row.key.policy)
        writer.field("\(row.key.seed)")
        writer.field(tune)
        writer.field(Int64(row.pods))
        writer.field(Int64(row.placed))
        writer.field(row.decisionHash)
        for values in [
            row.curve.allocationPercent, row.curve.fragmentationRatioPercent, row.curve.fragmentationPercent,
            row.curve.plainPodsUnplaced,
        ] {
            for value in values {
                if let value { writer.field(hundredths: value) } else { writer.field("") }
            }
        }
        writer.endRecord()
    }

    /// Rows as CSV with a header, in the order given.
    static func csv(_ rows: [SweepRow], settings: SweepSettings) -> [UInt8] {
        var writer = CSVWriter()
        writer.record(columns)
        for row in rows { write(row, tune: settings.text, to: &writer) }
        return writer.bytes
    }

    /// Reads rows.
    ///
    /// - Throws: ``TraceError`` for a file that is none of a sweep, or has other settings or a run twice.
    static func read(_ bytes: [UInt8], file: String, settings: SweepSettings) throws(TraceError) -> [SweepRow] {
        try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file)
            let places = try reader.columns(columns)
            var rows: [SweepRow] = []
            var known: Set<SweepKey> = []
            let loads = LoadCurve.loads.count
            while try reader.next() {
                var values: [Double?] = []
                for place in places[7...] {
                    let text = try reader.text(place)
                    let value = Double(text)
                    if value == nil && !text.isEmpty { throw reader.error(place, "\"\(text)\" is no number") }
                    values.append(value)
                }
                if try reader.text(places[3]) != settings.text {
                    throw reader.error(places[3], "is \(try reader.text(places[3])), the sweep's is \(settings.text)")
                }
                let key = SweepKey(
                    trace: try reader.text(places[0]), policy: try reader.text(places[1]),
                    seed: UInt64(try reader.text(places[2])) ?? 0)
                if !known.insert(key).inserted { throw reader.error(places[0], "the run stands twice") }
                rows.append(
                    SweepRow(
                        key: key, pods: Int(try reader.integer(places[4], in: 0...Int64.max)),
                        placed: Int(try reader.integer(places[5], in: 0...Int64.max)),
                        decisionHash: try reader.text(places[6]),
                        curve: LoadCurve(
                            allocationPercent: Array(values[0..<loads]),
                            fragmentationRatioPercent: Array(values[loads..<2 * loads]),
                            fragmentationPercent: Array(values[2 * loads..<3 * loads]),
                            plainPodsUnplaced: Array(values[(3 * loads)...]))))
            }
            return rows
        }
    }
}

private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }

private func writeFile(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
