import DeviceTable
import PlacementEngine
import PlacementModel
import TraceModel

/// Free memory and cores that the typical requests cannot use.
///
/// Typical of a vendor are the requests its queued pods make most often, until they cover 95 % of them, at most 256, each with
/// its share of the covered ones as popularity. A device can take a request when it is healthy and has the slot, the memory and the
/// cores that the request asks of one device, enough such devices are on its node, and the node has the CPU, the memory and
/// the pod slot the pod asks. What a device has free is stranded for the requests it cannot take: its free amount times
/// their popularity. Rules of single vendors (topology, exclusive use) are not weighed, so the measure is a lower bound.
/// - Complexity: a measurement is O(nodes + devices of changed nodes x typical requests of their vendor).
struct StrandedCapacity {
    /// - Units: memory MiB; cores in the vendors' units.
    struct Amounts {
        var freeMemoryMiB = 0.0
        var strandedMemoryMiB = 0.0
        var freeCores = 0.0
        var strandedCores = 0.0

        static func += (sum: inout Amounts, part: Amounts) {
            sum.freeMemoryMiB += part.freeMemoryMiB
            sum.strandedMemoryMiB += part.strandedMemoryMiB
            sum.freeCores += part.freeCores
            sum.strandedCores += part.strandedCores
        }
    }

    private static let coveragePercent = 95
    private static let typicalMax = 256
    /// By vendor id, most popular first.
    private var typical: [[(part: DemandTable.Part, popularity: Double)]]
    /// By node row, as measured last.
    private var amountsOfNodes: [Amounts] = []

    init(_ pods: TracePods, order: [Int32], demand: DemandTable, vendorCount: Int) {
        typical = Array(repeating: [], count: vendorCount)
        var podsByShape = Array(repeating: 0, count: demand.parts.count)
        for pod in order { podsByShape[Int(pods.shape[Int(pod)])] += 1 }
        var counts: [[DemandTable.Part: (count: Int, first: Int)]] = Array(repeating: [:], count: vendorCount)
        for (shape, parts) in demand.parts.enumerated() where podsByShape[shape] > 0 {
            for part in parts {
                counts[Int(part.vendor)][part, default: (0, shape)].count += podsByShape[shape]
            }
        }
        for vendor in counts.indices {
            let total = counts[vendor].values.reduce(0) { $0 + $1.count }
            // The shape that came first decides among equals, so that nothing depends on how a dictionary lies.
            let ordered = counts[vendor].sorted {
                ($1.value.count, $0.value.first, $0.key.devices, $0.key.cores, $0.key.memoryMiB)
                    < ($0.value.count, $1.value.first, $1.key.devices, $1.key.cores, $1.key.memoryMiB)
            }
            var covered = 0
            for (part, value) in ordered.prefix(Self.typicalMax) where covered * 100 < total * Self.coveragePercent {
                covered += value.count
                typical[vendor].append((part, Double(value.count)))
            }
            for place in typical[vendor].indices { typical[vendor][place].popularity /= Double(covered) }
        }
    }

    /// Looks again at the nodes that `usage` has seen change since the last measurement.
    mutating func measure(_ usage: inout FleetUsage) -> Amounts {
        if amountsOfNodes.count < usage.table.nodeRowCount {
            amountsOfNodes = Array(repeating: Amounts(), count: usage.table.nodeRowCount)
            usage.markAllChanged()
        }
        for node in usage.takeChangedNodes() { amountsOfNodes[node] = measure(node: node, usage) }
        // In the order of nodes, so that the sum does not depend on when a node was looked at.
        return amountsOfNodes.reduce(into: Amounts()) { $0 += $1 }
    }

    private func measure(node: Int, _ usage: FleetUsage) -> Amounts {
        var amounts = Amounts()
        var devices = usage.table.devices(of: node)
        while let first = devices.first {
            // A node's devices stand vendor by vendor.
            let vendor = usage.table.vendor[first]
            let group = devices.prefix { usage.table.vendor[$0] == vendor }
            measure(group, of: Int(vendor), room: usage.free[node], usage, &amounts)
            devices = group.endIndex..<devices.endIndex
        }
        return amounts
    }

    /// What a device has left for requests; `isOpen` = healthy and with a slot.
    private struct FreeDevice {
        var isOpen: Bool
        var memoryMiB: Int32
        var cores: Int32
        var totalMemoryMiB: Int32
    }

    private func measure(
        _ rows: Range<Int>, of vendor: Int, room: NodeResources, _ usage: FleetUsage, _ amounts: inout Amounts
    ) {
        let table = usage.table
        withUnsafeTemporaryAllocation(of: FreeDevice.self, capacity: rows.count) { devices in
            var (memory, cores) = (0.0, 0.0)
            for (place, row) in rows.enumerated() {
                let device = FreeDevice(
                    isOpen: table.isHealthy(row) && usage.slots[row] < table.slots[row],
                    memoryMiB: max(table.totalMemoryMiB[row] &- usage.memoryMiB[row], 0),
                    cores: max(table.totalCores[row] &- usage.cores[row], 0), totalMemoryMiB: table.totalMemoryMiB[row])
                devices[place] = device
                memory += Double(device.memoryMiB)
                cores += Double(device.cores)
            }
            amounts.freeMemoryMiB += memory
            amounts.freeCores += cores
            if memory == 0 && cores == 0 { return }
            for (part, popularity) in typical[vendor] {
                var (taking, leftMemory, leftCores) = (0, 0.0, 0.0)
                if Self.hasRoom(room, part) {
                    for device in devices {
                        let takes =
                            device.isOpen && part.cores <= device.cores
                            && Self.memory(part, of: device.totalMemoryMiB) <= device.memoryMiB
                        if takes { taking += 1; continue }
                        leftMemory += Double(device.memoryMiB)
                        leftCores += Double(device.cores)
                    }
                }
                let isTaken = taking >= Int(part.devices)
                amounts.strandedMemoryMiB += popularity * (isTaken ? leftMemory : memory)
                amounts.strandedCores += popularity * (isTaken ? leftCores : cores)
            }
        }
    }

    @inline(__always)
    private static func memory(_ part: DemandTable.Part, of totalMiB: Int32) -> Int32 {
        if part.memoryMiB > 0 { return part.memoryMiB }
        return DeviceRequest(
            vendor: VendorID(Int(part.vendor)), devices: part.devices, memoryMiB: part.memoryMiB,
            memoryPercent: part.memoryPercent, cores: part.cores
        ).memory(ofTotal: totalMiB)
    }

    private static func hasRoom(_ free: NodeResources, _ part: DemandTable.Part) -> Bool {
        free.pods > 0 && part.cpuMilli <= max(free.cpuMilli, 0) && part.podMemoryMiB << 20 <= max(free.memoryBytes, 0)
    }
}
