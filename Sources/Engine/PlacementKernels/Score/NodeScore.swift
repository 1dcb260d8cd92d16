// HAMi's scores in Float32, operation by operation, and the integers that order like them.
// Source: hami-core.md 4.7 and 4.9. No fused multiply-add, no reassociation.

/// Default node score: ten times the sum of the used shares of slots, cores and memory; 0 if any total is 0.
///
/// - Units: any, numerators and denominators alike. - Complexity: O(1)
@inlinable
public func nodeScore(
    used: Int32, slots: Int32, usedCores: Int32, totalCores: Int32, usedMemoryMiB: Int32, totalMemoryMiB: Int32
) -> Float {
    if slots == 0 || totalCores == 0 || totalMemoryMiB == 0 { return 0 }
    let slotShare = Float(used) / Float(slots)
    let coreShare = Float(usedCores) / Float(totalCores)
    let memoryShare = Float(usedMemoryMiB) / Float(totalMemoryMiB)
    return 10 * ((slotShare + coreShare) + memoryShare)
}

/// Device score: weighted used shares, the container's own request counted in where HAMi counts it.
///
/// - Parameters: `slots`, `cores`, `memoryMiB` are used plus requested.
@inlinable
public func deviceScore(
    used: Int32, slots: Int32, usedCores: Int32, totalCores: Int32, usedMemoryMiB: Int32, totalMemoryMiB: Int32,
    slotWeight: Float, coreWeight: Float, memoryWeight: Float
) -> Float {
    if slots == 0 || totalCores == 0 || totalMemoryMiB == 0 { return 0 }
    let slotShare = Float(used) / Float(slots)
    let coreShare = Float(usedCores) / Float(totalCores)
    let memoryShare = Float(usedMemoryMiB) / Float(totalMemoryMiB)
    return 10 * ((slotWeight * slotShare + coreWeight * coreShare) + memoryWeight * memoryShare)
}

/// An integer that orders like `score`; equal scores (also 0 and -0) give equal keys.
///
/// - Precondition: `score` is no NaN; HAMi's guards keep NaN out.
@inlinable
public func rankKey(_ score: Float) -> UInt32 {
    let bits = (score + 0).bitPattern
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
}

/// The score of a ``rankKey(_:)``.
@inlinable
@inline(__always)
public func scoreOfRankKey(_ key: UInt32) -> Float {
    Float(bitPattern: key & 0x8000_0000 == 0 ? ~key : key & 0x7fff_ffff)
}
