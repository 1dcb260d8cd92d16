import TraceModel

/// Times of one job that are told by several machines, or by a clock on the wall that goes back in autumn.
///
/// ```
/// Submit 10:00:00  Start 09:59:58      clocks of two machines: it started when it was submitted
/// Start  01:50     End   01:10         the hour came twice: the end counts as 02:10
/// Start  12:50     End   12:10         an error
/// ```
///
/// Only differences of less than a minute are put down to clocks of several machines. The repeated hour is taken for
/// the cause where the later time has no offset, stands between midnight and four in a month in which clocks go back
/// somewhere (February to May, September to November), and is at most an hour early.
struct EventOrder {
    static let skew = "times that are seconds too early (clocks of several machines), taken as equal"
    static let repeatedHour = "times in the hour that came twice when clocks went back, taken as its second pass"

    private static let skewMaxMs: Int64 = 59_999
    private static let hourMs: Int64 = 3_600_000

    /// What is added to every further time of the job: an hour, once its clock has gone back.
    private var shiftMs: Int64 = 0
    private var lastMs: Int64
    private var lastColumn: Int

    init(_ firstMs: Int64, column: Int) {
        lastMs = firstMs
        lastColumn = column
    }

    /// Takes the next time and tells how long it is after the one before.
    ///
    /// - Parameter note: gets the reason for which a time was put right.
    /// - Throws: an error at the column when it is the earlier time, or when a trace cannot last that long.
    mutating func take(
        _ timeMs: Int64, _ column: Int, of row: borrowing CSVReader, note: (String) -> Void
    ) throws(TraceError) -> Int64 {
        var next = timeMs + shiftMs
        if next < lastMs {
            if lastMs - next <= Self.skewMaxMs {
                note(Self.skew)
                next = lastMs
            } else if lastMs - next <= Self.hourMs, isInRepeatedHour(column, of: row, timeMs) {
                note(Self.repeatedHour)
                shiftMs += Self.hourMs
                next += Self.hourMs
            } else {
                throw early(column, of: row, by: lastMs - next)
            }
        }
        let durationMs = next - lastMs
        guard durationMs <= TraceFormat.amountMax else {
            throw row.error(column, "\(row.shown(column)) is more than 34 years after \(row.header[lastColumn])")
        }
        (lastMs, lastColumn) = (next, column)
        return durationMs
    }

    private func isInRepeatedHour(_ column: Int, of row: borrowing CSVReader, _ timeMs: Int64) -> Bool {
        guard let month = row.withBytes(column, { TimestampText.monthWithoutOffset($0) }) else { return false }
        return [2, 3, 4, 5, 9, 10, 11].contains(month) && timeMs % (24 * Self.hourMs) < 4 * Self.hourMs
    }

    private func early(_ column: Int, of row: borrowing CSVReader, by difference: Int64) -> TraceError {
        let isLocal = row.withBytes(column) { TimestampText.monthWithoutOffset($0) } != nil
        let advice =
            isLocal && difference <= Self.hourMs
            ? "; if clocks went back there, let the times carry their offset or be seconds since 1970 "
                + "(Slurm: SLURM_TIME_FORMAT=%s)" : ""
        return row.error(
            column, "\(row.shown(column)) is before \(row.header[lastColumn]) \(row.shown(lastColumn))\(advice)")
    }
}
