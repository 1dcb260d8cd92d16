import PlacementEngine
import PlacementModel
import TraceModel
import VendorCatalog

/// What the pods of each shape ask, measured in devices, so that different vendors and shares add up.
///
/// A request asks of each of its devices the larger of its memory and its cores, as a share of the vendor's mean device in
/// this fleet, at most a whole device; where it states neither, a slot's share.
/// - Units: thousandths of a device (milli).
struct DemandTable {
    /// One request of a shape, for the question whether devices could take it.
    struct Part: Hashable {
        var vendor: UInt8
        var devices: Int32
        var memoryMiB: Int32
        var memoryPercent: Int32
        var cores: Int32
        var cpuMilli: Int64
        var podMemoryMiB: Int64
    }

    /// By shape; 0 for pods without devices.
    private(set) var milli: [Int64] = []
    /// By shape.
    private(set) var parts: [[Part]] = []

    /// - Complexity: O(shapes x vendors + devices)
    init(_ pods: TracePods, cluster: Fleet) {
        let means = VendorMeans(cluster)
        for shape in pods.shapes {
            let requests = cluster.catalog.requests(of: pods.pod(of: shape), state: cluster.state).joined()
            milli.append(requests.reduce(0) { $0 + means.milli(of: $1) })
            parts.append(
                requests.map {
                    Part(
                        vendor: $0.vendor.rawValue, devices: $0.devices, memoryMiB: $0.memoryMiB,
                        memoryPercent: $0.memoryPercent, cores: $0.cores, cpuMilli: shape.cpuMilli,
                        podMemoryMiB: shape.memoryMiB)
                })
        }
    }
}

/// Totals of a fleet's devices by vendor.
struct VendorMeans {
    private var devices: [Int64]
    private var memoryMiB: [Int64]
    private var cores: [Int64]
    private var slots: [Int64]

    init(_ cluster: Fleet) {
        let table = cluster.table
        devices = Array(repeating: 0, count: cluster.catalog.vendors.count)
        memoryMiB = devices
        cores = devices
        slots = devices
        for device in 0..<table.deviceRowCount {
            let vendor = Int(table.vendor[device])
            devices[vendor] += 1
            memoryMiB[vendor] += Int64(table.totalMemoryMiB[device])
            cores[vendor] += Int64(table.totalCores[device])
            slots[vendor] += Int64(table.slots[device])
        }
    }

    /// Thousandths of the mean device that an amount is. 128 bits hold any product of an amount, a thousand and the devices.
    static func milli(_ amount: Int32, of total: Int64, over devices: Int64) -> Int64 {
        Int64(clamping: Int128(amount) * 1000 * Int128(devices) / Int128(total))
    }

    func milli(of request: DeviceRequest) -> Int64 {
        let vendor = request.vendor.index
        let count = max(devices[vendor], 1)
        func part(_ amount: Int32, of total: Int64) -> Int64 { Self.milli(amount, of: total, over: count) }
        var share: Int64 = 0
        if request.memoryMiB > 0 {
            share = part(request.memoryMiB, of: max(memoryMiB[vendor], 1))
        } else if request.memoryPercent > 0, request.memoryPercent != DeviceRequest.notGivenPercent {
            share = Int64(request.memoryPercent) * 10
        }
        if cores[vendor] > 0 { share = max(share, part(request.cores, of: cores[vendor])) }
        if share <= 0 { share = 1000 * count / max(slots[vendor], 1) }
        // At most 2^14 devices: below 2^24, and below 2^51 over the pods of a trace.
        return min(share, 1000) * Int64(request.devices)
    }
}
