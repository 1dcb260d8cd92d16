/// States that have nodes, in the order of the node score before vendors add theirs, so that a search can end where no later
/// state can be better.
///
/// Also counts them by kind: vendors add alike to states of one kind.
struct LiveStates: ~Copyable {
    struct Item: BitwiseCopyable {
        var baseScore: Float
        var state: Int32
    }

    /// By (base score, state).
    private(set) var items: UnsafeMutablePointer<Item>
    private(set) var count = 0
    private var capacity = 64
    /// Live states by kind.
    private(set) var countByKind: UnsafeMutablePointer<Int32>
    private(set) var kindCount = 0
    private var kindCapacity = 8
    /// Live states that are like no other.
    private(set) var aloneCount = 0

    init() {
        items = .allocate(capacity: capacity)
        countByKind = .allocate(capacity: kindCapacity)
    }

    deinit {
        items.deallocate()
        countByKind.deallocate()
    }

    mutating func reserveCapacity(_ wanted: Int) {
        if wanted <= capacity { return }
        items = grown(items, from: count, to: wanted)
        capacity = wanted
    }

    /// - Complexity: O(live states), by moving memory
    mutating func insert(_ state: Int, _ summary: StateSummary) {
        if count == capacity { reserveCapacity(2 * capacity) }
        let place = items + place(of: state, summary)
        (place + 1).update(from: place, count: items + count - place)
        place.pointee = Item(baseScore: summary.baseScore, state: Int32(state))
        count += 1
        count(summary.kind, by: 1)
    }

    mutating func remove(_ state: Int, _ summary: StateSummary) {
        let place = items + place(of: state, summary)
        count -= 1
        place.update(from: place + 1, count: items + count - place)
        count(summary.kind, by: -1)
    }

    private mutating func count(_ kind: Int32, by change: Int32) {
        if kind < 0 {
            aloneCount += Int(change)
            return
        }
        while kindCount <= Int(kind) {
            if kindCount == kindCapacity {
                countByKind = grown(countByKind, from: kindCount, to: 2 * kindCapacity)
                kindCapacity *= 2
            }
            countByKind[kindCount] = 0
            kindCount += 1
        }
        countByKind[Int(kind)] += change
    }

    private func place(of state: Int, _ summary: StateSummary) -> Int {
        var low = 0
        var high = count
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
