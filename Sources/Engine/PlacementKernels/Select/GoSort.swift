// Go's sort.Sort on a permutation, exactly: the order HAMi leaves its device lists in, equal elements included.
//
// Up to 12 elements it is insertion sort and stable; above, pattern-defeating quicksort with a deterministic scatter
// step, not stable. HAMi's lists rarely pass 128 devices, so the recursion and the heap sort are shallow.
// Source: hami-core.md Appendix A, hami-vendors.md section 8 (constants of Go 1.26).

/// Decides the order of two list elements; `left` and `right` are the elements, not positions.
public protocol ElementOrder {
    func isLess(_ left: Int32, _ right: Int32) -> Bool
}

/// Sorts `list` in place as Go's `sort.Sort` does.
///
/// - Complexity: O(n log n) comparisons, no allocation.
/// - Determinism: a function of the list and the order alone.
@inlinable
public func goSort(_ list: UnsafeMutableBufferPointer<Int32>, by order: some ElementOrder) {
    let count = list.count
    if count <= 12 {
        insertionSort(list, 0, count, order)
        return
    }
    var sorter = GoSorter(list: list, order: order)
    sorter.sort(0, count, allowance: bitLength(count))
}

@inlinable
func insertionSort(
    _ list: UnsafeMutableBufferPointer<Int32>, _ start: Int, _ end: Int, _ order: some ElementOrder
) {
    var i = start + 1
    while i < end {
        var j = i
        while j > start && order.isLess(list[j], list[j - 1]) {
            list.swapAt(j, j - 1)
            j -= 1
        }
        i += 1
    }
}

@inlinable
func bitLength(_ value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

@usableFromInline
struct GoSorter<Order: ElementOrder> {
    @usableFromInline let list: UnsafeMutableBufferPointer<Int32>
    @usableFromInline let order: Order

    @inlinable
    init(list: UnsafeMutableBufferPointer<Int32>, order: Order) {
        self.list = list
        self.order = order
    }

    /// Whether the element at position `x` sorts before the one at `y`.
    @inlinable
    func less(_ x: Int, _ y: Int) -> Bool { order.isLess(list[x], list[y]) }

    @inlinable
    mutating func sort(_ start: Int, _ end: Int, allowance: Int) {
        var start = start
        var end = end
        var allowance = allowance
        var balanced = true
        var partitioned = true
        while true {
            let length = end - start
            if length <= 12 {
                insertionSort(list, start, end, order)
                return
            }
            if allowance == 0 {
                heapSort(start, end)
                return
            }
            if !balanced {
                scatter(start, end)
                allowance -= 1
            }
            var (pivot, swaps) = choosePivot(start, end)
            var rising = swaps == 0
            if swaps == 12 {
                reverse(start, end)
                pivot = (end - 1) - (pivot - start)
                rising = true
            }
            if balanced && partitioned && rising && partialInsertionSort(start, end) { return }
            if start > 0 && !less(start - 1, pivot) {
                start = partitionEqual(start, end, pivot)
                continue
            }
            let (middle, already) = partition(start, end, pivot)
            partitioned = already
            let left = middle - start
            let right = end - middle
            balanced = min(left, right) >= length / 8
            if left < right {
                sort(start, middle, allowance: allowance)
                start = middle + 1
            } else {
                sort(middle + 1, end, allowance: allowance)
                end = middle
            }
        }
    }

    @inlinable
    func choosePivot(_ start: Int, _ end: Int) -> (pivot: Int, swaps: Int) {
        let length = end - start
        var swaps = 0
        var i = start + length / 4
        var j = start + length / 4 * 2
        var k = start + length / 4 * 3
        func median(_ x: Int, _ y: Int, _ z: Int) -> Int {
            var (x, y, z) = (x, y, z)
            if less(y, x) {
                swaps += 1
                swap(&x, &y)
            }
            if less(z, y) {
                swaps += 1
                swap(&y, &z)
            }
            if less(y, x) {
                swaps += 1
                swap(&x, &y)
            }
            return y
        }
        if length >= 50 {
            i = median(i - 1, i, i + 1)
            j = median(j - 1, j, j + 1)
            k = median(k - 1, k, k + 1)
        }
        return (median(i, j, k), swaps)
    }

    @inlinable
    func reverse(_ start: Int, _ end: Int) {
        var i = start
        var j = end - 1
        while i < j {
            list.swapAt(i, j)
            i += 1
            j -= 1
        }
    }

    /// True when the range turned out sorted.
    @inlinable
    func partialInsertionSort(_ start: Int, _ end: Int) -> Bool {
        var i = start + 1
        for _ in 0..<5 {
            while i < end && !less(i, i - 1) { i += 1 }
            if i == end { return true }
            if end - start < 50 { return false }
            list.swapAt(i, i - 1)
            if i - start >= 2 {
                var j = i - 1
                while j >= start + 1 {
                    if !less(j, j - 1) { break }
                    list.swapAt(j, j - 1)
                    j -= 1
                }
            }
            if end - i >= 2 {
                var j = i + 1
                while j < end {
                    if !less(j, j - 1) { break }
                    list.swapAt(j, j - 1)
                    j += 1
                }
            }
        }
        return false
    }

    @inlinable
    func partitionEqual(_ start: Int, _ end: Int, _ pivot: Int) -> Int {
        list.swapAt(start, pivot)
        var i = start + 1
        var j = end - 1
        while true {
            while i <= j && !less(start, i) { i += 1 }
            while i <= j && less(start, j) { j -= 1 }
            if i > j { break }
            list.swapAt(i, j)
            i += 1
            j -= 1
        }
        return i
    }

    @inlinable
    func partition(_ start: Int, _ end: Int, _ pivot: Int) -> (middle: Int, already: Bool) {
        list.swapAt(start, pivot)
        var i = start + 1
        var j = end - 1
        while i <= j && less(i, start) { i += 1 }
        while i <= j && !less(j, start) { j -= 1 }
        if i > j {
            list.swapAt(j, start)
            return (j, true)
        }
        list.swapAt(i, j)
        i += 1
        j -= 1
        while true {
            while i <= j && less(i, start) { i += 1 }
            while i <= j && !less(j, start) { j -= 1 }
            if i > j { break }
            list.swapAt(i, j)
            i += 1
            j -= 1
        }
        list.swapAt(j, start)
        return (j, false)
    }

    @inlinable
    func scatter(_ start: Int, _ end: Int) {
        let length = end - start
        guard length >= 8 else { return }
        var random = UInt64(length)
        let modulus = UInt64(1) << UInt64(bitLength(length))
        let index = start + (length / 4) * 2 - 1
        for step in 0..<3 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            var other = Int(random & (modulus - 1))
            if other >= length { other -= length }
            list.swapAt(index + step, start + other)
        }
    }

    @inlinable
    func heapSort(_ start: Int, _ end: Int) {
        let count = end - start
        func siftDown(_ low: Int, _ high: Int) {
            var root = low
            while true {
                var child = 2 * root + 1
                if child >= high { return }
                if child + 1 < high && less(start + child, start + child + 1) { child += 1 }
                if !less(start + root, start + child) { return }
                list.swapAt(start + root, start + child)
                root = child
            }
        }
        var i = (count - 1) / 2
        while i >= 0 {
            siftDown(i, count)
            i -= 1
        }
        i = count - 1
        while i >= 0 {
            list.swapAt(start, start + i)
            siftDown(0, i)
            i -= 1
        }
    }
}
