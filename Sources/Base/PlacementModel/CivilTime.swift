/// Dates as people and Kubernetes write them, without a calendar library.
public enum CivilTime {
    /// Seconds since 1970 of `YYYY-MM-DD hh:mm:ss`, read as UTC; nil if the text is no such time.
    ///
    /// - Parameter separator: what stands between date and time.
    public static func unixSeconds(_ text: some Collection<UInt8>, separator: UInt8 = 0x20) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == 19 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard bytes[4] == 45, bytes[7] == 45, bytes[10] == separator, bytes[13] == 58, bytes[16] == 58,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), hour < 24, minute < 60, second < 60
        else { return nil }
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day >= 1, day <= lengths[Int(month - 1)] else { return nil }
        // Days from civil date, era by era of 400 years.
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// Seconds since 1970 of an RFC 3339 time (`2026-01-01T00:00:00Z`, with fraction or offset); nil if it is none.
    public static func unixSeconds(rfc3339 text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let local = unixSeconds(bytes[..<19], separator: UInt8(ascii: "T")) else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { $0 >= 48 && $0 <= 57 }
        }
        if rest.elementsEqual([UInt8(ascii: "Z")]) { return local }
        let zone = Array(rest)
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"), zone[3] == 58,
            zone[1...2].allSatisfy({ $0 >= 48 && $0 <= 57 }), zone[4...5].allSatisfy({ $0 >= 48 && $0 <= 57 })
        else { return nil }
        let hours = Int64(zone[1] - 48) * 10 + Int64(zone[2] - 48)
        let minutes = Int64(zone[4] - 48) * 10 + Int64(zone[5] - 48)
        guard hours < 24, minutes < 60 else { return nil }
        let offset = hours * 3600 + minutes * 60
        return zone[0] == UInt8(ascii: "-") ? local + offset : local - offset
    }
}
