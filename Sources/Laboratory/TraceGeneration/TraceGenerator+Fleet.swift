import PlacementEngine
import PlacementModel
import TraceModel
import VendorCatalog

extension TraceGenerator {
    /// A vendor of the options: every device type and model that goes by its key.
    struct Pool {
        var key: String
        var weight: Int
        var kinds: [(vendor: VendorID, model: TraceDeviceModel)]
    }

    static let zones = 4
    static let zoneLabel = "topology.kubernetes.io/zone"

    /// Finds the device types behind the keys.
    func pools() throws(GeneratorError) -> [Pool] {
        var pools: [Pool] = []
        for (key, weight) in options.vendors {
            var kinds: [(vendor: VendorID, model: TraceDeviceModel)] = []
            for id in catalog.ids where catalog[id].traceProfile.key == key {
                for model in catalog[id].traceProfile.models { kinds.append((id, model)) }
            }
            guard !kinds.isEmpty else {
                let keys = Set(catalog.vendors.map(\.traceProfile.key)).sorted().joined(separator: ", ")
                throw GeneratorError("vendor \"\(key)\" is unknown; known are \(keys)")
            }
            guard !pools.contains(where: { $0.key == key }) else { throw GeneratorError("vendor \(key) stands twice") }
            pools.append(Pool(key: key, weight: weight, kinds: kinds))
        }
        return pools
    }

    /// Nodes in random order, each with devices of one model; a vendor's models take turns.
    func fleet(_ pools: [Pool]) -> [NodeDraft] {
        var drafts: [NodeDraft] = []
        let shares = Self.apportion(options.nodes, weights: pools.map(\.weight))
        for (place, pool) in pools.enumerated() {
            for number in 0..<shares[place] {
                let kind = pool.kinds[number % pool.kinds.count]
                drafts.append(NodeDraft(node: node(pool, kind), pool: place))
            }
        }
        var generator = stream(.fleet)
        generator.shuffle(&drafts)
        for number in drafts.indices {
            drafts[number].node.name = "node-" + Self.padded(number, count: drafts.count)
            drafts[number].node.labels[Self.zoneLabel] = "zone-\(number % Self.zones + 1)"
        }
        return drafts
    }

    private func node(_ pool: Pool, _ kind: (vendor: VendorID, model: TraceDeviceModel)) -> TraceNode {
        let devices = options.devicesPerNode ?? kind.model.devicesPerNode
        // 24 CPUs and 192 GiB a device, as in common eight-device servers.
        var node = TraceNode(
            name: "", cpuMilli: Int64(devices) * 24_000, memoryMiB: Int64(devices) * 196_608,
            podsMax: Int64(max(110, devices * 32)))
        node.labels["accelerator"] = pool.key
        node.groups = [
            TraceDeviceGroup(
                vendor: catalog[kind.vendor].commonWord, model: kind.model.name, devices: devices,
                slots: kind.model.slots, memoryMiB: kind.model.memoryMiB, cores: kind.model.cores,
                numaNodes: min(kind.model.numaNodes, devices))
        ]
        return node
    }
}
