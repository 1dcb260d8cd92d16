/// How records are written in files that are not quite RFC 4180.
struct CSVDialect: Sendable {
    var delimiter = UInt8(ascii: ",")
    /// False where a quote is a character like any other.
    var quotes = true
    /// Column names of files that have no header line.
    var header: [String]?
    /// Whether spaces around names and fields are no part of them.
    var trimsSpaces = false
}
