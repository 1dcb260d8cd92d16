import Foundation
import GRDB
import Testing

@testable import MeasuredWork
@testable import RegressionGate

@Suite struct HistoryTests {
    private static func file() -> String {
        FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString).sqlite").path
    }

    private static func remove(_ file: String) {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
    }

    @Test func keepsRecordsInOrder() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        let store = try HistoryStore(file: file, for: .adding)
        #expect(try store.add(RecordSamples.record("aaaa")))
        #expect(try !store.add(RecordSamples.record("aaaa")))
        #expect(try store.add(RecordSamples.record("bbbb", counts: ["exactChecks": 2000])))
        let again = try HistoryStore(file: file, for: .adding)
        #expect(try again.records().map(\.revision.commit) == ["aaaa", "bbbb"])
        let checks = try #require(try again.series().first { $0.metric == "count:exactChecks" })
        #expect(checks.points.map(\.value) == [1, 2])
        #expect(StepDetection.steps(in: checks.points.map(\.value), isExact: true).map(\.index) == [1])
        #expect(try again.series(matching: "other*").isEmpty)
    }

    /// Nobody finds the file half made, and nobody makes it twice.
    @Test func manyMakeTheSameFileAtOnce() async throws {
        for _ in 0..<10 {
            let file = Self.file()
            defer { Self.remove(file) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        try HistoryStore(file: file, for: .adding).add(RecordSamples.record("writer \(writer)"))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try HistoryStore(file: file, for: .adding).records().count == 6)
        }
    }

    /// An interruption may leave a database in which nothing has been made yet.
    @Test func aHistoryThatWasJustBeingMadeHasNoRecord() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        try DatabaseQueue(path: file).write { database in
            try database.execute(sql: "CREATE TABLE made(x); DROP TABLE made")
        }
        let reader = try HistoryStore(file: file, for: .reading)
        #expect(try reader.records().isEmpty && reader.series().isEmpty && reader.inputChanges().isEmpty)
        #expect(try HistoryStore(file: file, for: .adding).add(RecordSamples.record("aaaa")))
        #expect(try HistoryStore(file: file, for: .reading).records().count == 1)
    }

    @Test func otherMachinesAreOtherSeries() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        let store = try HistoryStore(file: file, for: .adding)
        try store.add(RecordSamples.record("aaaa"))
        try store.add(RecordSamples.record("bbbb", processor: "other"))
        #expect(try store.series().filter { $0.metric == "time" }.map(\.points.count) == [1, 1])
    }

    /// A workload is known by what it replays: another trace under the same name is no step of the revision.
    @Test func otherTracesAreOtherSeries() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        let store = try HistoryStore(file: file, for: .adding)
        for (commit, digest, checks) in [("aaaa", "1", 1000), ("bbbb", "2", 2000), ("cccc", "2", 2500)] {
            var record = RecordSamples.record(commit, counts: ["exactChecks": Int64(checks)])
            record.workloads[0].name = "trace/smoke/hami"
            record.traces = [
                TraceFingerprint(name: "smoke", nodes: 1, pods: 1, fleetSHA256: digest, podsSHA256: digest)
            ]
            try store.add(record)
        }
        let series = try store.series().filter { $0.metric == "count:exactChecks" }
        #expect(series.map { $0.points.map(\.value) } == [[1], [2, 2.5]])
        #expect(try store.inputChanges().map(\.workload) == ["trace/smoke/hami"])
        #expect(try store.inputChanges().map(\.revision.commit) == ["bbbb"])
        #expect(try store.inputChanges(matching: "place/*").isEmpty)
    }

    @Test func noDatabaseIsBadInput() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        try Data("this is no database, whatever its name says; it is a text of some length".utf8).write(
            to: URL(filePath: file))
        let before = try Data(contentsOf: URL(filePath: file))
        for purpose in [HistoryStore.Purpose.adding, .reading] {
            let error = #expect(throws: GateError.self) { try HistoryStore(file: file, for: purpose) }
            #expect(error?.problem == "is no history of benchmark records; it is left as it is")
        }
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    @Test func lookingMakesNothing() {
        let file = Self.file()
        defer { Self.remove(file) }
        let error = #expect(throws: GateError.self) { try HistoryStore(file: file, for: .reading) }
        #expect(error?.problem == "cannot be read: No such file or directory")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func databasesOfOthersAreLeftAsTheyAre() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        do {
            let other = try DatabaseQueue(path: file)
            try other.write { try $0.execute(sql: "CREATE TABLE record (x)") }
        }
        let before = try Data(contentsOf: URL(filePath: file))
        for purpose in [HistoryStore.Purpose.adding, .reading] {
            let error = #expect(throws: GateError.self) { try HistoryStore(file: file, for: purpose) }
            #expect(error?.problem == "is no history of benchmark records; it is left as it is")
        }
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
    }

    /// What an interruption leaves of a file that is just being made.
    @Test func anEmptyFileIsMadeAHistory() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        try Data().write(to: URL(filePath: file))
        #expect(try HistoryStore(file: file, for: .adding).add(RecordSamples.record("aaaa")))
        #expect(try HistoryStore(file: file, for: .reading).records().count == 1)
    }

    @Test("a step is found where it is", arguments: 1...5)
    func timeSteps(seed: UInt64) {
        let values = (0..<30).map { index in
            let noise = Double((UInt64(index) &* 2_654_435_761 &+ seed &* 97) % 100) / 2000
            return (index < 18 ? 1 : 1.15) * (1 + noise)
        }
        let steps = StepDetection.steps(in: values, isExact: false)
        #expect(steps.map(\.index) == [18])
        #expect(StepDetection.steps(in: Array(values[..<18]), isExact: false).isEmpty)
    }

    @Test func pageHasAPlotForEveryMetric() throws {
        let file = Self.file()
        defer { Self.remove(file) }
        let store = try HistoryStore(file: file, for: .adding)
        for commit in ["aaaa", "bbbb", "cccc"] {
            try store.add(RecordSamples.record(commit, counts: ["exactChecks": commit == "cccc" ? 1500 : 1000]))
        }
        let page = HistoryPage.html(try store.series(), title: "T & T")
        #expect(page.contains("<title>T &amp; T – benchmark history</title>"))
        #expect(page.components(separatedBy: "<figure").count - 1 == 3)
        #expect(page.contains("step at cccc: 1.000 to 1.500"))
        #expect(page.contains("a &lt;change&gt;"))
        #expect(!page.contains("http"))
    }
}
