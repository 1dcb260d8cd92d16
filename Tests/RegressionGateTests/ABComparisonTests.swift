import RegressionGate
import Testing

/// Order and reading of the runs of two builds; nothing here is timed.
@Suite struct ABComparisonTests {
    private static func record(_ seconds: Double, hash: String = "h", checks: Int64 = 10) throws -> ReplayRecord {
        let report = """
            {"decisionHash":"\(hash)","placementSeconds":\(seconds),"placed":3,"pods":4,"rejected":1,
             "work":{"exactChecks":\(checks),"nodesRescored":0}}
            """
        return try ReplayRecord(report: Array(report.utf8), of: "old")
    }

    @Test func runsAlternate() throws {
        var calls = ""
        var comparison = ABComparison()
        try comparison.run(
            rounds: 5,
            old: {
                calls += "A"
                return try Self.record(1)
            },
            new: {
                calls += "B"
                return try Self.record(2)
            })
        // One run of each that does not count; then an even number of rounds.
        #expect(calls == "AB" + "ABBA" + "ABBA" + "ABBA")
        #expect(comparison.rounds.count == 6)
        #expect(comparison.time?.ratio == 2)
        #expect(comparison.decidesTheSame)
    }

    @Test func countsAreComparedExactly() throws {
        var comparison = ABComparison()
        var runs = 0
        try comparison.run(
            rounds: 4, old: { try Self.record(1) },
            new: {
                runs += 1
                return try Self.record(1, hash: "i", checks: runs == 3 ? 12 : 11)
            })
        #expect(!comparison.decidesTheSame)
        #expect(comparison.hashes(\.old) == ["h"])
        #expect(comparison.hashes(\.new) == ["i"])
        let checks = try #require(comparison.counts.first { $0.name == "exactChecks" })
        #expect(checks.old == 10 && checks.new == nil && !checks.isStable)
        let placed = try #require(comparison.counts.first { $0.name == "placed" })
        #expect(placed.old == 3 && placed.new == 3 && placed.isStable)
    }

    @Test(
        "reports that lack something are refused by name",
        arguments: [
            ("{", "is no JSON"), ("{}", "has no decisionHash"), (#"{"decisionHash":"h"}"#, "has no placementSeconds"),
            (#"{"decisionHash":"h","placementSeconds":1}"#, "has no placed"),
        ])
    func badReports(report: String, problem: String) {
        let error = #expect(throws: VariantError.self) {
            _ = try ReplayRecord(report: Array(report.utf8), of: "new")
        }
        #expect(error?.variant == "new")
        #expect(error?.problem.contains(problem) == true)
    }
}
