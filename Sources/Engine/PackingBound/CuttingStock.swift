/// How many slices of one size a mix has.
public struct SliceDemand: Sendable, Hashable {
    /// Thousandths of a card.
    public var milli: Int32
    public var count: Int64

    public init(milli: Int32, count: Int64) {
        self.milli = milli
        self.count = count
    }
}

/// What slices of a card are worth under a mix of demand: the dual prices of the cutting-stock linear program.
///
/// The program cuts the fewest cards that give every slice asked, by column generation: a card's pattern enters when its
/// slices are worth more than the card. A size that leaves nothing useful beside it is worth a whole card; three sizes that
/// fill a card together share its worth. Prices depend on the proportions of the mix alone.
///
/// The program is degenerate when sizes divide a card evenly, and would then have several best prices. Demands are therefore
/// moved by distinct amounts of less than a millionth of the mix, which leaves one.
/// - Units: worth in 1/``unit`` of a card, rounded to the nearest; fractions with denominators up to 16 are exact.
/// - Source: Gilmore and Gomory, A Linear Programming Approach to the Cutting-Stock Problem, 1961
public struct CuttingStock: Sendable, Hashable {
    /// Worth of a whole card: the least common multiple of 1 to 16.
    public static let unit: Int32 = 720_720
    /// Thousandths of a whole card.
    public static let cardMilli: Int32 = 1000

    /// Sizes of the mix, ascending.
    public let sizes: [Int32]
    /// Worth of a slice, by place in ``sizes``.
    public let prices: [Int32]
    /// The most that slices are worth which fit into a free part of a card, by its thousandths, 0 to 1000; ascending. A whole
    /// free card is worth ``unit``.
    public let values: [Int32]
    /// Cards that the mix needs when cards may be cut in fractions of patterns; to the solver's tolerance.
    public let cards: Double

    /// - Parameter demand: sizes from 1 to 1000; a size may come several times; counts of 0 are left out.
    /// - Precondition: counts are not negative.
    /// - Throws: what Clp throws; not expected, since every mix can be cut.
    /// - Complexity: some 10 rounds of a small simplex and of a knapsack over 1000 thousandths.
    public init(_ demand: [SliceDemand]) throws(LinearProgramFailure) {
        precondition(demand.allSatisfy { $0.count >= 0 }, "counts are not negative")
        var counts: [Int32: Int64] = [:]
        for slice in demand where slice.count > 0 { counts[slice.milli, default: 0] += slice.count }
        let sizes = counts.keys.sorted()
        self.sizes = sizes
        let patterns = SlicePatterns(slices: sizes.map { CardAmount($0) }, card: CardAmount(Self.cardMilli))
        let total = counts.values.reduce(0, +)
        let worth: [Double]
        (worth, cards) = try Self.solve(patterns, sizes.map { Double(counts[$0] ?? 0) / Double(max(total, 1)) }, total)
        prices = worth.map { min(max(Int32(($0 * Double(Self.unit)).rounded()), 0), Self.unit) }
        values = Self.values(patterns, prices)
    }

    /// The prices by place in `sizes`, and the cards needed.
    private static func solve(
        _ patterns: SlicePatterns, _ shares: [Double], _ total: Int64
    ) throws(LinearProgramFailure) -> (worth: [Double], cards: Double) {
        if shares.isEmpty { return ([], 0) }
        // The scale keeps the moves below far above Clp's tolerance.
        let scale = 1e5
        let rows = shares.enumerated().map { place, share in
            let spread = (Double(place + 1) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
            return share * scale + (0.01 + 0.09 * spread)...Double.infinity
        }
        var program = LinearProgram(maximising: false, rows: rows)
        var known = Set(patterns.uniform)
        for copies in patterns.uniform { program.addColumn(copies, objective: 1) }
        while true {
            try program.solve()
            let worth = program.prices
            let (value, copies) = patterns.bestPattern(worth.map { max($0, 0) })
            if value <= 1 + 1e-9 || !known.insert(copies).inserted {
                return (worth, program.objective / scale * Double(total))
            }
            program.addColumn(copies, objective: 1)
        }
    }

    private static func values(_ patterns: SlicePatterns, _ prices: [Int32]) -> [Int32] {
        // Cells are exact: a card has no more than its thousandths.
        let best = patterns.best(prices.map(Int64.init))
        let cells = best.count - 1
        var values = (0...Int(cardMilli)).map { Int32(min(best[$0 * cells / Int(cardMilli)], Int64(unit))) }
        values[Int(cardMilli)] = unit
        return values
    }

    /// Worth of a slice of any size: what the mix would pay for the room it takes. - Complexity: O(1)
    public func value(milli: Int32) -> Int32 { values[Int(min(max(milli, 0), Self.cardMilli))] }
}

extension LinearProgram {
    /// Adds a column with a card's slices in the first rows.
    mutating func addColumn(_ copies: [Int32], objective: Double) {
        addColumn(
            objective: objective,
            copies.enumerated().filter { $0.element > 0 }.map { Entry(row: $0.offset, value: Double($0.element)) })
    }
}
