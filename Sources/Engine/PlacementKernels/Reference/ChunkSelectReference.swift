// Scalar twins of Select/ChunkSelect.swift, for tests.

/// Twin of ``slots(of:withBit:)``.
public func slotsReference(of words: UnsafePointer<UInt64>, withBit bit: Int) -> UInt64 {
    var mask: UInt64 = 0
    for slot in 0..<chunkWidth where words[slot] & (1 << UInt64(bit)) != 0 { mask |= 1 << UInt64(slot) }
    return mask
}

/// Twin of ``lowestKey(of:in:)``.
public func lowestKeyReference(of keys: UnsafePointer<UInt64>, in mask: UInt64) -> UInt64 {
    var lowest = UInt64.max
    for slot in 0..<chunkWidth where mask & (1 << UInt64(slot)) != 0 && keys[slot] < lowest { lowest = keys[slot] }
    return lowest
}

/// Twin of ``slots(atLeast:of:)``.
public func slotsReference(atLeast least: Int32, of values: UnsafePointer<Int32>) -> UInt64 {
    var mask: UInt64 = 0
    for slot in 0..<chunkWidth where values[slot] >= least { mask |= 1 << UInt64(slot) }
    return mask
}

/// Twin of ``slots(among:of:)``.
public func slotsReference(among wanted: UInt64, of values: UnsafePointer<UInt8>) -> UInt64 {
    var mask: UInt64 = 0
    for slot in 0..<chunkWidth where wanted & (1 << UInt64(values[slot])) != 0 { mask |= 1 << UInt64(slot) }
    return mask
}
