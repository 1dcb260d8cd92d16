import HeapCounters
import PlacementEngine
import PlacementModel
import Testing
import VendorCatalog

/// Placing and removing pods in balance takes no heap memory: counted exactly, by the allocator.
@Suite struct SteadyStateTests {
    private static let words = ["NVIDIA", "MLU", "DCU", "BI-V100", "Mthreads", "GCU"]

    private static func cluster() throws -> Cluster {
        let catalog = try VendorCatalog()
        let cluster = Cluster(catalog: catalog)
        for number in 0..<96 {
            let word = words[number % words.count]
            let vendor = try #require(catalog.id(ofWord: word))
            let name = "n\(number)"
            let group = SyntheticDeviceGroup(
                nodeName: name, model: "", devices: 8, slots: 10, memoryMiB: 32768, cores: 100)
            cluster.register(
                Node(metadata: ObjectMeta(name: name)),
                records: catalog[vendor].syntheticDevices(group).map { (vendor, $0) })
        }
        return cluster
    }

    private static func classIDs(_ cluster: Cluster) throws -> [Int32] {
        var ids: [Int32] = []
        for number in 0..<240 {
            let word = words[number % words.count]
            let vendor = cluster.catalog[try #require(cluster.catalog.id(ofWord: word))]
            var limits = [vendor.resources.count: Quantity(integer: Int64(number % 17 == 0 ? 2 : 1))]
            if !vendor.resources.memory.isEmpty {
                limits[vendor.resources.memory] = Quantity(integer: Int64(4096 / Int(vendor.memoryUnitMiB)))
                limits[vendor.resources.cores] = Quantity(integer: Int64(2 + number % 9))
            }
            let pod = Pod(metadata: ObjectMeta(name: "p\(number)"), containers: [Container(limits: limits)])
            let requests = cluster.catalog.requests(of: pod, state: cluster.state)
            let key = try cluster.classKey(of: pod, requests: requests, defaults: SchedulingDefaults())
            ids.append(Int32(cluster.requestClass(key).id))
        }
        return ids
    }

    @Test func placementsAllocateNothing() throws {
        let cluster = try Self.cluster()
        let ids = try Self.classIDs(cluster)
        let engine = IndexedEngine(cluster: cluster)
        var result = RoundResult()
        var placed = 0
        func round() {
            result.removeAll()
            ids.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
            placed = 0
            for outcome in result.outcomes where outcome.isPlaced {
                cluster.remove(ResidentID(row: outcome.resident))
                placed += 1
            }
        }
        for _ in 0..<40 { round() }
        let spent = HeapCounters.measureAllocations { for _ in 0..<10 { round() } }
        #expect(placed > 150, "the test places pods")
        #expect(spent.allocations == 0, "\(spent.allocations) allocations in \(10 * placed) placements")
    }
}
