import CIntrinsics
public import PlacementModel

// One node, one container, one standard request: which devices, without sorting the list.
//
// HAMi sorts the node's devices and scans from the end, taking what passes. For lists of at most 12 devices the sort is
// stable, so the scan's result is the passing devices by (sort key, NUMA, place) from the greatest down. This kernel
// tests each device once and keeps the best few; only devices that pass pay for a score (three divisions).
// Where all of a node's eight devices are alike they are tested side by side (standardPasses).
// Layout: columns of the table shifted to the node's first device. Bottleneck: the divisions. Twin: FitWorkspace.sort +
// StandardFit.run; compared by decision hash in the engine's tests.

/// Which checks of the standard loop apply; the data of StandardFit as bits.
public struct StandardScanChecks: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let slots = StandardScanChecks(rawValue: 1)
    public static let mutex = StandardScanChecks(rawValue: 2)
    public static let capacity = StandardScanChecks(rawValue: 4)
    public static let idle = StandardScanChecks(rawValue: 8)
    /// No check: every device that passes is given, not only as many as asked.
    public static let givesAll = StandardScanChecks(rawValue: 16)
}

/// What the scan needs of a request, resolved once per request class.
public struct StandardScanRequest: Sendable, BitwiseCopyable {
    public var request: DeviceRequest
    /// `request.cores` after the clamp to 100, where the vendor clamps.
    public var cores: Int32
    public var flatMemoryMiB: Int32
    public var flatCores: Int32
    public var checks: StandardScanChecks
    public var order: DevicePolicy.Order
    public var slotWeight: Float
    public var coreWeight: Float
    public var memoryWeight: Float
    public var vendorBit: UInt64

    public init(
        request: DeviceRequest, cores: Int32, flatMemoryMiB: Int32, flatCores: Int32, checks: StandardScanChecks,
        order: DevicePolicy.Order, weights: DeviceScoringWeights
    ) {
        self.request = request
        self.cores = cores
        self.flatMemoryMiB = flatMemoryMiB
        self.flatCores = flatCores
        self.checks = checks
        self.order = order
        slotWeight = weights.slot
        coreWeight = weights.core
        memoryWeight = weights.memory
        vendorBit = request.vendor.bit
    }

    /// Memory that a device with this total is charged.
    @inline(__always)
    func memoryMiB(ofTotal totalMiB: Int32) -> Int32 {
        checks.contains(.capacity) ? request.memory(ofTotal: totalMiB) : flatMemoryMiB
    }

    /// Cores that each device taken is charged.
    public var chargedCores: Int32 { checks.contains(.capacity) ? cores : flatCores }
}

/// Columns of one node's devices. On a uniform node the totals are one value each, read with stride 0.
public struct NodeColumns: BitwiseCopyable {
    public var used: UnsafePointer<Int32>
    public var usedMemoryMiB: UnsafePointer<Int32>
    public var usedCores: UnsafePointer<Int32>
    /// Bit 31 = usable; low 16 bits order like the NUMA node.
    public var attributes: UnsafePointer<UInt32>
    public var slots: UnsafePointer<Int32>
    public var totalMemoryMiB: UnsafePointer<Int32>
    public var totalCores: UnsafePointer<Int32>
    public var words: UnsafePointer<UInt64>
    public var exactVendor: UnsafePointer<Int16>
    /// 0 on uniform nodes, else 1.
    public var stride: Int
    public var count: Int

    @inlinable
    public init(
        used: UnsafePointer<Int32>, usedMemoryMiB: UnsafePointer<Int32>, usedCores: UnsafePointer<Int32>,
        attributes: UnsafePointer<UInt32>, slots: UnsafePointer<Int32>, totalMemoryMiB: UnsafePointer<Int32>,
        totalCores: UnsafePointer<Int32>, words: UnsafePointer<UInt64>, exactVendor: UnsafePointer<Int16>,
        stride: Int, count: Int
    ) {
        self.used = used
        self.usedMemoryMiB = usedMemoryMiB
        self.usedCores = usedCores
        self.attributes = attributes
        self.slots = slots
        self.totalMemoryMiB = totalMemoryMiB
        self.totalCores = totalCores
        self.words = words
        self.exactVendor = exactVendor
        self.stride = stride
        self.count = count
    }
}

/// A device that passed, with its sort key; the greatest is taken first.
public struct ScanCandidate: BitwiseCopyable {
    public var key: UInt64
    public var device: Int32
    public var memoryMiB: Int32

    public init(key: UInt64, device: Int32, memoryMiB: Int32) {
        self.key = key
        self.device = device
        self.memoryMiB = memoryMiB
    }
}

/// Most devices a list may have for the scan to equal HAMi's sort.
public let standardScanDevicesMax = 12

/// Devices for the request in the order HAMi takes them, or 0 when there are too few; all that pass where the checks say so.
///
/// - Parameters:
///   - columns: at most ``standardScanDevicesMax`` devices, ids distinct.
///   - taken: room for ``standardScanDevicesMax`` candidates; the first ones are the result.
/// - Returns: how many: `request.devices`, all that pass, or 0.
/// - Complexity: O(devices + devices x taken), no allocation.
/// - Source: hami-vendors.md 1.6, 1.7; hami-core.md 4.6, 4.7
public func standardScan(
    _ scan: StandardScanRequest, _ columns: NodeColumns, taken: UnsafeMutablePointer<ScanCandidate>
) -> Int {
    let wanted = Int(scan.request.devices)
    let given = scan.checks.contains(.givesAll) ? columns.count : wanted
    var passed = 0
    var tested: UInt32 = (1 << UInt32(columns.count)) &- 1
    var isDecided = false
    if let passes = standardPasses(scan, columns) {
        if passes.nonzeroBitCount < wanted { return 0 }
        (tested, isDecided) = (passes, true)
    }
    while tested != 0 {
        let device = tested.trailingZeroBitCount
        tested &= tested - 1
        let total = device * columns.stride
        var memoryMiB: Int32 = 0
        if isDecided {
            memoryMiB = scan.memoryMiB(ofTotal: columns.totalMemoryMiB[total])
        } else {
            if columns.words[total] & scan.vendorBit == 0 { continue }
            if standardRefusal(of: device, scan, columns, memoryMiB: &memoryMiB) != nil { continue }
        }
        let key = sortKey(device, scan, columns)
        // Insert by key, greatest first; only the first `given` matter.
        var place = min(passed, given)
        if place == given && place > 0 && key <= taken[place - 1].key {
            passed += 1
            continue
        }
        if place == given { place -= 1 }
        while place > 0 && taken[place - 1].key < key {
            taken[place] = taken[place - 1]
            place -= 1
        }
        taken[place] = ScanCandidate(key: key, device: Int32(truncatingIfNeeded: device), memoryMiB: memoryMiB)
        passed += 1
    }
    return passed >= wanted ? min(passed, given) : 0
}

/// Why the node refuses the request: a bit for each ``RejectionReason`` that Fit would count, none when it fits.
///
/// - Parameter columns: any number of devices; every device is tested, as in a Fit that fails.
/// - Complexity: O(devices), no allocation.
/// - Source: hami-vendors.md 1.7
public func standardRefusals(_ scan: StandardScanRequest, _ columns: NodeColumns) -> NodeVerdict {
    let wanted = Int(scan.request.devices)
    var asked = 0
    var passed = 0
    var verdict = NodeVerdict.fits
    for device in 0..<columns.count where columns.words[device * columns.stride] & scan.vendorBit != 0 {
        asked += 1
        var memoryMiB: Int32 = 0
        if let reason = standardRefusal(of: device, scan, columns, memoryMiB: &memoryMiB) {
            verdict.insert(reason)
        } else {
            passed += 1
        }
    }
    if asked < wanted { return .tooFewDevices }
    if passed >= wanted { return .fits }
    if passed > 0 { verdict.insert(.allocatedCardsInsufficientRequest) }
    return verdict
}

/// The devices that pass all checks, as bits, on a node of eight like devices; nil = on other nodes, and where a number is
/// negative, so that differences might wrap as HAMi's do.
///
/// - Complexity: O(1), at most eight comparisons of eight values
public func standardPasses(_ scan: StandardScanRequest, _ columns: NodeColumns) -> UInt32? {
    if columns.stride != 0 || columns.count != 8 { return nil }
    let (totalMemory, totalCores) = (columns.totalMemoryMiB[0], columns.totalCores[0])
    let memoryMiB = scan.memoryMiB(ofTotal: totalMemory)
    // From here on no difference below leaves 32 bits: none of the amounts is negative.
    if totalMemory | totalCores | columns.slots[0] | memoryMiB | scan.cores < 0 { return nil }
    if columns.words[0] & scan.vendorBit == 0 { return 0 }
    // The sign bit tells that a device is usable.
    var refused = columns.attributes.withMemoryRebound(to: Int32.self, capacity: 8) { berth_greater_of_8($0, -1) }
    if scan.checks.contains(.slots) { refused |= berth_greater_of_8(columns.used, columns.slots[0] - 1) }
    let isExclusive = !scan.checks.isDisjoint(with: [.mutex, .idle])
    guard scan.checks.contains(.capacity) else {
        return ~(isExclusive ? refused | berth_greater_of_8(columns.used, 0) : refused) & 0xff
    }
    if berth_greater_of_8(columns.usedMemoryMiB, -1) & berth_greater_of_8(columns.usedCores, -1) != 0xff { return nil }
    if isExclusive || totalCores == 100 && scan.cores == 100 { refused |= berth_greater_of_8(columns.used, 0) }
    refused |= berth_greater_of_8(columns.usedMemoryMiB, totalMemory - memoryMiB)
    refused |= berth_greater_of_8(columns.usedCores, totalCores - scan.cores)
    if totalCores != 0 && scan.cores == 0 { refused |= berth_greater_of_8(columns.usedCores, totalCores - 1) }
    return ~refused & 0xff
}

/// The first check that the device fails, in the order of the standard loop; nil = it passes and takes `memoryMiB`.
@inline(__always)
private func standardRefusal(
    of device: Int, _ scan: StandardScanRequest, _ columns: NodeColumns, memoryMiB: inout Int32
) -> RejectionReason? {
    let total = device * columns.stride
    if columns.attributes[device] >> 31 == 0 { return .cardNotHealth }
    let used = columns.used[device]
    if scan.checks.contains(.slots) && columns.slots[total] <= used { return .cardTimeSlicingExhausted }
    if scan.checks.contains(.mutex) && used > 0 { return .exclusiveDeviceAllocateConflict }
    if scan.checks.contains(.idle) && used > 0 { return .exclusiveDeviceAllocateConflict }
    let totalMemory = columns.totalMemoryMiB[total]
    memoryMiB = scan.memoryMiB(ofTotal: totalMemory)
    guard scan.checks.contains(.capacity) else { return nil }
    if totalMemory &- columns.usedMemoryMiB[device] < memoryMiB { return .cardInsufficientMemory }
    let totalCores = columns.totalCores[total]
    let usedCores = columns.usedCores[device]
    if totalCores &- usedCores < scan.cores { return .cardInsufficientCore }
    if totalCores == 100 && scan.cores == 100 && used > 0 { return .exclusiveDeviceAllocateConflict }
    if totalCores != 0 && usedCores == totalCores && scan.cores == 0 { return .cardComputeUnitsExhausted }
    return nil
}

/// Orders like HAMi's list: later in the list = greater key. 32 bits of sort key, 16 of NUMA, 16 of place.
@inline(__always)
private func sortKey(_ device: Int, _ scan: StandardScanRequest, _ columns: NodeColumns) -> UInt64 {
    let total = device * columns.stride
    let numa = UInt64(columns.attributes[device] & 0xffff)
    let tail = numa << 16 | UInt64(device)
    if scan.order == .mutex {
        return UInt64(~(UInt32(bitPattern: columns.used[device]) ^ 0x8000_0000)) << 32 | tail
    }
    var used = columns.used[device]
    var cores = columns.usedCores[device]
    var memoryMiB = columns.usedMemoryMiB[device]
    if columns.exactVendor[total] == Int16(scan.request.vendor.rawValue) {
        used &+= 1
        cores &+= scan.request.cores
        let percent = scan.request.memoryPercent
        if percent != 0 && percent != DeviceRequest.notGivenPercent {
            memoryMiB &+= Int32(truncatingIfNeeded: Int64(columns.totalMemoryMiB[total]) * Int64(percent) / 100)
        } else {
            memoryMiB &+= scan.request.memoryMiB
        }
    }
    let score = deviceScore(
        used: used, slots: columns.slots[total], usedCores: cores, totalCores: columns.totalCores[total],
        usedMemoryMiB: memoryMiB, totalMemoryMiB: columns.totalMemoryMiB[total], slotWeight: scan.slotWeight,
        coreWeight: scan.coreWeight, memoryWeight: scan.memoryWeight)
    let rank = rankKey(score)
    return UInt64(scan.order == .binpack ? rank : ~rank) << 32 | tail
}
