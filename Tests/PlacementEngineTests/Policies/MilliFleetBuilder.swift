import Testing
import DeviceTable
import PlacementModel
import VendorCatalog

@testable import PlacementEngine

/// A small fleet in thousandths of devices, node by node, and pods for it.
struct MilliFleetBuilder {
    let cluster: Fleet
    private let vendor: VendorID

    init() throws {
        let catalog = try VendorCatalog.forTraces()
        cluster = Fleet(catalog: catalog, order: .asRegistered)
        vendor = try #require(catalog.id(ofWord: VendorCatalog.milliWord))
    }

    func addNode(_ name: String, cpuMilli: Int, devices: Int, model: String, taints: [Taint] = []) throws {
        var node = Node(metadata: ObjectMeta(name: name), taints: taints)
        node.allocatable = [
            "cpu": try Quantity(parsing: "\(cpuMilli)m"), "memory": Quantity(integer: 1 << 38),
            "pods": Quantity(integer: 1001),
        ]
        node.capacity = node.allocatable
        let records = cluster.catalog[vendor].syntheticDevices(
            SyntheticDeviceGroup(
                nodeName: name, model: model, devices: devices, slots: 1000, memoryMiB: 1, cores: 1000, numaNodes: 1))
        cluster.register(node, records: records.map { (vendor, $0) })
    }

    /// Class of a pod. - Parameter models: joined by `|`
    func requestClass(
        cpuMilli: Int, devices: Int = 0, milli: Int = 0, models: String = "", memoryMiB: Int = 0
    ) throws -> Int32 {
        var container = Container(name: "main")
        container.requests["cpu"] = try Quantity(parsing: "\(cpuMilli)m")
        container.requests["memory"] = Quantity(integer: Int64(memoryMiB) << 20)
        let vendor = cluster.catalog[vendor]
        if devices > 0 {
            container.limits[vendor.resources.count] = Quantity(integer: Int64(devices))
            container.limits[vendor.resources.cores] = Quantity(integer: Int64(milli))
        }
        var pod = Pod(metadata: ObjectMeta(name: "", namespace: "default"), containers: [container])
        if !models.isEmpty { pod.metadata.annotations[vendor.annotations.useType] = models }
        let key = try cluster.classKey(
            of: pod, requests: cluster.catalog.requests(of: pod, state: cluster.state), defaults: SchedulingDefaults())
        return Int32(cluster.requestClass(key).id)
    }
}
