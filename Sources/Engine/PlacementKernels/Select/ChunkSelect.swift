import CIntrinsics

// Selection inside one chunk of the rank index: which of its 64 slots have a bit, and which of those has the lowest key.
// Layout: 64 words or keys, one a slot, contiguous. Bottleneck: 8 cache lines each. Twins: Reference/ChunkSelectReference.swift.

/// Slots of a chunk, and words of a slot row.
public let chunkWidth = 64

/// Slots whose word has the bit, as a mask.
///
/// - Parameters:
///   - words: ``chunkWidth`` words. - bit: 0 to 63.
/// - Complexity: O(1), 32 vector loads.
@inlinable
@inline(__always)
public func slots(of words: UnsafePointer<UInt64>, withBit bit: Int) -> UInt64 {
    berth_gather_bit(words, UInt32(truncatingIfNeeded: bit))
}

/// The lowest key among the slots of `mask`; `UInt64.max` for an empty mask.
///
/// - Parameter keys: ``chunkWidth`` keys, those outside `mask` may be anything.
/// - Complexity: O(slots in the mask), without branches past 16 of them.
@inlinable
@inline(__always)
public func lowestKey(of keys: UnsafePointer<UInt64>, in mask: UInt64) -> UInt64 {
    var lowest = UInt64.max
    if mask.nonzeroBitCount <= 16 {
        var rest = mask
        while rest != 0 {
            lowest = min(lowest, keys[rest.trailingZeroBitCount])
            rest &= rest - 1
        }
        return lowest
    }
    var second = UInt64.max
    for pair in 0..<chunkWidth / 2 {
        // All ones for a slot outside the mask: its key becomes the greatest.
        let outside = (mask >> UInt64(pair) & 1) &- 1
        let otherOutside = (mask >> UInt64(pair + chunkWidth / 2) & 1) &- 1
        lowest = min(lowest, keys[pair] | outside)
        second = min(second, keys[pair + chunkWidth / 2] | otherOutside)
    }
    return min(lowest, second)
}

/// Slots whose value is at least `least`, as a mask.
///
/// - Parameters:
///   - least: above `Int32.min`. - values: ``chunkWidth`` values, those of unused slots may be anything.
/// - Complexity: O(1), 16 vector loads.
@inlinable
@inline(__always)
public func slots(atLeast least: Int32, of values: UnsafePointer<Int32>) -> UInt64 {
    var mask: UInt64 = 0
    for part in 0..<4 { mask |= UInt64(berth_greater_of_16(values + part * 16, least &- 1)) << UInt64(part * 16) }
    return mask
}

/// Slots whose value is one of `wanted`, as a mask.
///
/// - Parameters:
///   - wanted: a bit for each value. - values: ``chunkWidth`` values below 64, those of unused slots may be anything.
/// - Complexity: O(values wanted), 4 vector loads each.
@inlinable
@inline(__always)
public func slots(among wanted: UInt64, of values: UnsafePointer<UInt8>) -> UInt64 {
    var mask: UInt64 = 0
    var rest = wanted
    while rest != 0 {
        mask |= berth_equals_of_64(values, UInt8(truncatingIfNeeded: rest.trailingZeroBitCount))
        rest &= rest - 1
    }
    return mask
}

/// Asks for the cache line of an address that will be read soon.
@inlinable
@inline(__always)
public func prefetch(_ address: UnsafeRawPointer) { berth_prefetch(address) }
