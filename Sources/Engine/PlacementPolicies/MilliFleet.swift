import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// The fleet in rank order, mirrored into compact rows for the policies over devices in thousandths.
///
/// ```
/// nodes      one MilliNode a position; the smallest rank comes first, so the first best node wins ties
/// left       devicesMax numbers a position
/// position   by node row
/// ```
final class MilliFleet {
    /// Models that a request's bits can name.
    static let modelsMax = 64
    /// Devices of a node that a bit set holds.
    static let devicesMax = 64

    let cluster: Fleet
    let vendor: VendorID
    let count: Int
    let nodes: UnsafeMutablePointer<MilliNode>
    /// Numbers a node has room for in `left`.
    private let stride: Int
    private let left: UnsafeMutablePointer<Int32>
    private let positionOfRow: UnsafeMutablePointer<Int32>
    private let affinities: AffinityLedger
    private var effects: [DeviceEffect] = []

    /// - Precondition: ``check(_:)`` found nothing.
    /// - Complexity: O(n log n) in nodes, linear in devices and residents.
    /// - Parameter tracksAffinities: whether `residents` follows the cluster from now on; one fleet at a time can.
    init(cluster: Fleet, ranks: [Int32]?, tracksAffinities: Bool = true) {
        self.cluster = cluster
        vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord) ?? VendorID(0)
        let table = cluster.table
        count = table.nodeRowCount
        nodes = .allocate(capacity: max(count, 1))
        positionOfRow = .allocate(capacity: max(count, 1))
        stride = max(cluster.devicesPerNodeMax, 1)
        left = .allocate(capacity: max(count, 1) * stride)
        left.initialize(repeating: 0, count: max(count, 1) * stride)
        affinities = AffinityLedger(nodes: count)
        let order = RankOrder(ranks, nodes: count)
        for (position, row) in order.rows.enumerated() {
            (nodes + position).initialize(
                to: MilliNode(row: row, left: left + position * stride, residents: affinities.counters(of: Int(row))))
            (positionOfRow + Int(row)).initialize(to: Int32(position))
        }
        if tracksAffinities { cluster.track(affinities) }
        for position in 0..<count { load(position) }
        effects.reserveCapacity(Self.devicesMax)
    }

    deinit {
        nodes.deallocate()
        left.deallocate()
        positionOfRow.deallocate()
    }

    @inline(__always)
    func position(ofRow row: Int) -> Int { Int(positionOfRow[row]) }

    /// Thousandths of all devices of a node, taken or not.
    func deviceMilli(_ position: Int) -> Int64 {
        Int64(nodes[position].deviceCount) * Int64(MilliNode.deviceMilli)
    }

    /// Thousandths of all devices of the fleet.
    var totalMilli: Int64 { (0..<count).reduce(0) { $0 + deviceMilli($1) } }

    /// Reads a node's state from the table. - Complexity: O(devices)
    func load(_ position: Int) {
        let table = cluster.table
        let row = Int(nodes[position].row)
        let first = Int(table.heads.base[row].firstDevice)
        let count = Int(table.heads.base[row].deviceCount)
        precondition(count <= stride, "a node has no more devices than when the fleet was read")
        let node = nodes + position
        node.pointee.deviceCount = Int32(count)
        node.pointee.model = count > 0 ? table.mode.base[first] : -1
        for device in 0..<count {
            let usable = table.usable.base[first + device] != 0
            // Of 1000 thousandths at most as many are used.
            node.pointee.left[device] =
                usable ? table.totalCores.base[first + device] - table.usedCores.base[first + device] : 0
        }
        let free = table.free.base[row]
        node.pointee.cpuLeftMilli = free.cpuMilli
        node.pointee.memoryLeftBytes = free.memoryBytes
        node.pointee.podsLeft = free.pods
        let isPlain = table.nodes[row].taints.isEmpty && !table.nodes[row].isUnschedulable
        node.pointee.needsFilters = !isPlain || !table.heads.base[row].flags.contains(.alive)
        node.pointee.summarise()
    }

    /// Why the policies cannot work on a fleet; nil = they can.
    static func check(_ cluster: Fleet) -> PolicyError? {
        let table = cluster.table
        let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord)
        for row in 0..<table.nodeRowCount {
            let devices = table.devices(of: row)
            let name = table.nodes[row].name
            if devices.count > devicesMax {
                return PolicyError(description: "node \(name) has more than \(devicesMax) devices")
            }
            for device in devices {
                if VendorID(Int(table.vendor[device])) != vendor || table.totalCores[device] != MilliNode.deviceMilli {
                    return PolicyError(
                        description: "node \(name) has devices that are not in thousandths (\(VendorCatalog.milliWord))"
                    )
                }
                if table.mode[device] != table.mode[devices.lowerBound] {
                    return PolicyError(description: "node \(name) mixes device models")
                }
            }
        }
        if table.modes.count > modelsMax {
            return PolicyError(description: "the fleet has more than \(modelsMax) device models")
        }
        return nil
    }

    /// Makes a pod resident on a node and updates the node.
    ///
    /// - Parameter shareDevice: the device of a pod that shares one; not read otherwise. Others get the first devices in
    ///   order that have what they ask.
    /// - Complexity: O(devices), no allocation in steady state.
    /// - Source: fgd.md section 6
    func commit(
        _ requestClass: RequestClass, _ request: MilliRequest, position: Int, shareDevice: Int,
        into result: inout RoundResult
    ) -> Outcome {
        let node = nodes + position
        let row = Int(node.pointee.row)
        effects.removeAll(keepingCapacity: true)
        let firstResult = result.devices.count
        if request.isShare {
            take(shareDevice, request, node, &result)
        } else {
            var missing = request.devices
            var device = 0
            while missing > 0 {
                while missing > 0 && node.pointee.left[device] >= request.milliPerDevice {
                    take(device, request, node, &result)
                    missing -= 1
                }
                device += 1
            }
        }
        let resident = cluster.addResident(
            node: row, effects: effects, namespace: requestClass.namespace, resources: requestClass.resources,
            extended: requestClass.extended, podKind: requestClass.podKind)
        let free = cluster.table.free.base[row]
        node.pointee.cpuLeftMilli = free.cpuMilli
        node.pointee.memoryLeftBytes = free.memoryBytes
        node.pointee.podsLeft = free.pods
        if request.asksForDevices { node.pointee.summarise() }
        return Outcome(
            node: Int32(row), firstDevice: Int32(firstResult), deviceCount: request.devices, resident: resident)
    }

    @inline(__always)
    private func take(
        _ device: Int, _ request: MilliRequest, _ node: UnsafeMutablePointer<MilliNode>, _ result: inout RoundResult
    ) {
        node.pointee.left[device] -= request.milliPerDevice
        let first = Int(cluster.table.heads.base[Int(node.pointee.row)].firstDevice)
        var effect = DeviceEffect.usage(device: first + device, slots: 1, memoryMiB: 0, cores: request.milliPerDevice)
        effect.vendor = vendor.rawValue
        effects.append(effect)
        result.devices.append(
            AllocatedDevice(
                device: Int32(device), memoryMiB: 0, cores: request.milliPerDevice, container: 0,
                vendor: vendor.rawValue))
    }
}
