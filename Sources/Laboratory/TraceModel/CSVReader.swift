/// Reads RFC 4180 text record by record over bytes, without copying the fields.
///
/// Lines end with LF or CRLF, the last one may lack its end; a byte order mark and empty lines are skipped. Quotes may
/// only enclose a whole field. Every record has as many fields as the header. A field is valid until the next record.
/// ``CSVDialect`` reads files that are written otherwise.
/// - Complexity: linear; a record without quotes allocates nothing.
package struct CSVReader {
    private struct Field {
        var start: Int
        var end: Int
        /// Whether the range counts in `unquoted`.
        var isUnquoted: Bool
        /// Where the field begins in the file.
        var line: Int
        var column: Int
    }

    package let file: String
    package let dialect: CSVDialect
    package private(set) var header: [String] = []
    /// Whether the next record can be read after an error: not where a quote left open where records end.
    package private(set) var canGoOn = true
    /// Line on which the present record begins.
    package private(set) var line = 0
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var nextLine = 1
    private var lineStart = 0
    /// Column behind the present record.
    private var endColumn = 0
    private var fields: [Field] = []
    /// Contents of quoted fields of the present record, quotes resolved.
    private var unquoted: [UInt8] = []

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Starts on some bytes and reads the header.
    ///
    /// - Parameter bytes: must outlive the reader.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, dialect: CSVDialect = CSVDialect())
        throws(TraceError)
    {
        self.bytes = bytes
        self.file = file
        self.dialect = dialect
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            position = 3
            lineStart = 3
        }
        if let names = dialect.header {
            header = names
            let (start, startLine) = (position, nextLine)
            // Some copies of such files were given a header line after all.
            if let first = try? scanRecord(), first, (try? texts()) == names { return }
            (position, nextLine, lineStart) = (start, startLine, start)
            return
        }
        guard try scanRecord() else { throw TraceError(file: file, problem: "is empty; expected a header line") }
        for column in fields.indices {
            let name = try text(column)
            if name.isEmpty, let first = header.firstIndex(of: "") {
                throw error(column, "columns \(first + 1) and \(column + 1) have no name in the header")
            }
            if header.contains(name) { throw error(column, "column \(name) stands twice in the header") }
            header.append(name)
        }
    }

    /// Places of columns by name.
    ///
    /// - Throws: an error that names every column that is missing.
    package func columns(_ names: [String]) throws(TraceError) -> [Int] {
        var places: [Int] = []
        var missing: [String] = []
        for name in names {
            if let place = header.firstIndex(of: name) { places.append(place) } else { missing.append(name) }
        }
        if missing.isEmpty { return places }
        if let problem = separatorProblem { throw TraceError(file: file, line: 1, problem: problem) }
        let plural = missing.count == 1 ? "column " : "columns "
        throw TraceError(
            file: file, line: 1, problem: "missing \(plural)\(missing.joined(separator: ", ")) in the header")
    }

    /// What is wrong with the separators of a header that is one field; nil where nothing is.
    private var separatorProblem: String? {
        guard header.count == 1, header[0].utf8.count > 1 else { return nil }
        if let advice = dialect.delimiterAdvice { return advice }
        let names: [(UInt8, String)] = [
            (UInt8(ascii: ";"), "semicolons"), (UInt8(ascii: "\t"), "tabs"), (UInt8(ascii: "|"), "bars"),
            (UInt8(ascii: ","), "commas"),
        ]
        guard let own = names.first(where: { $0.0 == dialect.delimiter })?.1,
            let found = names.first(where: { $0.0 != dialect.delimiter && header[0].utf8.contains($0.0) })?.1
        else { return nil }
        return "fields are separated by \(found); \(own) are expected"
    }

    /// Place of a column that need not be there.
    package func optionalColumn(_ name: String) -> Int? { header.firstIndex(of: name) }

    /// Moves to the next record; false at the end.
    package mutating func next() throws(TraceError) -> Bool {
        canGoOn = false
        guard try scanRecord() else { return false }
        canGoOn = true
        if fields.count != header.count {
            let column = fields.count > header.count ? fields[header.count].column : endColumn
            throw TraceError(
                file: file, line: line, column: column,
                problem: "has \(fields.count) fields, the header has \(header.count)")
        }
        return true
    }

    private func texts() throws(TraceError) -> [String] {
        var texts: [String] = []
        for column in fields.indices { texts.append(try text(column)) }
        return texts
    }

    // MARK: - Fields of the present record

    package func isEmpty(_ column: Int) -> Bool { fields[column].start == fields[column].end }

    /// Calls `body` with the contents of a field.
    @inline(__always)
    package func withBytes<Value>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        let field = fields[column]
        if !field.isUnquoted { return body(UnsafeBufferPointer(rebasing: bytes[field.start..<field.end])) }
        return unquoted.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[field.start..<field.end])) }
    }

    /// The field as text.
    package func text(_ column: Int) throws(TraceError) -> String {
        guard let text = withBytes(column, { String(validating: $0, as: UTF8.self) }) else {
            throw error(column, "is not UTF-8")
        }
        return text
    }

    /// The field as a whole number within a range; empty is `absent` where that is given.
    package func integer(_ column: Int, in range: ClosedRange<Int64>, absent: Int64? = nil) throws(TraceError) -> Int64
    {
        if let absent, isEmpty(column) { return absent }
        let value = withBytes(column) { digits -> Int64? in
            let isNegative = digits.first == UInt8(ascii: "-")
            if digits.count == (isNegative ? 1 : 0) { return nil }
            var value: Int64 = 0
            for digit in digits.dropFirst(isNegative ? 1 : 0) {
                guard digit >= 48, digit <= 57 else { return nil }
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                // Numbers beyond 64 bits are as far outside every range as the largest ones.
                if overflow { return isNegative ? .min : .max }
                value = product &- Int64(digit - 48)
                if value > 0 { return isNegative ? .min : .max }
            }
            return isNegative ? value : value == .min ? .max : -value
        }
        guard let value else { throw error(column, "\"\(shown(column))\" is no whole number") }
        guard range.contains(value) else {
            throw error(column, "\(shown(column)) is outside \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    /// An error at a field, naming its column.
    package func error(_ column: Int, _ problem: String) -> TraceError {
        let field = fields[column]
        let name = column < header.count ? header[column] + ": " : ""
        return TraceError(file: file, line: field.line, column: field.column, problem: name + problem)
    }

    package func shown(_ column: Int) -> String {
        withBytes(column) { String(decoding: $0.prefix(60), as: UTF8.self) }
    }

    // MARK: - Scanning

    private mutating func scanRecord() throws(TraceError) -> Bool {
        fields.removeAll(keepingCapacity: true)
        unquoted.removeAll(keepingCapacity: true)
        while position < bytes.count, isLineEnd(position) { endLine() }
        if position >= bytes.count { return false }
        line = nextLine
        while true {
            if position < bytes.count, bytes[position] == Self.quote, dialect.quotes {
                try scanQuotedField()
            } else {
                try scanPlainField()
            }
            endColumn = position - lineStart + 1
            if position >= bytes.count { return true }
            if bytes[position] == dialect.delimiter {
                position += 1
            } else {
                endLine()
                return true
            }
        }
    }

    private func isLineEnd(_ place: Int) -> Bool {
        bytes[place] == Self.newline
            || (bytes[place] == Self.carriageReturn && (place + 1 == bytes.count || bytes[place + 1] == Self.newline))
    }

    private mutating func endLine() {
        position += bytes[position] == Self.carriageReturn && position + 1 < bytes.count ? 2 : 1
        nextLine += 1
        lineStart = position
    }

    private mutating func scanPlainField() throws(TraceError) {
        var start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == dialect.delimiter || byte == Self.newline { break }
            if byte == Self.carriageReturn, isLineEnd(position) { break }
            if byte == Self.quote, dialect.quotes {
                throw TraceError(
                    file: file, line: nextLine, column: position - lineStart + 1,
                    problem: "a quote inside a field that does not begin with one")
            }
            position += 1
        }
        var end = position
        if dialect.trimsSpaces {
            while start < end, bytes[start] == UInt8(ascii: " ") { start += 1 }
            while start < end, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        }
        fields.append(Field(start: start, end: end, isUnquoted: false, line: nextLine, column: start - lineStart + 1))
    }

    private mutating func scanQuotedField() throws(TraceError) {
        let (line, column) = (nextLine, position - lineStart + 1)
        let start = unquoted.count
        position += 1
        while true {
            guard position < bytes.count else {
                throw TraceError(file: file, line: line, column: column, problem: "a quoted field never ends")
            }
            let byte = bytes[position]
            position += 1
            if byte == Self.quote {
                guard position < bytes.count, bytes[position] == Self.quote else { break }
                position += 1
            }
            if byte == Self.newline {
                nextLine += 1
                lineStart = position
            }
            unquoted.append(byte)
        }
        if position < bytes.count, bytes[position] != dialect.delimiter, !isLineEnd(position) {
            throw TraceError(
                file: file, line: nextLine, column: position - lineStart + 1, problem: "text after a closing quote")
        }
        fields.append(Field(start: start, end: unquoted.count, isUnquoted: true, line: line, column: column))
    }
}
