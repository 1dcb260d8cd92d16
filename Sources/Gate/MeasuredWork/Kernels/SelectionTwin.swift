import PlacementKernels
import PlacementModel

/// One request's devices on a node, by the short scan and by sorting the whole list as HAMi does.
///
/// Not thread-safe: it keeps room for one node.
final class SelectionTwin: @unchecked Sendable {
    private let request: StandardScanRequest
    private let taken: UnsafeMutablePointer<ScanCandidate>
    private let list: UnsafeMutableBufferPointer<Int32>
    private let scores: UnsafeMutablePointer<Float>
    private let numa: UnsafeMutablePointer<Int>
    private let index: UnsafeMutablePointer<UInt64>

    init() {
        let asked = DeviceRequest(
            vendor: VendorID(0), devices: 2, memoryMiB: 8192, memoryPercent: DeviceRequest.notGivenPercent, cores: 30)
        request = StandardScanRequest(
            request: asked, cores: 30, flatMemoryMiB: 0, flatCores: 0, checks: [.slots, .capacity], order: .binpack,
            weights: .equal)
        let room = standardScanDevicesMax + 1
        taken = .allocate(capacity: room)
        list = .allocate(capacity: room)
        list.initialize(repeating: 0)
        scores = .allocate(capacity: room)
        numa = .allocate(capacity: room)
        index = .allocate(capacity: room)
        scores.initialize(repeating: 0, count: room)
        numa.initialize(repeating: 0, count: room)
        index.initialize(repeating: 0, count: room)
    }

    deinit {
        taken.deallocate()
        list.deallocate()
        scores.deallocate()
        numa.deallocate()
        index.deallocate()
    }

    /// - Returns: the devices taken as bits in order, 0 when there are too few.
    static func scan(_ twin: SelectionTwin, _ columns: NodeColumns) -> UInt64 {
        let count = standardScan(twin.request, columns, taken: twin.taken)
        var result: UInt64 = 0
        for place in 0..<count { result = result << 8 | UInt64(twin.taken[place].device + 1) }
        return result
    }

    /// The plain meaning: score all devices, sort, take from the end what passes.
    static func sorted(_ twin: SelectionTwin, _ columns: NodeColumns) -> UInt64 {
        let asked = twin.request.request
        for device in 0..<columns.count {
            let total = device * columns.stride
            twin.list[device] = Int32(device)
            twin.numa[device] = Int(columns.attributes[device] & 0xffff)
            twin.scores[device] = deviceScore(
                used: columns.used[device] + 1, slots: columns.slots[total],
                usedCores: columns.usedCores[device] + asked.cores, totalCores: columns.totalCores[total],
                usedMemoryMiB: columns.usedMemoryMiB[device] + asked.memoryMiB,
                totalMemoryMiB: columns.totalMemoryMiB[total], slotWeight: 1, coreWeight: 1, memoryWeight: 1)
        }
        goSort(
            UnsafeMutableBufferPointer(rebasing: twin.list[0..<columns.count]),
            by: DeviceOrder(
                policy: DevicePolicy("binpack"), score: twin.scores, used: columns.used, numa: twin.numa,
                index: twin.index))
        var result: UInt64 = 0
        var count = 0
        for place in stride(from: columns.count - 1, through: 0, by: -1) where count < asked.devices {
            let device = Int(twin.list[place])
            let total = device * columns.stride
            let freeCores = columns.totalCores[total] - columns.usedCores[device]
            guard columns.attributes[device] >> 31 != 0, columns.slots[total] > columns.used[device],
                columns.totalMemoryMiB[total] - columns.usedMemoryMiB[device] >= asked.memoryMiB,
                freeCores >= asked.cores
            else { continue }
            result = result << 8 | UInt64(device + 1)
            count += 1
        }
        return count == asked.devices ? result : 0
    }
}
