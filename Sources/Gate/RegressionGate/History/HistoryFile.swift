import FileSystem
import Foundation
import GRDB

/// The SQLite file of a history: how it is told from others, opened and made.
enum HistoryFile {
    private static let columns: [String: [String]] = [
        "record": [
            "number", "digest", "commitID", "isModified", "subject", "size", "machine", "toolchain", "workloads",
        ],
        "measurement": ["record", "workload", "metric", "value"],
    ]

    private struct Foreign: Error {}

    /// Opens a file to be looked at.
    ///
    /// A history whose folder may not be written to cannot be opened beside its log; a copy of both is looked at then.
    static func opened(toRead file: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        // A process that makes the file locks it for a moment, readers too.
        configuration.busyMode = .timeout(HistoryStore.patience)
        do {
            let queue = try DatabaseQueue(path: file, configuration: configuration)
            // Nothing is read before the first question.
            if try queue.read(isEmpty) {
                // Another process may just be making it: nothing is asked of the file any more.
                let memory = try DatabaseQueue()
                try memory.write(makeTables)
                return memory
            }
            let isOld = try queue.read { try $0.tableExists("measurement") && lacksInputs($0) }
            return isOld ? try inMemory(queue) : queue
        } catch let error as DatabaseError
            where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
        {
            let scratch = try ScratchFolder()
            for suffix in ["", "-wal"] where FileReading.kind(of: file + suffix) == .regular {
                try AtomicWriting.write(
                    try FileReading.bytes(of: file + suffix), to: scratch.file("history.sqlite" + suffix))
            }
            let copy = try DatabaseQueue(path: scratch.file("history.sqlite"))
            // In memory, so that the copy may go.
            return try inMemory(copy)
        }
    }

    /// Opens a file for adding records, and makes what is missing.
    ///
    /// Waits for other processes that make the same file: switching a file to the write-ahead log is refused at once while
    /// another one holds it, whatever the busy timeout, so all of it is tried again until the patience ends.
    static func opened(toWrite file: String, patience: Double) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.journalMode = .wal
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

    /// - Throws: when the file has tables, but not those of a history.
    static func check(_ database: Database) throws {
        let found = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        if found.isEmpty { return }
        for (table, names) in columns {
            guard found.contains(table) else { throw Foreign() }
            let present = Set(try database.columns(in: table).map(\.name))
            if !present.isSuperset(of: names) { throw Foreign() }
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
        try addInputs(database)
    }

    /// Histories made before inputs were kept: their values have the input "".
    private static func addInputs(_ database: Database) throws {
        guard try lacksInputs(database) else { return }
        try database.alter(table: "measurement") { $0.add(column: "input", .text).notNull().defaults(to: "") }
    }

    private static func lacksInputs(_ database: Database) throws -> Bool {
        let columns = try database.columns(in: "measurement").map(\.name)
        return columns.contains("value") && !columns.contains("input")
    }

    /// A history in memory, with the columns of today; the file it comes from is not touched.
    private static func inMemory(_ history: DatabaseQueue) throws -> DatabaseQueue {
        let memory = try DatabaseQueue()
        try history.backup(to: memory)
        try memory.write { database in
            if try isEmpty(database) {
                try makeTables(database)
            } else if try database.tableExists("measurement") {
                try addInputs(database)
            }
        }
        return memory
    }

    /// Whether nothing has been made in it yet, as an interruption leaves a history that was just being made.
    private static func isEmpty(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
    }

    /// What is the matter, without the statement that met it.
    static func message(_ error: any Error) -> String {
        switch error {
        case is Foreign: "is no history of benchmark records; it is left as it is"
        case let error as DatabaseError where error.resultCode == .SQLITE_NOTADB:
            "is no history of benchmark records; it is left as it is"
        case let error as DatabaseError: error.message ?? "\(error.resultCode)"
        case let error as FileError: error.problem
        case is RowDecodingError:
            "is no history of benchmark records: a value in it is of another kind; it is left as it is"
        default: "\(error)"
        }
    }
}
