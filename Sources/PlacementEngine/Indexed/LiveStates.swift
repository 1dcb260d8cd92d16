/// States that have nodes, in the order of the node score before vendors add theirs, so that a search can end where no later
/// state can be better.
///
/// Also counts them by kind: vendors add alike to states of one kind.
struct LiveStates {
    struct Item: BitwiseCopyable {
        var baseScore: Float
        var state: Int32
    }

    /// By (base score, state).
    private(set) var items: [Item] = []
    /// Live states by kind.
    private(set) var countByKind: [Int32] = []
    /// Live states that are like no other.
    private(set) var aloneCount = 0

    var count: Int { items.count }

    mutating func reserveCapacity(_ count: Int) { items.reserveCapacity(count) }

    /// - Complexity: O(live states), by moving memory
    mutating func insert(_ state: Int, _ summary: StateSummary) {
        items.insert(Item(baseScore: summary.baseScore, state: Int32(state)), at: place(of: state, summary))
        count(summary.kind, by: 1)
    }

    mutating func remove(_ state: Int, _ summary: StateSummary) {
        items.remove(at: place(of: state, summary))
        count(summary.kind, by: -1)
    }

    private mutating func count(_ kind: Int32, by change: Int32) {
        if kind < 0 {
            aloneCount += Int(change)
            return
        }
        while countByKind.count <= Int(kind) { countByKind.append(0) }
        countByKind[Int(kind)] += change
    }

    private func place(of state: Int, _ summary: StateSummary) -> Int {
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            let item = items[middle]
            let isBefore =
                item.baseScore == summary.baseScore ? Int(item.state) < state : item.baseScore < summary.baseScore
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
