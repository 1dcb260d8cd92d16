import Testing
import MeasuredWork

@testable import RegressionGate

@Suite struct RecordFileTests {
    private let record = RecordSamples.record()

    @Test func survivesItsFile() throws {
        let text = String(decoding: record.withoutTimes.json(), as: UTF8.self)
        #expect(try BenchmarkRecord(parsing: text, file: "r.json") == record.withoutTimes)
        let timed = try BenchmarkRecord(parsing: String(decoding: record.json(), as: UTF8.self), file: "r.json")
        #expect(timed.workloads[0].sessions.count == 8)
        #expect(timed.workloads[0].sessions[0].nanoseconds.count == 10)
        #expect((timed.workloads[0].sessions[0].quietNanoseconds - 1e6).magnitude < 2e4)
    }

    @Test(
        "bad files name the field",
        arguments: [
            ("\"format\": \"berth-benchmark-record\"", "\"format\": \"other\"", "format: expected berth-benchmark"),
            ("\"operations\": 1000", "\"operations\": \"many\"", "workloads[0].operations: expected a whole number"),
            ("\"processors\": 2,", "", "machine.processors: missing"),
            ("\"exactChecks\": 1000", "\"exactChecks\": -1", "workloads[0].counts.exactChecks: expected a whole"),
            ("\"isModified\": false", "\"isModified\": 0", "revision.isModified: expected true or false"),
        ])
    func badFields(old: String, new: String, problem: String) throws {
        let text = String(decoding: record.json(), as: UTF8.self).replacing(old, with: new)
        let error = #expect(throws: GateError.self) { try BenchmarkRecord(parsing: text, file: "r.json") }
        #expect(error?.description.hasPrefix("r.json: " + problem) == true, "\(error?.description ?? "")")
    }

    @Test func sessionsAreAddedToTheSameBuildOnly() throws {
        var sum = record
        try sum.add(RecordSamples.record(seed: 5), file: "r.json")
        #expect(sum.workloads[0].sessions.count == 16)
        #expect(throws: GateError.self) { try sum.add(RecordSamples.record("other"), file: "r.json") }
        #expect(throws: GateError.self) { try sum.add(RecordSamples.record(hash: "bb"), file: "r.json") }
        #expect(throws: GateError.self) { try sum.add(RecordSamples.record(counts: [:]), file: "r.json") }
    }

    /// A made-up clock: what is written down is what was measured, and two recordings agree.
    @Test func recorderMeasuresInTurn() throws {
        let workloads = Workload.all.filter { $0.name.hasPrefix("kernel/select") }
        func record() throws -> BenchmarkRecord {
            var now: UInt64 = 0
            return try Recorder(size: .smoke, samples: 3).record(
                workloads, shelf: try TraceShelf(),
                revision: BenchmarkRecord.Revision(commit: "", isModified: false, subject: ""),
                clock: {
                    now += 1000
                    return now
                })
        }
        let made = try record()
        #expect(made.workloads.map(\.name) == ["kernel/select/scan", "kernel/select/sort"])
        #expect(
            made.workloads[0].sessions == [
                BenchmarkRecord.Session(
                    nanoseconds: [1000, 1000, 1000], calibrationNanoseconds: [1000, 1000, 1000], quietNanoseconds: 1000)
            ])
        #expect(try made.withoutTimes.workloads.map(\.hash) == record().workloads.map(\.hash))
    }

    @Test(
        "bad thresholds name the line",
        arguments: [
            ("defaults:\n  time: 5\n", "t.yaml:2: defaults.time: expected a percentage such as 5%, found the number 5"),
            ("defaults:\n  tempo: 5%\n", "t.yaml:2: defaults.tempo: unknown; known are time"),
            ("workloads:\n  - match: a\n    time: 5%\n", "t.yaml:2: workloads[0]: reason: missing"),
            ("groups:\n  - name: a\n    time: 3%\n", "t.yaml:2: groups[0]: name, match, time and reason must be given"),
            ("limits:\n  - workload: a\n    reason: b\n", "t.yaml:2: limits[0]: expected fasterThan and times"),
            ("limit: 1\n", "t.yaml:1: limit: unknown; known are version"),
            ("- 1\n", "t.yaml:1: expected an object, found a list"),
            ("a: [", "t.yaml"), ("", "t.yaml: is empty"),
        ])
    func badThresholds(yaml: String, problem: String) throws {
        let error = #expect(throws: GateError.self) { try Thresholds(yaml: yaml, file: "t.yaml") }
        #expect(error?.description.hasPrefix(problem) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("*", "a/b", true), ("a/*", "a/b", true), ("a/*", "b/a", false), ("a", "ab", false), ("*b", "a/b", true),
        ("a*c*e", "abcde", true), ("a*c*e", "abde", false),
    ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern.matches(pattern, name) == matches)
    }
}
