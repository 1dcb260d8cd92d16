import BulkJSON
import Testing

@testable import RegressionGate

@Suite struct ComparisonTests {
    private let base = RecordSamples.record()

    @Test func unchangedIsTheSame() throws {
        let comparison = try RecordSamples.compare(base, RecordSamples.record(seed: 2))
        #expect(!comparison.isRegression)
        #expect(comparison.verdicts.allSatisfy { $0.verdict == .same })
        #expect(comparison.verdicts.count == 5)
    }

    @Test("an unchanged build passes whatever the noise", arguments: 1...8)
    func unchangedPasses(seed: UInt64) throws {
        let comparison = try RecordSamples.compare(
            RecordSamples.record(noise: 0.2, seed: seed), RecordSamples.record(noise: 0.2, seed: seed + 100))
        #expect(!comparison.isRegression)
    }

    @Test("ten percent slower is found in sessions taken in turn", arguments: 1...4)
    func slowerIsWorse(seed: UInt64) throws {
        let comparison = try RecordSamples.compare(base, RecordSamples.record(nanoseconds: 1.1e6, seed: seed + 1))
        #expect(comparison.verdict("time") == .worse)
        let faster = try RecordSamples.compare(base, RecordSamples.record(nanoseconds: 0.9e6, seed: seed + 1))
        #expect(faster.verdict("time") == .better)
        #expect(!faster.isRegression)
    }

    @Test func apartNeedsMoreThanTenPercent() throws {
        let old = RecordSamples.record(sessions: 1)
        #expect(try !RecordSamples.compare(old, RecordSamples.record(nanoseconds: 1.1e6, sessions: 1)).isRegression)
        let slow = try RecordSamples.compare(old, RecordSamples.record(nanoseconds: 1.5e6, sessions: 1))
        #expect(slow.verdict("time") == .worse)
        #expect(slow.verdicts.last?.detail.contains("Mann-Whitney p = 0.000") == true)
        let few = try RecordSamples.compare(old, RecordSamples.record(nanoseconds: 1.5e6, sessions: 1, samples: 4))
        #expect(few.verdict("time") == .unsure)
    }

    @Test func otherMachinesAreNotTimed() throws {
        let comparison = try RecordSamples.compare(base, RecordSamples.record(nanoseconds: 9e6, processor: "other"))
        #expect(comparison.verdict("time") == .unsure)
        #expect(!comparison.isRegression)
        let counts = try RecordSamples.compare(base.withoutTimes, base)
        #expect(counts.verdict("time") == nil)
    }

    @Test func exactMetricsAreExact() throws {
        let more = RecordSamples.record(
            counts: ["exactChecks": 1001, "heapAllocations": 50], quality: ["coresAllocated": 89.8], hash: "bb")
        let comparison = try RecordSamples.compare(base, more)
        #expect(comparison.verdict("count:exactChecks") == .worse)
        #expect(comparison.verdict("count:heapAllocations") == .same)
        #expect(comparison.verdict("quality:coresAllocated") == .worse)
        #expect(comparison.verdict("decisions") == .worse)
        let back = try RecordSamples.compare(more, base)
        #expect(back.verdict("count:exactChecks") == .better)
        #expect(back.verdict("quality:coresAllocated") == .better)
    }

    @Test func thresholdsTolerate() throws {
        let yaml = """
            defaults:
              heapAllocations: 0.01
            workloads:
              - match: place/*
                counts: 1%
                quality: 0.3
                hashMayChange: true
                reason: a sample
            """
        let thresholds = try Thresholds(yaml: yaml, file: "t.yaml")
        let changed = RecordSamples.record(
            counts: ["exactChecks": 1010, "heapAllocations": 60], quality: ["coresAllocated": 89.8], hash: "bb")
        let comparison = try RecordSamples.compare(base, changed, thresholds)
        #expect(!comparison.isRegression)
        #expect(comparison.verdict("decisions") == .unsure)
        let more = RecordSamples.record(counts: ["exactChecks": 1011, "heapAllocations": 61])
        let worse = try RecordSamples.compare(base, more, thresholds)
        #expect(worse.verdict("count:exactChecks") == .worse)
        #expect(worse.verdict("count:heapAllocations") == .worse)
    }

    @Test func whatIsGoneIsARegression() throws {
        var more = base
        more.workloads.append(base.workloads[0])
        more.workloads[1].name = "place/further"
        #expect(try RecordSamples.compare(more, base).isRegression)
        #expect(try !RecordSamples.compare(base, more).isRegression)
    }

    @Test func incomparableRecordsAreBadInput() throws {
        var other = base
        other.size = "smoke"
        #expect(throws: GateError(file: "new.json", problem: "size is smoke, the base's is full")) {
            try RecordSamples.compare(base, other)
        }
        other = base
        other.workloads[0].operations = 5
        #expect(throws: GateError.self) { try RecordSamples.compare(base, other) }
    }

    @Test func limitsHoldWithoutABase() throws {
        let yaml = """
            limits:
              - workload: place/*
                quality: coresAllocated
                atLeast: 89.5
                reason: a sample
              - workload: place/*
                count: exactChecks
                atMostPerOperation: 1
                reason: a sample
              - workload: place/sample
                fasterThan: place/slow
                times: 3
                reason: a sample
            """
        var record = base
        var slow = RecordSamples.record(nanoseconds: 4e6, seed: 3).workloads[0]
        slow.name = "place/slow"
        slow.quality = ["coresAllocated": 89]
        record.workloads.append(slow)
        let comparison = try Comparison(
            limitsOf: record, thresholds: try Thresholds(yaml: yaml, file: "t.yaml"), file: "r.json")
        #expect(comparison.verdicts.map(\.verdict) == [.same, .worse, .same, .same, .same])
        record.workloads[0].sessions = RecordSamples.record(nanoseconds: 2e6).workloads[0].sessions
        let tight = try Comparison(
            limitsOf: record, thresholds: try Thresholds(yaml: yaml, file: "t.yaml"), file: "r.json")
        #expect(tight.verdicts.last?.verdict == .worse)
    }

    /// A gate that has compared nothing is not green.
    @Test func nothingCompared() throws {
        var other = base
        other.workloads[0].name = "place/other"
        var empty = base
        empty.workloads = []
        for (old, new) in [(base, other), (empty, base), (base, empty), (empty, empty)] {
            let error = try #require(throws: GateError.self) { try RecordSamples.compare(old, new) }
            #expect(error.description == "new.json: nothing was compared: no workload is in both records")
        }
        let limit = "limits: [{workload: plaice/*, quality: coresAllocated, atLeast: 1, reason: a slip}]"
        let thresholds = try Thresholds(yaml: limit, file: "t.yaml")
        let words = "nothing was compared: the limit of plaice/* meets no workload of the record"
        let alone = try #require(throws: GateError.self) {
            try Comparison(limitsOf: base, thresholds: thresholds, file: "r.json")
        }
        #expect(alone.description == "r.json: " + words)
        let beside = try #require(throws: GateError.self) { try RecordSamples.compare(base, base, thresholds) }
        #expect(beside.description == "new.json: " + words)
    }

    @Test func rulesThatMeetNothingAreTold() throws {
        let yaml = """
            workloads: [{match: plaice/*, time: 50%, reason: a slip}, {match: place/*, time: 50%, reason: fine}]
            groups: [{name: all, match: [plaice/*], time: 1%, reason: a slip}]
            """
        let comparison = try RecordSamples.compare(base, base, try Thresholds(yaml: yaml, file: "t.yaml"))
        #expect(
            comparison.verdicts.filter { $0.metric == "rule" || $0.metric == "group" }.map(\.workload) == [
                "plaice/*", "group/all",
            ])
        #expect(!comparison.isRegression)
    }

    @Test func theSameSamplesGiveTheSameVerdicts() throws {
        let new = RecordSamples.record(nanoseconds: 1.04e6, noise: 0.1, seed: 9)
        #expect(try RecordSamples.compare(base, new) == RecordSamples.compare(base, new))
    }

    @Test func outputs() throws {
        let comparison = try RecordSamples.compare(base, RecordSamples.record("beef", hash: "b|<b"))
        let markdown = comparison.markdown()
        #expect(markdown.hasPrefix("### Placement gate: regression\n\n`0123456789ab` → `beef`: 1 worse, 0 better"))
        #expect(markdown.contains("| **worse** | place/sample | decisions | 00000000000000aa | b\\|&lt;b | changed |"))
        #expect(
            comparison.junit().contains(
                "<testsuite name=\"place/sample\" tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"0\">"))
        #expect(comparison.junit().contains("b|&lt;b"))
        let json = try JSON(parsing: String(decoding: comparison.json(), as: UTF8.self))
        #expect(json["isRegression"]?.bool == true)
        #expect(json["verdicts"]?[0]?["verdict"]?.string == "worse")
    }
}
