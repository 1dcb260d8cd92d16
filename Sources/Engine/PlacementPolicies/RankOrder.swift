import PlacementEngine

/// Node rows in the order in which ties are decided: by rank, then by row.
struct RankOrder {
    /// By position.
    let rows: [Int32]
    /// By row.
    let positions: [Int32]

    /// - Parameter ranks: by row; nil = the rows' order, rows without a rank come last.
    /// - Complexity: O(n log n)
    init(_ ranks: [Int32]?, nodes: Int) {
        let rank = { (row: Int) -> Int in
            guard let ranks else { return row }
            return row < ranks.count ? Int(ranks[row]) : .max
        }
        let order = (0..<nodes).sorted { (rank($0), $0) < (rank($1), $1) }
        var positions = Array(repeating: Int32(0), count: nodes)
        for (position, row) in order.enumerated() { positions[row] = Int32(position) }
        rows = order.map(Int32.init)
        self.positions = positions
    }
}
