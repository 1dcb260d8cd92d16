import FleetTestSupport
import PlacementModel
import Testing

@testable import PlacementKernels

/// Keys of list elements, larger first.
private struct KeyDescending: ElementOrder {
    let keys: [Int]
    func isLess(_ left: Int32, _ right: Int32) -> Bool { keys[Int(left)] > keys[Int(right)] }
}

private func sorted(_ count: Int, by order: some ElementOrder) -> [Int] {
    var list = (0..<Int32(count)).map { $0 }
    list.withUnsafeMutableBufferPointer { goSort($0, by: order) }
    return list.map(Int.init)
}

/// Device lists in HAMi's order, equal devices included.
///
/// - Source: hami-vendors.md section 8 and hami-core.md Appendix A.
@Suite struct GoSortTests {
    static let measured: [(keys: [Int], ids: [Int])] = [
        // The whole list is kept up to 12 elements' stability: the last comes first.
        (Array(repeating: 0, count: 11) + [1], [11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (Array(repeating: 0, count: 12) + [1], [12, 6, 2, 3, 4, 5, 0, 7, 8, 9, 10, 11, 1]),
        ((0..<13).map { [6, 11].contains($0) ? 1 : 0 }, [6, 11, 3, 0, 4, 5, 2, 7, 8, 9, 10, 1, 12]),
        ((0..<13).map { $0 % 3 }, [8, 2, 11, 5, 1, 4, 10, 7, 6, 9, 0, 3, 12]),
        (Array(repeating: 0, count: 16), Array(0..<16)),
        // Reaches the scatter step.
        (Array(repeating: 0, count: 15) + [1], [15, 8, 11, 3, 4, 5, 6, 2, 9, 7, 10, 0, 12, 13, 14, 1]),
        ((0..<16).map { [8, 14].contains($0) ? 1 : 0 }, [8, 14, 4, 9, 0, 5, 6, 7, 2, 3, 10, 11, 12, 13, 1, 15]),
        ((0..<16).map { $0 % 3 }, [5, 14, 2, 11, 8, 4, 7, 10, 13, 1, 6, 0, 9, 3, 12, 15]),
    ]

    @Test(arguments: measured.indices) func keysDescendAsMeasured(_ row: Int) {
        let (keys, ids) = Self.measured[row]
        #expect(sorted(keys.count, by: KeyDescending(keys: keys)) == ids)
    }

    static let halves = Array(repeating: 0, count: 8) + Array(repeating: 1, count: 8)
    static let thirds: [Float] = (0..<16).map { [1, 2, 3][$0 % 3] }
    static let devices: [(policy: String, scores: [Float], numa: [Int], ids: [Int])] = [
        ("spread", Array(repeating: 0, count: 16), halves, Array(0..<16)),
        ("spread", [3] + Array(repeating: 0, count: 15), Array(repeating: 0, count: 16), Array(0..<16)),
        (
            "spread", Array(repeating: 0, count: 12) + Array(repeating: 3, count: 4), halves,
            [12, 15, 14, 13, 4, 5, 6, 7, 0, 3, 2, 1, 8, 9, 10, 11]
        ),
        ("spread", thirds, halves, [5, 2, 14, 11, 8, 4, 7, 1, 10, 13, 6, 0, 3, 9, 12, 15]),
        ("binpack", thirds, halves, [6, 3, 0, 15, 12, 9, 4, 7, 1, 10, 13, 5, 2, 8, 11, 14]),
    ]

    @Test(arguments: devices.indices) func devicesOfWideNodes(_ row: Int) {
        let (policy, scores, numa, ids) = Self.devices[row]
        let used = [Int32](repeating: 0, count: 16)
        let index = (0..<16).map { UInt64($0) }
        let found = scores.withUnsafeBufferPointer { scores in
            used.withUnsafeBufferPointer { used in
                numa.withUnsafeBufferPointer { numa in
                    index.withUnsafeBufferPointer { index in
                        sorted(
                            16,
                            by: DeviceOrder(
                                policy: DevicePolicy(policy), score: scores.baseAddress!, used: used.baseAddress!,
                                numa: numa.baseAddress!, index: index.baseAddress!))
                    }
                }
            }
        }
        #expect(found == ids)
    }

    /// Up to 12 elements it is insertion sort, and so stable.
    @Test(arguments: 0...12) func shortListsAreStable(_ count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        for _ in 0..<200 {
            let keys = (0..<count).map { _ in random.int(0...4) }
            let stable = (0..<count).sorted { keys[$0] == keys[$1] ? $0 < $1 : keys[$0] > keys[$1] }
            #expect(sorted(count, by: KeyDescending(keys: keys)) == stable)
        }
    }

    /// Every list comes out ordered and complete, few distinct keys and many.
    @Test(arguments: 1...40) func longListsAreOrderedPermutations(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let count = random.int(13...200)
        for distinct in [1, 2, 5, 1000] {
            let keys = (0..<count).map { _ in random.int(0...distinct) }
            let ids = sorted(count, by: KeyDescending(keys: keys))
            #expect(ids.sorted() == Array(0..<count), "seed \(seed)")
            #expect(zip(ids, ids.dropFirst()).allSatisfy { keys[$0] >= keys[$1] }, "seed \(seed)")
        }
    }

    /// Rising, falling and nearly ordered lists take the shortcuts of the algorithm.
    @Test(arguments: [13, 49, 50, 51, 64, 127, 200]) func shapedListsAreOrdered(_ count: Int) {
        let shapes: [[Int]] = [
            Array(0..<count), (0..<count).map { -$0 }, (0..<count).map { min($0, count - $0) },
            (0..<count).map { $0 == count / 2 ? count : -$0 }, (0..<count).map { $0 % 7 },
        ]
        for keys in shapes {
            let ids = sorted(count, by: KeyDescending(keys: keys))
            #expect(ids.sorted() == Array(0..<count))
            #expect(zip(ids, ids.dropFirst()).allSatisfy { keys[$0] >= keys[$1] })
        }
    }

    @Test func heapSortOrders() {
        var random = SeededGenerator(seed: 7)
        let keys = (0..<100).map { _ in random.int(0...20) }
        var list = (0..<Int32(100)).map { $0 }
        list.withUnsafeMutableBufferPointer { list in
            var sorter = GoSorter(list: list, order: KeyDescending(keys: keys))
            sorter.sort(0, 100, allowance: 0)
        }
        #expect(list.sorted() == (0..<100).map { Int32($0) })
        #expect(zip(list, list.dropFirst()).allSatisfy { keys[Int($0)] >= keys[Int($1)] })
    }
}
