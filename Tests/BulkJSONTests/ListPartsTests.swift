import BulkJSON
import Testing

/// Lists are cut where their elements end.
@Suite struct ListParts {
    private func parts(_ text: String, minimum: Int) -> (parts: [String], end: Int?) {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { raw in
            var parts = JSONListParts(raw, from: 1, minimum: minimum)
            var texts: [String] = []
            while let range = parts.next() { texts.append(String(decoding: bytes[range], as: UTF8.self)) }
            return (texts, parts.end)
        }
    }

    private static let elements = [
        #"{"a":[1,{"b":[2,3]}],"c":"x,y"}"#, #""],[""#, #""\\""#, #""\\\",""#, "17", "[[],[{}]]", #"{"\"":"\\\\\\"}"#,
        "[]",
        #"{"text":"\#(String(repeating: #"\\\""#, count: 40)),]}"}"#, "null",
    ]

    @Test("at every place in a block")
    func offsets() {
        for padding in 0..<130 {
            let elements = [String(repeating: " ", count: padding) + "0"] + Self.elements
            let text = "[" + elements.joined(separator: ",") + "] ,[1,2]"
            let single = parts(text, minimum: 0)
            #expect(single.parts == elements)
            #expect(single.end == text.utf8.count - 8)
            for minimum in [1, 40, 100, 1000] {
                let cut = parts(text, minimum: minimum)
                #expect(cut.parts.joined(separator: ",") == elements.joined(separator: ","))
                #expect(cut.parts.dropLast().allSatisfy { $0.utf8.count >= minimum })
            }
        }
    }

    @Test("a list without an end has no last part")
    func endless() {
        for text in ["[1,2", "[", #"[1,"]"#, "[{,]", #"[1,"a\"]"#] {
            #expect(parts(text, minimum: 1000).parts.isEmpty)
            #expect(parts(text, minimum: 0).end == nil)
        }
        #expect(parts("[]", minimum: 0).parts == [""])
    }
}
