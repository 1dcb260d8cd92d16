/// Points in time as data sets write them, in milliseconds since 1970-01-01 00:00 UTC.
///
/// Read are `2020-06-09 18:41:01`, the same with `T`, with a fraction of a second, with `Z` or an offset such as `+08:00`
/// behind it, and whole seconds since 1970. Text without an offset counts as UTC: only differences matter in a trace.
enum TimestampText {
    /// Nil for text of any other form and for dates that no calendar has.
    static func milliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var scanner = Scanner(text: text)
        if text.count <= 12, let seconds = scanner.number(digits: text.count), scanner.isAtEnd { return seconds * 1000 }
        scanner.position = 0
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.take("T") || scanner.take(" "),
            let hour = scanner.number(digits: 2), scanner.take(":"), let minute = scanner.number(digits: 2),
            scanner.take(":"), let second = scanner.number(digits: 2)
        else { return nil }
        guard (1970...9999).contains(year), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var milliseconds: Int64 = 0
        if scanner.take(".") {
            guard let fraction = scanner.thousandths() else { return nil }
            milliseconds = fraction
        }
        guard let offset = scanner.offsetSeconds(), scanner.isAtEnd else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        return (days * 86_400 + hour * 3600 + minute * 60 + second - offset) * 1000 + milliseconds
    }

    /// The month of a time that carries no offset, so that it is told by a clock on the wall; nil for all others.
    static func monthWithoutOffset(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var scanner = Scanner(text: text)
        guard milliseconds(text) != nil, scanner.number(digits: 4) != nil, scanner.take("-"),
            let month = scanner.number(digits: 2)
        else { return nil }
        let clock = text.dropFirst(10)
        let hasOffset = clock.contains { $0 == UInt8(ascii: "Z") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        return hasOffset ? nil : month
    }

    static func milliseconds(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { milliseconds($0) }
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days come last.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    /// Takes text apart from the left.
    private struct Scanner {
        let text: UnsafeBufferPointer<UInt8>
        var position = 0

        var isAtEnd: Bool { position == text.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func number(digits: Int) -> Int64? {
            guard digits > 0, position + digits <= text.count else { return nil }
            var value: Int64 = 0
            for place in position..<position + digits {
                guard let digit = digit(at: place) else { return nil }
                value = value * 10 + digit
            }
            position += digits
            return value
        }

        /// Up to three digits count, further ones are skipped.
        mutating func thousandths() -> Int64? {
            var value: Int64 = 0
            var weight: Int64 = 100
            let start = position
            while position < text.count, let digit = digit(at: position) {
                value += digit * weight
                weight /= 10
                position += 1
            }
            return position > start ? value : nil
        }

        private func digit(at place: Int) -> Int64? {
            (48...57).contains(text[place]) ? Int64(text[place] - 48) : nil
        }

        /// `Z`, `+08:00`, `+0800` or nothing.
        mutating func offsetSeconds() -> Int64? {
            if isAtEnd || take("Z") { return 0 }
            let isNegative = text[position] == UInt8(ascii: "-")
            guard isNegative || text[position] == UInt8(ascii: "+") else { return nil }
            position += 1
            guard let hours = number(digits: 2) else { return nil }
            _ = take(":")
            guard let minutes = number(digits: 2), hours < 24, minutes < 60 else { return nil }
            return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
        }
    }
}
