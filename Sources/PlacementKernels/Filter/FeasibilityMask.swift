// Which coarse demands a node could meet: one bit for each (devices, memory, cores) level.
//
// ```
// word   0   1 | 2   3 | 4   5 | 6   7        >= 1, 2, 4, 8 devices
// byte   0 ... 15 in each pair of words       memory level 0 ... 15
// bit    0 ... 7 in each byte                 core demand 0 ... 7
// ```
//
// A set bit is a necessary condition, never a sufficient one; an exact check follows. Bits are joint: the counted devices
// have the memory AND meet the core demand. Devices are counted by a bit-sliced saturating adder, all 128 (memory, core)
// pairs at once. Bottleneck: the adder, about 12 word operations a device. Twin: Reference/FeasibilityMaskReference.swift.

/// 512 feasibility bits of a node.
public typealias FeasibilityWords = SIMD8<UInt64>

/// Core demands that a device may meet, as the bits of a byte.
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
    public static let thresholdCount = 4
    public static let count = 8
}

/// Level bounds of an index.
public struct FeasibilityLevels: Sendable, Hashable, BitwiseCopyable {
    /// Ascending; level 0 is below every demand.
    public var memoryMiB: SIMD16<Int32>
    /// Ascending core thresholds.
    public var cores: SIMD4<Int32>

    public static let memoryCount = 16

    public init(memoryMiB: SIMD16<Int32>, cores: SIMD4<Int32>) {
        self.memoryMiB = memoryMiB
        self.cores = cores
    }

    /// The highest memory level not above a demand.
    public func memoryLevel(atMost demandMiB: Int32) -> Int {
        var level = 0
        for candidate in 0..<FeasibilityLevels.memoryCount where memoryMiB[candidate] <= demandMiB { level = candidate }
        return level
    }

    /// Word and bit of a demand.
    public static func bit(countLevel: Int, memoryLevel: Int, coreDemand: Int) -> (word: Int, mask: UInt64) {
        (countLevel * 2 + memoryLevel / 8, 1 << UInt64(memoryLevel % 8 * 8 + coreDemand))
    }

    /// Count level of a demand for `devices` devices: 1, 2, 4 or 8, rounded down.
    public static func countLevel(_ devices: Int) -> Int {
        devices >= 8 ? 3 : (devices >= 4 ? 2 : (devices >= 2 ? 1 : 0))
    }
}

/// The feasibility bits of one node for one vendor's requests.
///
/// - Parameter checksSlots: devices without a free slot meet nothing.
/// - Complexity: O(devices), no allocation, no branch on usage.
@inlinable
public func feasibilityMask(
    _ columns: NodeColumns, vendorBit: UInt64, levels: FeasibilityLevels, checksSlots: Bool
) -> FeasibilityWords {
    var ones = SIMD2<UInt64>(repeating: 0)
    var twos = SIMD2<UInt64>(repeating: 0)
    var fours = SIMD2<UInt64>(repeating: 0)
    var eights = SIMD2<UInt64>(repeating: 0)
    for device in 0..<columns.count {
        let total = device * columns.stride
        if columns.words[total] & vendorBit == 0 || columns.attributes[device] >> 31 == 0 { continue }
        let used = columns.used[device]
        if checksSlots && columns.slots[total] <= used { continue }
        let pairs = devicePairs(
            freeMemoryMiB: columns.totalMemoryMiB[total] &- columns.usedMemoryMiB[device], used: used,
            usedCores: columns.usedCores[device], totalCores: columns.totalCores[total], levels: levels)
        let carryOnes = ones & pairs
        ones ^= pairs
        let carryTwos = twos & carryOnes
        twos ^= carryOnes
        let carryFours = fours & carryTwos
        fours ^= carryTwos
        eights |= carryFours
    }
    let four = fours | eights
    let two = twos | four
    let one = ones | two
    return FeasibilityWords(one[0], one[1], two[0], two[1], four[0], four[1], eights[0], eights[1])
}

/// The (memory, core) pairs that one device meets: its core byte, repeated up to its memory level.
@inlinable
@inline(__always)
func devicePairs(
    freeMemoryMiB: Int32, used: Int32, usedCores: Int32, totalCores: Int32, levels: FeasibilityLevels
) -> SIMD2<UInt64> {
    let freeCores = totalCores &- usedCores
    var byte: UInt64 = 1
    if !(totalCores != 0 && usedCores == totalCores) { byte |= 1 << UInt64(CoreDemand.shared) }
    if freeCores >= 100 && (totalCores != 100 || used <= 0) { byte |= 1 << UInt64(CoreDemand.exclusive) }
    if used <= 0 { byte |= 1 << UInt64(CoreDemand.idle) }
    if freeCores >= levels.cores[0] { byte |= 1 << 4 }
    if freeCores >= levels.cores[1] { byte |= 1 << 5 }
    if freeCores >= levels.cores[2] { byte |= 1 << 6 }
    if freeCores >= levels.cores[3] { byte |= 1 << 7 }
    var level = 0
    let reached = levels.memoryMiB .<= SIMD16<Int32>(repeating: freeMemoryMiB)
    // Levels ascend, so the count of reached levels is the level; level 0 is always reached.
    level = max(
        1, -Int(SIMD16<Int32>(repeating: 0).replacing(with: SIMD16<Int32>(repeating: -1), where: reached).wrappedSum()))
    let spread = byte &* 0x0101_0101_0101_0101
    let low = level >= 8 ? spread : spread & ((1 << UInt64(level * 8)) &- 1)
    let high = level <= 8 ? 0 : (level >= 16 ? spread : spread & ((1 << UInt64((level - 8) * 8)) &- 1))
    return SIMD2<UInt64>(low, high)
}
