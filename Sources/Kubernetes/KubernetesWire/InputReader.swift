import BulkJSON
public import PlacementModel
import Yams

/// Reads nodes, pods and resource quotas from files, standard input or memory.
///
/// The notation is told from the text: if its first byte that is no white space is `{` or `[` it is JSON (one document,
/// one a line, or concatenated ones), otherwise YAML (any number of documents). Documents are objects, lists (`List`,
/// `PodList`, …) or arrays of objects.
///
/// Nothing throws: what cannot be used is a problem in the result and costs no other object. Names are unique across all
/// that one reader reads; the first object of a name is kept.
public struct InputReader {
    /// The name of standard input in problems.
    public static let standardInput = "standard input"

    private var collector: ObjectCollector
    private let parser = JSONParser()
    private let parallelism: Parallelism
    private let partSize: Int

    /// - Parameters:
    ///   - keepsManifests: whether each pod keeps its whole manifest, as admission's answer needs.
    ///   - parallelism: threads for JSON of a megabyte or more; the result does not depend on it.
    public init(keepsManifests: Bool = false, parallelism: Parallelism = .automatic) {
        self.init(keepsManifests: keepsManifests, parallelism: parallelism, partSize: BulkReader.usualPartSize)
    }

    /// A reader that takes JSON in parts of about `partSize` bytes, where a text has four of them or more.
    init(keepsManifests: Bool, parallelism: Parallelism, partSize: Int) {
        collector = ObjectCollector(keepsManifests: keepsManifests)
        self.parallelism = parallelism
        self.partSize = partSize
    }

    /// Everything read so far.
    public var input: DecodedInput { collector.input }

    /// Reads files in order; `-` is standard input.
    public static func read(files paths: [String], keepsManifests: Bool = false) -> DecodedInput {
        var reader = InputReader(keepsManifests: keepsManifests)
        for path in paths { reader.read(file: path) }
        return reader.input
    }

    /// The documents of files as trees, whatever they hold.
    public static func documents(ofFiles paths: [String]) -> (documents: [JSON], problems: [InputProblem]) {
        var reader = InputReader()
        reader.collector.documents = []
        for path in paths { reader.read(file: path) }
        return (reader.collector.documents ?? [], reader.input.problems)
    }

    /// The contents of a file that is no Kubernetes object; `-` is standard input.
    ///
    /// - Throws: ``InputProblem`` with the system's words.
    public static func contents(ofFile path: String) throws(InputProblem) -> [UInt8] {
        do throws(ReadFailure) {
            let contents = try SourceBytes(path: path)
            return withExtendedLifetime(contents) { Array(contents.bytes) }
        } catch { throw InputProblem(source: path == "-" ? standardInput : path, message: error.message) }
    }

    /// Reads one file; `-` is standard input.
    public mutating func read(file path: String) {
        let source = path == "-" ? Self.standardInput : path
        do {
            let contents = try SourceBytes(path: path).unpacked(path: path)
            withExtendedLifetime(contents) {
                read(contents.bytes, readableCount: contents.readableCount, source: source)
            }
        } catch {
            collector.input.problems.append(InputProblem(source: source, message: error.message))
        }
    }

    /// Reads text in memory; `source` names it in problems.
    public mutating func read(_ text: String, source: String) {
        var text = text
        text.withUTF8 { read($0, readableCount: $0.count, source: source) }
    }

    /// Reads bytes in memory; `source` names them in problems.
    public mutating func read(_ bytes: [UInt8], source: String) {
        bytes.withUnsafeBufferPointer { read($0, readableCount: $0.count, source: source) }
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, readableCount: Int, source: String) {
        if let message = ForeignText.problem(of: bytes) {
            return collector.input.problems.append(InputProblem(source: source, message: message))
        }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let first = bytes[start...].firstIndex(where: { !$0.isJSONSpace }) else { return }
        guard bytes[first] == UInt8(ascii: "{") || bytes[first] == UInt8(ascii: "[") else {
            return readYAML(bytes, from: start, line: 1, document: 0, source: source)
        }
        let bulk = BulkReader(
            text: BulkText(bytes: bytes, readableCount: readableCount), source: source, parallelism: parallelism,
            partSize: partSize, keepsManifests: collector.decoder.keepsManifests)
        var state = BulkReader.Resumption(position: start, line: 1, document: 0)
        if bulk.isWorthIt && collector.documents == nil {
            let line = 1 + LineBreaks.count(in: bytes, start..<first)
            state = bulk.read(from: first, line: line, into: &collector)
        }
        var stream = JSONStream(
            bytes, readableCount: readableCount, source: source, parser: parser, from: state.position,
            line: state.line, document: state.document)
        while let item = stream.next() {
            switch item {
            case .document(let value, let place): collector.collect(value, at: place)
            case .problem(let problem): collector.input.problems.append(problem)
            case .marker(let position):
                // A stream of several documents, as YAML has them.
                return readYAML(bytes, from: position, line: stream.line, document: stream.document, source: source)
            }
        }
    }

    // MARK: - YAML

    private mutating func readYAML(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, line: Int, document: Int, source: String
    ) {
        var number = document
        for document in YAMLDocumentSplitter(bytes, from: start, line: line) {
            number += 1
            let place = DocumentPlace(
                source: source, document: number, firstLine: document.firstLine, namesLine: false)
            if let value = json(in: document) {
                collector.collect(value, at: place)
                continue
            }
            do {
                let text = try text(of: document)
                // A document of nothing but comments has no root.
                guard let root = try BoundedYAML.compose(text) else { continue }
                collector.collect(YAMLValue(root), at: place)
            } catch let error as YamlError {
                collector.input.problems.append(InputProblem(yaml: error, at: place))
            } catch let error as YAMLBoundError {
                collector.input.problems.append(
                    InputProblem(
                        source: source, line: place.firstLine + error.line - 1, object: "document \(number)",
                        message: error.problem))
            } catch {
                let message = "syntax error: \(error)"
                collector.input.problems.append(
                    InputProblem(source: source, line: place.firstLine, object: "document \(number)", message: message))
            }
        }
    }

    /// The document as JSON, if it is JSON: a stream may hold such documents between its markers.
    private func json(in document: YAMLDocumentSplitter.Document) -> JSONValue? {
        guard let start = document.bytes.firstIndex(where: { !$0.isJSONSpace && $0 != UInt8(ascii: "-") }),
            document.bytes[start] == UInt8(ascii: "{") || document.bytes[start] == UInt8(ascii: "[")
        else { return nil }
        return try? parser.parse(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: document.bytes[start...])))
    }

    private func text(of document: YAMLDocumentSplitter.Document) throws -> String {
        guard let text = String(validating: document.bytes, as: UTF8.self) else {
            throw YamlError.reader(problem: "the text is not UTF-8", offset: nil, value: -1, yaml: "")
        }
        return text
    }
}

extension InputProblem {
    /// A syntax error in a YAML document.
    fileprivate init(yaml error: YamlError, at place: DocumentPlace) {
        let (line, text) = error.problem(at: place.firstLine)
        self.init(source: place.source, line: line, object: "document \(place.document)", message: text)
    }
}

extension YamlError {
    /// The error in one line, and the line it stands on in a text whose document begins on `firstLine`.
    func problem(at firstLine: Int) -> (line: Int, text: String) {
        var line = firstLine
        var column: Int?
        let message: String
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            line += mark.line - 1
            column = mark.column
            message = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
        case .reader(let problem, _, _, _): message = problem
        case .duplicatedKeysInMapping(let keys, let context):
            line += context.mark.line - 1
            message = "keys stand twice in one object: " + keys.joined(separator: ", ")
        default: message = "\(self)"
        }
        let place = column.map { "line \(line), column \($0): " } ?? ""
        let words = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        return (line, "syntax error: \(place)\(words)")
    }
}
