/// What is to happen when: soonest first and, for one time, in the order in which it was added.
///
/// A binary heap; the number of an entry makes the order total, so that nothing depends on how the heap lies. Nothing is
/// taken out before its time: who is named too early, or twice, is left alone by the reader.
public struct TimeQueue<Element> {
    @usableFromInline
    struct Entry {
        @usableFromInline var time: Int64
        @usableFromInline var number: Int
        @usableFromInline var element: Element

        @inlinable
        init(time: Int64, number: Int, element: Element) {
            self.time = time
            self.number = number
            self.element = element
        }

        @inlinable
        func precedes(_ other: Entry) -> Bool { time == other.time ? number < other.number : time < other.time }
    }

    @usableFromInline var heap: [Entry] = []
    @usableFromInline var added = 0

    @inlinable
    public init() {}

    /// The time of the first element. - Complexity: O(1)
    @inlinable
    public var firstTime: Int64? { heap.first?.time }

    /// - Complexity: O(log elements)
    @inlinable
    public mutating func add(_ element: Element, at time: Int64) {
        heap.append(Entry(time: time, number: added, element: element))
        added += 1
        var place = heap.count - 1
        while place > 0, heap[place].precedes(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the first element off if its time has come by then. - Complexity: O(log elements)
    @inlinable
    public mutating func removeFirst(by time: Int64) -> (time: Int64, element: Element)? {
        guard let first = heap.first, first.time <= time else { return nil }
        let last = heap.removeLast()
        if heap.isEmpty { return (first.time, first.element) }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].precedes(heap[least]) { least = child }
            }
            if least == place { return (first.time, first.element) }
            heap.swapAt(place, least)
            place = least
        }
    }
}

extension TimeQueue: Sendable where Element: Sendable {}
extension TimeQueue.Entry: Sendable where Element: Sendable {}
