import Benchmark
import MeasuredWork

/// Counts that a workload keeps itself; whole numbers are all the harness takes, hence per thousand operations.
private enum Metric {
    static var time: BenchmarkMetric { .custom("Processor ns per 1,000 operations") }
    static var checks: BenchmarkMetric { .custom("Exact checks per 1,000 operations") }
    static var allocations: BenchmarkMetric { .custom("Heap allocations per 1,000 operations") }
}

/// Every workload of the project in its full size.
let benchmarks: @Sendable () -> Void = {
    for workload in Workload.all {
        let configuration = Benchmark.Configuration(
            metrics: [Metric.time, Metric.checks, Metric.allocations], warmupIterations: 1, maxDuration: .seconds(3),
            maxIterations: 50)
        Benchmark(
            workload.name, configuration: configuration,
            closure: { (benchmark: Benchmark, prepared: Prepared) in
                do {
                    let nanoseconds = try prepared.meter.laps().reduce(0, +)
                    benchmark.measurement(Metric.time, Int(nanoseconds) * 1000 / max(prepared.outcome.operations, 1))
                } catch {
                    benchmark.error("\(error)")
                }
                // Exact: the same in every iteration.
                for (metric, name) in [
                    (Metric.checks, "exactChecks"), (Metric.allocations, WorkloadMeter.heapAllocations),
                ] {
                    benchmark.measurement(metric, prepared.perThousand(name))
                }
            },
            setup: { try Prepared(workload) })
    }
}

/// A workload that is ready, and what it does apart from taking time.
private struct Prepared {
    let meter: WorkloadMeter
    let outcome: WorkloadOutcome

    init(_ workload: Workload) throws {
        meter = WorkloadMeter(try workload.makeRun(.full, try TraceShelf()))
        outcome = try meter.outcome()
    }

    func perThousand(_ count: String) -> Int {
        Int(outcome.counts[count] ?? 0) * 1000 / max(outcome.operations, 1)
    }
}
