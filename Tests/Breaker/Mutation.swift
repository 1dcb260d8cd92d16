import SeededNumbers

/// Changes to a text that keep most of its structure: it is cut into words, and words are exchanged for ends of ranges, hostile
/// names and pieces of the text itself.
///
/// A seed names its changes; leaving some out gives a smaller input that may fail as well, which is how failures shrink.
struct Mutation {
    /// Numbers, quantities and names that are ends for somebody.
    private static let words = [
        "0", "1", "-1", "24", "100", "101", "127", "128", "1024", "16383", "16384", "65536", "2097151", "2097152",
        "2147483647", "2147483648", "4294967295", "4294967296", "1099511627776", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
        "18446744073709551616", "1e18", "1e19", "1e308", "1e309", "-1e308", "1E", "1Ei", "8Pi", "0.1", "-0", "nan",
        "inf",
        "1m", "1n", "999999999999999999999999999999", "null", "true", "false", "\"\"", "[]", "{}", "[[]]", "abc", "",
        "\u{1b}[2K", "\u{202e}x", "=1+1", "a\nb", "<b>", "\"", ",", ";", ":", "\\u0000", "\u{0}", "é", "*a", "&a", "<<",
        "---",
    ]

    private enum Change {
        case replace(at: UInt64, with: UInt64)
        case copyWord(from: UInt64, to: UInt64)
        case delete(at: UInt64, count: UInt64)
        case duplicate(at: UInt64, count: UInt64, times: UInt64)
        case swap(UInt64, UInt64)
        case cut(UInt64)
        case byte(at: UInt64, UInt8)
        case nest(at: UInt64, depth: UInt64)
    }

    private let changes: [Change]

    var count: Int { changes.count }

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Mostly few changes: an input that is broken all over ends at its first line.
        let count = [1, 1, 1, 2, 2, 3, 5, 9][generator.below(8)]
        changes = (0..<count).map { _ in
            let (a, b) = (generator.next(), generator.next())
            switch generator.below(20) {
            case 0..<9: return .replace(at: a, with: b)
            case 9..<12: return .copyWord(from: a, to: b)
            case 12..<14: return .delete(at: a, count: b % 24 + 1)
            case 14..<16: return .duplicate(at: a, count: b % 60 + 1, times: b >> 32 % 3 + 1)
            case 16: return .swap(a, b)
            case 17: return .cut(a)
            case 18: return .byte(at: a, UInt8(truncatingIfNeeded: b))
            default: return .nest(at: a, depth: b % 700)
            }
        }
    }

    /// The changed text. - Parameter dropped: places of changes that are left out.
    func apply(to text: [UInt8], without dropped: Set<Int> = []) -> [UInt8] {
        var words = Self.cut(text)
        for (place, change) in changes.enumerated() where !dropped.contains(place) {
            if words.isEmpty { words = [[]] }
            let count = UInt64(words.count)
            switch change {
            case .replace(let at, let word):
                words[Self.wordPlace(at, words)] = Array(Self.words[Int(word % UInt64(Self.words.count))].utf8)
            case .copyWord(let from, let to): words[Self.wordPlace(to, words)] = words[Self.wordPlace(from, words)]
            case .delete(let at, let length):
                let start = Int(at % count)
                words.removeSubrange(start..<min(start + Int(length), words.count))
            case .duplicate(let at, let length, let times):
                let start = Int(at % count)
                let piece = Array(words[start..<min(start + Int(length), words.count)])
                for _ in 0..<times where words.count < 200_000 { words.insert(contentsOf: piece, at: start) }
            case .swap(let one, let other): words.swapAt(Int(one % count), Int(other % count))
            case .cut(let at): words.removeSubrange(Int(at % count)...)
            case .byte(let at, let byte): words[Int(at % count)].append(byte)
            case .nest(let at, let depth):
                let open = Array(repeating: UInt8(ascii: at % 2 == 0 ? "[" : "{"), count: Int(depth))
                words.insert(open, at: Int(at % count))
            }
        }
        return Array(words.joined())
    }

    /// A place that holds a word rather than a sign, if one is near.
    private static func wordPlace(_ draw: UInt64, _ words: [[UInt8]]) -> Int {
        let start = Int(draw % UInt64(words.count))
        for step in 0..<min(8, words.count) {
            let place = (start + step) % words.count
            if let first = words[place].first, isWord(first) { return place }
        }
        return start
    }

    /// Words and single signs.
    private static func cut(_ text: [UInt8]) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var isInWord = false
        for byte in text {
            if isWord(byte) && isInWord { words[words.count - 1].append(byte) } else { words.append([byte]) }
            isInWord = isWord(byte)
        }
        return words
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 0x80
            || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+")].contains(byte)
    }
}
