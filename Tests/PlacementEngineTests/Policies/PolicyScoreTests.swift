@testable import PlacementPolicies
import DeviceTable
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// Scores worked out by hand on two nodes: a (64 CPU, 2 devices) and b (128 CPU, 4 devices).
@Suite struct PolicyScores {
    private let builder: MilliFleetBuilder
    private let fleet: MilliFleet
    private let share = MilliRequest(cpuMilli: 4000, devices: 1, milliPerDevice: 500)
    private let whole = MilliRequest(cpuMilli: 4000, devices: 1, milliPerDevice: 1000)
    private let plain = MilliRequest(cpuMilli: 4000, devices: 0, milliPerDevice: 0)

    init() throws {
        builder = try MilliFleetBuilder()
        try builder.addNode("a", cpuMilli: 64_000, devices: 2, model: "A")
        try builder.addNode("b", cpuMilli: 128_000, devices: 4, model: "B")
        fleet = MilliFleet(cluster: builder.cluster, ranks: nil)
    }

    private func node(_ position: Int, left: [Int32]? = nil) -> MilliNode {
        var node = fleet.nodes[position]
        for (device, milli) in (left ?? []).enumerated() { node.left[device] = milli }
        node.summarise()
        return node
    }

    @Test func bestFitPrefersTheFullerNode() {
        // a: 100 x (1 - (0.5 x 60/128 + 0.5 x 1.5/8)) = 67.19; b: 100 x (1 - (0.5 x 124/128 + 0.5 x 3.5/8)) = 29.69
        #expect(BestFit().score(share, node(0)) == 67)
        #expect(BestFit().score(share, node(1)) == 29)
        var scores: [Int32] = [29, 67, 40]
        BestFit().normalise(&scores)
        #expect(scores == [0, 100, 28])
        scores = [7, 7]
        BestFit().normalise(&scores)
        #expect(scores == [0, 0])
    }

    @Test func dotProdPrefersTheSmallerProduct() {
        // a: 100 x (1 - (64/128 x 4/128 + 2/8 x 0.5/8) / 2) = 98.44; b: 100 x (1 - (1 x 4/128 + 4/8 x 0.5/8) / 2) = 96.88
        #expect(DotProd().score(share, node(0)) == 98)
        #expect(DotProd().score(share, node(1)) == 96)
    }

    @Test func packingOpensNodesAndDevicesLast() {
        #expect(GpuPacking().score(share, node(0)) == 31)
        #expect(GpuPacking().score(share, node(1)) == 29)
        // A device with 600 left is taken: 100 - 60/10. None but a whole one fits 700: 50 - 1.
        let used = node(0, left: [1000, 600])
        #expect(GpuPacking().score(share, used) == 94)
        #expect(GpuPacking().score(MilliRequest(cpuMilli: 0, devices: 1, milliPerDevice: 700), used) == 49)
        #expect(GpuPacking().score(plain, used) == 0)
        #expect(used.tightestDevice(share) == 1)
    }

    @Test func clusteringPrefersItsOwnKind() {
        // 25 x (8000 - 2000) / 8000 = 18
        #expect(GpuClustering().score(share, node(0)) == 18 + 25)
        let ledger = AffinityLedger(nodes: 2)
        builder.cluster.track(ledger)
        var used = node(0)
        used.residents = ledger.counters(of: 0)
        ledger.add(affinityClass: share.affinityClass, node: 0, 1)
        #expect(GpuClustering().score(share, used) == 18 + 75)
        #expect(GpuClustering().score(whole, used) == 18)
        ledger.add(affinityClass: whole.affinityClass, node: 0, 1)
        #expect(GpuClustering().score(share, used) == 18 + 50)
        #expect(GpuClustering().score(plain, used) == 0)
    }

    /// Three pods of 4 CPU and half a device, one of 8 CPU and a whole one.
    private var typicalPods: TypicalPods {
        TypicalPods(counts: [
            WorkloadShape(cpuMilli: 4000, milliPerDevice: 500, devices: 1): 3,
            WorkloadShape(cpuMilli: 8000, milliPerDevice: 1000, devices: 1): 1,
        ])
    }

    @Test func fragmentationIsWeighedByPopularity() {
        let fragmentation = Fragmentation(typicalPods, modes: builder.cluster.table.modes)
        #expect(fragmentation.amounts(node(0)).total == 0)
        // The half device serves the halves alone: 0.25 x 500.
        #expect(fragmentation.amounts(node(0, left: [500, 1000])).total == 125)
        // No whole device is left: 0.25 x 1000.
        #expect(fragmentation.amounts(node(0, left: [500, 500])).lacksDevices == 250)
        // CPU for none: all idle milli, 0.75 + 0.25 of 1500.
        #expect(fragmentation.amounts(node(0, left: [500, 1000]), cpuTaken: 62_000).lacksCPU == 1500)
    }

    @Test func gradientDescentFillsTheHalfDevice() {
        let fgd = FGD(typicalPods, builder.cluster)
        // F rises from 0 to 125: sigmoid(-0.125) = 0.4688. A pod without devices changes nothing.
        #expect(fgd.score(share, node(0)) == 46)
        #expect(fgd.score(plain, node(0)) == 50)
        // Device 0: F falls from 125 to 0, sigmoid(0.125) = 0.5312. Device 1: F rises to 250.
        let used = node(0, left: [500, 1000])
        #expect(fgd.score(share, used) == 53)
        #expect(fgd.shareDevice(share, used) == 0)
        #expect(used.left[0] == 500 && used.left[1] == 1000)
    }

    @Test func fastFragmentationIsTheSameToTheBit() {
        let plain = Fragmentation(typicalPods, modes: builder.cluster.table.modes)
        let table = FragmentationTable(plain)
        for left: [Int32] in [[0, 0], [0, 1000], [370, 999], [500, 500], [1000, 1000]] {
            for cpuLeft: Int64 in [0, 4000, 7999, 64_000] {
                left.withUnsafeBufferPointer { left in
                    let slow = plain.amounts(
                        model: 0, cpuLeftMilli: cpuLeft, left: left.baseAddress!, deviceCount: 2)
                    let fast = table.total(model: 0, cpuLeftMilli: cpuLeft, sorted: left.baseAddress!, count: 2)
                    #expect(slow.total == fast)
                }
            }
        }
    }

    @Test func typicalPodsCoverNineteenOfTwenty() {
        var counts: [WorkloadShape: Int] = [:]
        for (cpu, count) in [(1000, 60), (2000, 30), (3000, 5), (4000, 5)] {
            counts[WorkloadShape(cpuMilli: Int64(cpu), milliPerDevice: 0, devices: 0)] = count
        }
        let entries = TypicalPods(counts: counts).entries
        // 60 + 30 + 5 reach 95 %; of the two fives the larger comes first.
        #expect(entries.map(\.shape.cpuMilli) == [1000, 2000, 4000])
        #expect(abs(entries.reduce(0) { $0 + $1.popularity } - 1) < 1e-12)
    }

    @Test func partsOfOneDeviceCountSeveralTimes() {
        let two = MilliRequest(cpuMilli: 0, devices: 2, milliPerDevice: 400)
        #expect(node(0, left: [800, 0]).fits(two))
        #expect(!node(0, left: [700, 399]).fits(two))
    }
}
