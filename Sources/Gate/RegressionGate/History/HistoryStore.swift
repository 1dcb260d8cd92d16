import FileSystem
import Foundation
import GRDB
import MeasuredWork
import PlacementModel
import TraceModel

/// Records of many revisions in one SQLite file.
///
/// Several processes may add at once: the journal is a write-ahead log, writers wait for each other, and each record goes
/// in whole or not at all.
public struct HistoryStore: Sendable {
    /// A record that is kept.
    public struct Stored: Sendable, Hashable {
        /// Ascending in the order added.
        public var number: Int64
        public var revision: BenchmarkRecord.Revision
        public var size: String
        public var machine: String
        public var toolchain: String
        public var workloads: Int
    }

    /// One value of a metric, at one revision.
    public struct Point: Sendable, Hashable {
        public var number: Int64
        public var revision: BenchmarkRecord.Revision
        public var value: Double
    }

    /// Values of one metric that may be compared: same workload on the same input, size, machine and toolchain.
    public struct Series: Sendable, Hashable {
        public var workload: String
        /// `time`, `count:<name>` or `quality:<name>`.
        public var metric: String
        public var size: String
        public var machine: String
        public var points: [Point]

        /// Whether any difference is a change, unlike with times.
        public var isExact: Bool { metric != HistoryStore.timeMetric }
    }

    public static let timeMetric = "time"
    /// How long a writer waits for another one, seconds.
    static let patience = 30.0

    private let queue: DatabaseQueue
    private let file: String

    /// Whether records are to be added, or only looked at.
    public enum Purpose: Sendable, Hashable {
        /// Makes the history if it is not there.
        case adding
        /// Changes nothing, and needs no right to.
        case reading
    }

    /// Opens a history.
    ///
    /// - Throws: ``GateError`` naming the file when it is missing, no history, or cannot be used; it is untouched then.
    public init(file: String, for purpose: Purpose) throws(GateError) {
        self.file = file
        let kind = FileReading.kind(of: file)
        if kind == .folder || kind == .other { throw GateError(file: file, problem: "is no file") }
        if kind == .missing && purpose == .reading {
            throw GateError(file: file, problem: "cannot be read: No such file or directory")
        }
        do {
            // An empty file is what an interruption leaves of one that is just being made.
            if kind == .regular, try purpose == .reading || !FileReading.isEmpty(file) {
                let known = try HistoryFile.opened(toRead: file)
                try known.read(HistoryFile.check)
                if purpose == .reading {
                    queue = known
                    return
                }
            }
            queue = try HistoryFile.opened(toWrite: file, patience: Self.patience)
        } catch {
            throw GateError(file: file, problem: HistoryFile.message(error))
        }
    }

    /// Adds a record. - Returns: whether it was new; a record that is there already changes nothing.
    @discardableResult
    public func add(_ record: BenchmarkRecord) throws(GateError) -> Bool {
        let digest = SHA256.hexDigest(of: record.json())
        let machine = record.machine
        return try reporting {
            // One write transaction from the start: a reader that becomes a writer could not wait.
            try queue.write { database in
                let known = try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM record WHERE digest = ?", arguments: [digest])
                if known ?? 0 > 0 { return false }
                try database.execute(
                    sql: """
                        INSERT INTO record (digest, commitID, isModified, subject, size, machine, toolchain, workloads)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        digest, record.revision.commit, record.revision.isModified, record.revision.subject,
                        record.size, "\(machine.processor), \(machine.processors) processors, \(machine.architecture)",
                        "\(record.toolchain.compiler) \(record.toolchain.configuration)", record.workloads.count,
                    ])
                let number = database.lastInsertedRowID
                for entry in record.workloads {
                    let input = record.input(of: entry)
                    for (metric, value) in entry.historyValues {
                        try database.execute(
                            sql: """
                                INSERT INTO measurement (record, workload, metric, value, input) VALUES (?, ?, ?, ?, ?)
                                """,
                            arguments: [number, entry.name, metric, value, input])
                    }
                }
                return true
            }
        }
    }

    /// All records in the order added.
    public func records() throws(GateError) -> [Stored] {
        try reporting {
            try queue.read { database in
                try Row.fetchAll(database, sql: "SELECT * FROM record ORDER BY number").map { row in
                    Stored(
                        number: try row.decode(forColumn: "number"), revision: try Self.revision(row),
                        size: try row.decode(forColumn: "size"), machine: try row.decode(forColumn: "machine"),
                        toolchain: try row.decode(forColumn: "toolchain"),
                        workloads: try row.decode(forColumn: "workloads"))
                }
            }
        }
    }

    /// Every metric over the revisions, by workload and metric; points in the order added.
    ///
    /// - Parameter pattern: names of workloads, `*` for any text.
    public func series(matching pattern: String = "*") throws(GateError) -> [Series] {
        let rows = try reporting {
            try queue.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM measurement JOIN record ON record.number = measurement.record
                        ORDER BY workload, metric, size, machine, toolchain, input, number
                        """)
            }
        }
        var list: [Series] = []
        var keys: [[String]] = []
        // SQLite keeps any kind of value in any column, so each is asked for what it is.
        try reporting {
            for row in rows {
                let workload: String = try row.decode(forColumn: "workload")
                guard NamePattern.matches(pattern, workload) else { continue }
                let key: [String] =
                    [workload]
                    + (try ["metric", "size", "machine", "toolchain", "input"].map { try row.decode(forColumn: $0) })
                if keys.last != key {
                    keys.append(key)
                    list.append(Series(workload: key[0], metric: key[1], size: key[2], machine: key[3], points: []))
                }
                let value: Double = try row.decode(forColumn: "value")
                guard InputLimits.savedNumbers.contains(value) else {
                    throw FileError(path: file, problem: "\(workload): the value of \(key[1]) is beyond 10^15")
                }
                list[list.count - 1].points.append(
                    Point(number: try row.decode(forColumn: "number"), revision: try Self.revision(row), value: value))
            }
        }
        return list
    }

    /// Workloads whose input is another one from some record on, in the order of the records: what is not compared across.
    ///
    /// - Parameter pattern: names of workloads, `*` for any text.
    public func inputChanges(
        matching pattern: String = "*"
    ) throws(GateError) -> [(workload: String, revision: BenchmarkRecord.Revision)] {
        let rows = try reporting {
            try queue.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT DISTINCT workload, input, record.* FROM measurement
                        JOIN record ON record.number = measurement.record WHERE input <> ''
                        ORDER BY workload, size, number
                        """)
            }
        }
        var changes: [(String, BenchmarkRecord.Revision)] = []
        var last: [String] = []
        try reporting {
            for row in rows {
                let next: [String] = try ["workload", "size", "input"].map { try row.decode(forColumn: $0) }
                guard NamePattern.matches(pattern, next[0]) else { continue }
                if last.prefix(2) == next.prefix(2), last[2] != next[2] {
                    changes.append((next[0], try Self.revision(row)))
                }
                last = next
            }
        }
        return changes
    }

    private static func revision(_ row: Row) throws -> BenchmarkRecord.Revision {
        BenchmarkRecord.Revision(
            commit: try row.decode(forColumn: "commitID"), isModified: try row.decode(forColumn: "isModified"),
            subject: try row.decode(forColumn: "subject"))
    }

    private func reporting<Value>(_ work: () throws -> Value) throws(GateError) -> Value {
        do { return try work() } catch { throw GateError(file: file, problem: HistoryFile.message(error)) }
    }
}

extension BenchmarkRecord {
    /// Checksums of the trace that a workload replays; empty for workloads that make their own input.
    func input(of entry: Entry) -> String {
        // The longest name: one trace may be named as the beginning of another.
        let trace = traces.filter { entry.name.hasPrefix("trace/\($0.name)/") }.max { $0.name.count < $1.name.count }
        return trace.map { $0.fleetSHA256 + $0.podsSHA256 } ?? ""
    }
}

extension BenchmarkRecord.Entry {
    /// What a history keeps: the median time in calibrations, counts an operation, quality.
    fileprivate var historyValues: [(String, Double)] {
        var values: [(String, Double)] = []
        let relative = sessions.flatMap(\.relative)
        if !relative.isEmpty { values.append((HistoryStore.timeMetric, MedianRatio.median(relative))) }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            values.append(("count:" + name, Double(count) / Double(max(operations, 1))))
        }
        for (name, percent) in quality.sorted(by: { $0.key < $1.key }) { values.append(("quality:" + name, percent)) }
        return values
    }
}
