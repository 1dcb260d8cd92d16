import Testing

@testable import PackingBound

@Suite struct PackingCeilings {
    /// Nothing that exhaustive search finds is above the ceiling, and the ceiling is near it.
    @Test(arguments: [false, true])
    func isNeverBelowTheOptimum(pairsResources: Bool) throws {
        var random = RandomPacking(seed: pairsResources ? 2 : 1)
        var (optima, ceilings, met, infeasible): (Int64, Int64, Int, Int) = (0, 0, 0, 0)
        for number in 0..<2000 {
            let problem = random.problem(pairsResources: pairsResources)
            let optimum = PackingSearch.optimum(problem)
            do {
                let ceiling = try PackingCeiling(problem)
                guard let optimum else { continue }
                #expect(ceiling.reward >= optimum, "case \(number): \(problem)")
                #expect(Double(ceiling.reward) >= ceiling.solverReward - Double(problem.rewardStep) - 0.01)
                #expect(Double(ceiling.reward) <= ceiling.solverReward + 0.01, "case \(number)")
                (optima, ceilings) = (optima + optimum, ceilings + ceiling.reward)
                if ceiling.reward == optimum { met += 1 }
            } catch LinearProgramFailure.infeasible {
                infeasible += 1
                #expect(optimum == nil, "case \(number): \(problem)")
            }
        }
        // Six pods on a few cards: borders of nodes and cards weigh much more than in a fleet.
        #expect(ceilings * 100 < optima * 120, "ceilings \(ceilings), optima \(optima)")
        #expect(met > 800, "\(met) ceilings are met")
        #expect(infeasible > 50, "cases without a placement are among them: \(infeasible)")
    }

    /// Sizes that divide each other leave no gaps, so the ceiling is what can be placed.
    @Test func isMetWhereNothingIsLost() throws {
        var generator = SplitMix(seed: 3)
        for _ in 0..<300 {
            let cards = Int64.random(in: 1...40, using: &generator)
            let counts = [250, 500, 1000].map { (Int32($0), Int64.random(in: 0...60, using: &generator)) }
            let problem = PackingProblem(
                pools: [.init(nodes: cards, cardsPerNode: 1, card: CardAmount(1000), cpuMilli: 1, memoryMiB: 1)],
                classes: counts.map { milli, count in
                    .init(
                        count: count, cpuMilli: 0, memoryMiB: 0,
                        options: [.init(pool: 0, cards: 1, slice: CardAmount(milli), reward: Int64(milli))])
                })
            let asked = counts.reduce(0) { $0 + Int64($1.0) * $1.1 }
            #expect(try PackingCeiling(problem).reward == min(asked, cards * 1000))
        }
    }

    /// 810 leaves a gap that nothing here fills; two of 460 share a card.
    @Test func gapsOfCardsAreSeen() throws {
        func ceiling(_ required: Int64) throws -> Int64 {
            try PackingCeiling(
                PackingProblem(
                    pools: [.init(nodes: 5, cardsPerNode: 2, card: CardAmount(1000), cpuMilli: 1, memoryMiB: 1)],
                    classes: [(810, required), (460, 0)].map { milli, required in
                        .init(
                            count: 100, required: required, cpuMilli: 0, memoryMiB: 0,
                            options: [.init(pool: 0, cards: 1, slice: CardAmount(milli), reward: Int64(milli))])
                    })
            ).reward
        }
        #expect(try ceiling(0) == 9200)
        #expect(try ceiling(4) == 4 * 810 + 6 * 920)
        #expect(throws: LinearProgramFailure.infeasible) { try ceiling(11) }
    }

    @Test func scarceCPUCountsPerPool() throws {
        let pool = PackingProblem.Pool(
            nodes: 2, cardsPerNode: 4, card: CardAmount(1000), cpuMilli: 16_000, memoryMiB: 1024)
        let problem = PackingProblem(
            pools: [pool],
            classes: [
                .init(
                    count: 100, cpuMilli: 8000, memoryMiB: 0,
                    options: [.init(pool: 0, cards: 1, slice: CardAmount(1000), reward: 1000)])
            ])
        #expect(try PackingCeiling(problem).reward == 4000)
    }

    /// The proof needs no solver: any prices at all give a bound.
    @Test func anyPricesGiveABound() {
        var random = RandomPacking(seed: 11)
        var generator = SplitMix(seed: 12)
        for number in 0..<1500 {
            var problem = random.problem(pairsResources: number.isMultiple(of: 2))
            for place in problem.classes.indices { problem.classes[place].required = 0 }
            let layout = PackingLayout(problem)
            func price(_ most: Double) -> Int128 {
                Bool.random(using: &generator) ? PackingDuals.fixed(Double.random(in: 0...most, using: &generator)) : 0
            }
            let duals = PackingDuals(
                pools: layout.patterns.map { patterns in
                    PackingDuals.PoolPrices(
                        slices: patterns.slices.map { _ in price(2000) }, card: price(1000), slot: price(500),
                        firstArea: price(1), secondArea: price(10), cpuMilli: price(1), memoryMiB: price(1))
                })
            let optimum = PackingSearch.optimum(problem) ?? 0
            #expect(duals.bound(layout) >= optimum, "case \(number): \(problem)")
        }
    }

    @Test func theSameProblemHasTheSameCeiling() throws {
        var random = RandomPacking(seed: 5)
        for _ in 0..<50 {
            var problem = random.problem(pairsResources: true)
            for place in problem.classes.indices { problem.classes[place].required = 0 }
            #expect(try PackingCeiling(problem) == PackingCeiling(problem))
        }
    }
}
