// Plain twin of Select/GroupSelect.swift, for tests.

/// Twin of ``keepLargestGroups(_:count:wanted:groups:own:)``: places of the candidates kept, in order, and the size of their
/// largest group.
public func keepLargestGroupsReference(
    count: Int, wanted: Int, groups: [Int32], own: Set<Int>
) -> (kept: [Int], largest: Int) {
    var kept = Array(0..<count)
    if count > wanted {
        let byGroup = Dictionary(grouping: kept.filter(own.contains)) { groups[$0] }
        let ordered = byGroup.values.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
        kept = Array(ordered.joined().prefix(wanted))
    }
    return (kept, Dictionary(grouping: kept) { groups[$0] }.values.map(\.count).max() ?? 0)
}
