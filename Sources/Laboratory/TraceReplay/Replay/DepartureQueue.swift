import PlacementEngine

/// Pods that will leave, soonest first: a binary heap over (time, number of arrival), so equal times leave in order.
struct DepartureQueue {
    /// Who leaves: the handle in the cluster and the row in the trace.
    struct Departure {
        var resident: ResidentID
        var pod: Int32
    }

    private struct Entry {
        var timeMs: Int64
        var order: Int
        var departure: Departure

        func isBefore(_ other: Entry) -> Bool { (timeMs, order) < (other.timeMs, other.order) }
    }

    private var heap: [Entry] = []
    private var added = 0

    /// When the next pod leaves.
    var nextMs: Int64? { heap.first?.timeMs }

    /// - Complexity: O(log n)
    mutating func add(_ resident: ResidentID, pod: Int32, at timeMs: Int64) {
        let departure = Departure(resident: resident, pod: pod)
        heap.append(Entry(timeMs: timeMs, order: added, departure: departure))
        added += 1
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the next pod that leaves by a time. - Complexity: O(log n)
    mutating func removeNext(by timeMs: Int64) -> Departure? {
        guard let first = heap.first, first.timeMs <= timeMs else { return nil }
        let last = heap.removeLast()
        if heap.isEmpty { return first.departure }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[smallest]) { smallest = child }
            if smallest == parent { return first.departure }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
