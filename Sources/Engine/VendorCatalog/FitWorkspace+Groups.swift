import PlacementModel

// What vendors with groups of devices (network, card of dies) share.
extension FitWorkspace {
    /// Number of devices the pod has got from a vendor on this node, all containers together.
    public func pickCount(of vendor: VendorID) -> Int {
        var count = 0
        for entry in 0..<entryCount where entries[entry].vendor == vendor.rawValue {
            count += Int(entries[entry].pickCount)
        }
        return count
    }

    /// Visits the pod's picks of a vendor on this node with their places, container after container.
    func forEachPick(of vendor: VendorID, _ body: (Int, Pick) -> Void) {
        for entry in 0..<entryCount where entries[entry].vendor == vendor.rawValue {
            let first = Int(entries[entry].firstPick)
            for place in first..<first + Int(entries[entry].pickCount) { body(place, picks[place]) }
        }
    }

    func hasPick(of vendor: VendorID, where matches: (Pick) -> Bool) -> Bool {
        for entry in 0..<entryCount where entries[entry].vendor == vendor.rawValue {
            let first = Int(entries[entry].firstPick)
            for pick in first..<first + Int(entries[entry].pickCount) where matches(picks[pick]) { return true }
        }
        return false
    }

    /// Reduces the running Fit's picks to `wanted`, group by group, largest group first, inside a group in pick order.
    ///
    /// Groups of equal size rank by their first member. Devices without a group drop out, so the result may be short; HAMi
    /// calls that a success.
    /// - Complexity: O(picks x groups), no allocation.
    mutating func takeLargestGroups(_ wanted: Int, group: (Int, borrowing FitWorkspace) -> Int32?) {
        let count = fitCount
        // scratch: group of each pick (or the minimum for none); secondScratch: picks in the new order.
        let none = Int32.min
        for place in 0..<count { scratch[place] = group(Int(picks[fitStart + place].device), self) ?? none }
        var next = 0
        while next < wanted {
            var best = -1
            var bestSize = 0
            for place in 0..<count where scratch[place] != none {
                var size = 0
                var isFirst = true
                for other in 0..<count where scratch[other] == scratch[place] {
                    if other < place { isFirst = false }
                    size += 1
                }
                if isFirst && size > bestSize {
                    bestSize = size
                    best = place
                }
            }
            if best < 0 { break }
            let chosen = scratch[best]
            for place in 0..<count where scratch[place] == chosen {
                if next < wanted {
                    secondScratch[next] = Int32(place)
                    next += 1
                }
                scratch[place] = none
            }
        }
        // Move the chosen picks to the front: a copy behind the present ones keeps the sources intact.
        let sources = pickCount
        for place in 0..<next { take(picks[fitStart + Int(secondScratch[place])]) }
        for place in 0..<next { picks[fitStart + place] = picks[sources + place] }
        keepPicks(next)
    }

    /// Size of the largest group among an entry's devices, and how many devices have a group.
    func largestGroup(of entry: Int, group: (Int, borrowing FitWorkspace) -> Int32?) -> (largest: Int, total: Int) {
        let first = Int(entries[entry].firstPick)
        let end = first + Int(entries[entry].pickCount)
        var largest = 0
        var total = 0
        for pick in first..<end {
            guard let own = group(Int(picks[pick].device), self) else { continue }
            total += 1
            var size = 0
            for other in first..<end where group(Int(picks[other].device), self) == own { size += 1 }
            largest = max(largest, size)
        }
        return (largest, total)
    }
}
