import BulkJSON
import PlacementModel
import Testing

@testable import KubernetesWire

/// Reading in parts gives what reading in one piece gives, for any number of threads.
@Suite("Bulk input") struct BulkInputTests {
    private func read(_ text: String, threads: Int, partSize: Int) -> DecodedInput {
        var reader = InputReader(
            keepsManifests: true, parallelism: Parallelism(threads: threads), partSize: partSize)
        reader.read(text, source: "in.json")
        return reader.input
    }

    /// Whether the reader in parts took the whole text itself.
    private func isReadInParts(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var collector = ObjectCollector(keepsManifests: false)
            let reader = BulkReader(
                text: BulkText(bytes: bytes, readableCount: bytes.count), source: "in.json",
                parallelism: Parallelism(threads: 2), partSize: 200, keepsManifests: false)
            let start = bytes.firstIndex { !$0.isJSONSpace } ?? 0
            return reader.read(from: start, line: 1, into: &collector).position == bytes.count
        }
    }

    private func expectSame(_ text: String, _ location: SourceLocation = #_sourceLocation) {
        let whole = read(text, threads: 1, partSize: 1 << 40)
        for (threads, partSize) in [(1, 1), (2, 1), (1, 200), (2, 200), (2, 1000), (7, 300)] {
            let parts = read(text, threads: threads, partSize: partSize)
            #expect(parts.nodes == whole.nodes, sourceLocation: location)
            #expect(parts.nodeObjectIndices == whole.nodeObjectIndices, sourceLocation: location)
            #expect(parts.pods.map(\.pod) == whole.pods.map(\.pod), sourceLocation: location)
            #expect(parts.pods.map(\.objectIndex) == whole.pods.map(\.objectIndex), sourceLocation: location)
            #expect(parts.pods.map(\.manifest) == whole.pods.map(\.manifest), sourceLocation: location)
            #expect(parts.quotas == whole.quotas, sourceLocation: location)
            #expect(parts.problems == whole.problems, sourceLocation: location)
            #expect(parts.ignoredKinds == whole.ignoredKinds, sourceLocation: location)
            #expect(parts.objectCount == whole.objectCount, sourceLocation: location)
        }
    }

    /// Objects of all kinds, some of them wrong, some with texts that look like structure.
    private func objects(_ count: Int, kinds: Bool = true) -> [String] {
        (0..<count).map { index in
            let labels = #""labels": {"zone-of-the-whole-fleet": "z\#(index % 3)", "odd": "}],[{\\\"\#(index)\\"}"#
            let kind = kinds ? #""kind": "Node", "# : ""
            switch index % 10 {
            case 3: return #"{"kind": "Pod", "metadata": {"name": "p\#(index)", \#(labels)}}"#
            case 5: return #"{\#(kind)"metadata": {"name": "n\#(index)", "labels": {"a": \#(index)}}}"#
            case 6: return #"{\#(kind)"metadata": {"name": "n\#(index - 2)"}}"#
            case 7:
                return #"""
                    {"kind": "ResourceQuota", "metadata": {"name": "q\#(index % 20)"}, "spec": {"hard": {"cpu": 1}}}
                    """#
            case 8: return #"{"kind": "Deployment", "big": 123456789012345678901234567890}"#
            case 9: return #"{"metadata": {"name": "n\#(index)"}}"#
            default:
                return #"""
                    {\#(kind)"metadata": {"name": "n\#(index)", \#(labels),
                    "annotations": {"devices": "[{\"id\":\"é\#(index)\"}]"}},
                    "status": {"allocatable": {"cpu": "\#(index)", "memory": "\#(index)Ki", "x": "\#(index % 4)k"}}}
                    """#
            }
        }
    }

    private func lines(_ count: Int) -> [String] { objects(count).map { $0.replacing("\n", with: " ") } }

    @Test("A list, its kind before or behind the items, on one line or many")
    func lists() {
        let items = objects(60)
        for separator in [",", ",\n    ", "\n  , "] {
            let text = items.joined(separator: separator)
            for list in [
                #"{"apiVersion": "v1", "items": [\#(text)], "kind": "List", "metadata": {"a": []}}"#,
                "\n {\n\"kind\": \"List\", \"metadata\": {\"x\": [1, {}]}, \"n\": 1,\n\"items\": [\n\(text)\n]\n}\n",
                "[" + text + ", null, [1, {\"kind\": \"Node\"}]]",
            ] {
                expectSame(list)
                #expect(isReadInParts(list))
            }
        }
    }

    @Test("A list whose items do not state their kind")
    func typedLists() {
        let text = objects(60, kinds: false).joined(separator: ", ")
        let typed = #"{"kind": "NodeList", "apiVersion": "v1", "items": [\#(text)]}"#
        expectSame(typed)
        #expect(isReadInParts(typed))
        // The kind comes too late to be of use.
        expectSame(#"{"apiVersion": "v1", "items": [\#(text)], "kind": "NodeList"}"#)
    }

    @Test("Lists in lists")
    func nested() {
        let inner = (0..<20).map { #"{"kind": "List", "items": [\#(objects(12)[$0 % 10]), 7, [{}]]}"# }
        expectSame(#"{"kind": "List", "items": [\#(inner.joined(separator: ","))]}"#)
    }

    @Test("What is no list after all")
    func brokenLists() {
        let text = objects(30).joined(separator: ",")
        for (head, tail) in [
            (#"{"kind": "List", "items": ["#, ",]}"), (#"{"kind": "List", "items": [,"#, "]}"),
            (#"{"kind": "List", "items": ["#, "}"), (#"{"kind": "List", "items": ["#, ""),
            (#"{"kind": "List", "items": ["#, "]} {\"kind\": \"Node\"}"),
            (#"{"kind": "List", "items": ["#, "], \"items\": []}"),
            (#"{"kind": "List", "items": ["#, "], \"it\\u0065ms\": []}"),
            (#"{"kind": "Node", "items": ["#, "]}"), (#"{"items": ["#, "]}"),
            (#"{"kind": "List", "items": ["#, "],[{}]}"), (#"{"kind": "List", "items": ["#, ",,{}]}"),
            ("[", "}"), ("[", "]]"), ("{", "}"), (#"{"kind": "List", "more": {"items": ["#, "]}}"),
        ] {
            expectSame(head + text + tail)
        }
        let nesting = String(repeating: "[", count: 1022) + String(repeating: "]", count: 1022)
        for depth in 1018...1022 {
            let deep = nesting.dropFirst(1022 - depth).dropLast(1022 - depth)
            expectSame(#"{"kind": "List", "items": [\#(text), {"kind": "Node", "deep": \#(deep)}]}"#)
        }
    }

    @Test("One object a line")
    func oneALine() {
        for separator in ["\n", "\r\n", "\n\n  \n", "\n\u{20}"] {
            let text = lines(80).joined(separator: separator)
            expectSame(text)
            expectSame("\u{FEFF}\n\n" + text + "\n")
            #expect(isReadInParts(text))
        }
    }

    @Test("Reading in one piece goes on where lines are not regular", arguments: [0, 1, 30, 79])
    func irregularLines(place: Int) {
        let bad = [
            #"{"kind": "Node", "metadata": {"name": "broken""#, "stray", #"{"kind": "Node"} {"kind": "Node"}"#,
            "{\n  \"kind\": \"Node\"\n}", "---", "---\nkind: Node\nmetadata: {name: yaml}\n---", "\u{FEFF}{}", "]",
        ]
        for text in bad {
            var all = lines(80)
            all.insert(text, at: place)
            expectSame(all.joined(separator: "\n"))
        }
    }

    @Test("Equal texts stay what they are")
    func pool() {
        let pool = TextPool()
        for round in 0..<3 {
            for index in 0..<9000 {
                let text = String(repeating: "é", count: index % 90) + String(index)
                var copy = text
                #expect(copy.withUTF8 { pool.string($0) } == text, "round \(round)")
            }
        }
    }
}
