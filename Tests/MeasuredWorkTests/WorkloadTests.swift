import HeapCounters
import Testing
import TraceModel

@testable import MeasuredWork

/// Every workload of the benchmarks runs in its small size: it does what it says, and the same twice.
@Suite struct WorkloadTests {
    private static let shelf = Result { try TraceShelf() }

    @Test func namesAreDistinct() {
        #expect(Set(Workload.all.map(\.name)).count == Workload.all.count)
    }

    /// Folders of one name are two workloads, and one folder is not recorded twice.
    @Test func tracesOfOneFolderName() throws {
        func names(_ folders: [String]) throws -> [String] {
            try Workload.replays(ofTraces: folders, policies: [.hami], nodePolicy: "binpack").map(\.name)
        }
        #expect(try names(["a/trace", "b/trace"]) == ["trace/a/trace/hami", "trace/b/trace/hami"])
        #expect(
            try names(["x/a/trace", "y/a/trace", "z"]) == [
                "trace/x/a/trace/hami", "trace/y/a/trace/hami", "trace/z/hami",
            ])
        #expect(try names(["trace", "b/trace"]) == ["trace/trace/hami", "trace/b/trace/hami"])
        #expect(try names(["some/folder/"]) == ["trace/folder/hami"])
        for folders in [["a/trace", "a/trace"], ["a/trace", "./a//trace/"]] {
            let error = try #require(throws: TraceError.self) { try names(folders) }
            #expect(error.description == folders[1] + ": is given twice")
        }
    }

    @Test("smoke", arguments: Workload.all.map(\.name))
    func repeatsExactly(name: String) throws {
        let workload = try #require(Workload.all.first { $0.name == name })
        let shelf = try Self.shelf.get()
        let first = try WorkloadMeter(try workload.makeRun(.smoke, shelf)).outcome()
        let second = try WorkloadMeter(try workload.makeRun(.smoke, shelf)).outcome()
        #expect(first.operations > 0)
        #expect(first.hash.count == 16)
        #expect(first.hash == second.hash && first.quality == second.quality)
        // Heap allocations of unoptimised code depend on what other tests do with shared tables; the rest is exact.
        var counts = (first.counts, second.counts)
        counts.0[WorkloadMeter.heapAllocations] = nil
        counts.1[WorkloadMeter.heapAllocations] = nil
        #expect(counts.0 == counts.1)
    }

    /// A run leaves nothing behind that the next one sees.
    @Test(arguments: ["kernel/filter/bit-sliced", "table/apply", "table/undo", "index/query", "decode/list"])
    func resetRestores(name: String) throws {
        let workload = try #require(Workload.all.first { $0.name == name })
        let run = try workload.makeRun(.smoke, try Self.shelf.get())
        try run.reset()
        run.run()
        let first = run.outcome
        try run.reset()
        run.run()
        #expect(run.outcome == first)
    }

    @Test(arguments: [
        ("kernel/filter/bit-sliced", "kernel/filter/scalar"), ("kernel/select/scan", "kernel/select/sort"),
        ("place/shared-index/prefix/indexed", "place/shared-index/prefix/reference"),
        ("place/gpu-share/prefix/indexed", "place/gpu-share/prefix/reference"), ("decode/list", "decode/lines"),
    ])
    func twinsAgree(one: String, other: String) throws {
        let shelf = try Self.shelf.get()
        let hashes = try [one, other].map { name in
            let workload = try #require(Workload.all.first { $0.name == name })
            let run = try workload.makeRun(.smoke, shelf)
            try run.reset()
            run.run()
            return run.outcome.hash
        }
        #expect(hashes[0] == hashes[1])
    }

    /// The parts of a replay are its rounds, the same in every run.
    @Test func replaysTellTheirParts() throws {
        for (name, least) in [("place/shared-index/binpack/small", 1), ("replay/virtual-clock", 20)] {
            let workload = try #require(Workload.all.first { $0.name == name })
            let meter = WorkloadMeter(try workload.makeRun(.smoke, try Self.shelf.get()))
            let first = try meter.laps()
            #expect(first.count >= least && first.reduce(0, +) > 0)
            #expect(try meter.laps().count == first.count)
        }
        let kernel = try #require(Workload.all.first { $0.name == "kernel/select/scan" })
        #expect(try WorkloadMeter(try kernel.makeRun(.smoke, try Self.shelf.get())).laps().count == 1)
    }

    /// Each part's least time counts, so no run has to be quiet as a whole.
    @Test func quietTimeLeavesDisturbancesOut() {
        var quiet = QuietTime()
        #expect(quiet.nanoseconds == 0)
        quiet.add([10, 900, 30])
        #expect(quiet.nanoseconds == 940)
        quiet.add([500, 20, 31])
        #expect(quiet.nanoseconds == 60)
    }

    /// Fleets of one kind of device tell how much of what was possible was allocated.
    @Test func packingIsToldBesideItsCeiling() throws {
        let workload = try #require(Workload.all.first { $0.name == "place/gpu-share/Random" })
        let quality = try WorkloadMeter(try workload.makeRun(.smoke, try Self.shelf.get())).outcome().quality
        let reached = try #require(quality["ceilingReached"])
        let allocated = try #require(quality["coresAllocated"])
        #expect(reached <= 100 && reached >= allocated)
    }

    @Test func calibrationNeverChanges() {
        #expect(CalibrationKernel().run() == CalibrationKernel().run())
        #expect(CalibrationKernel().run() == 10_006_593_752_559_398_129)
    }
}
