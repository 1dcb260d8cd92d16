@testable import TraceModel
@testable import TraceGeneration
import BulkJSON
import PlacementEngine
import PlacementModel
import ReplayReport
import Testing

@testable import TraceReplay

@Suite struct ReplayTests {
    private func trace(fleet: String = TraceText.oneNode, _ pods: String...) throws -> Trace {
        let folder = TraceFolder()
        try folder.write(fleet: fleet, pods: TraceText.podHeader + pods.joined())
        return try Trace(folder: folder.path)
    }

    private func run(_ trace: Trace, _ options: ReplayOptions = ReplayOptions()) throws -> ReplaySummary {
        try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock())
    }

    private func generated() throws -> Trace {
        var options = GeneratorOptions()
        options.nodes = 10
        options.vendors = [("nvidia", 2), ("cambricon", 1), ("hygon", 1)]
        options.pods = 300
        options.classes = 30
        options.arrivalProcess = .poisson
        options.arrivalsPerHour = 600
        options.meanDurationMinutes = 10
        options.prefillShare = 0.02
        return try TraceGenerator.generate(options, catalog: try traceCatalog())
    }

    @Test func everyPodIsPlacedOrRejectedWithAReason() throws {
        let summary = try run(try generated())
        #expect(summary.pods == 300)
        #expect(summary.placed + summary.rejected == summary.pods)
        #expect(summary.rejectedByReason.values.reduce(0, +) == summary.rejected)
        #expect(summary.residents > 0 && summary.residentsNotPlaced == 0)
    }

    @Test func twoRunsDecideTheSame() throws {
        let trace = try generated()
        var options = ReplayOptions()
        for clock in [ReplayOptions.Clock.backlog, .virtual(intervalMs: 10_000)] {
            options.clock = clock
            #expect(try run(trace, options).decisionHash == run(trace, options).decisionHash)
        }
        options.clock = .backlog
        let hash = try run(trace, options).decisionHash
        // Rounds only cut the queue: what a pod sees is what the earlier ones took.
        options.roundSize = 7
        #expect(try run(trace, options).decisionHash == hash)
        options.shufflesBacklog = true
        options.seed = 1
        let shuffled = try run(trace, options).decisionHash
        #expect(shuffled != hash)
        #expect(try run(trace, options).decisionHash == shuffled)
        options.seed = 2
        #expect(try run(trace, options).decisionHash != shuffled)
    }

    @Test func bundledTracesAreIntactAndComplete() throws {
        for (name, nodes, pods) in [("smoke", 60, 1500), ("mixed-fleet", 1000, 10_000), ("gpu-share-2023", 1213, 8152)]
        {
            let trace = try Trace(folder: packageFolder + "/traces/" + name)
            #expect(trace.nodes.count == nodes)
            #expect(TraceContents(trace).queuedPods == pods)
        }
        let summary = try run(try Trace(folder: packageFolder + "/traces/smoke"))
        #expect(summary.placed + summary.rejected == 1500)
        #expect(summary.residentsNotPlaced == 0)
    }

    @Test func allocationGrowsWithinRounds() throws {
        let history = try run(try generated()).allocation
        #expect(history.at == Array(stride(from: Int64(0), through: 300, by: 6)))
        for vendor in history.vendors {
            #expect(vendor.usedSlots.count == history.at.count)
            #expect(zip(vendor.usedMemoryMiB, vendor.usedMemoryMiB.dropFirst()).allSatisfy { $0 <= $1 })
            #expect((vendor.usedSlots.last ?? 0) <= vendor.totalSlots)
        }
    }

    @Test func decisionsNameNodesAndDevices() throws {
        // Two devices of 1,000 MiB; the default device policy spreads.
        let trace = try trace(
            TraceText.pod("p1"), TraceText.pod("p2"), TraceText.pod("p3"), "p4,default,0,,100,64,,,,,,\n")
        var options = ReplayOptions()
        options.keepsDecisions = true
        let summary = try run(trace, options)
        #expect(summary.rejectedByReason == ["CardInsufficientMemory": 1])
        #expect(summary.refusalsByReason == ["CardInsufficientMemory": 1])
        let log = try #require(summary.decisionLog)
        #expect(
            String(decoding: log.csv(trace), as: UTF8.self)
                == "seq,pod,node,gpu_index\n0,p1,n1,1\n1,p2,n1,0\n2,p3,,\n3,p4,n1,\n")
    }

    @Test func limitOffersTheFirstPodsOnly() throws {
        var options = ReplayOptions()
        options.podLimit = 1
        let summary = try run(try trace(TraceText.pod("p1"), TraceText.pod("p2")), options)
        #expect(summary.pods == 1 && summary.placed == 1)
    }

    @Test func departuresFreeCapacityUnderTheVirtualClock() throws {
        // Two devices, three whole-memory pods of 25 s at 0 s, and a fourth at 12 s that stays. Rounds every 10 s: the
        // third waits from 0 to 30 s, the fourth from 12 s to 30 s.
        let trace = try trace(
            TraceText.pod("p1", durationMs: 25_000), TraceText.pod("p2", durationMs: 25_000),
            TraceText.pod("p3", durationMs: 25_000), TraceText.pod("p4", arrivalMs: 12_000))
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 10_000)
        options.keepsDecisions = true
        let summary = try run(trace, options)
        #expect(summary.placed == 4 && summary.rejected == 0)
        let waits = try #require(summary.waitMs)
        #expect(waits.count == 4)
        #expect(waits.p50 == 0)
        #expect((30_000...30_050).contains(waits.max))
        // Rounds at 0 s and 30 s (two left). At 20 s, when p4 comes, its class is known to be refused still, and at 60 s,
        // when p3 leaves, nobody waits.
        #expect(summary.rounds == 2)
        #expect(summary.decisions == 3 + 2)
        #expect(summary.virtualMs == 60_000)
        #expect(summary.allocation.axis == .milliseconds)
        #expect(summary.allocation.vendors.first?.usedSlots.last == 1)
        #expect(summary.allocation.vendors.first?.usedSlots.max() == 2)
    }

    @Test func podsThatNeverFitAreRejectedAtTheEnd() throws {
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 1000)
        let summary = try run(
            try trace(
                TraceText.pod("big", memoryMiB: 5000), TraceText.pod("p1", durationMs: 10),
                TraceText.pod("hungry", arrivalMs: 50, cpuMilli: 9000)), options)
        #expect(summary.placed == 1)
        #expect(summary.rejectedByReason == ["CardInsufficientMemory": 1, "Insufficient cpu": 1])
    }

    @Test func residentsHoldTheirNodesAndLeave() throws {
        let resident = "r1,default,0,15000,100,64,nvidia.com/gpu=2;nvidia.com/gpumem=1000,,,,,n1\n"
        let trace = try trace(resident, TraceText.pod("p1", durationMs: 5))
        let backlog = try run(trace)
        #expect(backlog.residents == 1 && backlog.residentsNotPlaced == 0)
        #expect(backlog.pods == 1 && backlog.rejected == 1)
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 10_000)
        #expect(try run(trace, options).placed == 1)
    }

    @Test func oddPodsGetAnOutcomeEach() throws {
        let summary = try run(
            try trace(
                "w,default,0,,100,64,nvidia.com/gpu=1,hami.io/device-scoring-weights=slot\\=1,,,,\n",
                "x,default,0,,100,64,example.com/unknown=1,,,,,\n", "s,default,0,,100,64,nvidia.com/gpu=1,,zone=b,,,\n",
                "n,default,0,,100,64,nvidia.com/gpu=-1,,,,,\n",
                "h,default,0,,100,64,nvidia.com/gpu=999999999999,,,,,\n",
                TraceText.pod("good", memoryMiB: 10)))
        #expect(summary.placed + summary.rejected == 6)
        #expect(summary.rejectedByReason["Insufficient extended resource"] == 1)
        #expect(summary.rejectedByReason["node(s) didn't match Pod's node selector"] == 1)
        #expect(summary.rejectedByReason.keys.contains { $0.contains("device-scoring-weights") })
    }

    @Test func emptyFleetsAndTracesAreReported() throws {
        let empty = try run(try trace(fleet: TraceText.fleetHeader))
        #expect(empty.pods == 0 && empty.placementsPerSecond == 0)
        let noNodes = try run(try trace(fleet: TraceText.fleetHeader, TraceText.pod("p1")))
        #expect(noNodes.rejectedByReason == ["no nodes": 1])
    }

    @Test func unknownVendorsAreNamedWithTheirLine() throws {
        let trace = try trace(fleet: TraceText.fleetHeader + "n1,1,1,1,Nobody,X,1,1,1,1,1,,\n")
        let error = try #require(throws: TraceError.self) { try run(trace) }
        #expect(error.description.hasPrefix("fleet.csv:2: vendor \"Nobody\" is unknown; the catalogue has "))
    }

    @Test func twoGroupsOfAVendorAreDifferentDevices() throws {
        let row = "n1,8000,16384,10,NVIDIA,NVIDIA-Test,1,1,1000,100,1,,\n"
        let summary = try run(
            try trace(fleet: TraceText.fleetHeader + row + row, TraceText.pod("p1"), TraceText.pod("p2")))
        #expect(summary.devices == 2 && summary.placed == 2)
    }

    @Test func reportHasItsStableKeys() throws {
        let json = String(decoding: try run(try generated()).json(), as: UTF8.self)
        let report = try JSON(parsing: json)
        for key in [
            "pods", "placed", "rejected", "rejectedByReason", "decisionHash", "placementsPerSecond", "latency",
            "heapAllocationsPerPlacement", "peakMemoryMiB", "memoryBytes", "allocation", "engine", "policy", "seed",
            "trace",
        ] {
            #expect(report[key] != nil, "no \(key)")
        }
        for part in ["pod", "round"] {
            for key in ["p50", "p90", "p99", "p999", "max"] { #expect(report["latency"]?[part]?[key]?.double != nil) }
        }
        for structure in ["devices", "residents", "classes", "rank indexes", "plans"] {
            #expect(report["memoryBytes"]?[structure]?.int64 ?? 0 > 0, "nothing is told of \(structure)")
        }
        // The clock steps a microsecond a reading: start and end of a pod are one step apart.
        #expect(report["latency"]?["pod"]?["p50"]?.double == 1)
        #expect(report["allocation"]?["vendors"]?.array?.count == 3)
        let samples = report["allocation"]?["at"]?.array?.count
        #expect(report["allocation"]?["vendors"]?[0]?["slots"]?["used"]?.array?.count == samples)
    }
}
