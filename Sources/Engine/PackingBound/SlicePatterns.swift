/// The ways to cut a card: multisets of slices that fit it together.
///
/// Work is done in cells, a grid over both resources. Where amounts share a divisor that makes the grid small, cells are
/// exact. Else a slice's amounts are rounded down to cells: every multiset that fits the card fits the grid as well, so that
/// a bound over the grid's patterns holds for the card's.
struct SlicePatterns: Sendable {
    /// Most cells along a resource that shares a card with no other, and with another one.
    private static let cellsMax: (alone: Int32, paired: Int32) = (1000, 64)

    let slices: [CardAmount]
    let card: CardAmount
    private let cells: (first: Int, second: Int)
    private let slicesInCells: [(first: Int, second: Int)]
    private let stride: Int

    /// - Precondition: every slice fits the card.
    init(slices: [CardAmount], card: CardAmount) {
        precondition(slices.allSatisfy { $0.fits(card) && $0.first >= 0 && $0.second >= 0 }, "slices fit the card")
        self.slices = slices
        self.card = card
        let isPaired = card.first > 0 && card.second > 0
        let cellsMax = isPaired ? Self.cellsMax.paired : Self.cellsMax.alone
        let first = Grid(amounts: slices.map(\.first), capacity: card.first, cellsMax: cellsMax)
        let second = Grid(amounts: slices.map(\.second), capacity: card.second, cellsMax: cellsMax)
        cells = (first.cells(of: card.first), second.cells(of: card.second))
        slicesInCells = slices.map { (first.cells(of: $0.first), second.cells(of: $0.second)) }
        stride = cells.second + 1
    }

    /// Slices so small that they take no cell; patterns leave them out.
    func takesNoCell(_ place: Int) -> Bool { slicesInCells[place] == (0, 0) }

    /// The most that slices can be worth in a free part of a card, by its cells: second resource running first.
    ///
    /// - Parameter values: of one slice, by place in ``slices``.
    /// - Complexity: cells x slices
    func best<Value: Comparable & AdditiveArithmetic>(_ values: [Value]) -> [Value] {
        var best = Array(repeating: Value.zero, count: (cells.first + 1) * stride)
        let useful = slices.indices.filter { values[$0] > .zero && !takesNoCell($0) }
        for first in 0...cells.first {
            for second in 0...cells.second {
                let room = first * stride + second
                var most = Value.zero
                if first > 0 { most = best[room - stride] }
                if second > 0 { most = max(most, best[room - 1]) }
                for place in useful {
                    let (one, other) = slicesInCells[place]
                    if one > first || other > second { continue }
                    let value = best[room - one * stride - other] + values[place]
                    if value > most { most = value }
                }
                best[room] = most
            }
        }
        return best
    }

    /// The most that the slices of one card can be worth.
    func bestOfCard<Value: Comparable & AdditiveArithmetic>(_ values: [Value]) -> Value {
        best(values).last ?? .zero
    }

    /// The most that the slices of one card can be worth, and one way to get it: copies by place in ``slices``.
    ///
    /// - Determinism: among equals room is left empty before a slice is taken, and the first slice goes first.
    func bestPattern(_ values: [Double]) -> (value: Double, copies: [Int32]) {
        let best = best(values)
        var copies = Array(repeating: Int32(0), count: slices.count)
        var (first, second) = cells
        while true {
            let room = first * stride + second
            if best[room] <= 0 { break }
            if first > 0 && best[room - stride] == best[room] {
                first -= 1
                continue
            }
            if second > 0 && best[room - 1] == best[room] {
                second -= 1
                continue
            }
            let taken = slices.indices.first { place in
                let (one, other) = slicesInCells[place]
                return values[place] > 0 && !takesNoCell(place) && one <= first && other <= second
                    && best[room - one * stride - other] + values[place] == best[room]
            }
            guard let taken else { preconditionFailure("a best value is reached by some slice") }
            copies[taken] += 1
            first -= slicesInCells[taken].first
            second -= slicesInCells[taken].second
        }
        return (best[best.count - 1], copies)
    }

    /// As many slices of one kind as a card holds, for each kind that takes a cell.
    var uniform: [[Int32]] {
        slices.indices.compactMap { place in
            guard !takesNoCell(place), let most = slices[place].copies(in: card) else { return nil }
            return slices.indices.map { $0 == place ? most : 0 }
        }
    }
}

/// Cells along one resource.
private struct Grid {
    private let capacity: Int64
    private let cellCount: Int64

    init(amounts: [Int32], capacity: Int32, cellsMax: Int32) {
        let divisor = amounts.reduce(capacity) { greatestCommonDivisor($0, $1) }
        let exact = divisor > 0 ? capacity / divisor : 0
        self.capacity = Int64(capacity)
        cellCount = Int64(min(exact, cellsMax))
    }

    /// Whole cells that an amount fills.
    func cells(of amount: Int32) -> Int { capacity == 0 ? 0 : Int(Int64(amount) * cellCount / capacity) }
}

func greatestCommonDivisor<Number: BinaryInteger>(_ a: Number, _ b: Number) -> Number {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
