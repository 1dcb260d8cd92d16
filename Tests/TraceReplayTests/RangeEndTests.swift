import PlacementEngine
import PlacementModel
import PlacementPolicies
import SeededNumbers
import Testing
import VendorCatalog

@testable import TraceModel
@testable import TraceReplay

/// Both engines decide alike, and nothing traps, where amounts stand at the ends of their ranges.
@Suite struct RangeEndTests {
    /// Draws one of the numbers that are ends for somebody, or an ordinary one.
    private struct Ends {
        var generator: SeededGenerator

        mutating func pick(_ numbers: [Int64]) -> Int64 { numbers[generator.below(numbers.count)] }
        mutating func cpu() -> Int64 { pick([0, 1, 1000, 8000, 1 << 31, (1 << 40) - 1, 1 << 40]) }
        mutating func memory() -> Int64 { pick([0, 1, 1024, 1 << 31, (1 << 40) - 1, 1 << 40]) }
        mutating func device() -> Int64 {
            pick([0, 1, 24, 100, 32_768, 2_097_150, 2_097_151, 2_097_152, 2_147_483_647])
        }
        mutating func asked() -> String {
            ["0", "1", "5", "9", "100", "101", "2147483647", "2147483648", "4294967296", "1e18", "1E", "1e30"][
                generator.below(12)]
        }
        mutating func time() -> Int64 { pick([0, 0, 1, 60_000, (1 << 40) - 1, 1 << 40]) }
    }

    private static func trace(_ folder: TraceFolder, seed: UInt64, isMilli: Bool) throws -> Trace {
        let catalog = try traceCatalog()
        var ends = Ends(generator: SeededGenerator(seed: seed))
        var fleet = TraceText.fleetHeader
        let words = catalog.vendors.map(\.commonWord).filter { ($0 == VendorCatalog.milliWord) == isMilli }
        for node in 0..<6 {
            let word = words[ends.generator.below(words.count)]
            let device =
                isMilli ? "1000,1,1000" : "\(ends.device()),\(ends.device()),\(ends.device())"
            fleet +=
                "n\(node),\(ends.cpu()),\(ends.memory()),\(ends.pick([0, 1, 110, 1 << 40])),\(word),\(word),"
                + "\(ends.pick([1, 2, 8])),\(device),,,\n"
        }
        var pods = TraceText.podHeader
        for pod in 0..<40 {
            let word = words[ends.generator.below(words.count)]
            let vendor = try #require(catalog.vendors.first { $0.commonWord == word })
            var limits = "\(vendor.resources.count)=\(ends.pick([1, 1, 2, 16_383, 1 << 31]))"
            for name in [vendor.resources.memory, vendor.resources.cores] where !name.isEmpty {
                if ends.generator.isTrue(0.7) { limits += ";\(name)=\(ends.asked())" }
            }
            if ends.generator.isTrue(0.2) { limits = "" }
            pods += "p\(pod),a,\(ends.time()),\(ends.time()),\(ends.cpu()),\(ends.memory()),\(limits),,,,,\n"
        }
        try folder.write(fleet: fleet, pods: pods, deviceModel: isMilli ? "milli" : "hami")
        return try Trace(folder: folder.path)
    }

    private static func hash(
        _ trace: Trace, _ policy: PolicyChoice, _ engine: EngineChoice, _ node: String, _ device: String,
        _ clock: ReplayOptions.Clock
    ) throws -> String {
        var options = ReplayOptions()
        options.policy = policy
        options.engine = engine
        options.defaults = SchedulingDefaults(nodePolicy: node, devicePolicy: device)
        options.clock = clock
        options.keepsMetrics = true
        options.findsCeiling = true
        return try Replay(trace, options: options, catalog: try traceCatalog()).run().decisionHash
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func enginesAgree(_ seed: UInt64) throws {
        for isMilli in [false, true] {
            let folder = TraceFolder()
            let trace = try Self.trace(folder, seed: seed, isMilli: isMilli)
            for policy in PolicyChoice.all {
                for (node, device) in [("binpack", "spread"), ("spread", "binpack"), ("spread", "numa,binpack")] {
                    if policy.milli != nil && node == "spread" { continue }
                    for clock in [ReplayOptions.Clock.backlog, .virtual(intervalMs: 3_600_000_000)] {
                        let fast = try Self.hash(trace, policy, .indexed, node, device, clock)
                        let plain = try Self.hash(trace, policy, .reference, node, device, clock)
                        #expect(fast == plain, "seed \(seed), \(policy.name), \(node), \(device), milli \(isMilli)")
                    }
                }
            }
        }
    }

    @Test func whatIsCappedIsSaid() throws {
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.fleetHeader + "n,1,1,1,MLU,MLU,1,2147483646,1,1,,,\n",
            pods: TraceText.podHeader + "p,a,0,,0,0,cambricon.com/vmlu=1;cambricon.com/mlu.smlu.vcore=1e18,,,,,\n")
        let notes = try Trace(folder: folder.path).notes
        #expect(notes.count == 2)
        #expect(notes[0].hasSuffix("fleet.csv:2:19: slots: 2147483646 is counted as 2097151, the most there can be"))
        #expect(notes[1].hasSuffix("vcore=1e18 is more than any device has"))
    }

    @Test func negativeAmountsAskNothing() throws {
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.oneNode, pods: TraceText.podHeader + "p,a,0,,0,0,nvidia.com/gpu=-1,,,,,\n")
        #expect(try Trace(folder: folder.path).notes.map { $0.hasSuffix("is negative and asks nothing") } == [true])
    }
}
