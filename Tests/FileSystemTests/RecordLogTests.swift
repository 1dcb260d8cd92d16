import Foundation
import Testing

@testable import FileSystem

/// Rows survive whatever interrupts the writer; files of others are left alone.
@Suite struct RecordLogTests {
    private let folder = Scratch()
    private var path: String { folder.file("rows.csv") }

    private func open() throws -> RecordLog { try RecordLog(path, header: "a,b", kind: "list of pairs") }

    private func rows() throws -> [String] { try open().records.map { String(decoding: $0, as: UTF8.self) } }

    private func put(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }

    @Test func everyCutLeavesTheRowsBeforeIt() throws {
        do {
            let log = try open()
            for row in ["1,2", "3,4", "5,6"] { try log.append(Array(row.utf8)) }
        }
        let whole = try FileReading.bytes(of: path)
        let ends = whole.indices.filter { whole[$0] == 10 }
        for length in 0...whole.count {
            try put(Array(whole[..<length]))
            let expected = ["1,2", "3,4", "5,6"].prefix(max(ends.count { $0 < length } - 1, 0))
            #expect(try rows() == Array(expected), "cut after \(length) bytes")
            try open().append(Array("7,8".utf8))
            #expect(try rows() == Array(expected) + ["7,8"])
        }
    }

    @Test func aTornBlockAtTheEndIsDroppedAndOneInTheMiddleIsTold() throws {
        do {
            let log = try open()
            for row in ["1,2", "3,4"] { try log.append(Array(row.utf8)) }
        }
        var bytes = try FileReading.bytes(of: path)
        let middle = bytes.firstIndex(of: UInt8(ascii: "1"))!
        let last = bytes.lastIndex(of: UInt8(ascii: ","))! - 1
        bytes[last] = 0
        try put(bytes)
        #expect(try rows() == ["1,2"])
        bytes[middle] = 0
        try put(bytes)
        let error = #expect(throws: FileError.self) { try rows() }
        #expect(error?.problem.hasPrefix("line 2 is damaged") == true)
    }

    @Test(arguments: ["my notes", "my notes\n", "a,c,checksum\n1,2\n", "a,b\n1,2\n", "\n"])
    func filesOfOthersAreLeftAsTheyAre(_ text: String) throws {
        try put(Array(text.utf8))
        let error = #expect(throws: FileError.self) { try rows() }
        #expect(error?.problem.hasPrefix("is no list of pairs") == true)
        #expect(try FileReading.bytes(of: path) == Array(text.utf8))
    }

    @Test func oneWriterAtATime() throws {
        let first = try open()
        let error = #expect(throws: FileError.self) { try rows() }
        #expect(error?.problem == "is in use by another process")
        withExtendedLifetime(first) {}
    }

    @Test(arguments: ["/dev/null", "/"]) func devicesAndFoldersKeepNoRows(_ path: String) {
        #expect(throws: FileError.self) { try RecordLog(path, header: "a,b", kind: "list") }
    }
}
