// Choice by group among the devices that a scan has let pass: the largest groups first.
// Layout: up to 12 candidates and their groups, by place. Bottleneck: the pairwise comparison of groups. Twin:
// Reference/GroupSelectReference.swift; FitWorkspace.takeLargestGroups is compared by decision hash.

/// Reduces scanned devices to `wanted`, group by group, largest group first, inside a group in their order.
///
/// Groups of equal size rank by their first member. Devices that are not their own drop out, so the result may be short; devices
/// that are no more than wanted stay as they are.
/// - Parameters:
///   - taken: `count` candidates, and room for as many behind them.
///   - groups: by place among the candidates. - own: a bit for each place that may be kept.
/// - Returns: how many are left, and the size of the largest group among them.
/// - Complexity: O(count squared), no allocation.
/// - Source: hami-vendors.md 3.7
public func keepLargestGroups(
    _ taken: UnsafeMutablePointer<ScanCandidate>, count: Int, wanted: Int, groups: UnsafePointer<Int32>, own: UInt32
) -> (kept: Int, largest: Int) {
    if count <= wanted {
        let all: UInt32 = (1 << UInt32(count)) - 1
        var largest = 0
        for place in 0..<count { largest = max(largest, likes(of: place, groups, count, among: all).nonzeroBitCount) }
        return (count, largest)
    }
    var left = own
    var kept = 0
    var largest = 0
    while kept < wanted && left != 0 {
        var best: UInt32 = 0
        var rest = left
        while rest != 0 {
            let members = likes(of: rest.trailingZeroBitCount, groups, count, among: rest)
            rest &= ~members
            if members.nonzeroBitCount > best.nonzeroBitCount { best = members }
        }
        left &= ~best
        if kept == 0 { largest = min(best.nonzeroBitCount, wanted) }
        while kept < wanted && best != 0 {
            taken[count + kept] = taken[best.trailingZeroBitCount]
            best &= best - 1
            kept += 1
        }
    }
    for place in 0..<kept { taken[place] = taken[count + place] }
    return (kept, largest)
}

/// Places of `among` with the group of `place`, as bits.
@inline(__always)
private func likes(of place: Int, _ groups: UnsafePointer<Int32>, _ count: Int, among: UInt32) -> UInt32 {
    var likes: UInt32 = 0
    for other in 0..<count where groups[other] == groups[place] { likes |= 1 << UInt32(other) }
    return likes & among
}
