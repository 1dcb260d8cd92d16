import BulkJSON
import Foundation
import PlacementModel
import SchedulerSession
import Testing

/// Decisions measured on kube-scheduler 1.36.2 itself: each line holds a case and everything its filters and preemption
/// answered, to the last word.
///
/// A short cut of each file stands in ClusterVectors/ (made by cut-vectors.sh); the whole files are played where they lie
/// beside the checkout.
@Suite struct ClusterVectors {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ClusterVectors")
    static let wholeFolder = folder.appending(path: "../../../../shared/vectors-kube").standardizedFileURL
    static let hasWholeFiles = FileManager.default.fileExists(atPath: wholeFolder.path)

    static var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(".jsonl".count)) }.sorted()
    }

    @Test func cutsAreHere() {
        #expect(Self.names.count == 9)
    }

    @Test("A few cases of each file", arguments: names)
    func cut(name: String) throws {
        let cases = try Data(contentsOf: Self.folder.appending(path: name + ".jsonl"))
        #expect(try Vectors.compare(Self.play(cases), with: cases, name: name) >= 6)
    }

    @Test(
        "Every case of each file", .enabled(if: hasWholeFiles, "needs ../shared/vectors-kube"),
        arguments: names)
    func whole(name: String) throws {
        let cases = try Vectors.output(
            of: "exec \"$@\"", ["gzip", "-dc", Self.wholeFolder.appending(path: name + ".jsonl.gz").path])
        let count = try Vectors.compare(Self.play(cases), with: cases, name: name)
        #expect(count >= 100)
        print("\(name): \(count) cases")
    }

    /// Cases that rest on a known bug come out otherwise where it is repaired, and no others do.
    @Test(.enabled(if: hasWholeFiles, "needs ../shared/vectors-kube"), arguments: ["edge", "interpod-affinity"])
    func theRepairShowsInItsCasesAlone(name: String) throws {
        let cases = try Vectors.output(
            of: "exec \"$@\"", ["gzip", "-dc", Self.wholeFolder.appending(path: name + ".jsonl.gz").path])
        let (plain, repaired) = (try Self.play(cases), try Self.play(cases, profile: .fixed))
        let parser = JSONParser()
        var tagged: [Bool] = []
        try cases.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { _, line in
                let tags = JSON(try #require(try parser.parse(line)["case"]))["tags"]?.array ?? []
                tagged.append(tags.contains { $0.string == "kubernetes-issue-141526" })
            }
        }
        let (before, after) = (plain.split(separator: 10), repaired.split(separator: 10))
        #expect(before.count == tagged.count && after.count == tagged.count)
        var changed = 0
        for place in tagged.indices where before[place] != after[place] {
            changed += 1
            #expect(tagged[place], "\(name), case \(place + 1)")
        }
        #expect(changed == tagged.count { $0 })
    }

    private static func play(_ cases: Data, profile: CompatibilityProfile = .hami2_10_0) throws -> Data {
        let runner = ClusterCaseRunner(profile: profile)
        var results = Data()
        try cases.withUnsafeBytes { bytes in
            try NDJSON.forEachLine(bytes) { _, line in
                var writer = JSONWriter(escapeHTML: false)
                try runner.run(line: line, into: &writer)
                writer.newline()
                results.append(contentsOf: writer.bytes)
            }
        }
        return results
    }

    @Test func syntaxErrorsNameTheirColumn() {
        var writer = JSONWriter(escapeHTML: false)
        let problem = #expect(throws: CaseProblem.self) {
            try Array(#"{"nodes": }"#.utf8).withUnsafeBytes {
                try ClusterCaseRunner(profile: .hami2_10_0).run(line: $0, into: &writer)
            }
        }
        #expect(problem?.message == "syntax error at column 11: expected a value, found `}`")
    }

    @Test(
        "Lines that are no cases are told by field",
        arguments: [
            ("[]", ""), (#"{"nodes": 1}"#, "nodes"), (#"{"pvs": [{}]}"#, "pvs[0].metadata"),
            (#"{"case": {"pods": [{"metadata": {"name": "p"}, "spec": {"priority": "x"}}]}}"#, "pods[0].spec.priority"),
        ])
    func bad(line: String, field: String) throws {
        var writer = JSONWriter(escapeHTML: false)
        let problem = #expect(throws: CaseProblem.self) {
            try Array(line.utf8).withUnsafeBytes {
                try ClusterCaseRunner(profile: .hami2_10_0).run(line: $0, into: &writer)
            }
        }
        #expect(problem?.field.hasPrefix(field) == true, "\(String(describing: problem))")
    }
}
