import DeviceTable
import PlacementModel

/// The choice of cards over two wings of four positions and the interconnects between them.
///
/// Wings go by position in the ordered bucket, interconnects by card index. Input: `scratch[position]` is 1 for a card that
/// may be taken. Output: positions of cards in `secondScratch`, each the first of the card index that was chosen, -1 = none has it.
/// - Source: hami-vendors.md 3.8
enum KunlunTopology {
    private static let pairs: [(UInt64, UInt64)] = [(0, 4), (1, 5), (2, 6), (3, 7)]
    private static let groups: [[UInt64]] = [
        [0, 1, 4, 5], [2, 3, 6, 7], [0, 2, 4, 6], [1, 3, 5, 7], [0, 3, 4, 7], [1, 2, 5, 6],
    ]
    private static let oneCardPreference = [1, 3, 2, 4]

    /// Number of card indexes chosen, 0 = the request cannot be met.
    static func choose(_ wanted: Int, _ workspace: inout FitWorkspace) -> Int {
        let count = workspace.bucketCount
        var left = 0
        var right = 0
        for position in 0..<count where workspace.scratch[position] == 1 {
            if position < 4 { left += 1 } else { right += 1 }
        }
        switch wanted {
        case 8:
            guard left + right == 8 else { return 0 }
            for card in 0..<min(8, workspace.capacity) {
                workspace.secondScratch[card] = position(ofCard: UInt64(card), workspace)
            }
            return 8
        case 1, 2, 4:
            if left >= wanted || right >= wanted {
                for slots in wanted...4 {
                    let free = wanted == 1 ? oneCardPreference[slots - 1] : slots
                    if left == free { return takeFirst(wanted, from: 0, &workspace) }
                    if right == free { return takeFirst(wanted, from: 4, &workspace) }
                }
            }
            return interconnected(wanted, &workspace)
        default: return 0
        }
    }

    /// The first free cards of positions `start ..< 8`; fewer when the rest lies beyond.
    private static func takeFirst(_ wanted: Int, from start: Int, _ workspace: inout FitWorkspace) -> Int {
        var taken = 0
        for position in start..<max(start, min(8, workspace.bucketCount))
        where taken < wanted && workspace.scratch[position] == 1 {
            workspace.secondScratch[taken] = self.position(ofCard: index(position, workspace), workspace)
            taken += 1
        }
        return taken
    }

    private static func index(_ position: Int, _ workspace: borrowing FitWorkspace) -> UInt64 {
        workspace.index[Int(workspace.bucket[position])]
    }

    /// The first position of a card index. A register may give any 64 bits for one, so that indexes are no places in a list.
    private static func position(ofCard card: UInt64, _ workspace: borrowing FitWorkspace) -> Int32 {
        for position in 0..<workspace.bucketCount where index(position, workspace) == card {
            return Int32(truncatingIfNeeded: position)
        }
        return -1
    }

    private static func interconnected(_ wanted: Int, _ workspace: inout FitWorkspace) -> Int {
        let count = workspace.bucketCount
        if wanted == 2 {
            for first in 0..<count where workspace.scratch[first] == 1 {
                for second in 0..<count where second != first && workspace.scratch[second] == 1 {
                    let (a, b) = (index(first, workspace), index(second, workspace))
                    if pairs.contains(where: { ($0 == a && $1 == b) || ($0 == b && $1 == a) }) {
                        workspace.secondScratch[0] = position(ofCard: a, workspace)
                        workspace.secondScratch[1] = position(ofCard: b, workspace)
                        return 2
                    }
                }
            }
            return 0
        }
        guard wanted == 4 else { return 0 }
        // Free cards as a bit set of indexes; only 0...7 take part in the interconnects.
        var free: UInt64 = 0
        var freeCount = 0
        for position in 0..<count where workspace.scratch[position] == 1 {
            let card = index(position, workspace)
            if card < 64 { free |= 1 << card }
            freeCount += 1
        }
        guard (4...6).contains(freeCount) else { return 0 }
        var remembered: [UInt64]?
        for group in groups {
            let bits = group.reduce(UInt64(0)) { $0 | 1 << $1 }
            guard free & bits == bits else { continue }
            if freeCount < 6 || leavesPair(free & ~bits) { return give(group, &workspace) }
            remembered = group
        }
        return remembered.map { give($0, &workspace) } ?? 0
    }

    /// Whether the two cards left over form a pair: interconnected, or in one wing.
    private static func leavesPair(_ rest: UInt64) -> Bool {
        guard rest.nonzeroBitCount == 2 else { return false }
        if rest & 0x0f == rest || rest & 0xf0 == rest { return true }
        return pairs.contains { rest == (1 << $0) | (1 << $1) }
    }

    private static func give(_ group: [UInt64], _ workspace: inout FitWorkspace) -> Int {
        for (place, card) in group.enumerated() { workspace.secondScratch[place] = position(ofCard: card, workspace) }
        return group.count
    }

    /// Turns chosen positions into picks; a card index that the bucket lacks gives none.
    static func take(
        _ count: Int, _ workspace: inout FitWorkspace,
        charge: (Int, borrowing FitWorkspace) -> (memoryMiB: Int32, cores: Int32)
    ) {
        for place in 0..<count {
            let position = Int(workspace.secondScratch[place])
            if position < 0 { continue }
            let device = Int(workspace.bucket[position])
            let (memoryMiB, cores) = charge(device, workspace)
            workspace.take(Pick(device: Int32(device), memoryMiB: memoryMiB, cores: cores))
        }
    }

    static func fail(mismatches: Int32, _ workspace: inout FitWorkspace) {
        if mismatches > 0 {
            workspace.setReason(.cardUuidMismatch, count: mismatches)
        } else {
            workspace.setReason(.numaNotFit, count: 1)
        }
        workspace.reasonDenominator = Int32(workspace.bucketCount)
        workspace.failure = .deviceReasons
    }
}
