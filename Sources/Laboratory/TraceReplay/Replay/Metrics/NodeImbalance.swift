/// How unevenly nodes are used: the coefficient of variation of their utilisation.
enum NodeImbalance {
    /// Standard deviation over mean of the nodes' mean device use, over all nodes with devices; 0 when nothing is in use.
    ///
    /// 0 = every node is used alike; sqrt(n - 1) = one of n nodes carries everything.
    /// - Complexity: O(devices)
    static func measure(_ usage: FleetUsage) -> Double {
        coefficientOfVariation((0..<usage.table.nodeRowCount).compactMap { usage.share(ofNode: $0) })
    }

    static func coefficientOfVariation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        if mean <= 0 { return 0 }
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return variance.squareRoot() / mean
    }
}
