import DeviceTable
import PlacementEngine
import PlacementModel

/// Free memory and cores that the typical requests cannot use.
///
/// Typical of a vendor are the requests its queued pods make most often, until they cover 95 % of them, each with its share
/// of the covered ones as popularity. A device can take a request when it is healthy and has the slot, the memory and the
/// cores that the request asks of one device, enough such devices are on its node, and the node has the CPU, the memory and
/// the pod slot the pod asks. What a device has free is stranded for the requests it cannot take: its free amount times
/// their popularity. Rules of single vendors (topology, exclusive use) are not weighed, so the measure is a lower bound.
/// - Complexity: a measurement is O(devices x typical requests of their vendor).
struct StrandedCapacity {
    /// - Units: memory MiB; cores in the vendors' units.
    struct Amounts {
        var freeMemoryMiB = 0.0
        var strandedMemoryMiB = 0.0
        var freeCores = 0.0
        var strandedCores = 0.0
    }

    private static let coveragePercent = 95
    /// By vendor id, most popular first.
    private var typical: [[(part: DemandTable.Part, popularity: Double)]]

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
            for (part, value) in ordered where covered * 100 < total * Self.coveragePercent {
                covered += value.count
                typical[vendor].append((part, Double(value.count)))
            }
            for place in typical[vendor].indices { typical[vendor][place].popularity /= Double(covered) }
        }
    }

    func measure(_ usage: FleetUsage) -> Amounts {
        var amounts = Amounts()
        for node in 0..<usage.table.nodeRowCount {
            var devices = usage.table.devices(of: node)
            while let first = devices.first {
                // A node's devices stand vendor by vendor.
                let vendor = usage.table.vendor[first]
                let group = devices.prefix { usage.table.vendor[$0] == vendor }
                measure(group, of: Int(vendor), node: node, usage, &amounts)
                devices = group.endIndex..<devices.endIndex
            }
        }
        return amounts
    }

    private func measure(
        _ devices: Range<Int>, of vendor: Int, node: Int, _ usage: FleetUsage, _ amounts: inout Amounts
    ) {
        let table = usage.table
        func freeMemory(_ device: Int) -> Int32 { max(table.totalMemoryMiB[device] &- usage.memoryMiB[device], 0) }
        func freeCores(_ device: Int) -> Int32 { max(table.totalCores[device] &- usage.cores[device], 0) }
        var (memory, cores) = (0.0, 0.0)
        for device in devices {
            memory += Double(freeMemory(device))
            cores += Double(freeCores(device))
        }
        amounts.freeMemoryMiB += memory
        amounts.freeCores += cores
        if memory == 0 && cores == 0 { return }
        for (part, popularity) in typical[vendor] {
            func takes(_ device: Int) -> Bool {
                table.isHealthy(device) && usage.slots[device] < table.slots[device]
                    && Self.memory(part, of: table.totalMemoryMiB[device]) <= freeMemory(device)
                    && part.cores <= freeCores(device)
            }
            let taking = Self.hasRoom(usage.free[node], part) ? devices.count(where: takes) : 0
            if taking >= Int(part.devices) {
                for device in devices where taking < devices.count && !takes(device) {
                    amounts.strandedMemoryMiB += popularity * Double(freeMemory(device))
                    amounts.strandedCores += popularity * Double(freeCores(device))
                }
            } else {
                amounts.strandedMemoryMiB += popularity * memory
                amounts.strandedCores += popularity * cores
            }
        }
    }

    private static func memory(_ part: DemandTable.Part, of totalMiB: Int32) -> Int32 {
        DeviceRequest(
            vendor: VendorID(Int(part.vendor)), devices: part.devices, memoryMiB: part.memoryMiB,
            memoryPercent: part.memoryPercent, cores: part.cores
        ).memory(ofTotal: totalMiB)
    }

    private static func hasRoom(_ free: NodeResources, _ part: DemandTable.Part) -> Bool {
        free.pods > 0 && part.cpuMilli <= max(free.cpuMilli, 0) && part.podMemoryMiB << 20 <= max(free.memoryBytes, 0)
    }
}
