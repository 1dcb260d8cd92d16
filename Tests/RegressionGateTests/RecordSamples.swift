import SeededNumbers
@testable import RegressionGate

/// Made-up records.
enum RecordSamples {
    /// One workload, `sessions` processes of `samples` times around `nanoseconds`, noisy within `noise`.
    static func record(
        _ commit: String = "0123456789abcdef", nanoseconds: Double = 1e6, noise: Double = 0.02, sessions: Int = 8,
        samples: Int = 10, counts: [String: Int64] = ["exactChecks": 1000, "heapAllocations": 50],
        quality: [String: Double] = ["coresAllocated": 90], hash: String = "00000000000000aa", seed: UInt64 = 1,
        processor: String = "sample"
    ) -> BenchmarkRecord {
        var random = SeededGenerator(seed: seed)
        var entry = BenchmarkRecord.Entry(
            name: "place/sample", operation: "pod", operations: 1000, hash: hash, counts: counts, quality: quality)
        for _ in 0..<sessions {
            // A process may be a little slower as a whole; the machine drifts under workload and kernel alike.
            let process = 1 + noise * (random.unit() - 0.5)
            var session = BenchmarkRecord.Session(
                nanoseconds: [], calibrationNanoseconds: [], quietNanoseconds: nanoseconds * process)
            for _ in 0..<samples {
                let moment = 1 + random.unit()
                session.nanoseconds.append(nanoseconds * moment * process * (1 + noise * (random.unit() - 0.5)))
                session.calibrationNanoseconds.append(2e6 * moment * (1 + noise * (random.unit() - 0.5)))
            }
            entry.sessions.append(session)
        }
        return BenchmarkRecord(
            size: "full",
            machine: BenchmarkRecord.Machine(
                system: "sample", architecture: "sample", processor: processor, processors: 2, memoryMiB: 1),
            toolchain: BenchmarkRecord.Toolchain(compiler: "sample", configuration: "release"),
            revision: BenchmarkRecord.Revision(commit: commit, isModified: false, subject: "a <change>"), traces: [],
            workloads: [entry])
    }

    static func compare(
        _ base: BenchmarkRecord, _ new: BenchmarkRecord, _ thresholds: Thresholds = Thresholds()
    ) throws -> Comparison {
        try Comparison(base: base, new: new, thresholds: thresholds, newFile: "new.json")
    }
}

extension Comparison {
    func verdict(_ metric: String) -> Verdict? { verdicts.first { $0.metric == metric }?.verdict }
}
