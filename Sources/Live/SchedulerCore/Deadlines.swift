/// What is to be looked at when its time has come. Nothing is taken out before: who is looked at too early is left alone.
///
/// A binary heap by time and, for one time, by the order in which deadlines were set.
struct Deadlines {
    enum Subject: Hashable {
        case pod(uid: String)
        case node(name: String)
        case answer(ActionNumber)
        case round
        case flush
    }

    private struct Entry {
        var at: Int64
        var sequence: UInt64
        var subject: Subject

        func precedes(_ other: Entry) -> Bool { at != other.at ? at < other.at : sequence < other.sequence }
    }

    private var heap: [Entry] = []
    private var next: UInt64 = 0

    var first: Int64? { heap.first?.at }

    mutating func set(_ subject: Subject, at time: Int64) {
        heap.append(Entry(at: time, sequence: next, subject: subject))
        next += 1
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            if !heap[place].precedes(heap[parent]) { break }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    /// Takes the earliest that is due.
    mutating func pop(dueAt now: Int64) -> Subject? {
        guard let first = heap.first, first.at <= now else { return nil }
        let last = heap.removeLast()
        if heap.isEmpty { return first.subject }
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
        return first.subject
    }
}
