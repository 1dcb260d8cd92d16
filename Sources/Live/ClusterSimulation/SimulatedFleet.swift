import BulkJSON
import DeviceTable
import PlacementModel
import PretendCluster
import SeededNumbers
import VendorCatalog

/// A made-up fleet and what made-up pods ask of it: the vendors of the catalogue whose plugins work through a lock with an
/// owner, and some of the others.
struct SimulatedFleet {
    /// What a device can give.
    struct Device {
        var slots: Int64
        var memoryMiB: Int64
        var cores: Int64
    }

    let catalog: VendorCatalog
    private(set) var nodes: [JSON] = []
    /// By node, in the order of ``nodes``: the plugins of its kubelet.
    private(set) var plugins: [[DevicePlugin]] = []
    /// By vendor and device id.
    private(set) var devices: [String: Device] = [:]
    /// What pods may ask: limits by resource, the vendor's first.
    private(set) var asks: [[(resource: String, amount: Int64)]] = []

    /// - Parameter generator: decides vendors, models and sizes.
    init(nodes count: Int, catalog: VendorCatalog, using generator: inout SeededGenerator) {
        self.catalog = catalog
        let locked = catalog.vendors.filter { $0.nodeLock?.namesOwner == true && !$0.resources.memory.isEmpty }
        let others = catalog.vendors.filter { $0.nodeLock == nil && !$0.resources.memory.isEmpty }
        var vendors = [locked[generator.below(locked.count)]]
        if generator.isTrue(0.4) { vendors.append(others[generator.below(others.count)]) }
        for number in 0..<count {
            let vendor = vendors[generator.below(vendors.count)]
            let model = vendor.traceProfile.models[0]
            add(vendor, model, name: "n\(number)", devices: [1, 2, 4, 8][generator.below(4)])
        }
        for vendor in vendors {
            let model = vendor.traceProfile.models[0]
            for (devices, share, cores) in [(1, 250, 25), (1, 500, 50), (1, 200, 0), (1, 1000, 0), (2, 1000, 0)] {
                let ask = TraceAsk(devices: devices, memoryShareMilli: share, corePercent: cores)
                asks.append(vendor.traceLimits(for: ask, on: model).map { ($0.resource, $0.amount) })
            }
        }
    }

    private mutating func add(_ vendor: any Vendor, _ model: TraceDeviceModel, name: String, devices count: Int) {
        let amounts: [String: Quantity] = [
            "cpu": Quantity(integer: 64), "memory": Quantity(integer: 1 << 39), "pods": Quantity(integer: 110),
        ]
        var node = Node(metadata: ObjectMeta(name: name), capacity: amounts, allocatable: amounts)
        let group = SyntheticDeviceGroup(
            nodeName: name, model: model.name, devices: count, slots: model.slots, memoryMiB: model.memoryMiB,
            cores: model.cores)
        vendor.advertise(vendor.syntheticDevices(group), on: &node)
        let parser = JSONParser()
        let found = (try? vendor.discover(on: node, state: ProcessState(), parser: parser)) ?? []
        for device in found {
            devices[Self.key(vendor.commonWord, device.id)] = Device(
                slots: Int64(device.slots), memoryMiB: Int64(device.memoryMiB), cores: Int64(device.cores))
        }
        nodes.append(Self.json(of: node))
        guard let lock = vendor.nodeLock, lock.namesOwner else { return plugins.append([]) }
        plugins.append([
            DevicePlugin(
                commonWord: vendor.commonWord, countResource: vendor.resources.count,
                toAllocate: vendor.annotations.toAllocate, lock: lock.key)
        ])
    }

    static func key(_ word: String, _ device: String) -> String { "\(word) \(device)" }

    private static func json(of node: Node) -> JSON {
        func texts(_ pairs: [(String, String)]) -> JSON {
            .object(
                JSONObject(
                    pairs.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map { ($0.0, JSON.string($0.1)) }))
        }
        let amounts = texts(node.capacity.map { ($0.key, $0.value.canonical) })
        return [
            "metadata": [
                "name": .string(node.metadata.name),
                "annotations": texts(node.metadata.annotations.map { ($0.key, $0.value) }),
                "labels": texts(node.metadata.labels.map { ($0.key, $0.value) }),
            ],
            "status": ["capacity": amounts, "allocatable": amounts],
        ]
    }

    /// A pod for the scheduler that is tried.
    func pod(ask: Int, runSeconds: Int, priority: Int64 = 0) -> JSON {
        var limits = JSONObject()
        for (resource, amount) in asks[ask % asks.count] { limits[resource] = .string(String(amount)) }
        limits["cpu"] = "500m"
        var pod: JSON = [
            "metadata": [:],
            "spec": [
                "schedulerName": "berth-scheduler",
                "containers": [["name": "main", "image": "i", "resources": ["limits": .object(limits)]]],
            ],
        ]
        if runSeconds > 0 {
            pod[path: ["metadata", "annotations", PretendCluster.runSecondsAnnotation]] = .string(String(runSeconds))
        }
        return pod
    }
}
