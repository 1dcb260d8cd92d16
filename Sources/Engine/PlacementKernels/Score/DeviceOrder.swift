import PlacementModel

/// HAMi's `less` between two devices of a node, over columns indexed by the device's place in the node.
///
/// Fit scans from the end of the sorted list, so what sorts last is preferred.
/// - Source: hami-core.md 4.6.
public struct DeviceOrder: ElementOrder {
    public let order: DevicePolicy.Order
    @usableFromInline let firstKey: DeviceSortKey
    @usableFromInline let secondKey: DeviceSortKey?
    @usableFromInline let thirdKey: DeviceSortKey?
    @usableFromInline let score: UnsafePointer<Float>
    @usableFromInline let used: UnsafePointer<Int32>
    @usableFromInline let numa: UnsafePointer<Int>
    @usableFromInline let index: UnsafePointer<UInt64>

    public init(
        policy: DevicePolicy, score: UnsafePointer<Float>, used: UnsafePointer<Int32>, numa: UnsafePointer<Int>,
        index: UnsafePointer<UInt64>
    ) {
        order = policy.order
        firstKey = policy.chain.first ?? .scoreDescending
        secondKey = policy.chain.count > 1 ? policy.chain[1] : nil
        thirdKey = policy.chain.count > 2 ? policy.chain[2] : nil
        self.score = score
        self.used = used
        self.numa = numa
        self.index = index
    }

    @inlinable
    public func isLess(_ left: Int32, _ right: Int32) -> Bool {
        let a = Int(left)
        let b = Int(right)
        switch order {
        case .spread:
            return score[a] == score[b] ? numa[a] < numa[b] : score[a] > score[b]
        case .binpack:
            return score[a] == score[b] ? numa[a] < numa[b] : score[a] < score[b]
        case .mutex:
            return used[a] == used[b] ? numa[a] < numa[b] : used[a] > used[b]
        case .binpackNumaBound:
            return numa[a] == numa[b] ? score[a] < score[b] : numa[a] > numa[b]
        case .otherNumaBound:
            return numa[a] == numa[b] ? score[a] > score[b] : numa[a] < numa[b]
        case .chain:
            return chainIsLess(a, b)
        }
    }

    @inlinable
    func chainIsLess(_ a: Int, _ b: Int) -> Bool {
        if let less = compare(firstKey, a, b) { return less }
        if let key = secondKey, let less = compare(key, a, b) { return less }
        if let key = thirdKey, let less = compare(key, a, b) { return less }
        return index[a] < index[b]
    }

    /// Nil when the key does not tell the two apart.
    @inlinable
    func compare(_ key: DeviceSortKey, _ a: Int, _ b: Int) -> Bool? {
        switch key {
        case .scoreAscending: score[a] == score[b] ? nil : score[a] < score[b]
        case .scoreDescending: score[a] == score[b] ? nil : score[a] > score[b]
        case .numaAscending: numa[a] == numa[b] ? nil : numa[a] < numa[b]
        }
    }
}
