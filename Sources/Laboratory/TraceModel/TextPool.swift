/// Distinct texts, numbered from 0 in order of first use; looking up a known one copies nothing.
///
/// ```
/// bytes   podApodBpodC...        all texts, one after the other
/// ends    4 8 12 ...             by id: where a text ends (it begins where the previous one ended)
/// slots   -1 2 -1 0 1 ...        open addressing, a power of two, at most half full
/// ```
public struct TextPool: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var slots: [Int32] = Array(repeating: -1, count: 64)

    public init() {}

    public var count: Int { ends.count }

    /// The text of an id. - Precondition: the pool gave the id.
    public subscript(id: Int32) -> String { withBytes(id) { String(decoding: $0, as: UTF8.self) } }

    /// Calls `body` with the bytes of a text.
    public func withBytes<Value>(_ id: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
        let start = id == 0 ? 0 : ends[Int(id) - 1]
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<ends[Int(id)]])) }
    }

    public mutating func intern(_ text: String) -> Int32 {
        var text = text
        return text.withUTF8 { intern($0) }
    }

    /// The id of a text, new ones get the next.
    ///
    /// - Complexity: O(length) on average, allocating only to grow.
    public mutating func intern(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
        let hash = Self.hash(text)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            if isEqual(slots[slot], text) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        let id = Int32(ends.count)
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        slots[slot] = id
        if ends.count * 2 > slots.count { grow() }
        return id
    }

    private func isEqual(_ id: Int32, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        withBytes(id) { $0.count == text.count && $0.elementsEqual(text) }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for id in 0..<Int32(ends.count) {
            var slot = Int(truncatingIfNeeded: withBytes(id, Self.hash)) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = id
        }
    }

    /// FNV-1a with a final mix, the same on every machine.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 32)) &* 0xd6e8_feb8_6659_fd93
        return hash ^ (hash >> 32)
    }
}
