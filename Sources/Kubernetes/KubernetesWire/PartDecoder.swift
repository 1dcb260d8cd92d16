import BulkJSON

/// The objects of one part of a text. Numbers count from the start of the part.
struct DecodedPart: Sendable {
    /// One line of NDJSON.
    struct Document: Sendable {
        var line: Int
        var objectCount: Int
    }

    var range: Range<Int>
    var objects: [DecodedObject] = []
    /// Of lines: the documents in order.
    var documents: [Document] = []
    var lineBreaks = 0
    /// Of a list: how many elements the part has.
    var elementCount = 0
}

/// One thread's means to decode parts.
final class PartDecoder {
    private let text: BulkText
    private let decoder: ObjectDecoder
    private let parser = JSONParser()
    private var scratch: [UInt8] = []

    init(text: BulkText, keepsManifests: Bool) {
        self.text = text
        decoder = ObjectDecoder(keepsManifests: keepsManifests)
    }

    /// Decodes lines of one document each; nil if there is anything else.
    func decodeLines(_ range: Range<Int>) -> DecodedPart? {
        decoder.room.reset()
        var part = DecodedPart(range: range)
        var position = range.lowerBound
        while position < range.upperBound {
            let lineBreak = LineBreaks.next(in: text.bytes, from: position)
            let end = lineBreak ?? text.bytes.count
            while position < end, text.bytes[position].isJSONSpace { position += 1 }
            if position < end {
                let opening = text.bytes[position]
                guard opening == UInt8(ascii: "{") || opening == UInt8(ascii: "["),
                    let value = try? parser.parse(
                        UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text.bytes[position..<end])),
                        padded: text.readableCount - end >= JSONParser.requiredPadding)
                else { return nil }
                let before = part.objects.count
                decoder.decode(value, assumedKind: nil, position: [], into: &part.objects)
                part.documents.append(.init(line: part.lineBreaks, objectCount: part.objects.count - before))
            }
            if lineBreak != nil { part.lineBreaks += 1 }
            position = end + 1
        }
        return part
    }

    /// Decodes elements of a list with commas between them; nil if they are not that.
    ///
    /// - Parameter levels: lists and objects around the elements, so that nesting is limited as in the whole text.
    func decodeElements(_ range: Range<Int>, levels: Int, assumedKind: String?) -> DecodedPart? {
        decoder.room.reset()
        scratch.removeAll(keepingCapacity: true)
        scratch.reserveCapacity(range.count + 2 * levels + JSONParser.requiredPadding)
        scratch.append(contentsOf: repeatElement(UInt8(ascii: "["), count: levels))
        scratch.append(contentsOf: text.bytes[range])
        scratch.append(contentsOf: repeatElement(UInt8(ascii: "]"), count: levels))
        let count = scratch.count
        scratch.append(contentsOf: repeatElement(0, count: JSONParser.requiredPadding))
        return scratch.withUnsafeBytes { bytes in
            guard var list = try? parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<count]), padded: true) else {
                return nil
            }
            for _ in 1..<levels {
                guard list.count == 1, let inner = list.elements.first(where: { _ in true }) else { return nil }
                list = inner
            }
            var part = DecodedPart(range: range)
            for element in list.elements {
                decoder.decode(
                    element, assumedKind: assumedKind, position: [part.elementCount], into: &part.objects)
                part.elementCount += 1
            }
            return part.elementCount > 0 ? part : nil
        }
    }
}
