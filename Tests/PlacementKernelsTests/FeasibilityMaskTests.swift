import FleetTestSupport
import PlacementKernels
import Testing

/// The bit-sliced mask kernel equals its scalar twin on random nodes, uniform ones too.
@Suite struct FeasibilityMaskTests {
    @Test(arguments: 1...40) func kernelEqualsTwin(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for count in [0, 1, 2, 3, 7, 8, 9, 16, 17, 64] {
            let isUniform = random.chance(oneIn: 2)
            let totals = isUniform ? 1 : max(count, 1)
            func ints(_ range: ClosedRange<Int>, _ length: Int) -> [Int32] {
                (0..<max(length, 1)).map { _ in Int32(random.int(range)) }
            }
            let used = ints(-1...4, count)
            let usedMemory = ints(0...40_000, count)
            let usedCores = ints(0...120, count)
            let attributes = (0..<max(count, 1)).map { _ in random.chance(oneIn: 5) ? UInt32(0) : 1 << 31 }
            let slots = ints(0...4, totals)
            let totalMemory = ints(0...40_000, totals)
            let totalCores = ints(0...1, totals).map { $0 * 100 }
            let words = (0..<totals).map { _ in UInt64(random.int(0...3)) }
            let exact = [Int16](repeating: -1, count: totals)
            func bounds(_ count: Int, step: Int) -> [Int32] {
                (0..<count).map { Int32($0 * step + random.int(0...step - 1)) }
            }
            let levels = FeasibilityLevels(
                memoryMiB: bounds(random.int(0...19), step: 2100),
                severalMemoryMiB: bounds(random.int(0...3), step: 12_000),
                cores: bounds(random.int(0...12), step: 10))
            let checksSlots = random.chance(oneIn: 2)
            used.withUnsafeBufferPointer { used in
                usedMemory.withUnsafeBufferPointer { usedMemory in
                    usedCores.withUnsafeBufferPointer { usedCores in
                        let columns = NodeColumns(
                            used: used.baseAddress!, usedMemoryMiB: usedMemory.baseAddress!,
                            usedCores: usedCores.baseAddress!, attributes: pointer(attributes), slots: pointer(slots),
                            totalMemoryMiB: pointer(totalMemory), totalCores: pointer(totalCores),
                            words: pointer(words), exactVendor: pointer(exact), stride: isUniform ? 0 : 1, count: count)
                        let fast = withUnsafePointer(to: levels) {
                            feasibilityMask(columns, vendorBit: 1, levels: $0, checksSlots: checksSlots)
                        }
                        let plain = feasibilityMaskReference(
                            columns, vendorBit: 1, levels: levels, checksSlots: checksSlots)
                        #expect(fast == plain, "seed \(seed), \(count) devices")
                    }
                }
            }
        }
    }

    /// A copy that outlives the call; tests are short.
    private func pointer<Value>(_ values: [Value]) -> UnsafePointer<Value> {
        let copy = UnsafeMutablePointer<Value>.allocate(capacity: values.count)
        copy.initialize(from: values, count: values.count)
        return UnsafePointer(copy)
    }
}
