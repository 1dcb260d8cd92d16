/// The ways to cut a card: multisets of slice sizes that fit it together.
///
/// Sizes and capacity share a unit (thousandths of a card); work is done in cells of their greatest common divisor.
struct SlicePatterns: Sendable {
    /// Distinct, each from 1 to ``capacity``.
    let sizes: [Int32]
    let capacity: Int32
    /// Thousandths of a cell's width.
    let cell: Int32
    private let sizesInCells: [Int]
    private let cells: Int

    init(sizes: [Int32], capacity: Int32) {
        precondition(sizes.allSatisfy { $0 > 0 && $0 <= capacity }, "a slice is part of a card")
        self.sizes = sizes
        self.capacity = capacity
        let cell = sizes.reduce(capacity) { greatestCommonDivisor($0, $1) }
        self.cell = cell
        sizesInCells = sizes.map { Int($0 / cell) }
        cells = Int(capacity / cell)
    }

    /// The most that slices can be worth in a free part of each number of cells.
    ///
    /// - Parameter values: of one slice, by place in ``sizes``.
    /// - Complexity: cells x sizes
    func best<Value: Comparable & AdditiveArithmetic>(_ values: [Value]) -> [Value] {
        var best = Array(repeating: Value.zero, count: cells + 1)
        for room in 1...cells {
            var most = best[room - 1]
            for place in sizesInCells.indices where sizesInCells[place] <= room {
                let value = best[room - sizesInCells[place]] + values[place]
                if value > most { most = value }
            }
            best[room] = most
        }
        return best
    }

    /// The most that the slices of one card can be worth, and one way to get it: copies by place in ``sizes``.
    ///
    /// - Determinism: among equals the first size is taken as late as room allows.
    func bestPattern(_ values: [Double]) -> (value: Double, copies: [Int32]) {
        let best = best(values)
        var copies = Array(repeating: Int32(0), count: sizes.count)
        var room = cells
        while room > 0 && best[room] > 0 {
            if best[room] == best[room - 1] {
                room -= 1
                continue
            }
            guard
                let place = sizesInCells.indices.first(where: {
                    sizesInCells[$0] <= room && best[room - sizesInCells[$0]] + values[$0] == best[room]
                })
            else { preconditionFailure("a best value is reached by some slice") }
            copies[place] += 1
            room -= sizesInCells[place]
        }
        return (best[cells], copies)
    }

    /// As many slices of one size as a card holds, for each size.
    var uniform: [[Int32]] {
        sizes.indices.map { place in
            sizes.indices.map { $0 == place ? capacity / sizes[place] : 0 }
        }
    }
}

func greatestCommonDivisor(_ a: Int32, _ b: Int32) -> Int32 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
