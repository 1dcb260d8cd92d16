/// Node rows in ascending order, in memory of their own; plain memory, freed by ``deallocate()``.
///
/// Rows come and go at the front at no cost: the first node of a state is the one that a placement takes out.
/// - Complexity: insert and remove O(log rows) and the move of the shorter side at most; no allocation in steady state
struct RowList: BitwiseCopyable {
    private var rows: UnsafeMutablePointer<Int32>?
    private var capacity: Int32 = 0
    private var start: Int32 = 0
    private var end: Int32 = 0

    init() {}

    func deallocate() { rows?.deallocate() }

    var count: Int { Int(end &- start) }
    var isEmpty: Bool { end == start }

    /// The rows; valid until the next change.
    var items: UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(start: rows.map { UnsafePointer($0 + Int(start)) }, count: count)
    }

    /// The lowest row. - Precondition: there is one.
    var first: Int32 { rows![Int(start)] }

    /// - Precondition: the row is not in the list.
    mutating func insert(_ row: Int32) {
        if isEmpty {
            if capacity == 0 { makeRoom() }
            (start, end) = (0, 1)
            rows![0] = row
            return
        }
        let place = place(of: row)
        if start > 0 && place - Int(start) <= Int(end) - place {
            let rows = rows! + Int(start)
            (rows - 1).update(from: rows, count: place - Int(start))
            start -= 1
            self.rows![place - 1] = row
            return
        }
        if end == capacity { makeRoom() }
        // The rows may have moved to the front.
        let moved = self.place(of: row)
        let rows = rows! + moved
        (rows + 1).update(from: rows, count: Int(end) - moved)
        rows.pointee = row
        end += 1
    }

    /// - Precondition: the row is in the list.
    mutating func remove(_ row: Int32) {
        let place = place(of: row)
        let rows = rows!
        assert(place < Int(end) && rows[place] == row)
        if place - Int(start) <= Int(end) - 1 - place {
            (rows + Int(start) + 1).update(from: rows + Int(start), count: place - Int(start))
            start += 1
        } else {
            (rows + place).update(from: rows + place + 1, count: Int(end) - 1 - place)
            end -= 1
        }
    }

    /// Makes room at the end: by moving the rows to the front where a quarter is free there, else in larger memory.
    private mutating func makeRoom() {
        if let rows, Int(start) * 4 >= Int(capacity), start > 0 {
            rows.update(from: rows + Int(start), count: count)
            (start, end) = (0, Int32(count))
            return
        }
        let wanted = max(4, 2 * count)
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: wanted)
        if let rows {
            larger.initialize(from: rows + Int(start), count: count)
            rows.deallocate()
        }
        (rows, capacity, start, end) = (larger, Int32(wanted), 0, Int32(count))
    }

    /// Where the row is, or belongs.
    private func place(of row: Int32) -> Int {
        let rows = rows!
        var low = Int(start)
        if row <= rows[low] { return low }
        var high = Int(end)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
