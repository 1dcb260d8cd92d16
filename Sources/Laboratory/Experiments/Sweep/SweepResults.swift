import FileSystem
import TextEscaping
import TraceModel

/// The rows of a sweep in a file that only grows: a row is on the disk before the next run of its thread begins.
///
/// A row names the contents of its trace by checksum, so that rows of another trace of the same name are never taken for
/// this one's. ``RecordLog`` tells what becomes of interrupted runs, foreign files and second writers.
final class SweepResults {
    private static let measures = ["alloc_pct", "frag_ratio_pct", "frag_pct", "plain_unplaced"]

    static let columns =
        ["trace", "policy", "seed", "tune", "pods", "placed", "decision_hash"]
        + measures.flatMap { measure in LoadCurve.loads.map { "\(measure)_\($0)" } } + ["trace_sha256"]
    private static let kind = "results file of a sweep"

    private let log: RecordLog
    private let tune: String

    /// The rows that the file held when it was opened.
    let found: [SweepRow]

    /// Opens or makes the file for appending.
    ///
    /// - Parameter settings: those of all rows; a file with others is refused.
    init(_ path: String, settings: SweepSettings) throws(TraceError) {
        tune = settings.text
        do throws(FileError) {
            log = try RecordLog(path, header: Self.header, kind: Self.kind)
        } catch { throw TraceError(error) }
        found = try Self.rows(of: log.records, file: path, settings: settings)
    }

    /// Puts a row on the disk.
    func append(_ row: SweepRow) throws(TraceError) {
        do throws(FileError) { try log.append(Self.record(row, tune: tune)) } catch { throw TraceError(error) }
    }

    private static let header = columns.joined(separator: ",")

    /// The row without its line end.
    private static func record(_ row: SweepRow, tune: String) -> [UInt8] {
        var writer = CSVWriter()
        writer.field(name: row.key.trace)
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
        writer.field(row.traceSHA256)
        return writer.bytes
    }

    /// Rows as CSV with a header, in the order given; what ``read(_:file:settings:)`` reads.
    static func csv(_ rows: [SweepRow], settings: SweepSettings) -> [UInt8] {
        RecordLog.text(header: header, records: rows.map { record($0, tune: settings.text) })
    }

    /// Reads rows.
    ///
    /// - Throws: ``TraceError`` for a file that is none of a sweep, or has other settings or a run twice.
    static func read(_ bytes: [UInt8], file: String, settings: SweepSettings) throws(TraceError) -> [SweepRow] {
        let records: [[UInt8]]
        do throws(FileError) {
            records = try RecordLog.records(in: bytes, header: header, kind: kind, path: file)
        } catch { throw TraceError(error) }
        return try rows(of: records, file: file, settings: settings)
    }

    private static func rows(
        of records: [[UInt8]], file: String, settings: SweepSettings
    ) throws(TraceError) -> [SweepRow] {
        // One table again, so that errors name line and column as in any other.
        let bytes = records.reduce(into: Array((header + "\n").utf8)) { $0 += $1 + [UInt8(ascii: "\n")] }
        return try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file)
            let places = try reader.columns(columns)
            var rows: [SweepRow] = []
            var known: Set<SweepKey> = []
            let loads = LoadCurve.loads.count
            while try reader.next() {
                var values: [Double?] = []
                for place in places[7..<7 + measures.count * loads] {
                    let text = try reader.text(place)
                    let value = Double(text)
                    // The columns hold percentages and counts of pods; nothing near the end of what two decimals can hold.
                    if !text.isEmpty && !(value.map { $0 >= 0 && $0 < 1e12 } ?? false) {
                        throw reader.error(place, "\"\(text)\" is no number from 0")
                    }
                    values.append(value)
                }
                if try reader.text(places[3]) != settings.text {
                    throw reader.error(places[3], "is \(try reader.text(places[3])), the sweep's is \(settings.text)")
                }
                guard let seed = UInt64(try reader.text(places[2])) else {
                    throw reader.error(places[2], "\"\(try reader.text(places[2]))\" is no seed")
                }
                let key = SweepKey(
                    trace: CellText.original(try reader.text(places[0])), policy: try reader.text(places[1]), seed: seed
                )
                if !known.insert(key).inserted { throw reader.error(places[0], "the run stands twice") }
                let pods = try reader.integer(places[4], in: 0...Int64(Int32.max))
                rows.append(
                    SweepRow(
                        key: key, pods: Int(pods), placed: Int(try reader.integer(places[5], in: 0...pods)),
                        decisionHash: try reader.text(places[6]),
                        curve: LoadCurve(
                            allocationPercent: Array(values[0..<loads]),
                            fragmentationRatioPercent: Array(values[loads..<2 * loads]),
                            fragmentationPercent: Array(values[2 * loads..<3 * loads]),
                            plainPodsUnplaced: Array(values[(3 * loads)...])),
                        traceSHA256: try reader.text(places[places.count - 1])))
            }
            return rows
        }
    }
}
