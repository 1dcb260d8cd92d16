import BulkJSON
import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

extension Trace {
    /// The fleet of the trace as a cluster without pods; node rows are the trace's.
    ///
    /// Devices of a node stand in the order of their vendors' common words, as HAMi lists them; a decision's device number
    /// counts in this order.
    /// - Throws: ``TraceError`` when the catalogue lacks a vendor.
    /// - Complexity: linear in nodes and devices.
    public func makeCluster(
        catalog: VendorCatalog, profile: CompatibilityProfile = .hami2_10_0
    ) throws(TraceError) -> Fleet {
        let cluster = Fleet(catalog: catalog, profile: profile, order: .asRegistered, parser: JSONParser())
        for node in nodes {
            cluster.register(node.kubernetesNode, records: try node.deviceRecords(catalog: catalog))
        }
        return cluster
    }
}

extension TraceNode {
    /// The node object that stands for this row.
    package var kubernetesNode: Node {
        var node = Node(metadata: ObjectMeta(name: name, labels: labels), taints: taints)
        node.allocatable = [
            "cpu": Quantity.milli(cpuMilli), "memory": Quantity(integer: memoryMiB << 20),
            "pods": Quantity(integer: podsMax),
        ]
        node.capacity = node.allocatable
        return node
    }

    package func deviceRecords(catalog: VendorCatalog) throws(TraceError) -> [(vendor: VendorID, record: DeviceRecord)]
    {
        var records: [(vendor: VendorID, record: DeviceRecord)] = []
        for (number, group) in groups.enumerated() {
            guard let vendor = catalog.id(ofWord: group.vendor) else {
                let words = catalog.vendors.map(\.commonWord).joined(separator: ", ")
                throw TraceError(
                    file: TraceFormat.fleetFile, line: group.line,
                    problem: "vendor \"\(group.vendor)\" is unknown; the catalogue has \(words)")
            }
            let earlier = records.filter { $0.vendor == vendor }.count
            let made = catalog[vendor].syntheticDevices(
                SyntheticDeviceGroup(
                    nodeName: name, model: group.model, devices: group.devices, slots: group.slots,
                    memoryMiB: group.memoryMiB, cores: group.cores, numaNodes: group.numaNodes))
            for var record in made {
                if earlier > 0 {
                    // A second group of a vendor goes on counting where the first stopped.
                    record.id += "-group\(number)"
                    record.index += UInt64(earlier)
                }
                records.append((vendor, record))
            }
        }
        return catalog.ids.flatMap { id in records.filter { $0.vendor == id } }
    }
}

extension Quantity {
    /// Thousandths, exactly.
    static func milli(_ amount: Int64) -> Quantity {
        if amount % 1000 == 0 { return Quantity(integer: amount / 1000) }
        return (try? Quantity(parsing: "\(amount)m")) ?? Quantity(integer: amount / 1000)
    }
}
