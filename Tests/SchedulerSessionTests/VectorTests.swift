import BulkJSON
import Foundation
import JSONComparisonSupport
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// Decisions measured on HAMi 2.10.0 itself: each line holds a case and everything HAMi answered to it.
///
/// A short cut of each file stands in Vectors/ (made by cut-vectors.sh); the whole files are run where they are at hand.
@Suite struct Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
    /// The whole files, beside the checkout.
    static let wholeFolder = folder.appending(path: "../../../../shared/vectors").standardizedFileURL
    static let hasWholeFiles = FileManager.default.fileExists(atPath: wholeFolder.path)

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(".jsonl".count)) }.sorted()
    }

    @Test func cutsAreHere() {
        #expect(Self.names.count >= 6)
    }

    @Test("A few cases of each file", arguments: names)
    func cut(name: String) throws {
        let data = try Data(contentsOf: Self.folder.appending(path: name + ".jsonl"))
        #expect(try Self.compare(data, name: name) >= 6)
    }

    @Test("Every case of each file", .enabled(if: hasWholeFiles, "needs ../shared/vectors"), arguments: names)
    func whole(name: String) throws {
        let unpack = Process()
        unpack.executableURL = URL(filePath: "/usr/bin/env")
        unpack.arguments = ["gzip", "-dc", Self.wholeFolder.appending(path: name + ".jsonl.gz").path]
        let pipe = Pipe()
        unpack.standardOutput = pipe
        try unpack.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        unpack.waitUntilExit()
        #expect(unpack.terminationStatus == 0)
        #expect(try Self.compare(data, name: name) >= 100)
    }

    /// Runs every line and compares the whole answer. - Returns: the number of cases.
    private static func compare(_ data: Data, name: String) throws -> Int {
        let now = WallClock(unixSeconds: 1_700_000_000, redaction: "<time>")
        let runner = CaseRunner(profile: .hami2_10_0, now: now)
        let parser = JSONParser()
        var cases = 0
        try data.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { line, text in
                cases += 1
                var writer = JSONWriter(escapeHTML: false)
                try runner.run(line: text, into: &writer)
                let expected = try #require(try parser.parse(text)["expected"])
                let difference = JSONDifference.first(between: try JSON(parsing: writer.text), and: JSON(expected))
                if let difference { Issue.record("\(name), line \(line): \(difference)") }
            }
        }
        return cases
    }
}
