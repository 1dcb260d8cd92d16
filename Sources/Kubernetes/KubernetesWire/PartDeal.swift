import BulkJSON
import Synchronization

/// A text that several threads read; it outlives them.
struct BulkText: @unchecked Sendable {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Readable bytes, of which `bytes` are the first.
    let readableCount: Int
}

/// Cuts a text into parts of whole lines.
struct LineParts: Sendable {
    private let text: BulkText
    private let minimum: Int
    private var position: Int

    init(_ text: BulkText, from start: Int, minimum: Int) {
        self.text = text
        self.minimum = minimum
        position = start
    }

    mutating func next() -> Range<Int>? {
        guard position < text.bytes.count else { return nil }
        let end = LineBreaks.next(in: text.bytes, from: position + minimum).map { $0 + 1 } ?? text.bytes.count
        defer { position = end }
        return position..<end
    }
}

/// What cuts the text.
enum PartCursor: @unchecked Sendable {
    case lines(LineParts)
    case list(JSONListParts)

    mutating func next() -> Range<Int>? {
        switch self {
        case .lines(var parts):
            defer { self = .lines(parts) }
            return parts.next()
        case .list(var parts):
            defer { self = .list(parts) }
            return parts.next()
        }
    }

    /// Position of the bracket that closes the list, once the last part was cut.
    var listEnd: Int? {
        if case .list(let parts) = self { parts.end } else { nil }
    }
}

/// Parts handed out to threads and what they made of them.
struct PartDeal: Sendable {
    private(set) var cursor: PartCursor
    private var parts: [DecodedPart?] = []
    /// The number of the first part that is not regular.
    private var firstBroken = Int.max

    init(cursor: PartCursor) { self.cursor = cursor }

    var isBroken: Bool { firstBroken < Int.max }

    /// The decoded parts before the first one that is not regular.
    var regularParts: some Sequence<DecodedPart> {
        parts.prefix(min(firstBroken, parts.count)).lazy.compactMap { $0 }
    }

    /// The next part and its number, from 0; none once a part was found not to be regular.
    mutating func next() -> (number: Int, range: Range<Int>)? {
        guard !isBroken, let range = cursor.next() else { return nil }
        parts.append(nil)
        return (parts.count - 1, range)
    }

    /// Takes what was made of a part; nil = it is not regular.
    mutating func finish(_ number: Int, _ part: DecodedPart?) {
        parts[number] = part
        if part == nil { firstBroken = min(firstBroken, number) }
    }
}

/// A deal that threads share.
final class SharedPartDeal: Sendable {
    let value: Mutex<PartDeal>

    init(_ deal: PartDeal) { value = Mutex(deal) }
}
