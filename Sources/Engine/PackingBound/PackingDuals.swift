/// Prices that prove a ceiling, in whole numbers: whatever they are, ``bound(_:)`` is above every placement.
///
/// ```
/// slice     by pool and slice kind      what one slice of the kind costs
/// card      by pool                     what a whole card costs
/// slot      by pool                     what a slot of a card costs
/// area      by pool, two resources      what a unit of the card's resource costs
/// cpu, mem  by pool                     what a thousandth of a CPU and a MiB cost
/// ```
///
/// - Units: 2^-``fractionBits`` of the reward's unit.
struct PackingDuals: Sendable {
    static let fractionBits = 32

    struct PoolPrices: Sendable {
        var slices: [Int128]
        var card: Int128 = 0
        var slot: Int128 = 0
        var firstArea: Int128 = 0
        var secondArea: Int128 = 0
        var cpuMilli: Int128 = 0
        var memoryMiB: Int128 = 0
    }

    var pools: [PoolPrices]

    /// A price in whole numbers, none below 0; what is no number or beyond any use counts as 0: no reward is above 2^31, and
    /// below 2^64 a price times a million nodes of the largest amounts stays within 128 bits.
    static func fixed(_ price: Double) -> Int128 {
        let scaled = (price * Double(UInt64(1) << fractionBits)).rounded()
        return scaled > 0 && scaled < 1e19 ? Int128(scaled) : 0
    }

    /// An upper bound on the reward of any placement, rounded down to what a reward can be; weak duality in exact
    /// arithmetic.
    ///
    /// A card must cost at least what the best slices cut from it cost, so its price is raised to that. A class then pays
    /// what its pods are worth above the cheapest of their options; pods that must be placed at a loss count the loss.
    /// - Complexity: one knapsack a pool, linear in options.
    func bound(_ layout: PackingLayout) -> Int64 {
        let problem = layout.problem
        var total: Int128 = 0
        var prices = pools
        for (number, pool) in problem.pools.enumerated() {
            let patterns = layout.patterns[number]
            prices[number].card = max(prices[number].card, patterns.bestOfCard(prices[number].slices))
            // Patterns leave out what takes no cell, which therefore must not count as paid.
            for place in patterns.slices.indices where patterns.takesNoCell(place) { prices[number].slices[place] = 0 }
            let price = prices[number]
            let cards = Int128(pool.cards)
            total += cards * price.card
            if let slots = pool.slotsPerCard { total += cards * Int128(slots) * price.slot }
            total += cards * Int128(pool.card.first) * price.firstArea
            total += cards * Int128(pool.card.second) * price.secondArea
            total += Int128(pool.nodes) * Int128(pool.cpuMilli) * price.cpuMilli
            total += Int128(pool.nodes) * Int128(pool.memoryMiB) * price.memoryMiB
        }
        for (number, podClass) in problem.classes.enumerated() {
            var best: Int128?
            for option in layout.options[number] {
                let worth = Int128(option.reward) << Self.fractionBits - cost(of: option, podClass, prices, layout)
                best = max(best ?? worth, worth)
            }
            guard let best else { continue }
            total += best * Int128(best >= 0 ? podClass.count : podClass.required)
        }
        // Rounding down to a multiple of the step keeps the bound: no reward lies between.
        let step = Int128(problem.rewardStep)
        let whole = total >> Self.fractionBits
        return Int64(clamping: (whole >= 0 ? whole / step : (whole - step + 1) / step) * step)
    }

    private func cost(
        of option: PackingProblem.Option, _ podClass: PackingProblem.PodClass, _ prices: [PoolPrices],
        _ layout: PackingLayout
    ) -> Int128 {
        let price = prices[option.pool]
        let hasSlots = layout.problem.pools[option.pool].slotsPerCard != nil
        var card = hasSlots ? price.slot : 0
        card += Int128(option.slice.first) * price.firstArea + Int128(option.slice.second) * price.secondArea
        switch layout.use(of: option) {
        case .none: break
        case .wholeCard: card += price.card
        case .slice(let place): card += price.slices[place]
        }
        return Int128(option.cards) * card + Int128(podClass.cpuMilli) * price.cpuMilli
            + Int128(podClass.memoryMiB) * price.memoryMiB
    }
}
