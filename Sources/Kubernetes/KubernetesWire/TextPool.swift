/// Keeps strings that were read lately, so that text which stands in every object is stored once.
///
/// Label keys, zone names, resource names and the like: a known text costs a comparison instead of an allocation. The
/// pool never grows; a new text takes the place of another one with the same slot. One thread at a time.
final class TextPool {
    /// Shorter strings need no memory of their own.
    private static let shortest = 16
    /// Longer ones are hardly the same twice.
    private static let longest = 128
    private static let slotCount = 4096

    private var slots = [String](repeating: "", count: slotCount)

    /// A string of these UTF-8 bytes.
    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard bytes.count >= Self.shortest, bytes.count <= Self.longest, let base = bytes.baseAddress else {
            return String(decoding: bytes, as: UTF8.self)
        }
        let slot = Self.slot(UnsafeRawPointer(base), bytes.count)
        let isKnown = slots[slot].utf8.withContiguousStorageIfAvailable { known in
            known.count == bytes.count && Self.areEqual(known.baseAddress!, base, bytes.count)
        }
        if isKnown == true { return slots[slot] }
        let text = String(decoding: bytes, as: UTF8.self)
        slots[slot] = text
        return text
    }

    /// The slot of a text of at least 8 bytes: words multiplied and folded, the last one overlapping.
    private static func slot(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        var hash = UInt64(truncatingIfNeeded: count)
        func fold(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        var offset = 0
        while offset + 8 < count {
            fold(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        fold(bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        return Int(truncatingIfNeeded: hash >> 32) & (slotCount - 1)
    }

    private static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
        var offset = 0
        while offset + 8 < count {
            if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            {
                return false
            }
            offset += 8
        }
        return left.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            == right.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }
}
