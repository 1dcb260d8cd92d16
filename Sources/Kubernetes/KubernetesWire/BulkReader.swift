import BulkJSON
import PlacementModel

/// Reads large JSON sources in parts, on several threads: lines of NDJSON, or elements of one list.
///
/// Taken for what is wholly regular; wherever anything else is met, ``JSONStream`` reads on from there. What comes out is
/// therefore the same for any number of threads and any size of the parts, and the same as without this reader.
struct BulkReader {
    /// Bytes of a part: small enough for the parser's memory to stay in the cache, large enough (about a millisecond) for
    /// the hand-over between threads not to count.
    static let usualPartSize = 256 << 10

    let text: BulkText
    let source: String
    let parallelism: Parallelism
    let partSize: Int
    let keepsManifests: Bool

    /// Whether the text is large enough to be read in parts.
    var isWorthIt: Bool { text.bytes.count >= 4 * partSize }

    /// Where reading in parts stopped: line and document before `position` are done.
    struct Resumption {
        var position: Int
        /// The line of `position`, from 1.
        var line: Int
        /// Documents read.
        var document: Int
    }

    /// Reads the text from its first document on, as far as it is regular.
    func read(from start: Int, line: Int, into collector: inout ObjectCollector) -> Resumption {
        let firstLineEnd = LineBreaks.next(in: text.bytes, from: start) ?? text.bytes.count
        if firstLineEnd < text.bytes.count, !text.bytes[firstLineEnd...].allSatisfy(\.isJSONSpace) {
            let resumption = readLines(from: start, line: line, into: &collector)
            if resumption.document > 0 { return resumption }
        }
        if readList(from: start, into: &collector) {
            return Resumption(position: text.bytes.count, line: line, document: 1)
        }
        return Resumption(position: start, line: line, document: 0)
    }

    // MARK: - Lines

    private func readLines(from start: Int, line: Int, into collector: inout ObjectCollector) -> Resumption {
        let deal = decodeParts(.lines(LineParts(text, from: start, minimum: partSize))) { decoder, range in
            decoder.decodeLines(range)
        }
        var resumption = Resumption(position: start, line: line, document: 0)
        for part in deal.regularParts {
            var objects = part.objects.makeIterator()
            for document in part.documents {
                let place = DocumentPlace(
                    source: source, document: resumption.document + 1, firstLine: resumption.line + document.line,
                    namesLine: true)
                for _ in 0..<document.objectCount {
                    if let object = objects.next() { collector.collect(object, at: place) }
                }
                resumption.document += 1
            }
            resumption.line += part.lineBreaks
            resumption.position = part.range.upperBound
        }
        return resumption
    }

    // MARK: - Lists

    /// False if the text is not one list; nothing is collected then.
    private func readList(from start: Int, into collector: inout ObjectCollector) -> Bool {
        guard let frame = ListFrame(text.bytes, from: start) else { return false }
        let elements = JSONListParts(UnsafeRawBufferPointer(text.bytes), from: frame.elements, minimum: partSize)
        let deal = decodeParts(.list(elements)) { decoder, range in
            decoder.decodeElements(range, levels: frame.levels, assumedKind: frame.assumedKind)
        }
        guard !deal.isBroken, let end = deal.cursor.listEnd, frame.isConfirmed(by: text.bytes, end: end) else {
            return false
        }
        let place = DocumentPlace(source: source, document: 1, firstLine: 1, namesLine: false)
        var elementsBefore = 0
        for part in deal.regularParts {
            for var object in part.objects {
                object.position[0] += elementsBefore
                collector.collect(object, at: place)
            }
            elementsBefore += part.elementCount
        }
        return true
    }

    // MARK: - Parts

    /// Deals parts to threads, each with a parser of its own, until all are decoded or one is not regular.
    private func decodeParts(
        _ cursor: PartCursor, _ decode: @escaping @Sendable (PartDecoder, Range<Int>) -> DecodedPart?
    ) -> PartDeal {
        let deal = SharedPartDeal(PartDeal(cursor: cursor))
        let (text, keepsManifests) = (text, keepsManifests)
        Parallel.forEach(count: parallelism.threads, jobs: parallelism.threads) { _ in
            let decoder = PartDecoder(text: text, keepsManifests: keepsManifests)
            while let (number, range) = deal.value.withLock({ $0.next() }) {
                let part = decode(decoder, range)
                deal.value.withLock { $0.finish(number, part) }
            }
            return true
        }
        return deal.value.withLock { $0 }
    }
}
