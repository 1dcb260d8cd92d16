import Foundation
import GRDB
import MeasuredWork
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

    /// Opens a history, making it if need be.
    ///
    /// - Throws: ``GateError`` naming the file.
    public init(file: String) throws(GateError) {
        self.file = file
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.patience)
        configuration.journalMode = .wal
        do {
            queue = try Self.opened(file, configuration)
        } catch {
            throw GateError(file: file, problem: "\(error)")
        }
    }

    /// Waits for other processes that make the same file: switching a file to the write-ahead log is refused at once while
    /// another one holds it, whatever the busy timeout, so all of it is tried again until the patience ends.
    private static func opened(_ file: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let end = ContinuousClock.now + .seconds(patience)
        while true {
            do {
                let queue = try DatabaseQueue(path: file, configuration: configuration)
                try queue.write(makeTables)
                return queue
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < end {
                usleep(20_000)
            }
        }
    }

    /// Makes what is missing, within one write transaction: whether it is missing must not be asked before the lock is held,
    /// else two processes that make the same file both find nothing and the second one fails.
    private static func makeTables(_ database: Database) throws {
        try database.create(table: "record", options: .ifNotExists) { table in
            table.autoIncrementedPrimaryKey("number")
            table.column("digest", .text).notNull().unique()
            table.column("commitID", .text).notNull()
            table.column("isModified", .boolean).notNull()
            table.column("subject", .text).notNull()
            table.column("size", .text).notNull()
            table.column("machine", .text).notNull()
            table.column("toolchain", .text).notNull()
            table.column("workloads", .integer).notNull()
        }
        try database.create(table: "measurement", options: .ifNotExists) { table in
            table.column("record", .integer).notNull().references("record", onDelete: .cascade)
            table.column("workload", .text).notNull()
            table.column("metric", .text).notNull()
            table.column("value", .double).notNull()
            table.column("input", .text).notNull().defaults(to: "")
            table.primaryKey(["record", "workload", "metric"])
        }
        // Histories made before inputs were kept: their values have the input "".
        if try !database.columns(in: "measurement").contains(where: { $0.name == "input" }) {
            try database.alter(table: "measurement") { $0.add(column: "input", .text).notNull().defaults(to: "") }
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
                        number: row["number"], revision: Self.revision(row), size: row["size"], machine: row["machine"],
                        toolchain: row["toolchain"], workloads: row["workloads"])
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
        for row in rows {
            let workload: String = row["workload"]
            guard NamePattern.matches(pattern, workload) else { continue }
            let key: [String] = [
                workload, row["metric"], row["size"], row["machine"], row["toolchain"], row["input"],
            ]
            if keys.last != key {
                keys.append(key)
                list.append(Series(workload: key[0], metric: key[1], size: key[2], machine: key[3], points: []))
            }
            list[list.count - 1].points.append(
                Point(number: row["number"], revision: Self.revision(row), value: row["value"]))
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
        for row in rows {
            let (workload, size, input): (String, String, String) = (row["workload"], row["size"], row["input"])
            guard NamePattern.matches(pattern, workload) else { continue }
            if last.prefix(2) == [workload, size], last[2] != input { changes.append((workload, Self.revision(row))) }
            last = [workload, size, input]
        }
        return changes
    }

    private static func revision(_ row: Row) -> BenchmarkRecord.Revision {
        BenchmarkRecord.Revision(commit: row["commitID"], isModified: row["isModified"], subject: row["subject"])
    }

    private func reporting<Value>(_ work: () throws -> Value) throws(GateError) -> Value {
        do { return try work() } catch { throw GateError(file: file, problem: "\(error)") }
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
