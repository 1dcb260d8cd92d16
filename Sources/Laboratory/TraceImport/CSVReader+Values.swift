import TraceModel

/// Values as published data sets write them; each error names file, line and column.
extension CSVReader {
    /// Whether a field is empty or says that there is no value.
    package func isAbsent(_ column: Int) -> Bool {
        isEmpty(column) || withBytes(column) { AbsentValue.isOne($0) }
    }

    /// A text that must be there.
    package func name(_ column: Int) throws(TraceError) -> String {
        if isEmpty(column) { throw error(column, "is empty") }
        return try text(column)
    }

    /// A decimal number times `scale`, rounded to a whole one; no value is `absent` where that is given.
    ///
    /// `range` is that of the number as it is written, before scaling.
    package func decimal(
        _ column: Int, times scale: Int64 = 1, in range: ClosedRange<Int64>, absent: Int64? = nil
    ) throws(TraceError) -> Int64 {
        if let absent, isAbsent(column) { return absent }
        let text = try text(column)
        guard text.utf8.allSatisfy({ Self.decimalBytes.contains($0) }), let number = Double(text), number.isFinite
        else {
            throw error(column, "\"\(shown(column))\" is no number")
        }
        guard number >= Double(range.lowerBound), number <= Double(range.upperBound) else {
            throw error(column, "\(shown(column)) is outside \(range.lowerBound)...\(range.upperBound)")
        }
        return Int64((number * Double(scale)).rounded())
    }

    private static let decimalBytes = Set("0123456789+-.eE".utf8)

    /// A number that must be whole, though it may be written `3.0`.
    package func wholeDecimal(
        _ column: Int, in range: ClosedRange<Int64>, absent: Int64? = nil
    ) throws(TraceError) -> Int64 {
        let number = try decimal(column, in: range, absent: absent)
        if let absent, isAbsent(column) { return absent }
        guard try decimal(column, times: 1000, in: range) == number * 1000 else {
            throw error(column, "\(shown(column)) is no whole number")
        }
        return number
    }

    /// One of some words.
    package func word(_ column: Int, among words: [String]) throws(TraceError) -> String {
        let text = try text(column)
        guard words.contains(text) else {
            throw error(column, "\"\(shown(column))\" is none of \(words.joined(separator: ", "))")
        }
        return text
    }

    /// A point in time in milliseconds since 1970; nil where there is no value and that is allowed.
    package func time(_ column: Int, mayBeAbsent: Bool = false) throws(TraceError) -> Int64? {
        if mayBeAbsent, isAbsent(column) { return nil }
        guard let time = withBytes(column, { TimestampText.milliseconds($0) }) else {
            throw error(column, "\"\(shown(column))\" is no time such as 2020-06-09 18:41:01")
        }
        return time
    }

    /// A point in time that must be there.
    package func presentTime(_ column: Int) throws(TraceError) -> Int64 { try time(column) ?? 0 }

    /// Milliseconds from one column's time to another's.
    ///
    /// - Throws: an error at the later column when it is the earlier time, or when a trace cannot last that long.
    package func duration(fromMs start: Int64, _ startColumn: Int, toMs end: Int64, _ endColumn: Int) throws(TraceError)
        -> Int64
    {
        guard end >= start else {
            throw error(endColumn, "\(shown(endColumn)) is before \(header[startColumn]) \(shown(startColumn))")
        }
        guard end - start <= TraceFormat.amountMax else {
            throw error(endColumn, "\(shown(endColumn)) is more than 34 years after \(header[startColumn])")
        }
        return end - start
    }
}
