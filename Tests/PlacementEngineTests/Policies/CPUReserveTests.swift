@testable import PlacementPolicies
import PlacementModel
import Testing

@testable import PlacementEngine

/// When foresight keeps CPU for pods without devices, and from whom: worked out by hand.
///
/// Ten devices at 10 CPUs; four ordinary pods of 8 CPUs and two large ones of 32, 16 on average. A third of 8 CPUs stays on
/// every node.
@Suite struct CPUReserves {
    private let statistics = ForesightStatistics(counts: [
        WorkloadShape(cpuMilli: 10_000, milliPerDevice: 1000, devices: 1): 10,
        WorkloadShape(cpuMilli: 8000, milliPerDevice: 0, devices: 0): 4,
        WorkloadShape(cpuMilli: 32_000, milliPerDevice: 0, devices: 0): 2,
    ])
    private let ordinary = MilliRequest(cpuMilli: 8000, devices: 0, milliPerDevice: 0)
    private let large = MilliRequest(cpuMilli: 32_000, devices: 0, milliPerDevice: 0)

    /// A reserve that expectations can ask: macros take no mutating call.
    private final class Kept {
        private var reserve: CPUReserve

        init(_ statistics: ForesightStatistics) { reserve = CPUReserve(statistics) }

        var isShort: Bool { reserve.isShort }
        var plainTenths: Int64 { reserve.plainTenths }
        func queue(_ request: MilliRequest, _ pods: Int64) { reserve.queue(request, pods) }
        func beginRound(_ sums: FleetSums, queuedWorth: Int64) -> Bool {
            reserve.beginRound(sums, queuedWorth: queuedWorth)
        }
        func holds(_ request: MilliRequest, _ sums: FleetSums, queuedWorth: Int64) -> Bool {
            reserve.holds(request, sums, queuedWorth: queuedWorth)
        }
    }

    /// Three nodes with five free devices.
    private func fleet(cpuMilli: Int64) -> FleetSums {
        var sums = FleetSums(nodes: 3, models: 1, kinds: 0)
        sums.cpuMilli = cpuMilli
        sums.value = 5_000_000
        return sums
    }

    @Test func theListTellsOrdinaryFromLarge() {
        #expect(statistics.largePlainCPUMilli == 25_600)
        #expect(statistics.plainCPUMilli == 32_000)
        #expect(statistics.strandedCPUMilliPerNode == 2666)
        #expect(statistics.totalWorth == 10_000_000)
    }

    /// Free devices want 50 CPUs, half a list of ordinary pods 16, and 3 x 2.666 stay behind; a thirtieth less will do.
    @Test func largePodsWaitWhenWhatIsExpectedNeedsTheCPU() {
        let reserve = Kept(statistics)
        let enough = fleet(cpuMilli: 63_871 + 7998)
        let short = fleet(cpuMilli: 63_871 + 7997)
        #expect(!reserve.holds(large, enough, queuedWorth: 0))
        #expect(reserve.holds(large, short, queuedWorth: 0))
        #expect(!reserve.holds(ordinary, short, queuedWorth: 0))
        // What is queued with devices leaves less to be expected.
        #expect(!reserve.holds(large, short, queuedWorth: 1_000_000))
        reserve.queue(ordinary, 1)
        reserve.queue(large, 7)
        #expect(reserve.holds(large, fleet(cpuMilli: 71_613 + 7997), queuedWorth: 0))
        #expect(!reserve.holds(large, fleet(cpuMilli: 71_613 + 7998), queuedWorth: 0))
    }

    /// Five free devices and half the pods without want 50 + 48 CPUs.
    @Test(arguments: [(115_300, 3), (110_000, 40), (108_000, 50), (98_000, 50)])
    func cpuLeftWeighsMoreTheShorterCPUIs(cpuMilli: Int64, tenths: Int64) {
        let reserve = Kept(statistics)
        var sums = fleet(cpuMilli: cpuMilli)
        sums.idleMilli = 5000
        _ = reserve.beginRound(sums, queuedWorth: 0)
        #expect(reserve.plainTenths == tenths)
        // Kept while the statistics are.
        sums.cpuMilli = 1_000_000
        _ = reserve.beginRound(sums, queuedWorth: 0)
        #expect(reserve.plainTenths == tenths)
    }

    /// Devices that take more than a third of 10 CPUs wait when the ordinary pods queued need all.
    @Test func thirstyDevicesWaitForQueuedPodsAlone() {
        let reserve = Kept(statistics)
        let thirsty = MilliRequest(cpuMilli: 3334, devices: 1, milliPerDevice: 1000)
        let thrifty = MilliRequest(cpuMilli: 3333, devices: 1, milliPerDevice: 1000)
        #expect(!reserve.holds(thirsty, fleet(cpuMilli: 7998), queuedWorth: 0))
        reserve.queue(ordinary, 1)
        #expect(reserve.holds(thirsty, fleet(cpuMilli: 15_997), queuedWorth: 0))
        #expect(!reserve.holds(thirsty, fleet(cpuMilli: 15_998), queuedWorth: 0))
        #expect(!reserve.holds(thrifty, fleet(cpuMilli: 15_997), queuedWorth: 0))
    }

    @Test func podsGoWhenCPUIsThereAgain() {
        let reserve = Kept(statistics)
        let short = fleet(cpuMilli: 20_000)
        let enough = fleet(cpuMilli: 200_000)
        #expect(reserve.holds(large, short, queuedWorth: 0))
        #expect(!reserve.beginRound(short, queuedWorth: 0) && reserve.isShort)
        #expect(reserve.beginRound(enough, queuedWorth: 0) && !reserve.isShort)
        #expect(!reserve.beginRound(enough, queuedWorth: 0))
    }

    /// A long list of such pods alone says nothing about what fills the devices, and overflows nothing.
    @Test func aListWithoutDevicesExpectsNoMorePods() {
        let reserve = Kept(
            ForesightStatistics(counts: [
                WorkloadShape(cpuMilli: 8000, milliPerDevice: 0, devices: 0): 4_000_000_000,
                WorkloadShape(cpuMilli: 32_000, milliPerDevice: 0, devices: 0): 2_000_000_000,
            ]))
        var sums = fleet(cpuMilli: 7998)
        sums.value = 1_000_000_000_000
        #expect(!reserve.holds(large, sums, queuedWorth: 0))
        reserve.queue(ordinary, 1)
        #expect(reserve.holds(large, sums, queuedWorth: 0))
    }

    @Test func nothingIsKeptForAListWithoutSuchPods() {
        let statistics = ForesightStatistics(counts: [
            WorkloadShape(cpuMilli: 10_000, milliPerDevice: 1000, devices: 1): 10
        ])
        let reserve = Kept(statistics)
        reserve.queue(ordinary, 9)
        #expect(!reserve.holds(large, fleet(cpuMilli: 0), queuedWorth: 0))
        #expect(
            !reserve.holds(
                MilliRequest(cpuMilli: 9999, devices: 1, milliPerDevice: 1000), fleet(cpuMilli: 0), queuedWorth: 0))
    }
}
