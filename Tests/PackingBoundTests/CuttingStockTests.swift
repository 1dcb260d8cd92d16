import PackingBound
import Testing

@Suite struct CuttingStocks {
    private func mix(_ counts: [Int32: Int64]) throws -> CuttingStock {
        try CuttingStock(counts.map { SliceDemand(milli: $0.key, count: $0.value) })
    }

    @Test func slicesThatFillACardShareItsWorth() throws {
        let halves = try mix([500: 10])
        #expect(halves.prices == [CuttingStock.unit / 2])
        #expect((halves.cards - 5).magnitude < 1e-3)
        let thirds = try mix([330: 9])
        #expect(thirds.prices == [CuttingStock.unit / 3])
        #expect(thirds.value(milli: 329) == 0)
        #expect(thirds.value(milli: 330) == CuttingStock.unit / 3)
        #expect(thirds.value(milli: 990) == CuttingStock.unit)
    }

    /// Plenty of small slices fill what a large one leaves, so the large one pays for the rest alone.
    @Test func aSliceThatLeavesWasteCostsTheWholeCard() throws {
        let stock = try mix([810: 5, 250: 40])
        #expect(stock.sizes == [250, 810])
        #expect(stock.prices == [CuttingStock.unit / 4, CuttingStock.unit])
        let filled = try mix([750: 5, 250: 40])
        #expect(filled.prices == [CuttingStock.unit / 4, CuttingStock.unit / 4 * 3])
        #expect((filled.cards - 13.75).magnitude < 1e-3)
    }

    @Test func nothingAskedIsWorthNothing() throws {
        let stock = try CuttingStock([])
        #expect(stock.sizes.isEmpty)
        #expect(stock.value(milli: 990) == 0)
        #expect(stock.value(milli: 1000) == CuttingStock.unit)
        #expect(stock.cards == 0)
    }

    /// No pattern is worth more than the card, whatever the mix; and what is free is worth more the larger it is.
    @Test func pricesAreFeasibleAndValuesAscend() throws {
        var generator = SplitMix(seed: 7)
        for _ in 0..<200 {
            let sizes = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                Int32.random(in: 1...100, using: &generator) * 10
            }
            let demand = sizes.map { SliceDemand(milli: $0, count: Int64.random(in: 1...500, using: &generator)) }
            let stock = try CuttingStock(demand)
            #expect(stock == (try CuttingStock(demand.shuffled(using: &generator))))
            #expect(zip(stock.values, stock.values.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(stock.values.count == 1001)
            for (size, price) in zip(stock.sizes, stock.prices) {
                #expect(stock.value(milli: size) >= price)
                // Rounding each of up to 100 slices to the nearest may exceed the card by 50 units.
                #expect(1000 / size * price <= CuttingStock.unit + 50)
            }
            // Strong duality: the mix is worth the cards it needs.
            var counts: [Int32: Int64] = [:]
            for slice in demand { counts[slice.milli, default: 0] += slice.count }
            let worth = zip(stock.sizes, stock.prices).reduce(0.0) {
                $0 + Double(counts[$1.0] ?? 0) * Double($1.1) / Double(CuttingStock.unit)
            }
            #expect((worth - stock.cards).magnitude < 0.001 * max(stock.cards, 1))
        }
    }

    /// Prices depend on proportions alone.
    @Test func tenTimesTheMixHasTheSamePrices() throws {
        let once = try mix([460: 14, 810: 20, 320: 9, 220: 3])
        let tenTimes = try mix([460: 140, 810: 200, 320: 90, 220: 30])
        #expect(once.prices == tenTimes.prices)
        #expect(once.values == tenTimes.values)
    }
}
