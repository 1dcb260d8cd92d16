import BulkJSON
import Foundation
import JSONComparisonSupport
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// Decisions measured on HAMi 2.10.0 itself: each line holds a case and everything HAMi answered to it.
///
/// A short cut of each file stands in Vectors/ (made by cut-vectors.sh). The whole files run through the release build of
/// `berth place --stream`, where both are at hand: unoptimised, the widest cases would take most of an hour.
@Suite struct Vectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
    /// The whole files, beside the checkout.
    static let wholeFolder = folder.appending(path: "../../../../shared/vectors").standardizedFileURL
    /// The release build, as `make test` names it.
    static let command = ProcessInfo.processInfo.environment["BERTH_RELEASE_BINARY"].map { URL(filePath: $0).path }
    static let canRunWholeFiles = command != nil && FileManager.default.fileExists(atPath: wholeFolder.path)

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(".jsonl".count)) }.sorted()
    }

    @Test func cutsAreHere() {
        #expect(Self.names.count >= 6)
    }

    @Test("A few cases of each file", arguments: names)
    func cut(name: String) throws {
        let runner = CaseRunner(
            profile: .hami2_10_0, now: WallClock(unixSeconds: 1_700_000_000, redaction: "<time>"))
        let data = try Data(contentsOf: Self.folder.appending(path: name + ".jsonl"))
        var results = Data()
        try data.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { _, line in
                var writer = JSONWriter(escapeHTML: false)
                try runner.run(line: line, into: &writer)
                writer.newline()
                results.append(contentsOf: writer.bytes)
            }
        }
        #expect(try Self.compare(results, with: data, name: name) >= 6)
    }

    @Test(
        "Every case of each file",
        .enabled(if: canRunWholeFiles, "needs ../shared/vectors and BERTH_RELEASE_BINARY, which make test sets"),
        arguments: names)
    func whole(name: String) throws {
        let unpack = ["gzip", "-dc", Self.wholeFolder.appending(path: name + ".jsonl.gz").path]
        let cases = try Self.output(of: "exec \"$@\"", unpack)
        let results = try Self.output(
            of: "\"$1\" \"$2\" \"$3\" | \"$4\" place --stream --redact-time", unpack + [Self.command ?? ""])
        let count = try Self.compare(results, with: cases, name: name)
        #expect(count >= 100)
        print("\(name): \(count) cases")
    }

    /// What a shell line writes; `arguments` are its $1 and on.
    static func output(of line: String, _ arguments: [String]) throws -> Data {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", line, "sh"] + arguments
        let pipe = Pipe()
        shell.standardOutput = pipe
        try shell.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0, "\(line) \(arguments)")
        return data
    }

    /// Compares every result with what its case expects. - Returns: the number of cases.
    static func compare(_ results: Data, with cases: Data, name: String) throws -> Int {
        let parser = JSONParser()
        var expectations: [JSON] = []
        try cases.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { _, line in
                expectations.append(JSON(try #require(try parser.parse(line)["expected"])))
            }
        }
        var place = 0
        try results.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { _, line in
                try #require(place < expectations.count, "\(name): more results than cases")
                let result = JSON(try parser.parse(line))
                if let difference = JSONDifference.first(between: result, and: expectations[place]) {
                    Issue.record("\(name), case \(place + 1): \(difference)")
                }
                place += 1
            }
        }
        #expect(place == expectations.count, "\(name): \(place) results")
        return place
    }
}
