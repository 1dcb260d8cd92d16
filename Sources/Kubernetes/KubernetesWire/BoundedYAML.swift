import CYaml
import PlacementModel
public import Yams

/// Parses YAML whose aliases cannot unfold without end.
///
/// ```
/// a: &a [x, x]        size 3
/// b: &b [*a, *a]      size 7: an alias counts as what it stands for
/// ```
///
/// Sizes are added up event by event before a tree is built, so that a document that would unfold to billions of values
/// costs as much as its text.
public enum BoundedYAML {
    /// The document as a tree; nil = there is none.
    ///
    /// - Throws: ``YAMLBoundError`` past a bound of ``InputLimits`` and where a key is no text; `YamlError`.
    /// - Complexity: linear in the text.
    public static func compose(_ text: String) throws -> Yams.Node? {
        try check(text)
        return try Yams.compose(yaml: text)
    }

    /// What a node that was read amounts to.
    private struct Extent {
        var size = 1
        var depth = 0
        var isText = true
    }

    /// A list or object that is being read.
    private struct Level {
        var isObject: Bool
        var anchor: String?
        var children = 0
        var extent = Extent(isText: false)
    }

    /// Walks over the events of all documents of a text; errors of syntax are left to the parser.
    private static func check(_ text: String) throws(YAMLBoundError) {
        var text = text
        let found = text.withUTF8 { bytes in
            Result { () throws(YAMLBoundError) in
                // A document without aliases has fewer values than bytes.
                try check(bytes, sizeMax: bytes.count + InputLimits.yamlValues)
            }
        }
        try found.get()
    }

    private static func check(_ bytes: UnsafeBufferPointer<UInt8>, sizeMax: Int) throws(YAMLBoundError) {
        var parser = yaml_parser_t()
        yaml_parser_initialize(&parser)
        defer { yaml_parser_delete(&parser) }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
        var levels: [Level] = []
        var anchors: [String: Extent] = [:]
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(&parser, &event) == 1 else { return }
            defer { yaml_event_delete(&event) }
            let line = Int(event.start_mark.line) + 1
            var node: (extent: Extent, anchor: String?)
            switch event.type {
            case YAML_STREAM_END_EVENT: return
            case YAML_SCALAR_EVENT: node = (Extent(), name(event.data.scalar.anchor))
            case YAML_ALIAS_EVENT: node = (name(event.data.alias.anchor).flatMap { anchors[$0] } ?? Extent(), nil)
            case YAML_SEQUENCE_START_EVENT:
                try begin(Level(isObject: false, anchor: name(event.data.sequence_start.anchor)), &levels, line)
                continue
            case YAML_MAPPING_START_EVENT:
                try begin(Level(isObject: true, anchor: name(event.data.mapping_start.anchor)), &levels, line)
                continue
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
                let level = levels.removeLast()
                node = (level.extent, level.anchor)
            default: continue
            }
            if let anchor = node.anchor { anchors[anchor] = node.extent }
            guard var parent = levels.popLast() else { continue }
            if parent.isObject && parent.children % 2 == 0 && !node.extent.isText { throw .keyIsNoText(line) }
            parent.children += 1
            // Neither sum can overflow: each part is within its bound, which was checked when it was read.
            parent.extent.size += node.extent.size
            parent.extent.depth = max(parent.extent.depth, node.extent.depth + 1)
            levels.append(parent)
            if parent.extent.size > sizeMax {
                throw YAMLBoundError(line: line, problem: "the aliases of the document unfold to too many values")
            }
            try checkDepth(levels.count - 1 + parent.extent.depth, line)
        }
    }

    private static func begin(_ level: Level, _ levels: inout [Level], _ line: Int) throws(YAMLBoundError) {
        if let parent = levels.last, parent.isObject, parent.children % 2 == 0 { throw .keyIsNoText(line) }
        levels.append(level)
        try checkDepth(levels.count, line)
    }

    private static func checkDepth(_ depth: Int, _ line: Int) throws(YAMLBoundError) {
        if depth > InputLimits.nesting {
            throw YAMLBoundError(
                line: line, problem: "lists and objects are nested more than \(InputLimits.nesting) deep")
        }
    }

    private static func name(_ anchor: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        anchor.map { String(cString: $0) }
    }
}

/// Why a YAML text is not taken although its syntax may be right.
public struct YAMLBoundError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Line in the text, from 1.
    public var line: Int
    public var problem: String

    public var description: String { "line \(line): \(problem)" }

    fileprivate static func keyIsNoText(_ line: Int) -> YAMLBoundError {
        YAMLBoundError(line: line, problem: "expected text as a key, found a list or an object")
    }
}
