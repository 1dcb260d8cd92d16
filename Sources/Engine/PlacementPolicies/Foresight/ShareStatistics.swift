import DeviceTable
import PackingBound
import PlacementEngine
import PlacementModel
import VendorCatalog

/// What foresight expects on fleets whose devices have slots, memory and cores: worth of free parts by device type, CPU by
/// vendor, what the pods cannot use, and which types are scarce.
///
/// Parts of devices are those of ``DeviceShares``; requests are rounded up to hundredths. Prices of parts are then those of
/// ``ForesightStatistics``, for each device type from the requests to its vendor.
/// - Units: CPU milli; thousandths of a device for parts, millionths for values.
struct ShareStatistics {
    /// What the requests to one vendor say.
    private struct VendorDemand {
        var requests: [(request: DeviceRequest, count: Int64)] = []
        var cpu: [(cpuMilli: Int64, milli: Int64, count: Int64)] = []
    }

    /// By device type symbol: worth of a free part, 0 to 1000.
    private var values: [Int: [Int32]] = [:]
    /// By vendor id.
    private let shortages: [CPUShortage?]
    private let balance: ShareBalance
    private let fragmentation: ShareFragmentation

    /// - Parameters:
    ///   - counts: pods by class.
    ///   - usesTables: see ``ShareFragmentation``.
    init(counts: [Int], _ cluster: Fleet, usesTables: Bool) {
        let table = cluster.table
        // A device of each type, the first in the table, stands for all.
        var examples: [(type: Int, device: Int)] = []
        var known: Set<Int> = []
        for device in 0..<table.deviceRowCount where known.insert(Int(table.type[device])).inserted {
            examples.append((Int(table.type[device]), device))
        }
        var demands = Array(repeating: VendorDemand(), count: cluster.catalog.vendors.count)
        for (id, count) in counts.enumerated() where count > 0 {
            let requestClass = cluster.classes[id]
            for place in 0..<requestClass.requestCount {
                let request = requestClass.requests[place]
                if request.devices > 0 { demands[request.vendor.index].requests.append((request, Int64(count))) }
            }
            guard requestClass.requestCount == 1, requestClass.requests[0].devices > 0 else { continue }
            let request = requestClass.requests[0]
            guard let example = examples.first(where: { table.vendor[$0.device] == request.vendor.rawValue }) else {
                continue
            }
            // At most 1000 thousandths of less than 2^14 devices.
            let milli = Int64(Self.part(of: request, on: example.device, table)) * Int64(request.devices)
            demands[request.vendor.index].cpu.append((requestClass.resources.cpuMilli, milli, Int64(count)))
        }
        balance = ShareBalance(counts: counts, examples: examples, cluster)
        fragmentation = ShareFragmentation(
            ShareWorkload(counts: counts, cluster), cluster, usesTables: usesTables)
        let idleMax = cluster.devicesPerNodeMax * 1000
        shortages = demands.map { demand in
            if demand.cpu.isEmpty { return nil }
            var counts: [WorkloadShape: Int] = [:]
            for (cpuMilli, milli, count) in demand.cpu where milli > 0 {
                // A pod of several devices counts as whole ones.
                let devices = Int32(max((milli + 999) / 1000, 1))
                let shape = WorkloadShape(
                    cpuMilli: cpuMilli, milliPerDevice: Int32(milli) / devices, devices: devices)
                counts[shape, default: 0] += Int(count)
            }
            return CPUShortage(ForesightStatistics(counts: counts), idleMaxMilli: idleMax)
        }
        for (type, device) in examples {
            var slices: [Int32: Int64] = [:]
            for (request, count) in demands[Int(table.vendor[device])].requests {
                let part = Self.part(of: request, on: device, table)
                if part > 0 && part < 1000 { slices[part, default: 0] += count * Int64(request.devices) }
            }
            values[type] = Self.values(slices)
        }
    }

    private static func values(_ slices: [Int32: Int64]) -> [Int32] {
        let demand = slices.sorted { $0.key < $1.key }.map { SliceDemand(milli: $0.key, count: $0.value) }
        // Without slices only whole devices are asked; a part is then worth what it may save, its size.
        guard !demand.isEmpty, let stock = try? CuttingStock(demand) else { return (0...1000).map { Int32($0) * 1000 } }
        return stock.values.map { Int32(Int64($0) * ForesightStatistics.deviceMicro / Int64(CuttingStock.unit)) }
    }

    /// Thousandths of a device that a request takes, rounded up to a hundredth. - Complexity: O(1)
    static func part(of request: DeviceRequest, on device: Int, _ table: DeviceTable) -> Int32 {
        func share(_ asked: Int32, _ total: Int32) -> Int64 {
            total > 0 ? (Int64(max(asked, 0)) * 100 + Int64(total) - 1) / Int64(total) * 10 : 0
        }
        let memory = share(request.memory(ofTotal: table.totalMemoryMiB[device]), table.totalMemoryMiB[device])
        return Int32(min(max(memory, share(request.cores, table.totalCores[device]), 10), 1000))
    }

    /// What a node's free parts are worth with some usage on top, less what CPU shortage is expected to strand.
    func potential(node: Int, usages: [CollapsedUsage], cpuMilli: Int64, _ table: DeviceTable) -> Int64 {
        let devices = table.devices(of: node)
        var value: Int64 = 0
        var idle: Int32 = 0
        var vendor = -1
        for device in devices {
            let free = DeviceShares.free(device, place: device - devices.lowerBound, after: usages, table)
            if let values = values[Int(table.type.base[device])] { value += Int64(values[Int(free)]) }
            idle += free
            vendor = Int(table.vendor.base[device])
        }
        guard vendor >= 0, let shortage = shortages[vendor] else { return value }
        let cpuLeft = table.free.base[node].cpuMilli - cpuMilli
        return value - shortage.strandedMicro(idleMilli: idle, cpuLeftMilli: cpuLeft)
    }

    /// What it costs, in millionths of a device, that some usage takes devices of dear types.
    func price(node: Int, usages: [CollapsedUsage], _ table: DeviceTable) -> Int64 {
        let first = Int(table.heads.base[node].firstDevice)
        var price: Int64 = 0
        for usage in usages {
            let device = first + Int(usage.device)
            let micro = balance.priceMicro[Int(table.type.base[device])]
            if micro == 0 { continue }
            let part = DeviceShares.part(memoryMiB: usage.memoryMiB, cores: usage.cores, of: device, table)
            price += micro * Int64(part) / 1000
        }
        return price
    }

    /// What the fragmentation of a node that the pods seen so far cannot use is put at, in millionths of a device.
    func fragmented(node: Int, usages: [CollapsedUsage] = [], cpuMilli: Int64 = 0) -> Int64 {
        let milli = fragmentation.total(row: node, after: usages, cpuMilli: cpuMilli)
        return Int64(milli.rounded()) * (ForesightStatistics.deviceMicro / 1000)
    }
}
