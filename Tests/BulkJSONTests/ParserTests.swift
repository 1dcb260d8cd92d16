import BulkJSON
import Testing

/// Parses a text that stays valid JSON, into a value of its own.
func parsed(_ text: String) throws -> JSON { try JSON(parsing: text) }

@Suite struct Scalars {
    @Test func kinds() throws {
        let parser = JSONParser()
        let document = try parser.parse(#"[null, true, false, -1, 18446744073709551615, 1.5, "x", [], {}]"#)
        let kinds = document.elements.map(\.kind)
        #expect(kinds == [.null, .bool, .bool, .int, .uint, .double, .string, .array, .object])
        withExtendedLifetime(parser) {}
    }

    @Test func accessorsAnswerForTheirKindOnly() throws {
        let parser = JSONParser()
        let values = Array(try parser.parse(#"[7, -7, 9223372036854775808, 1.0, "7", true, null]"#).elements)
        #expect(values.map(\.int64) == [7, -7, nil, nil, nil, nil, nil])
        #expect(values.map(\.uint64) == [7, nil, 9_223_372_036_854_775_808, nil, nil, nil, nil])
        #expect(values.map(\.double) == [7, -7, 9_223_372_036_854_775_808, 1, nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, nil, "7", nil, nil])
        #expect(values.map(\.bool) == [nil, nil, nil, nil, nil, true, nil])
        #expect(values.map(\.isNull) == [false, false, false, false, false, false, true])
        #expect(
            values.allSatisfy { $0.count == 0 && Array($0.elements).isEmpty && $0.members.isEmpty && $0["a"] == nil })
        withExtendedLifetime(parser) {}
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), (" 12 ", 12),
    ])
    func integers(_ text: String, _ value: Int64) throws {
        #expect(try parsed(text) == .int(value))
    }

    @Test(
        arguments: [
            ("1e2", 100), ("1.5E-3", 0.0015), ("-0.0", -0.0), ("5e-324", .leastNonzeroMagnitude),
            ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("0.1", 0.1),
        ] as [(String, Double)])
    func doubles(_ text: String, _ value: Double) throws {
        #expect(try parsed(text).double?.bitPattern == value.bitPattern)
    }

    /// simdjson has no type for these; they become doubles, wherever they stand.
    @Test func integersBeyond64Bits() throws {
        #expect(try parsed("18446744073709551616") == .double(18_446_744_073_709_551_616))
        #expect(try parsed("-9223372036854775809") == .double(-9_223_372_036_854_775_808))
        #expect(try parsed("100000000000000000000000000000") == .double(1e29))
        let text =
            #"{"a":[1,100000000000000000000],"100000000000000000000":"1\"00000000000000000000000","b":-100000000000000000000}"#
        #expect(
            try parsed(text) == [
                "a": [1, 1e20], "100000000000000000000": "1\"00000000000000000000000", "b": -1e20,
            ])
        #expect(throws: JSONError.self) { try parsed(String(repeating: "9", count: 400)) }
        #expect(throws: JSONError.self) { try parsed("[100000000000000000000,]") }
        #expect(throws: JSONError.self) { try parsed("0100000000000000000000") }
    }

    @Test(arguments: [
        (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""é\u00e9""#, "éé"),
        (#""\ud83d\ude00""#, "😀"), (#""\u0000""#, "\0"), (#""\u2028""#, "\u{2028}"), ("\"日本\"", "日本"),
    ])
    func strings(_ text: String, _ value: String) throws {
        #expect(try parsed(text) == .string(value))
    }
}

@Suite struct Containers {
    @Test func membersAndElements() throws {
        let parser = JSONParser()
        let document = try parser.parse(#"{"a":{"b":[1,[2,3],{"c":4}]},"é":"x","":5}"#)
        #expect(document.count == 3)
        #expect(document["a"]?["b"]?.count == 3)
        #expect(document["a"]?["b"]?.elements.compactMap(\.int64) == [1])
        #expect(document["é"]?.string == "x")
        #expect(document["e\u{301}"] == nil)
        #expect(document[""]?.int64 == 5)
        #expect(document["b"] == nil)
        #expect(document.members.map(\.key) == ["a", "é", ""])
        var keys = 0
        document.forEachMember { key, _ in keys += key.count }
        #expect(keys == 3)
        withExtendedLifetime(parser) {}
    }

    @Test func lastDuplicateWins() throws {
        let parser = JSONParser()
        let document = try parser.parse(#"{"a":1,"b":2,"a":{"x":3}}"#)
        #expect(document["a"]?["x"]?.int64 == 3)
        #expect(document.count == 3)
        #expect(JSON(document)["a"] == ["x": 3])
        withExtendedLifetime(parser) {}
    }

    @Test func membersStopAtAnError() throws {
        struct Stop: Error {}
        let parser = JSONParser()
        let document = try parser.parse(#"{"a":1,"b":2,"c":3}"#)
        var seen = 0
        #expect(throws: Stop.self) {
            try document.forEachMember { _, value throws(Stop) in
                seen += 1
                if value.int64 == 2 { throw Stop() }
            }
        }
        #expect(seen == 2)
        withExtendedLifetime(parser) {}
    }

    @Test func parserIsReusedForDocumentsOfAnySize() throws {
        let parser = JSONParser()
        for size in [1, 100_000, 10, 300_000, 5000] {
            let text = "[" + repeatElement("12", count: size).joined(separator: ",") + "]"
            let document = try parser.parse(text)
            #expect(document.count == size)
            #expect(document.elements.reduce(0) { $0 + ($1.int64 ?? 0) } == 12 * Int64(size))
        }
        #expect(throws: JSONError.self) { try parser.parse("[") }
        #expect(try parser.parse("[1]").count == 1)
    }

    @Test func paddedBuffersAreParsedInPlace() throws {
        let parser = JSONParser()
        let text = Array(#"{"a":[1,2]}"#.utf8)
        let buffer = text + Array(repeating: UInt8(ascii: "]"), count: JSONParser.requiredPadding)
        let sum = try buffer.withUnsafeBytes { bytes in
            let document = try parser.parse(UnsafeRawBufferPointer(rebasing: bytes[..<text.count]), padded: true)
            return document["a"]?.elements.reduce(0) { $0 + ($1.int64 ?? 0) }
        }
        #expect(sum == 3)
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")]) func depthLimit(_ open: String, _ close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        var value = try parsed(nested(JSONParser.maximumDepth))
        var depth = 0
        while let inner = value.array?.first ?? value["a"] { (value, depth) = (inner, depth + 1) }
        #expect(depth == 1024)
        #expect(value == 1)
        let tooDeep = nested(JSONParser.maximumDepth + 1)
        #expect(throws: JSONError.self) { _ = try parsed(tooDeep) }
    }
}

@Suite struct Errors {
    @Test(arguments: [
        "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:2}", "\"abc", "\"\\",
        "\"\\u12\"",
        "\"\\x\"", "tru", "nul", "True", "01", "1.", ".5", "+1", "1e", "--1", "1 2", "[]]", "[1 2]", "NaN", "'a'",
        "\"a\nb\"", "//x\n1",
        "1e400", #""\ud800""#, #""\udc00\ud800""#, #""\ud800x""#,
    ])
    func rejects(_ text: String) {
        let error = #expect(throws: JSONError.self) { try parsed(text) }
        #expect(error?.message.isEmpty == false)
    }

    @Test(arguments: ["", " ", "\n\t\r "]) func emptyDocuments(_ text: String) {
        #expect(throws: JSONError(message: "the document is empty", byteOffset: 0)) { try parsed(text) }
    }

    @Test func everyTruncationIsAnError() throws {
        let text = Array(#"{"a":[1,-2.5e3,true,null,"x\u00e9\n"],"b":{"c":[[],{}]},"d":123456789012345678901234}"#.utf8)
        let parser = JSONParser()
        #expect(try parser.parse(text).count == 3)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try parser.parse(Array(text[..<length])) }
        }
    }

    @Test func invalidUTF8() {
        let parser = JSONParser()
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
            let text = Array(#"["é"#.utf8) + bytes + Array(#""]"#.utf8)
            let error = #expect(throws: JSONError.self) { try parser.parse(text) }
            #expect(error == JSONError(message: "the text is not UTF-8", byteOffset: 4))
        }
    }

    @Test func descriptionNamesTheOffset() {
        #expect("\(JSONError(message: "no", byteOffset: 3))" == "no (at byte 3)")
        #expect("\(JSONError(message: "no"))" == "no")
    }
}

@Suite struct Lines {
    private func lines(_ text: String) -> [String] {
        var text = text
        var result: [String] = []
        text.withUTF8 { bytes in
            NDJSON.forEachLine(UnsafeRawBufferPointer(bytes)) { number, line in
                result.append("\(number):" + String(decoding: line, as: UTF8.self))
            }
        }
        return result
    }

    @Test func splitsAndNumbers() {
        #expect(lines("") == [])
        #expect(lines("\n\n") == [])
        #expect(lines("a") == ["1:a"])
        #expect(lines("a\n") == ["1:a"])
        #expect(lines("a\r\nb\n\n \t\r\n{\"c\": 1}\r") == ["1:a", "2:b", "5:{\"c\": 1}"])
    }

    @Test func stopsAtAnError() {
        struct Stop: Error {}
        var seen = 0
        #expect(throws: Stop.self) {
            try Array("1\n2\n3".utf8).withUnsafeBytes { bytes in
                try NDJSON.forEachLine(bytes) { number, _ throws(Stop) in
                    seen = number
                    if number == 2 { throw Stop() }
                }
            }
        }
        #expect(seen == 2)
    }
}
