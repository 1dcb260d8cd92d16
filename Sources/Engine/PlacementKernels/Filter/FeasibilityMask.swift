import CIntrinsics

// Which coarse demands a node could meet: one bit for each (devices, memory, cores) level.
//
// ```
// word      0 ... 4            5        6        7
// devices   >= 1               >= 2     >= 4     >= 8
// 16 bits   memory level       memory level 0 ... 3 of demands
//           0 ... 19           for several devices
// bit       0 ... 15 in each 16 bits: core demand
// ```
//
// Most demands are for one device and differ in memory, so they get the most levels. A set bit is a necessary condition,
// never a sufficient one; an exact check follows. Bits are joint: the counted devices have the memory AND meet the core
// demand. Devices are counted by a bit-sliced saturating adder, all 64 (memory, core) pairs at once. Bottleneck: comparing
// the bounds, nine vector compares a device. Twin: Reference/FeasibilityMaskReference.swift.

/// 512 feasibility bits of a node.
public typealias FeasibilityWords = SIMD8<UInt64>

/// Core demands that a device may meet, as the bits of 16.
public enum CoreDemand {
    /// Nothing is known of the demand; any device meets it.
    public static let any = 0
    /// No cores asked, but cores must not be used up.
    public static let shared = 1
    /// A whole card of 100 cores.
    public static let exclusive = 2
    /// An unused device.
    public static let idle = 3
    /// First of the threshold demands; thresholds ascend.
    public static let firstThreshold = 4
    public static let thresholdCount = 12
    public static let count = 16
}

/// Level bounds of an index; ascending, those that are not needed at `Int32.max`.
public struct FeasibilityLevels: Sendable, Hashable, BitwiseCopyable {
    /// Memory of demands for one device: levels 0 to 15; level 0 is below every demand.
    public var memoryMiB = SIMD16<Int32>(repeating: Int32.max)
    /// Memory of demands for one device: levels 16 to 19.
    public var upperMemoryMiB = SIMD4<Int32>(repeating: Int32.max)
    /// Memory of demands for several devices; level 0 is below every demand.
    public var severalMemoryMiB = SIMD4<Int32>(repeating: Int32.max)
    /// Core thresholds, ``CoreDemand/thresholdCount`` of them.
    public var cores = SIMD16<Int32>(repeating: Int32.max)

    public static let memoryCount = 20
    public static let severalMemoryCount = 4

    /// Nothing but level 0.
    public init() {
        memoryMiB[0] = Int32.min
        severalMemoryMiB[0] = Int32.min
    }

    /// Sets the bounds above level 0.
    ///
    /// - Precondition: ascending; fewer than ``memoryCount`` for one device, ``severalMemoryCount`` for several, and at most
    ///   ``CoreDemand/thresholdCount`` thresholds.
    public init(memoryMiB one: [Int32], severalMemoryMiB several: [Int32], cores thresholds: [Int32]) {
        self.init()
        for (place, bound) in one.enumerated() {
            if place + 1 < 16 { memoryMiB[place + 1] = bound } else { upperMemoryMiB[place + 1 - 16] = bound }
        }
        for (place, bound) in several.enumerated() { severalMemoryMiB[place + 1] = bound }
        for (place, bound) in thresholds.enumerated() { cores[place] = bound }
    }

    /// Lower bound of a memory level.
    public func memoryMiB(ofLevel level: Int, countLevel: Int) -> Int32 {
        if countLevel > 0 { return severalMemoryMiB[level] }
        return level < 16 ? memoryMiB[level] : upperMemoryMiB[level - 16]
    }

    /// The highest memory level not above a demand.
    public func memoryLevel(atMost demandMiB: Int32, countLevel: Int) -> Int {
        let count = countLevel > 0 ? Self.severalMemoryCount : Self.memoryCount
        return (0..<count).last { memoryMiB(ofLevel: $0, countLevel: countLevel) <= demandMiB } ?? 0
    }

    /// Word and bit of a demand.
    public static func bit(countLevel: Int, memoryLevel: Int, coreDemand: Int) -> (word: Int, mask: UInt64) {
        (
            countLevel > 0 ? 4 + countLevel : memoryLevel / 4,
            1 << UInt64(memoryLevel % 4 * CoreDemand.count + coreDemand)
        )
    }

    /// Count level of a demand for `devices` devices: 1, 2, 4 or 8, rounded down.
    public static func countLevel(_ devices: Int) -> Int {
        devices >= 8 ? 3 : (devices >= 4 ? 2 : (devices >= 2 ? 1 : 0))
    }
}

/// The feasibility bits of one node for one vendor's requests.
///
/// - Parameters:
///   - levels: by address, so that a call copies nothing.
///   - checksSlots: devices without a free slot meet nothing.
/// - Complexity: O(devices), no allocation, no branch on usage.
@inlinable
public func feasibilityMask(
    _ columns: NodeColumns, vendorBit: UInt64, levels: UnsafePointer<FeasibilityLevels>, checksSlots: Bool
) -> FeasibilityWords {
    let memoryMiB = UnsafeRawPointer(levels.pointer(to: \.memoryMiB)!).assumingMemoryBound(to: Int32.self)
    let upperMemoryMiB = UnsafeRawPointer(levels.pointer(to: \.upperMemoryMiB)!).assumingMemoryBound(to: Int32.self)
    let severalMemoryMiB = UnsafeRawPointer(levels.pointer(to: \.severalMemoryMiB)!).assumingMemoryBound(to: Int32.self)
    let cores = UnsafeRawPointer(levels.pointer(to: \.cores)!).assumingMemoryBound(to: Int32.self)
    var one: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
    var ones: UInt64 = 0
    var twos: UInt64 = 0
    var fours: UInt64 = 0
    var eights: UInt64 = 0
    for device in 0..<columns.count {
        let total = device * columns.stride
        if columns.words[total] & vendorBit == 0 || columns.attributes[device] >> 31 == 0 { continue }
        let used = columns.used[device]
        if checksSlots && columns.slots[total] <= used { continue }
        let freeMemoryMiB = columns.totalMemoryMiB[total] &- columns.usedMemoryMiB[device]
        let demands = coreDemands(
            used: used, usedCores: columns.usedCores[device], totalCores: columns.totalCores[total], cores)
        // Bounds ascend, so the first that is greater tells how many are reached.
        let tooMuch =
            berth_greater_of_16(memoryMiB, freeMemoryMiB) | berth_greater_of_4(upperMemoryMiB, freeMemoryMiB) << 16
            | 1 << UInt32(FeasibilityLevels.memoryCount)
        let level = tooMuch.trailingZeroBitCount
        one.0 |= demands & levelsBelow(level)
        one.1 |= demands & levelsBelow(level &- 4)
        one.2 |= demands & levelsBelow(level &- 8)
        one.3 |= demands & levelsBelow(level &- 12)
        one.4 |= demands & levelsBelow(level &- 16)
        let tooMuchOfSeveral =
            berth_greater_of_4(severalMemoryMiB, freeMemoryMiB) | 1 << UInt32(FeasibilityLevels.severalMemoryCount)
        let pairs = demands & levelsBelow(tooMuchOfSeveral.trailingZeroBitCount)
        let carryOnes = ones & pairs
        ones ^= pairs
        let carryTwos = twos & carryOnes
        twos ^= carryOnes
        let carryFours = fours & carryTwos
        fours ^= carryTwos
        eights |= carryFours
    }
    let four = fours | eights
    return FeasibilityWords(one.0, one.1, one.2, one.3, one.4, twos | four, four, eights)
}

/// The core demands that one device meets, in each 16 bits of a word.
@inlinable
@inline(__always)
func coreDemands(used: Int32, usedCores: Int32, totalCores: Int32, _ thresholds: UnsafePointer<Int32>) -> UInt64 {
    let freeCores = totalCores &- usedCores
    var demands: UInt64 = 1
    if !(totalCores != 0 && usedCores == totalCores) { demands |= 1 << UInt64(CoreDemand.shared) }
    if freeCores >= 100 && (totalCores != 100 || used <= 0) { demands |= 1 << UInt64(CoreDemand.exclusive) }
    if used <= 0 { demands |= 1 << UInt64(CoreDemand.idle) }
    let tooMany = UInt64(berth_greater_of_16(thresholds, freeCores))
    demands |= (~tooMany & (1 << UInt64(CoreDemand.thresholdCount) &- 1)) << UInt64(CoreDemand.firstThreshold)
    return demands &* 0x0001_0001_0001_0001
}

/// All ones in the first 16-bit fields of a word: none for 0 and below, all for 4 and above.
@inlinable
@inline(__always)
func levelsBelow(_ count: Int) -> UInt64 {
    let fields = min(max(count, 0), 4)
    return fields == 0 ? 0 : UInt64.max >> UInt64(truncatingIfNeeded: 64 &- 16 &* fields)
}
