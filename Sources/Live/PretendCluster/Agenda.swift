/// What is to happen when: occurrences by time, and in order of their entry among equals.
///
/// A binary heap; the number of an entry makes the order total, so that nothing depends on how the heap lies.
package struct Agenda<Occurrence: Sendable>: Sendable {
    private struct Entry: Sendable {
        var nanoseconds: Int64
        var number: Int
        var occurrence: Occurrence

        func precedes(_ other: Entry) -> Bool {
            nanoseconds == other.nanoseconds ? number < other.number : nanoseconds < other.nanoseconds
        }
    }

    private var heap: [Entry] = []
    private var count = 0

    package init() {}

    package var nextNanoseconds: Int64? { heap.first?.nanoseconds }

    /// - Complexity: O(log entries)
    package mutating func add(_ occurrence: Occurrence, at nanoseconds: Int64) {
        count += 1
        heap.append(Entry(nanoseconds: nanoseconds, number: count, occurrence: occurrence))
        var place = heap.count - 1
        while place > 0, heap[place].precedes(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the first occurrence off. - Complexity: O(log entries)
    package mutating func next() -> (nanoseconds: Int64, occurrence: Occurrence)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var place = 0
            while true {
                var least = place
                for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                    if heap[child].precedes(heap[least]) { least = child }
                }
                if least == place { break }
                heap.swapAt(place, least)
                place = least
            }
        }
        return (first.nanoseconds, first.occurrence)
    }
}

/// A client-side limit of requests: so many a second, so many at once.
///
/// - Source: client-go util/flowcontrol; the device plugins run with its defaults of 5 and 10
struct TokenBucket: Sendable {
    var perSecond: Int64 = 5
    var burst: Int64 = 10
    /// When the next token is due, were all taken one by one.
    private var dueNanoseconds: Int64 = .min

    /// Takes a token and says when it is there: now, or later.
    mutating func take(at nanoseconds: Int64) -> Int64 {
        let interval = 1_000_000_000 / perSecond
        dueNanoseconds = max(dueNanoseconds, nanoseconds - (burst - 1) * interval)
        let time = max(dueNanoseconds, nanoseconds)
        dueNanoseconds += interval
        return time
    }

    init(perSecond: Int64 = 5, burst: Int64 = 10) {
        self.perSecond = perSecond
        self.burst = burst
    }
}
