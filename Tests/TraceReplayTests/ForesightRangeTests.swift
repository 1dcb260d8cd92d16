import PlacementEngine
import PlacementModel
import PlacementPolicies
import Testing

@testable import TraceModel
@testable import TraceReplay

/// Foresight where its sums and products are largest: both engines decide alike, and nothing traps.
@Suite struct ForesightRangeTests {
    private static func node(_ name: String, model: String = "GPU", cpu: Int64 = 64_000, devices: Int = 8) -> String {
        "\(name),\(cpu),262144,110,gpu-milli,\(model),\(devices),1000,1,1000,,,\n"
    }

    private static func pod(
        _ name: String, _ devices: Int, milli: Int = 1000, cpu: Int64 = 1000, models: String = "", on node: String = ""
    ) -> String {
        let models = models.isEmpty ? "" : "alibabacloud.com/gpu-card-model=\(models)"
        return "\(name),a,0,,\(cpu),1,alibabacloud.com/gpu-count=\(devices);alibabacloud.com/gpu-milli=\(milli),"
            + "\(models),,,,\(node)\n"
    }

    /// The summaries of both engines.
    private static func run(
        fleet: [String], pods: [String], deviceModel: String = "milli", clock: ReplayOptions.Clock = .backlog
    ) throws -> (fast: ReplaySummary, plain: ReplaySummary) {
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.fleetHeader + fleet.joined(), pods: TraceText.podHeader + pods.joined(),
            deviceModel: deviceModel)
        let trace = try Trace(folder: folder.path)
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named("foresight"))
        options.clock = clock
        let fast = try Replay(trace, options: options, catalog: try traceCatalog()).run()
        options.engine = .reference
        let plain = try Replay(trace, options: options, catalog: try traceCatalog()).run()
        #expect(fast.decisionHash == plain.decisionHash)
        return (fast, plain)
    }

    /// Millions of devices are asked of models of which none is left: the share of nothing is bounded.
    @Test func modelsWithoutSupply() throws {
        let models = ["A", "B", "A|B"]
        let pods = (0..<600).map { Self.pod("p\($0)", 16_383, models: models[$0 % 3]) }
        let fleet = [Self.node("a", model: "A", devices: 1), Self.node("b", model: "B", devices: 1)]
        let first = [Self.pod("x", 1, models: "A"), Self.pod("y", 1, models: "B")]
        #expect(try Self.run(fleet: fleet, pods: first + pods).fast.placed == 2)
    }

    /// As many devices as a node may have, and pods whose CPU differs as much as it can.
    @Test func theWidestSpreadOfCPU() throws {
        let fleet = ["n,64000,262144,110,NVIDIA,NVIDIA-T4,128,10,16000,100,,,\n"]
        let pods = (0..<60).map {
            "p\($0),a,0,,\($0 % 2 == 0 ? 0 : CPUMilli.range.upperBound),1,nvidia.com/gpu=1;nvidia.com/gpumem=100,,,,,\n"
        }
        #expect(try Self.run(fleet: fleet, pods: pods, deviceModel: "hami").fast.placed == 30)
    }

    /// CPU beyond what a score tells apart: the engines hold the same nodes for equal.
    @Test(arguments: [(40, 37, 36), (36, 40, 37), (39, 40, 38)])
    func nodesOfImmenseCPU(_ powers: (Int, Int, Int)) throws {
        let fleet = [powers.0, powers.1, powers.2].map { Self.node("n\($0)", cpu: 1 << Int64($0)) }
        let pods = (0..<6).map { Self.pod("p\($0)", $0 % 3) }
        #expect(try Self.run(fleet: fleet, pods: pods).fast.placed == 6)
    }

    /// The dearest placements: a whole node of a scarce model, slots and CPU lost with it.
    @Test func scoresAtTheirEnd() throws {
        let fleet = [
            Self.node("a", model: "A", cpu: 1 << 40, devices: 64),
            Self.node("b", model: "A", cpu: 1 << 40, devices: 64),
            Self.node("c", model: "B", cpu: 1 << 40, devices: 64),
        ]
        let pods =
            (0..<20).map { Self.pod("u\($0)", 64, models: "A|B") }
            + (0..<60).map { Self.pod("v\($0)", 2 + $0 % 62, models: $0 % 3 == 0 ? "A" : "A|B") }
            + (0..<20).map { Self.pod("w\($0)", 64, models: "A") }
        #expect(try Self.run(fleet: fleet, pods: pods).fast.placed > 2)
    }

    /// Pods that run hold more memory than 64 bits count: their nodes are full, not empty.
    @Test func overcommittedNodes() throws {
        let running = (0..<2200).map {
            "r\($0),a,0,,0,\(MemoryMiB.range.upperBound),,,,,,\($0 % 2 == 0 ? "a" : "b")\n"
        }
        let pods = (0..<6).map { Self.pod("p\($0)", 1, milli: 500, cpu: 0) }
        let nodes = ["a", "b"].map { Self.node($0).replacing(",110,", with: ",9999,") }
        #expect(try Self.run(fleet: nodes, pods: running + pods).fast.placed == 0)
    }

    /// The virtual clock stops where saved runs can still tell the time.
    @Test func theClockStops() throws {
        let pods = (0..<8300).map {
            "p\($0),a,0,\(TraceMs.range.upperBound),1000,1,alibabacloud.com/gpu-count=1,,,,,\n"
        }
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.fleetHeader + Self.node("a", devices: 1), pods: TraceText.podHeader + pods.joined(),
            deviceModel: "milli")
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: TraceMs.range.upperBound)
        let run = try Replay(try Trace(folder: folder.path), options: options, catalog: try traceCatalog()).run()
        #expect(run.placed == 8300)
        #expect(run.virtualMs == InputLimits.savedCounts.upperBound)
    }

    @Test func sharesOfADemandStayWithin64Bits() {
        #expect(VendorMeans.milli(.max, of: 1, over: 1 << 30) == .max)
        #expect(VendorMeans.milli(.max, of: 1 << 51, over: 1 << 30) == 1_023_999)
        #expect(VendorMeans.milli(8000, of: 32_000, over: 2) == 500)
    }
}
