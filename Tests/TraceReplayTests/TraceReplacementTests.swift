import Foundation
import Testing

@testable import TraceModel

/// A trace folder holds one trace at any moment, the old or the new one, whatever interrupts its replacement.
@Suite struct TraceReplacementTests {
    private static let files = ["trace.json", "fleet.csv", "pods.csv"]

    private func trace(_ pod: String) throws -> Trace {
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.oneNode.replacing("n1", with: "of-\(pod)"), pods: TraceText.podHeader + TraceText.pod(pod))
        return try Trace(folder: folder.path)
    }

    /// The old trace in its place, and the new one's files: the first `published` in their places, the rest beside.
    private func interrupted(after published: Int, in folder: TraceFolder) throws {
        try trace("old").write(folder: folder.path)
        let new = TraceFolder()
        try trace("new").write(folder: new.path)
        for (place, name) in Self.files.enumerated() {
            let bytes = try TraceFiles.read(new.file(name))
            try Data(bytes).write(to: URL(filePath: folder.file(place < published ? name : ".\(name).partial")))
        }
    }

    private func names(_ folder: TraceFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test(arguments: 0...3) func anInterruptionLeavesOneTrace(_ published: Int) throws {
        let folder = TraceFolder()
        try interrupted(after: published, in: folder)
        let found = try Trace(folder: folder.path)
        let expected = try trace(published == 0 ? "old" : "new")
        #expect(found.podsCSV() == expected.podsCSV() && found.fleetCSV() == expected.fleetCSV())
        let files = try Trace.files(of: folder.path)
        #expect(files.map(\.name) == ["trace.json", "fleet.csv", "pods.csv"])
        #expect(files.map(\.bytes).last == expected.podsCSV())
    }

    @Test(arguments: 0...3) func theNextWriterFinishesIt(_ published: Int) throws {
        let folder = TraceFolder()
        try interrupted(after: published, in: folder)
        try TraceDescription.finishInterrupted(folder: folder.path)
        let expected = try trace(published == 0 ? "old" : "new")
        #expect(try TraceFiles.read(folder.file("pods.csv")) == expected.podsCSV())
        #expect(try TraceFiles.read(folder.file("fleet.csv")) == expected.fleetCSV())
        try trace("third").write(folder: folder.path)
        #expect(try Trace(folder: folder.path).pods.name(0) == "third")
        #expect(try names(folder) == Self.files.sorted())
    }

    /// Between two interruptions the trace that was in force must not be lost.
    @Test func aSecondInterruptionLosesNothing() throws {
        let folder = TraceFolder()
        try interrupted(after: 1, in: folder)
        try TraceDescription.finishInterrupted(folder: folder.path)
        // The third trace is being written when its process ends.
        try Data("half".utf8).write(to: URL(filePath: folder.file(".pods.csv.partial")))
        #expect(try Trace(folder: folder.path).pods.name(0) == "new")
    }

    @Test func halfAFileIsNoTrace() throws {
        let folder = TraceFolder()
        try trace("old").write(folder: folder.path)
        try Data("changed".utf8).write(to: URL(filePath: folder.file("pods.csv")))
        try Data("half".utf8).write(to: URL(filePath: folder.file(".pods.csv.partial")))
        let error = try #require(throws: TraceError.self) { try Trace(folder: folder.path) }
        #expect(error.problem.contains("make the trace anew"))
    }

    /// What is written can be read.
    @Test func aNodeOfTooManyDevicesIsNotWritten() throws {
        let folder = TraceFolder()
        var trace = try trace("p")
        trace.nodes[0].groups[0].devices = 129
        let error = try #require(throws: TraceError.self) { try trace.write(folder: folder.path) }
        #expect(error.problem == "node of-p has 129 devices, a trace holds at most 128 of one")
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        trace.nodes[0].groups[0].devices = 128
        try trace.write(folder: folder.path)
        #expect(try Trace(folder: folder.path).nodes[0].groups[0].devices == 128)
    }

    @Test func foreignFilesAndTheFolderStay() throws {
        let folder = TraceFolder()
        try trace("old").write(folder: folder.path)
        try Data("mine".utf8).write(to: URL(filePath: folder.file("notes.txt")))
        try Data("of an earlier trace".utf8).write(to: URL(filePath: folder.file("target.csv")))
        try trace("new").write(folder: folder.path)
        #expect(try names(folder) == (Self.files + ["notes.txt"]).sorted())
    }
}
