import SeededNumbers
import Testing

@testable import RegressionGate

/// Workloads judged together, and records that are looked at while they grow.
@Suite struct GroupComparisonTests {
    private static let yaml = """
        groups:
          - name: path
            match: [place/*, index/*]
            time: 3%
            reason: they share it
        """

    private static func record(
        nanoseconds: Double = 1e6, sessions: Int = 10, noise: Double = 0.02, seed: UInt64 = 1
    ) -> BenchmarkRecord {
        var record = RecordSamples.record(nanoseconds: nanoseconds, noise: noise, sessions: sessions, seed: seed)
        for (place, name) in ["place/other", "index/query", "kernel/other"].enumerated() {
            var entry = RecordSamples.record(
                nanoseconds: nanoseconds, noise: noise, sessions: sessions, seed: seed &* 31 &+ UInt64(place)
            ).workloads[0]
            entry.name = name
            record.workloads.append(entry)
        }
        return record
    }

    private static func group(_ base: BenchmarkRecord, _ new: BenchmarkRecord, looks: Int = 1) throws -> MetricVerdict?
    {
        let thresholds = try Thresholds(yaml: yaml, file: "t.yaml")
        return try Comparison(base: base, new: new, thresholds: thresholds, looks: looks, newFile: "new.json")
            .verdicts.first { $0.workload == "group/path" }
    }

    @Test func aSmallChangeThatAllShareIsFound() throws {
        let noisy = Self.record(noise: 0.1)
        let slower = try #require(try Self.group(noisy, Self.record(nanoseconds: 1.09e6, noise: 0.1, seed: 2)))
        #expect(slower.verdict == .worse)
        #expect(slower.detail.hasPrefix("geometric mean of 3 workloads, 99 % interval"))
        #expect(slower.detail.hasSuffix(": they share it"))
        #expect(try Self.group(noisy, Self.record(nanoseconds: 0.91e6, noise: 0.1, seed: 2))?.verdict == .better)
        #expect(try Self.group(Self.record(), Self.record(seed: 2))?.verdict == .same)
    }

    @Test func whatOtherWorkloadsDoIsNotTheGroups() throws {
        var new = Self.record(seed: 2)
        for session in new.workloads[3].sessions.indices { new.workloads[3].sessions[session].quietNanoseconds *= 5 }
        #expect(new.workloads[3].name == "kernel/other")
        #expect(try Self.group(Self.record(), new)?.verdict == .same)
    }

    @Test func onlySessionsInTurnTell() throws {
        #expect(try Self.group(Self.record(), Self.record(sessions: 9))?.verdict == .unsure)
        #expect(try Self.group(Self.record(sessions: 7), Self.record(sessions: 7))?.verdict == .unsure)
        #expect(try Self.group(Self.record(sessions: 8), Self.record(sessions: 8))?.verdict == .same)
        // Three looks ask for more certainty each, and so for more pairs.
        #expect(try Self.group(Self.record(sessions: 8), Self.record(sessions: 8), looks: 3)?.verdict == .unsure)
        #expect(try Self.group(Self.record(), Self.record(), looks: 3)?.verdict == .same)
        #expect(try Self.group(Self.record().withoutTimes, Self.record()) == nil)
    }

    @Test func undecidedGroupsAskForMoreSessions() throws {
        let thresholds = try Thresholds(yaml: Self.yaml, file: "t.yaml")
        let noisy = try RecordSamples.compare(
            Self.record(noise: 0.5), Self.record(nanoseconds: 1.03e6, noise: 0.5, seed: 2), thresholds)
        #expect(noisy.isUndecided)
        #expect(try !RecordSamples.compare(Self.record(), Self.record(seed: 2), thresholds).isUndecided)
    }

    // MARK: How often the gate is wrong

    /// The geometric mean of four workloads in a session on a busy machine: each has its own noise and now and then a
    /// neighbour that takes the caches; the moment is its partner's too.
    private static func session(_ random: inout SeededGenerator, moment: Double, noise: Double) -> Double {
        var logarithms = 0.0
        for _ in 0..<4 {
            let neighbour = random.unit() < 0.15 ? 1 + 0.3 * random.unit() : 1
            logarithms += PortableMath.log(random.lognormal(mean: 1, sigma: noise) * neighbour)
        }
        return moment * PortableMath.exp(logarithms / 4)
    }

    /// Sessions in batches of ten, looked at up to three times, as `Scripts/compare-in-turn.sh` does.
    private static func verdict(ratio: Double, tolerance: Double, noise: Double, seed: UInt64) -> Verdict {
        let times = TimeComparison(looks: 3)
        var random = SeededGenerator(seed: seed)
        var (old, new): ([Double], [Double]) = ([], [])
        var verdict = Verdict.unsure
        for _ in 0..<3 {
            for _ in 0..<10 {
                let moment = random.lognormal(mean: 1, sigma: 0.2)
                old.append(session(&random, moment: moment, noise: noise))
                new.append(session(&random, moment: moment, noise: noise) * ratio)
            }
            verdict = times.inTurn(old: old, new: new, tolerance, resamples: 300).verdict
            if verdict != .unsure { break }
        }
        return verdict
    }

    private static func worse(of trials: Int, ratio: Double, noise: Double, seed: UInt64) -> Int {
        (0..<trials).count { verdict(ratio: ratio, tolerance: 0.03, noise: noise, seed: seed + UInt64($0)) == .worse }
    }

    /// An unchanged build never, and one that is slower by just what is tolerated, the worst case, in at most one of a
    /// hundred comparisons on average, whatever the noise.
    @Test("false alarms are rare", arguments: [0.02, 0.1])
    func falseAlarms(noise: Double) {
        #expect(Self.worse(of: 60, ratio: 1, noise: noise, seed: 1000) == 0)
        #expect(Self.worse(of: 60, ratio: 1.03, noise: noise, seed: 2000) <= 3)
    }

    /// Sessions of one build in turn differ by 1 to 2 %, one in seven by far more.
    @Test func tenPercentIsCaught() {
        #expect(Self.worse(of: 60, ratio: 1.1, noise: 0.02, seed: 3000) >= 57)
    }

    /// However noisy the times, an interval may not promise more than its number of pairs allows.
    @Test func looksAndPairs() {
        #expect(TimeComparison(looks: 1).pairsMin == 8)
        #expect(TimeComparison(looks: 3).pairsMin == 10)
        #expect((TimeComparison(looks: 4).confidence - 0.9975).magnitude < 1e-12)
    }
}
