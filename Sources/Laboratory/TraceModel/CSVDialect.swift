/// How records are written in files that are not quite RFC 4180.
package struct CSVDialect: Sendable {
    var delimiter: UInt8
    /// What to say of a header line without any delimiter.
    var delimiterAdvice: String?
    /// False where a quote is a character like any other.
    var quotes: Bool
    /// Column names of files that have no header line.
    var header: [String]?
    /// Whether spaces around names and fields are no part of them.
    var trimsSpaces: Bool

    package init(
        delimiter: UInt8 = UInt8(ascii: ","), delimiterAdvice: String? = nil, quotes: Bool = true,
        header: [String]? = nil, trimsSpaces: Bool = false
    ) {
        self.delimiterAdvice = delimiterAdvice
        self.delimiter = delimiter
        self.quotes = quotes
        self.header = header
        self.trimsSpaces = trimsSpaces
    }
}
