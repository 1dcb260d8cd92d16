@testable import PlacementPolicies
import DeviceTable
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// Views and scores worked out by hand on slots, memory and cores: nodes of two NVIDIA cards with 16,000 MiB each.
@Suite struct SharePolicies {
    private let cluster: Fleet
    private let vendor: VendorID
    private let half: RequestClass
    private let whole: RequestClass
    private let plain: RequestClass

    init() throws {
        let cluster = Fleet(catalog: try VendorCatalog.forTraces(), order: .asRegistered)
        let vendor = try #require(cluster.catalog.id(ofWord: "NVIDIA"))
        self.cluster = cluster
        self.vendor = vendor
        for name in ["a", "b"] {
            var node = Node(metadata: ObjectMeta(name: name))
            node.allocatable = [
                "cpu": Quantity(integer: 64), "memory": Quantity(integer: 1 << 38), "pods": Quantity(integer: 100),
            ]
            node.capacity = node.allocatable
            let records = cluster.catalog[vendor].syntheticDevices(
                SyntheticDeviceGroup(
                    nodeName: name, model: "NVIDIA-X", devices: 2, slots: 3, memoryMiB: 16_000, cores: 100,
                    numaNodes: 1))
            cluster.register(node, records: records.map { (vendor, $0) })
        }
        half = try Self.requestClass(cluster, cpu: 4, memoryMiB: 4000, cores: 50)
        whole = try Self.requestClass(cluster, cpu: 8, memoryMiB: 16_000, cores: 100)
        plain = try Self.requestClass(cluster, cpu: 4)
    }

    private static func requestClass(
        _ cluster: Fleet, cpu: Int64, memoryMiB: Int64 = 0, cores: Int64 = 0
    ) throws -> RequestClass {
        var container = Container(name: "main")
        container.requests["cpu"] = Quantity(integer: cpu)
        if cores > 0 {
            container.limits["nvidia.com/gpu"] = Quantity(integer: 1)
            container.limits["nvidia.com/gpumem"] = Quantity(integer: memoryMiB)
            container.limits["nvidia.com/gpucores"] = Quantity(integer: cores)
        }
        let pod = Pod(metadata: ObjectMeta(name: "", namespace: "default"), containers: [container])
        let key = try cluster.classKey(
            of: pod, requests: cluster.catalog.requests(of: pod, state: cluster.state), defaults: SchedulingDefaults())
        return cluster.requestClass(key)
    }

    private func occupy(_ device: Int, memoryMiB: Int32, cores: Int32, slots: Int32 = 1) {
        var effect = DeviceEffect.usage(device: device, slots: slots, memoryMiB: memoryMiB, cores: cores)
        effect.vendor = vendor.rawValue
        _ = cluster.addResident(node: 0, effects: [effect], namespace: -1, resources: .none, extended: [])
    }

    @Test func partsAreTheLargerShare() {
        let table = cluster.table
        #expect(DeviceShares.part(memoryMiB: 4000, cores: 50, of: 0, table) == 500)
        #expect(DeviceShares.part(memoryMiB: 12_001, cores: 50, of: 0, table) == 751)
        #expect(DeviceShares.part(memoryMiB: 20_000, cores: 0, of: 0, table) == 1250)
        // A third of the slots, rounded up.
        #expect(DeviceShares.part(memoryMiB: 0, cores: 0, of: 0, table) == 334)
    }

    @Test func freePartsAreTheScarcer() {
        occupy(0, memoryMiB: 4000, cores: 50)
        occupy(1, memoryMiB: 12_000, cores: 10)
        #expect(DeviceShares.free(0, memoryMiB: 0, cores: 0, slots: 0, cluster.table) == 500)
        #expect(DeviceShares.free(1, memoryMiB: 0, cores: 0, slots: 0, cluster.table) == 250)
        #expect(DeviceShares.free(1, memoryMiB: 4000, cores: 0, slots: 1, cluster.table) == 0)
        // No slot is left whatever memory there is.
        occupy(0, memoryMiB: 0, cores: 0, slots: 2)
        #expect(DeviceShares.free(0, memoryMiB: 0, cores: 0, slots: 0, cluster.table) == 0)
    }

    @Test func viewShowsWhatHAMiTakes() {
        occupy(0, memoryMiB: 4000, cores: 50)
        var trial = ShareTrial(cluster: cluster)
        let fits = trial.fits(half, row: 0)
        #expect(fits)
        let view = trial.view(of: half)
        #expect(view.request.devices == 1 && view.request.milliPerDevice == 500 && view.request.totalMilli == 500)
        #expect(view.node.idleMilli == 1500 && view.node.wholeDevices == 1)
        // HAMi spreads over devices by default.
        #expect(view.taken == 0b10)
        #expect(view.largest == LargestMachine(cpuMilli: 64_000, deviceMilli: 2000))
        // 100 x (1 - (0.5 x 60/64 + 0.5 x 1000/2000)) = 28.1; 100 x (1 - (1 x 4/64 + 0.75 x 0.25) / 2) = 87.5
        #expect(BestFit().score(half, trial) == 28)
        #expect(DotProd().score(half, trial) == 87)
        // One whole device is opened: 50 - 1.
        #expect(GpuPacking().score(half, trial) == 49)
        // The resident holds half a device as well: 25 x (2000 - 1500) / 2000 + 75.
        #expect(GpuClustering().score(half, trial) == 81)
        let plainFits = trial.fits(plain, row: 0)
        #expect(plainFits && GpuPacking().score(plain, trial) == 0)
    }

    /// Three pods of half a device, one of a whole one, as in the scores in thousandths.
    @Test func fragmentationIsWeighedAsInThousandths() {
        var counts = Array(repeating: 0, count: plain.id + 1)
        counts[half.id] = 3
        counts[whole.id] = 1
        for usesTables in [false, true] {
            var fgd = FGDShares(counts, cluster, usesTables: usesTables)
            var trial = ShareTrial(cluster: cluster)
            // F rises from 0 to 0.25 x 500.
            _ = trial.fits(half, row: 1)
            #expect(fgd.score(half, trial) == 46)
            _ = trial.fits(plain, row: 1)
            #expect(fgd.score(plain, trial) == 50)
        }
    }

    /// To pods of another vendor all that is idle is fragmented.
    @Test func foresightDecidesManyCoresFirst() {
        let policy = ShareForesight(cluster, usesTables: false)
        var order = RoundOrder()
        let round = [plain.id, half.id, whole.id, half.id].map { Int32($0) }
        round.withUnsafeBufferPointer { order.arrange($0, cluster, rank: nil) }
        #expect(order.places == [0, 1, 2, 3])
        round.withUnsafeBufferPointer { order.arrange($0, cluster, rank: policy.rank) }
        #expect(order.places == [2, 1, 3, 0])
    }

    @Test func otherVendorsCannotUseADevice() throws {
        let hygon = try #require(cluster.catalog.id(ofWord: "DCU"))
        var container = Container(name: "main")
        container.limits[cluster.catalog[hygon].resources.count] = Quantity(integer: 1)
        container.limits[cluster.catalog[hygon].resources.cores] = Quantity(integer: 50)
        let pod = Pod(metadata: ObjectMeta(name: "", namespace: "default"), containers: [container])
        let key = try cluster.classKey(
            of: pod, requests: cluster.catalog.requests(of: pod, state: cluster.state), defaults: SchedulingDefaults())
        let other = cluster.requestClass(key)
        var counts = Array(repeating: 0, count: other.id + 1)
        counts[half.id] = 1
        counts[other.id] = 1
        let workload = ShareWorkload(counts: counts, cluster)
        let fragmentation = ShareFragmentation(workload, cluster, usesTables: true)
        #expect(fragmentation.total(row: 0) == 1000)
    }

    @Test func tooManyDevicesAreNamed() throws {
        var node = Node(metadata: ObjectMeta(name: "large"))
        node.allocatable = ["pods": Quantity(integer: 100)]
        let records = cluster.catalog[vendor].syntheticDevices(
            SyntheticDeviceGroup(
                nodeName: "large", model: "NVIDIA-X", devices: 65, slots: 1, memoryMiB: 1000, cores: 100, numaNodes: 1))
        cluster.register(node, records: records.map { (vendor, $0) })
        let problem = try #require(PlacementPolicy.gpuPacking.problem(with: cluster))
        #expect(problem.description == "node large has 65 devices; GpuPacking works on at most 64")
        #expect(PlacementPolicy.fgd.problem(with: cluster) == nil)
    }
}
