import FleetTestSupport
import PlacementKernels
import Testing

/// The selection kernels equal their scalar twins on random chunks and on masks of every density.
@Suite struct ChunkSelectTests {
    @Test(arguments: 1...20) func kernelsEqualTwins(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let words = (0..<chunkWidth).map { _ in random.next() & random.next() }
        // Few distinct ranks, so that keys differ in their low half alone, and keys with the top bit set.
        let keys = (0..<chunkWidth).map { slot in
            UInt64(random.int(0...3)) << 62 | UInt64(random.int(0...2)) << 32 | UInt64(slot * 7 % 64)
        }
        for bit in 0..<64 {
            #expect(slots(of: words, withBit: bit) == slotsReference(of: words, withBit: bit))
        }
        var mask = UInt64.max
        while true {
            #expect(lowestKey(of: keys, in: mask) == lowestKeyReference(of: keys, in: mask))
            if mask == 0 { break }
            mask &= random.next()
        }
        #expect(lowestKey(of: keys, in: UInt64.max) == keys.min())
        let values = (0..<chunkWidth).map { slot in
            slot % 9 == 0 ? Int32.min : slot % 7 == 0 ? Int32.max : Int32(random.int(-20...20))
        }
        for least in [Int32.min + 1, -20, -1, 0, 1, 20, 21, Int32.max] {
            #expect(slots(atLeast: least, of: values) == slotsReference(atLeast: least, of: values))
        }
        let kinds = (0..<chunkWidth).map { slot in slot % 5 == 0 ? UInt8(63) : UInt8(random.int(0...6)) }
        for wanted in [0, 1, 0b101_0010, 1 << 63, 1 << 63 | 0b111, UInt64.max] as [UInt64] {
            #expect(slots(among: wanted, of: kinds) == slotsReference(among: wanted, of: kinds))
        }
    }
}
