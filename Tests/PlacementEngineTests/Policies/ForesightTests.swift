@testable import PlacementPolicies
import DeviceTable
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// What foresight expects, what it values, and that both engines decide the same.
@Suite struct Foresight {
    private func shape(_ cpu: Int64, _ milli: Int32, _ devices: Int32, _ models: String = "") -> WorkloadShape {
        WorkloadShape(cpuMilli: cpu, milliPerDevice: milli, devices: devices, models: models)
    }

    @Test func statisticsOfASmallListAreWorkedOutByHand() {
        let statistics = ForesightStatistics(counts: [
            shape(8000, 1000, 1): 2, shape(2000, 500, 1): 4, shape(40_000, 1000, 4): 1, shape(38_000, 1000, 4): 1,
            shape(30_000, 1000, 4): 1, shape(1000, 0, 0): 3,
        ])
        // 2 + 2 + 12 devices; 16 + 8 + 108 cores.
        #expect(statistics.totalMilli == 16_000)
        #expect(statistics.cpuMilliPerDevice == 132_000 / 16)
        // Halves fill a device together, so each is worth half of it and a smaller part nothing.
        #expect(statistics.worth(milli: 500) == 500_000 && statistics.worth(milli: 499) == 0)
        #expect(statistics.worth(milli: 999) == 500_000 && statistics.worth(milli: 1000) == 1_000_000)
        // 38 cores lie within a tenth of 40, 30 do not.
        #expect(statistics.slotKinds.map(\.cpuMilli) == [40_000, 30_000])
        #expect(statistics.slotKinds.map(\.count) == [2, 1])
    }

    @Test func wastefulSlicesAreKnown() {
        let statistics = ForesightStatistics(counts: [shape(1, 810, 1): 5, shape(1, 330, 1): 30])
        #expect(statistics.worth(milli: 810) > 900_000 && !statistics.isDense(milli: 810))
        #expect(statistics.isDense(milli: 330) && statistics.isDense(milli: 1000))
    }

    /// A shortage of CPU strands what cannot be fed: all of it when no CPU is left, none when there is plenty, and at the
    /// mean the standard loss of 0.3989 deviations.
    @Test func shortageIsTheNewsvendorLoss() {
        let statistics = ForesightStatistics(counts: [shape(8000, 1000, 1): 1, shape(12_000, 1000, 1): 1])
        #expect(statistics.cpuMilliPerDevice == 10_000 && statistics.cpuSpreadMilli == 2000)
        let shortage = CPUShortage(statistics, idleMaxMilli: 8000)
        #expect(shortage.strandedMicro(idleMilli: 4000, cpuLeftMilli: 0) == 4_000_000)
        #expect(shortage.strandedMicro(idleMilli: 4000, cpuLeftMilli: 90_000) == 0)
        #expect(shortage.strandedMicro(idleMilli: 0, cpuLeftMilli: 0) == 0)
        // Deviation 4,000: 0.398942 x 4,000 / 10,000 devices.
        let atMean = shortage.strandedMicro(idleMilli: 4000, cpuLeftMilli: 40_000)
        #expect(abs(atMean - 159_577) < 20)
        // One deviation short: 1.083315, one in excess: 0.083315.
        #expect(abs(shortage.strandedMicro(idleMilli: 4000, cpuLeftMilli: 36_000) - 433_326) < 20)
        #expect(abs(shortage.strandedMicro(idleMilli: 4000, cpuLeftMilli: 44_000) - 33_326) < 20)
    }

    @Test func sortedPotentialIsThePlainOne() {
        var draws = RandomPolicy(seed: 5)
        let statistics = ForesightStatistics(counts: [
            shape(8000, 1000, 1): 9, shape(3000, 470, 1): 8, shape(2000, 230, 1, "A"): 7, shape(32_000, 1000, 4): 3,
            shape(5000, 0, 0): 6, shape(6000, 810, 1, "B|C"): 4,
        ])
        var modes = SymbolTable()
        for name in ["A", "B", "C"] { _ = modes.intern(name) }
        let potential = NodePotential(statistics, modes: modes, devicesMax: 8)
        let table = PotentialTable(potential)
        for _ in 0..<2000 {
            let left = (0..<draws.draw(below: 9)).map { _ in
                Int32([0, 1000, 10 * draws.draw(below: 101)][draws.draw(below: 3)])
            }
            let cpuLeft = Int64(draws.draw(below: 100_000))
            let model = Int32(draws.draw(below: 4)) - 1
            let sorted = left.sorted()
            let plain = left.withUnsafeBufferPointer {
                potential.plain(
                    model: model, cpuLeftMilli: cpuLeft, left: $0.baseAddress ?? UnsafePointer(bitPattern: 8)!,
                    count: left.count)
            }
            let fast = sorted.withUnsafeBufferPointer {
                table.worth(
                    model: model, cpuLeftMilli: cpuLeft, sorted: $0.baseAddress ?? UnsafePointer(bitPattern: 8)!,
                    count: left.count
                ).potential
            }
            #expect(plain == fast)
        }
    }

    /// Two models, one of them asked by name for more than it has: its price rises to the top, the other's stays low.
    @Test func anOverAskedModelBecomesDear() {
        var balance = ModelBalance(models: 2)
        balance.search(
            steps: ModelBalance.longSearch,
            demands: [
                ModelBalance.Demand(models: 0b01, micro: 15_000_000, denseMicro: 14_000_000),
                ModelBalance.Demand(models: .max, micro: 5_000_000, denseMicro: 5_000_000),
            ], supply: [10_000_000, 20_000_000])
        #expect(balance.prices[0] == ModelBalance.unit && balance.prices[1] == 0)
        #expect(balance.isOverAsked == [true, false])
    }

    @Test func rootsAreWholeAndRoundedDown() {
        for root: UInt64 in [0, 1, 2, 3, 1000, 94_906_267, 4_294_967_295] {
            #expect(squareRoot(root * root) == root)
            if root > 1 { #expect(squareRoot(root * root - 1) == root - 1) }
        }
        #expect(squareRoot(.max) == 4_294_967_295)
    }

    /// Rounds of several sizes, with departures, with pods that wait and come back, and with given statistics.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func bothEnginesDecideTheSame(_ seed: UInt64) throws {
        let scan = try run(seed, isFast: false)
        let fast = try run(seed, isFast: true)
        #expect(scan.hash == fast.hash)
        #expect(scan.placed > 50 && scan.rejected > 0)
    }

    private func run(_ seed: UInt64, isFast: Bool) throws -> (hash: String, placed: Int, rejected: Int) {
        var draws = RandomPolicy(seed: seed)
        let builder = try MilliFleetBuilder()
        for number in 0..<24 {
            try builder.addNode(
                "n\(number)", cpuMilli: [32_000, 64_000, 96_000][draws.draw(below: 3)],
                devices: [0, 1, 2, 4, 8][draws.draw(below: 5)], model: ["A", "B", "C"][draws.draw(below: 3)])
        }
        var classes: [Int32] = []
        var counts: [WorkloadShape: Int] = [:]
        for _ in 0..<14 {
            let cpuMilli = 1000 * (1 + draws.draw(below: 12))
            let devices = [0, 1, 1, 1, 2, 4, 8][draws.draw(below: 7)]
            let milli = devices == 1 ? 10 * (1 + draws.draw(below: 100)) : 1000
            let models = ["", "", "A", "B|C"][draws.draw(below: 4)]
            classes.append(
                try builder.requestClass(cpuMilli: cpuMilli, devices: devices, milli: milli, models: models))
            counts[shape(Int64(cpuMilli), Int32(devices > 0 ? milli : 0), Int32(devices), models), default: 0] +=
                1 + draws.draw(below: 9)
        }
        let context = PolicyContext(
            typicalPods: TypicalPods(counts: counts),
            statistics: seed % 2 == 0 ? ForesightStatistics(counts: counts) : nil,
            nodeRanks: (0..<24).map { Int32(($0 * 17 + 5) % 24) })
        let engine =
            isFast
            ? PlacementPolicy.foresight.makeIndexedEngine(builder.cluster, context)
            : PlacementPolicy.foresight.makeReferenceEngine(builder.cluster, context)
        var hash = DecisionHash()
        var residents: [ResidentID] = []
        var waiting: [Int32] = []
        var placed = 0
        var rejected = 0
        for round in 0..<14 {
            var pods: [Int32] = []
            if round % 3 == 2 {
                for classID in waiting { engine.waitingDidChange(classID, by: -1) }
                pods = waiting
                waiting = []
            }
            for _ in 0..<[1, 30, 60][draws.draw(below: 3)] { pods.append(classes[draws.draw(below: classes.count)]) }
            var result = RoundResult()
            pods.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            #expect(result.outcomes.count == pods.count)
            for (classID, outcome) in zip(pods, result.outcomes) {
                hash.combine(outcome, in: result)
                if outcome.isPlaced {
                    placed += 1
                    residents.append(outcome.resident)
                } else {
                    rejected += 1
                    waiting.append(classID)
                    engine.waitingDidChange(classID, by: 1)
                }
            }
            for _ in 0..<min(residents.count, draws.draw(below: 20)) {
                builder.cluster.remove(residents.remove(at: draws.draw(below: residents.count)))
            }
        }
        hash.combine(UInt64(engine.retryVersion))
        return (hash.text, placed, rejected)
    }
}
