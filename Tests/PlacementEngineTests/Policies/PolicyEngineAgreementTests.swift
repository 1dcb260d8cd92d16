@testable import PlacementPolicies
import DeviceTable
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// The fast engine against the plain scan, on made-up fleets with departures between the rounds.
@Suite struct PolicyEngineAgreement {
    @Test(arguments: PlacementPolicy.all + [.leastCPULeft])
    func decisionsAreTheSame(_ kind: PlacementPolicy) throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let scan = try run(kind, seed: seed, isFast: false)
            let fast = try run(kind, seed: seed, isFast: true)
            #expect(scan.hash == fast.hash, "seed \(seed)")
            #expect(scan.placed > 50 && scan.rejected > 0)
        }
    }

    private func run(_ kind: PlacementPolicy, seed: UInt64, isFast: Bool) throws -> (
        hash: String, placed: Int, rejected: Int
    ) {
        var draws = RandomPolicy(seed: seed)
        let builder = try MilliFleetBuilder()
        for number in 0..<40 {
            let isTainted = draws.draw(below: 10) == 0
            try builder.addNode(
                "n\(number)", cpuMilli: [32_000, 64_000, 96_000][draws.draw(below: 3)],
                devices: [0, 1, 2, 4, 8][draws.draw(below: 5)], model: ["A", "B", "C"][draws.draw(below: 3)],
                taints: isTainted ? [Taint(key: "k", value: "", effect: .noSchedule)] : [])
        }
        var classes: [Int32] = []
        var counts: [WorkloadShape: Int] = [:]
        for _ in 0..<12 {
            let cpuMilli = 1000 * (1 + draws.draw(below: 12))
            let devices = [0, 1, 1, 1, 2, 4][draws.draw(below: 6)]
            let milli = devices == 1 ? 10 * (1 + draws.draw(below: 100)) : 1000
            let models = ["", "", "A", "B|C"][draws.draw(below: 4)]
            classes.append(
                try builder.requestClass(
                    cpuMilli: cpuMilli, devices: devices, milli: milli, models: models,
                    memoryMiB: 1000 * draws.draw(below: 3)))
            let shape = WorkloadShape(
                cpuMilli: Int64(cpuMilli), milliPerDevice: Int32(devices > 0 ? milli : 0), devices: Int32(devices),
                models: models)
            counts[shape, default: 0] += 1 + draws.draw(below: 9)
        }
        let ranks = (0..<40).map { Int32(($0 * 17 + 5) % 40) }
        let context = PolicyContext(typicalPods: TypicalPods(counts: counts), nodeRanks: ranks, seed: seed)
        #expect(builder.cluster.thousandthsProblem == nil)
        let engine =
            isFast
            ? kind.makeIndexedEngine(builder.cluster, context) : kind.makeReferenceEngine(builder.cluster, context)
        var hash = DecisionHash()
        var residents: [ResidentID] = []
        var rejected = 0
        var placed = 0
        for _ in 0..<8 {
            var result = RoundResult()
            let pods = (0..<60).map { _ in classes[draws.draw(below: classes.count)] }
            pods.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            for outcome in result.outcomes {
                hash.combine(outcome, in: result)
                if outcome.isPlaced {
                    placed += 1
                    residents.append(outcome.resident)
                } else {
                    rejected += 1
                }
            }
            for _ in 0..<min(residents.count, draws.draw(below: 30)) {
                builder.cluster.remove(residents.remove(at: draws.draw(below: residents.count)))
            }
        }
        return (hash.text, placed, rejected)
    }
}
