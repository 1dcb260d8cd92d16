import GRDB
import TraceModel

/// Rows of an SQLite file, read only; errors name the table, the row and the column.
///
/// SQLite keeps any kind of value in any column, so each value is checked where it is read.
struct SQLiteTables {
    let file: String
    private let database: DatabaseQueue

    /// Opens the file. - Throws: ``TraceError`` with SQLite's words.
    init(_ file: String) throws(TraceError) {
        self.file = file
        guard TraceFiles.exists(file) else { throw TraceError(file: file, problem: "cannot be read: no such file") }
        var configuration = Configuration()
        configuration.readonly = true
        do { database = try DatabaseQueue(path: file, configuration: configuration) } catch {
            throw Self.failure(file, error)
        }
    }

    /// One row of a table.
    struct TableRow {
        fileprivate let file: String
        fileprivate let table: String
        fileprivate let row: Row
        fileprivate let places: [String: Int]

        func isNull(_ column: String) -> Bool { value(column).isNull }

        /// A number or text that names something.
        func id(_ column: String) throws(TraceError) -> String {
            switch value(column).storage {
            case .int64(let number): return String(number)
            case .string(let text) where !text.isEmpty: return text
            case .string, .null: throw error(column, "is empty")
            case .double, .blob: throw error(column, "\(value(column)) is neither a whole number nor a text")
            }
        }

        func number(_ column: String, in range: ClosedRange<Double>) throws(TraceError) -> Double {
            let number: Double
            switch value(column).storage {
            case .int64(let value): number = Double(value)
            case .double(let value): number = value
            case .null: throw error(column, "is NULL")
            case .string, .blob: throw error(column, "\(value(column)) is no number")
            }
            guard range.contains(number) else {
                throw error(column, "\(number) is outside \(range.lowerBound)...\(range.upperBound)")
            }
            return number
        }

        func error(_ column: String, _ problem: String) -> TraceError {
            let rowid: Int64 = row[0]
            return TraceError(file: file, problem: "table \(table), row \(rowid), column \(column): \(problem)")
        }

        private func value(_ column: String) -> DatabaseValue { row[places[column] ?? 0] }
    }

    /// Reads a table in the order of its rows.
    func forEachRow(
        of table: String, columns: [String], _ work: inout TraceImport,
        _ body: (inout TraceImport, TableRow) throws(TraceError) -> Void
    ) throws(TraceError) {
        let result = Result {
            try database.read { database in
                try check(table, has: columns, database)
                let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
                let rows = try Row.fetchCursor(database, sql: "SELECT rowid, \(list) FROM \"\(table)\" ORDER BY rowid")
                let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0 + 1) })
                while let row = try rows.next() {
                    do throws(TraceError) {
                        try body(&work, TableRow(file: file, table: table, row: row, places: places))
                    } catch { try work.leaveOut(error) }
                }
            }
        }
        do { try result.get() } catch { throw Self.failure(file, error) }
    }

    /// How many rows have each value of a column.
    func counts(of column: String, in table: String) throws(TraceError) -> [String: Int] {
        var counts: [String: Int] = [:]
        let result = Result {
            try database.read { database in
                try check(table, has: [column], database)
                let sql = "SELECT \"\(column)\", COUNT(*) FROM \"\(table)\" GROUP BY 1"
                for row in try Row.fetchAll(database, sql: sql) {
                    let value: DatabaseValue = row[0]
                    if let name = String.fromDatabaseValue(value) ?? Int64.fromDatabaseValue(value).map(String.init) {
                        counts[name] = row[1]
                    }
                }
            }
        }
        do { try result.get() } catch { throw Self.failure(file, error) }
        return counts
    }

    private func check(_ table: String, has columns: [String], _ database: Database) throws {
        guard try database.tableExists(table) else { throw TraceError(file: file, problem: "has no table \(table)") }
        let known = Set(try database.columns(in: table).map { $0.name.lowercased() })
        let missing = columns.filter { !known.contains($0.lowercased()) }
        guard missing.isEmpty else {
            throw TraceError(file: file, problem: "table \(table) has no column \(missing.joined(separator: ", "))")
        }
    }

    private static func failure(_ file: String, _ error: any Error) -> TraceError {
        if let error = error as? TraceError { return error }
        if let error = error as? DatabaseError {
            return TraceError(file: file, problem: "SQLite: \(error.message ?? "error \(error.resultCode)")")
        }
        return TraceError(file: file, problem: "SQLite: \(error)")
    }
}
