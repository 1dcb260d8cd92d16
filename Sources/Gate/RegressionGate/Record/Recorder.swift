import TraceReplay
import MeasuredWork

/// Runs workloads and writes down what they did.
///
/// First every workload is run for its exact counts, on fresh state; then the samples are taken in turn, one of each
/// workload a turn, with the calibration kernel between them, so that a slow moment of the machine hits the calibration
/// too.
public struct Recorder {
    public var size: WorkloadSize
    /// Times each workload is timed; 0 = exact counts only.
    public var samples: Int
    /// Shared with another process that records the same workloads; nil = alone.
    public var turns: TurnPipes?

    public init(size: WorkloadSize, samples: Int, turns: TurnPipes? = nil) {
        self.size = size
        self.samples = samples
        self.turns = turns
    }

    /// Records all `workloads`.
    ///
    /// - Parameters:
    ///   - clock: nanoseconds, processor time by default; tests give a made-up one.
    ///   - progress: called with the runs done and to be done.
    /// - Throws: what making a workload ready throws.
    /// - Complexity: samples + 2 runs of each workload.
    public func record(
        _ workloads: [Workload], shelf: TraceShelf, revision: BenchmarkRecord.Revision,
        clock: @escaping () -> UInt64 = threadProcessorNanoseconds,
        progress: ((_ done: Int, _ total: Int) -> Void)? = nil
    ) throws -> BenchmarkRecord {
        let total = workloads.count * (samples + 1)
        var entries: [BenchmarkRecord.Entry] = []
        var meters: [WorkloadMeter] = []
        for workload in workloads {
            let meter = WorkloadMeter(try workload.makeRun(size, shelf), clock: clock)
            let outcome = try meter.outcome()
            entries.append(
                BenchmarkRecord.Entry(
                    name: workload.name, operation: workload.operation, operations: outcome.operations,
                    hash: outcome.hash, counts: outcome.counts, quality: outcome.quality))
            meters.append(meter)
            progress?(entries.count, total)
        }
        if samples > 0 {
            let kernel = CalibrationKernel()
            kernel.run()
            for place in entries.indices {
                entries[place].sessions = [
                    BenchmarkRecord.Session(nanoseconds: [], calibrationNanoseconds: [], quietNanoseconds: 0)
                ]
            }
            var quiet = entries.map { _ in QuietTime() }
            for sample in 0..<samples {
                try turns?.wait()
                var before = Self.time(kernel, clock)
                for (place, meter) in meters.enumerated() {
                    if place > 0 { try turns?.wait() }
                    let laps = try meter.laps()
                    // Before and after: a disturbance in between is in neither, but in both if it lasts. With turns the other
                    // process is the better measure of the moment, and one calibration a round has to do.
                    let after = turns == nil ? Self.time(kernel, clock) : before
                    quiet[place].add(laps)
                    entries[place].sessions[0].nanoseconds.append(max(Double(laps.reduce(0, +)), 1))
                    entries[place].sessions[0].calibrationNanoseconds.append(max((before + after) / 2, 1))
                    entries[place].sessions[0].quietNanoseconds = max(Double(quiet[place].nanoseconds), 1)
                    before = after
                    try turns?.pass()
                    progress?(workloads.count * (sample + 1) + place + 1, total)
                }
            }
        }
        return BenchmarkRecord(
            size: size.rawValue, machine: .current, toolchain: .current, revision: revision,
            traces: shelf.fingerprints, workloads: entries)
    }

    private static func time(_ kernel: CalibrationKernel, _ clock: () -> UInt64) -> Double {
        let start = clock()
        kernel.run()
        return Double(clock() - start)
    }
}
