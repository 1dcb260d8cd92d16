import Testing
@testable import TraceModel

@Suite struct CSVReaderTests {
    /// All records of some text, or the error.
    private func records(_ text: String) throws(TraceError) -> [[String]] {
        try Array(text.utf8).reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: "t.csv")
            var records = [reader.header]
            while try reader.next() {
                var record: [String] = []
                for column in reader.header.indices { record.append(try reader.text(column)) }
                records.append(record)
            }
            return records
        }
    }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2\r\n3,4", [["a", "b"], ["1", "2"], ["3", "4"]]),
        ("\u{FEFF}a\nx\n", [["a"], ["x"]]),
        ("a,b\n\n,\n\n", [["a", "b"], ["", ""]]),
        ("a,b\n\"x,y\",\"he said \"\"no\"\"\"\n", [["a", "b"], ["x,y", "he said \"no\""]]),
        ("a,b\n\"two\nlines\",\"\"\n", [["a", "b"], ["two\nlines", ""]]),
        ("a,b\n\"x\",y\n\"\",z", [["a", "b"], ["x", "y"], ["", "z"]]),
        ("a\nx\ry\n", [["a"], ["x\ry"]]),
        ("a\ngrün\n", [["a"], ["grün"]]),
    ])
    func reads(_ text: String, _ expected: [[String]]) throws {
        #expect(try records(text) == expected)
    }

    @Test(arguments: [
        ("", 0, 0, "is empty"),
        ("\n\n", 0, 0, "is empty"),
        ("a,a\n", 1, 3, "stands twice"),
        ("a,b\n1\n", 2, 2, "has 1 fields, the header has 2"),
        ("a,b\n1,2\n1,2,3\n", 3, 5, "has 3 fields"),
        ("a,b\n1,x\"y\n", 2, 4, "a quote inside a field"),
        ("a,b\n1,\"y\n\n", 2, 3, "never ends"),
        ("a,b\n\"1\n2\"x,3\n", 3, 3, "text after a closing quote"),
    ])
    func rejects(_ text: String, line: Int, column: Int, problem: String) throws {
        let error = try #require(throws: TraceError.self) { try records(text) }
        #expect(error.line == line && error.column == column, "\(error)")
        #expect(error.description.contains(problem), "\(error)")
        #expect(error.file == "t.csv")
    }

    @Test func rejectsTextThatIsNotUTF8() throws {
        let bytes = Array("a\n".utf8) + [0xFF, 0x0A]
        let error = try #require(throws: TraceError.self) {
            try bytes.reading { buffer throws(TraceError) in
                var reader = try CSVReader(buffer, file: "t.csv")
                _ = try reader.next()
                return try reader.text(0)
            }
        }
        #expect(error.description == "t.csv:2:1: a: is not UTF-8")
    }

    @Test(arguments: [
        ("0", 0), ("42", 42), ("-7", -7), ("007", 7), ("9223372036854775807", Int64.max),
        ("-9223372036854775808", Int64.min),
    ])
    func readsIntegers(_ text: String, _ expected: Int64) throws {
        #expect(try integer(text, in: .min ... .max) == expected)
    }

    @Test(arguments: ["x", "-", "1.5", " 1", "1e3", "0x1"])
    func rejectsOtherNumbers(_ text: String) throws {
        let error = try #require(throws: TraceError.self) { try integer(text, in: .min ... .max) }
        #expect(error.description == "t.csv:2:1: a: \"\(text)\" is no whole number")
    }

    @Test(arguments: ["-1", "101", "9223372036854775808", "-99999999999999999999"])
    func rejectsNumbersOutsideTheRange(_ text: String) throws {
        let error = try #require(throws: TraceError.self) { try integer(text, in: 0...100) }
        #expect(error.description == "t.csv:2:1: a: \(text) is outside 0...100")
    }

    private func integer(_ text: String, in range: ClosedRange<Int64>) throws(TraceError) -> Int64 {
        try Array("a\n\(text)\n".utf8).reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: "t.csv")
            _ = try reader.next()
            return try reader.integer(0, in: range)
        }
    }

    @Test func whatIsWrittenReadsBack() throws {
        let rows = [["a", "b", "c"], ["1", "x,y", "\"q\""], ["", "line\nbreak", "\r"], ["é", "-", "0"]]
        var writer = CSVWriter()
        for row in rows { writer.record(row) }
        #expect(try records(String(decoding: writer.bytes, as: UTF8.self)) == rows)
    }

    @Test func writesNumbers() {
        var writer = CSVWriter()
        for number in [0, 5, 10, -120, Int64.max, Int64.min] { writer.field(number) }
        writer.field(joined: [Int32(3), 0, 12])
        writer.field(joined: [])
        writer.endRecord()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "0,5,10,-120,9223372036854775807,-9223372036854775808,3-0-12,\n")
    }
}

@Suite struct KeyValueListTests {
    @Test func readsEntriesInOrder() throws {
        let entries = try KeyValueList.parse("nvidia.com/gpu=1;b=x=y;c=;d=a\\;b\\\\")
        #expect(entries.map(\.key) == ["nvidia.com/gpu", "b", "c", "d"])
        #expect(entries.map(\.value) == ["1", "x=y", "", "a;b\\"])
        #expect(try KeyValueList.parse("").isEmpty)
    }

    @Test(arguments: ["a", "=1", "a=1;", "a=1;;b=2", "a=1;a=2", "a=1\\"])
    func rejects(_ text: String) {
        #expect(throws: KeyValueList.Problem.self) { try KeyValueList.parse(text) }
    }

    @Test func whatIsWrittenReadsBack() throws {
        let entries = [(key: "a=b", value: "x;y=z"), (key: "c", value: "\\"), (key: "d", value: "")]
        let back = try KeyValueList.parse(KeyValueList.text(entries))
        #expect(back.map(\.key) == entries.map(\.key))
        #expect(back.map(\.value) == entries.map(\.value))
    }
}

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples, and lengths around the padding's edges.
    @Test func digests() {
        func digest(_ text: String) -> String { SHA256.hexDigest(of: Array(text.utf8)) }
        #expect(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            digest(String(repeating: "a", count: 1_000_000))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(
            digest(String(repeating: "a", count: 64))
                == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb")
    }
}

@Suite struct TextPoolTests {
    @Test func numbersDistinctTextsInOrder() {
        var pool = TextPool()
        for number in 0..<5000 { #expect(pool.intern("text-\(number)") == Int32(number)) }
        for number in stride(from: 0, to: 5000, by: 7) { #expect(pool.intern("text-\(number)") == Int32(number)) }
        #expect(pool.intern("") == 5000)
        #expect(pool.intern("") == 5000)
        #expect(pool[4999] == "text-4999")
        #expect(pool[5000] == "")
        #expect(pool.count == 5001)
    }
}
