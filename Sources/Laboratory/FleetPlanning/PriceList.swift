import PlacementModel
import TraceModel

/// What nodes cost: a CSV file with the columns `node` (a ``NodeDescription`` of one node), `price` and, perhaps, `max`
/// (most that can be had). Prices have up to two decimals and any unit, the same in all rows.
public struct PriceList: Sendable {
    public struct Offer: Sendable {
        public var node: NodeDescription
        /// Hundredths of the list's unit.
        public var price: Int64
        public var max: Int
    }

    public var offers: [Offer]

    /// - Throws: ``TraceError`` that names file, line and column.
    public init(_ file: String, fleet: WhatIfFleet) throws(TraceError) {
        let bytes = try TraceFiles.read(file)
        offers = try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file)
            let places = try reader.columns(["node", "price"])
            let maxColumn = reader.optionalColumn("max")
            let nodesMax = Int64(InputLimits.addedNodes.upperBound)
            var offers: [Offer] = []
            while try reader.next() {
                let node: NodeDescription
                do { node = try fleet.describeNodes([try reader.text(places[0])])[0] } catch {
                    if let error = error as? TraceError { throw error }
                    throw reader.error(places[0], "\(error)")
                }
                if node.count != 1 {
                    throw reader.error(places[0], "prices are those of one node, not of \(node.count)")
                }
                let text = try reader.text(places[1])
                guard let price = Self.hundredths(text), price > 0 else {
                    throw reader.error(places[1], "\"\(text)\" is no price above 0 with up to two decimals")
                }
                let most =
                    try maxColumn.map { column throws(TraceError) in
                        try reader.integer(column, in: 0...nodesMax, absent: nodesMax)
                    } ?? nodesMax
                if offers.count == InputLimits.offers {
                    throw reader.error(places[0], "is past the \(InputLimits.offers) offers that there may be")
                }
                offers.append(Offer(node: node, price: price, max: Int(most)))
            }
            return offers
        }
        if offers.isEmpty { throw TraceError(file: file, problem: "has no offer") }
    }

    static func hundredths(_ text: String) -> Int64? {
        let sides = text.split(separator: ".", omittingEmptySubsequences: false)
        guard sides.count <= 2, let whole = Int64(sides[0]), InputLimits.price.contains(whole) else {
            return nil
        }
        // At most 10^11.
        guard sides.count == 2 else { return whole * 100 }
        guard (1...2).contains(sides[1].count), let part = Int64(sides[1]), part >= 0 else { return nil }
        return whole * 100 + (sides[1].count == 1 ? part * 10 : part)
    }
}
