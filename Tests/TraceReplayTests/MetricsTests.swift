@testable import TraceModel
@testable import TraceGeneration
import HeapCounters
import PlacementEngine
import PlacementModel
import Testing

@testable import TraceReplay

@Suite struct MetricsTests {
    private func trace(fleet: String = TraceText.oneNode, _ pods: String...) throws -> Trace {
        let folder = TraceFolder()
        try folder.write(fleet: fleet, pods: TraceText.podHeader + pods.joined())
        return try Trace(folder: folder.path)
    }

    private func metrics(_ trace: Trace, _ clock: ReplayOptions.Clock = .backlog) throws -> ReplayMetrics {
        var options = ReplayOptions()
        options.clock = clock
        options.keepsMetrics = true
        let summary = try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock())
        #expect(summary.metrics?.samples.map(\.at) == summary.allocation.at)
        return try #require(summary.metrics)
    }

    // MARK: Formulas

    @Test func variationAndFairnessByHand() {
        // Mean 1, deviations -1 and 1: standard deviation 1.
        #expect(NodeImbalance.coefficientOfVariation([0, 2]) == 1)
        #expect(NodeImbalance.coefficientOfVariation([0.5, 0.5, 0.5]) == 0)
        #expect(NodeImbalance.coefficientOfVariation([]) == 0)
        // One of four gets everything: 1/4. Two halves of what two others have: 9 / (4 x 2.5).
        #expect(NamespaceFairness.jainIndex([1, 0, 0, 0]) == 0.25)
        #expect(NamespaceFairness.jainIndex([1, 1, 0.5, 0.5]) == 0.9)
        #expect(NamespaceFairness.jainIndex([]) == nil)
    }

    @Test func waitsByNearestRank() throws {
        let waits = try #require(ReplayMetrics.Waits((1...10).map { Int64($0) }))
        #expect((waits.p50, waits.p90, waits.p99, waits.max) == (5, 9, 10, 10))
        #expect(ReplayMetrics.Waits([]) == nil)
    }

    // MARK: A fleet of two devices with 1,000 MiB each

    @Test func loadCountsDevices() throws {
        // Whole memory is one device, half of it half a one; the third finds no room.
        let result = try metrics(
            try trace(
                TraceText.pod("p1"), TraceText.pod("p2", memoryMiB: 500), TraceText.pod("p3"),
                "p4,other,0,,100,64,nvidia.com/gpu=1;nvidia.com/gpumem=250,,,,,\n"))
        #expect(result.samples.map(\.arrivedPods) == [0, 1, 2, 3, 4])
        #expect(result.samples.map(\.arrivedPercent) == [0, 50, 75, 125, 137.5])
        #expect(result.samples.map(\.runningPercent) == [0, 50, 75, 75, 87.5])
        #expect(result.samples.map(\.wantedPercent) == [0, 50, 75, 125, 137.5])
        #expect(result.samples.map(\.unplacedPods) == [0, 0, 0, 1, 1])
        #expect(result.refusedByReason.values.map { $0 } == [[0, 0, 0, 1, 1]])
        // Namespace default has 1,500 of 2,500 thousandths, the other all it wants: shares 0.6 and 1.
        let fairness = try #require(result.samples.last?.fairness)
        #expect(abs(fairness - 1.6 * 1.6 / (2 * (0.36 + 1))) < 1e-12)
        #expect(result.namespaces.map(\.name) == ["default", "other"])
        #expect(result.namespaces.map(\.placedMilli) == [1500, 250])
    }

    @Test func strandedMemoryIsWhatTypicalRequestsCannotUse() throws {
        // Two thirds of the requests want 1,000 MiB, one third 400. After the first pod of 400 one device has 600 MiB free
        // and the other 1,000. The 600 are lost to the large request: 2/3 x 600 of 1,600 MiB.
        let result = try metrics(
            try trace(
                TraceText.pod("p1", memoryMiB: 400), TraceText.pod("p2"), TraceText.pod("p3")))
        let sample = result.samples[1]
        #expect(abs(sample.strandedMemoryMiB - 400) < 1e-9)
        #expect(abs(sample.strandedMemoryPercent - 25) < 1e-9)
        // Once the second device is taken, the 600 MiB are all there is.
        #expect(abs(result.samples[2].strandedMemoryPercent - 100 * 2 / 3) < 1e-9)
    }

    @Test func shortCPUStrandsTheWholeNode() throws {
        // The node has 8 CPUs: the first pod takes them, so that nothing else can use what its devices have left.
        let result = try metrics(
            try trace("p1,default,0,,8000,64,nvidia.com/gpu=1;nvidia.com/gpumem=100,,,,,\n"))
        #expect(result.samples.last?.strandedMemoryPercent == 100)
        #expect(result.samples.first?.strandedMemoryPercent == 0)
    }

    @Test func snapshotsShowEveryDevice() throws {
        let result = try metrics(
            try trace(
                TraceText.pod("p1"), TraceText.pod("p2", memoryMiB: 500), TraceText.pod("p3"), TraceText.pod("p4")))
        #expect(result.snapshots.map(\.at) == [1, 2, 3, 4])
        let last = try #require(result.snapshots.last?.bins.first)
        #expect(last.devicePercent.sorted() == [50, 100])
        #expect(last.nodes == 1 && last.firstNode == "n1")
    }

    @Test func waitsAndDeparturesOverTime() throws {
        // Both devices are taken from 0 s to 30 s; the third pod waits for 30 s.
        let result = try metrics(
            try trace(
                TraceText.pod("p1", durationMs: 25_000), TraceText.pod("p2", durationMs: 25_000),
                TraceText.pod("p3", durationMs: 25_000)), .virtual(intervalMs: 10_000))
        #expect(result.samples.first?.wantedPercent == 150)
        #expect(result.samples.first?.runningPercent == 100)
        #expect(result.samples.first?.unplacedPods == 1)
        #expect(result.samples.last?.wantedPercent == 0)
        #expect(result.samples.last?.fairness == nil)
        #expect(result.samples.compactMap(\.waits).map(\.max).max() == 30_000)
        #expect(result.namespaces.first?.waits?.max == 30_000)
    }

    @Test func metricsChangeNoDecision() throws {
        let trace = try Self.busy(seed: 4)
        for clock in [ReplayOptions.Clock.backlog, .virtual(intervalMs: 60_000)] {
            var options = ReplayOptions()
            options.clock = clock
            let plain = try Replay(trace, options: options, catalog: try traceCatalog()).run()
            options.keepsMetrics = true
            let watched = try Replay(trace, options: options, catalog: try traceCatalog()).run()
            #expect(plain.decisionHash == watched.decisionHash)
            let last = try #require(watched.metrics?.samples.last)
            #expect(last.unplacedPods == watched.rejected)
        }
    }

    // MARK: Pods that wait

    private static func busy(seed: UInt64) throws -> Trace {
        var options = GeneratorOptions()
        options.nodes = 8
        options.vendors = [("nvidia", 2), ("kunlun", 1), ("metax", 1), ("ascend", 1), ("awsneuron", 1)]
        options.pods = 160
        options.classes = 20
        options.seed = seed
        options.arrivalProcess = .bursty
        options.arrivalsPerHour = 60
        options.meanDurationMinutes = 240
        return try TraceGenerator.generate(options, catalog: try traceCatalog())
    }

    /// The reference engine asks for every waiting pod in every round; the indexed one passes over those it knows.
    @Test("engines agree on a queue that lasts", arguments: [1, 2])
    func enginesAgreeOnWaitingPods(seed: UInt64) throws {
        let trace = try Self.busy(seed: seed)
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 600_000)
        var results: [ReplaySummary] = []
        for (engine, policy) in [
            (EngineChoice.reference, "binpack"), (.indexed, "binpack"), (.reference, "spread"), (.indexed, "spread"),
        ] {
            options.engine = engine
            options.defaults = SchedulingDefaults(nodePolicy: policy, devicePolicy: "spread")
            results.append(try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock()))
        }
        for pair in [0, 2] {
            let (reference, indexed) = (results[pair], results[pair + 1])
            #expect(reference.decisionHash == indexed.decisionHash)
            #expect(reference.placed == indexed.placed)
            #expect(reference.waitMs == indexed.waitMs)
            #expect((reference.waitMs?.max ?? 0) > 600_000)
            #expect(indexed.decisions < reference.decisions)
        }
    }

    @Test func curvesEndWithTheLongest() {
        var histogram = LatencySummary.makeHistogram()
        for value in 1...100 { histogram.recordClamped(UInt64(value)) }
        let curve = LatencyCurve(histogram, scale: 1)
        #expect(curve.percent.first == 0 && curve.percent.last == 100)
        #expect(curve.value.last == 100)
        #expect(curve.percent.contains { abs($0 - 90) < 1e-9 } && curve.percent.contains { abs($0 - 99) < 1e-9 })
        #expect(zip(curve.value, curve.value.dropFirst()).allSatisfy { $0 <= $1 })
    }
}
