import BulkJSON
import Foundation
import Testing

/// The text of one value.
private func written(escapeHTML: Bool = true, pretty: Bool = false, _ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter(escapeHTML: escapeHTML, pretty: pretty)
    body(&writer)
    return writer.text
}

@Suite struct Writing {
    @Test func structure() {
        let text = written {
            $0.beginObject()
            $0.key("a")
            $0.beginArray()
            $0.int(1)
            $0.beginArray()
            $0.endArray()
            $0.null()
            $0.endArray()
            $0.key("b")
            $0.beginObject()
            $0.endObject()
            $0.key("c")
            $0.raw("{\"x\":1}")
            $0.key("d")
            $0.bool(true)
            $0.endObject()
        }
        #expect(text == #"{"a":[1,[],null],"b":{},"c":{"x":1},"d":true}"#)
    }

    @Test func pretty() throws {
        let value: JSON = ["a": [1, [], [2]], "b": [:], "c": ["d": "e"]]
        let text = value.text(pretty: true)
        #expect(
            text == """
                {
                  "a": [
                    1,
                    [],
                    [
                      2
                    ]
                  ],
                  "b": {},
                  "c": {
                    "d": "e"
                  }
                }
                """)
        #expect(try JSON(parsing: text) == value)
    }

    @Test func severalDocuments() {
        var writer = JSONWriter()
        for value in 1...2 {
            writer.beginArray()
            writer.int(value)
            writer.int(value)
            writer.endArray()
            writer.newline()
        }
        #expect(writer.text == "[1,1]\n[2,2]\n")
        writer.removeAll(keepingCapacity: true)
        writer.int(3)
        #expect(writer.bytes == [UInt8(ascii: "3")])
    }

    @Test func escapes() {
        let text = "<a href=\"x\">&\\/\u{0}\u{8}\u{9}\u{a}\u{b}\u{c}\u{d}\u{1f}\u{7f}é\u{2027}\u{2028}\u{2029}\u{202a}😀"
        let plain = #"\\/\u0000\b\t\n\u000b\f\r\u001f"# + "\u{7f}é\u{2027}" + #"\u2028\u2029"# + "\u{202a}😀\""
        #expect(written { $0.string(text) } == #""\u003ca href=\"x\"\u003e\u0026"# + plain)
        #expect(written(escapeHTML: false) { $0.string(text) } == #""<a href=\"x\">&"# + plain)
        #expect(
            written {
                $0.beginObject(); $0.key("<"); $0.int(1); $0.endObject()
            } == #"{"\u003c":1}"#)
        #expect(written { $0.string("") } == "\"\"")
    }

    @Test func integers() {
        #expect(written { $0.int(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.int(Int64.max) } == "9223372036854775807")
        #expect(written { $0.int(0) } == "0")
        #expect(written { $0.int(Int32(-10)) } == "-10")
        #expect(written { $0.uint(UInt64.max) } == "18446744073709551615")
    }

    /// What Go's encoder prints.
    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (100, "100"), (0.1, "0.1"), (-0.25, "-0.25"), (1.5, "1.5"),
            (123456.789, "123456.789"), (1e6, "1000000"), (1e20, "100000000000000000000"),
            (1.2345678901234568e20, "123456789012345680000"), (1e21, "1e+21"), (-1.5e21, "-1.5e+21"),
            (1e22, "1e+22"),
            (1e100, "1e+100"), (1.7976931348623157e308, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
            (0.000001, "0.000001"),
            (0.0000015, "0.0000015"), (0.00000099, "9.9e-7"), (1e-7, "1e-7"), (1.25e-9, "1.25e-9"), (1e-10, "1e-10"),
            (0x1p53, "9007199254740992"), (1.8014398509481984e16, "18014398509481984"),
            (0.3 - 0.1, "0.19999999999999998"),
            (1.0 / 3, "0.3333333333333333"), (.infinity, "null"), (.nan, "null"),
        ] as [(Double, String)])
    func doubles(_ value: Double, _ text: String) {
        #expect(written { $0.double(value) } == text)
    }

    @Test(
        arguments: [
            (0, "0"), (0.1, "0.1"), (-0.0, "-0"), (16_777_216, "16777216"), (33_554_432, "33554432"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (3.4028235e38, "3.4028235e+38"), (.leastNonzeroMagnitude, "1e-45"), (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.0 / 3, "0.33333334"),
            (1.2345679e8, "123456790"), (20.5, "20.5"),
        ] as [(Float, String)])
    func floats(_ value: Float, _ text: String) {
        #expect(written { $0.float(value) } == text)
    }
}

/// Makes documents that exercise every kind of value; equal seeds make equal documents.
struct DocumentGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func string() -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\u{1}", "<", "&", "é", "\u{2028}", "日", "😀",
        ]
        var text = ""
        for _ in 0..<below(20) { text.unicodeScalars.append(alphabet[below(alphabet.count)]) }
        return text
    }

    mutating func value(depth: Int) -> JSON {
        switch below(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .int(Int64(bitPattern: next()) >> Int64(below(64)))
        case 3:
            let double = Double(bitPattern: next())
            // Whole numbers would come back as integers.
            return double.isFinite && double.rounded() != double ? .double(double) : .double(0.5)
        case 4, 5: return .string(string())
        case 6: return .array((0..<below(6)).map { _ in value(depth: depth - 1) })
        default: return .object(JSONObject((0..<below(6)).map { ("\($0)" + string(), value(depth: depth - 1)) }))
        }
    }
}

@Suite struct RoundTrips {
    @Test(arguments: [(true, false), (false, false), (true, true)])
    func generatedDocumentsSurvive(escapeHTML: Bool, pretty: Bool) throws {
        var generator = DocumentGenerator(state: 1)
        let parser = JSONParser()
        for _ in 0..<500 {
            let document = generator.value(depth: 5)
            let text = document.text(escapeHTML: escapeHTML, pretty: pretty)
            let value = try parser.parse(text)
            #expect(JSON(value) == document)
            var copy = JSONWriter(escapeHTML: escapeHTML, pretty: pretty)
            copy.value(value)
            #expect(copy.text == text)
        }
    }

    /// Every line of generated NDJSON means the same to Foundation.
    @Test func foundationAgrees() throws {
        var generator = DocumentGenerator(state: 2)
        var writer = JSONWriter()
        for _ in 0..<500 {
            writer.beginArray()
            writer.value(generator.value(depth: 4))
            writer.endArray()
            writer.newline()
        }
        let parser = JSONParser()
        var count = 0
        try writer.bytes.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { number, line in
                count += 1
                #expect(number == count)
                let theirs = try JSONSerialization.jsonObject(with: Data(line))
                #expect(agrees(JSON(try parser.parse(line)), theirs))
            }
        }
        #expect(count == 500)
    }

    private func agrees(_ ours: JSON, _ theirs: Any) -> Bool {
        switch ours {
        case .null: return theirs is NSNull
        case .bool(let value): return theirs as? Bool == value
        case .int(let value): return (theirs as? NSNumber)?.int64Value == value
        case .double(let value):
            // Foundation reads some numbers as decimals first, which costs it the last bits.
            return (theirs as? NSNumber).map { abs($0.doubleValue - value) <= abs(value) * 1e-12 } ?? false
        case .string(let value): return theirs as? String == value
        case .array(let elements):
            guard let theirs = theirs as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { agrees($0, $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any], theirs.count == object.count else { return false }
            return object.members.allSatisfy { member in theirs[member.key].map { agrees(member.value, $0) } ?? false }
        }
    }

    @Test func everyShortFloatReadsBack() throws {
        var generator = DocumentGenerator(state: 3)
        var writer = JSONWriter()
        for _ in 0..<5000 {
            let double = Double(bitPattern: generator.next())
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            guard double.isFinite, float.isFinite else { continue }
            writer.removeAll(keepingCapacity: true)
            writer.double(double)
            #expect(Double(writer.text) == double)
            writer.removeAll(keepingCapacity: true)
            writer.float(float)
            #expect(Float(writer.text) == float)
        }
    }
}

@Suite struct OwnedTree {
    @Test func accessors() throws {
        let value: JSON = ["a": [1, 2.5, "x", true, .null], "b": ["c": 1]]
        #expect(value["a"]?[0]?.int64 == 1)
        #expect(value["a"]?[0]?.double == 1)
        #expect(value["a"]?[1]?.double == 2.5)
        #expect(value["a"]?[1]?.int64 == nil)
        #expect(value["a"]?[2]?.string == "x")
        #expect(value["a"]?[3]?.bool == true)
        #expect(value["a"]?[4]?.isNull == true)
        #expect(value["a"]?[5] == nil)
        #expect(value["a"]?["x"] == nil)
        #expect(value["b"]?.object?.keys == ["c"])
        #expect(try JSON(parsing: "18446744073709551615") == .double(0x1p64))
    }

    @Test func objectsEditInPlace() {
        var object: JSONObject = ["a": 1, "b": 2, "a": 3]
        #expect(object["a"] == 3)
        object["a"] = 4
        #expect(object.map(\.value) == [1, 2, 4])
        object["c"] = 5
        object["a"] = nil
        #expect(object.keys == ["b", "c"])
        #expect(object["e\u{301}"] == nil)
        #expect(object.count == 2 && !object.isEmpty)
        #expect(JSON.object(object).text() == #"{"b":2,"c":5}"#)
    }
}
