import PackingBound

/// Small problems of every kind: one and two resources, slots, several cards, tight CPU, pods required.
struct RandomPacking {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(seed: seed) }

    private mutating func draw(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }

    private mutating func chance(_ percent: Int64) -> Bool { draw(1...100) <= percent }

    mutating func problem(pairsResources: Bool) -> PackingProblem {
        let hasSlots = chance(40)
        let pools = (0..<draw(1...2)).map { _ in
            PackingProblem.Pool(
                nodes: draw(1...2), cardsPerNode: chance(10) ? 0 : draw(1...2),
                card: pairsResources ? CardAmount(Int32(draw(3...9) * 1111), 100) : CardAmount(1000),
                slotsPerCard: hasSlots ? draw(1...3) : nil, cpuMilli: draw(1...8) * 1000, memoryMiB: draw(1...8) * 500)
        }
        var problem = PackingProblem(pools: pools, classes: [])
        var pods: Int64 = 0
        while pods < 6 {
            let count = min(draw(1...3), 6 - pods)
            pods += count
            let cards = chance(20) ? 0 : chance(25) ? 2 : 1
            var podClass = PackingProblem.PodClass(
                count: count, required: chance(20) ? draw(0...count) : 0, cpuMilli: draw(0...4) * 700,
                memoryMiB: draw(0...4) * 300, options: [])
            let share = (draw(1...10) * 100, chance(30) ? 0 : draw(1...20) * 5)
            for (number, pool) in pools.enumerated() where chance(85) {
                let slice =
                    cards == 0
                    ? CardAmount(0)
                    : pairsResources
                        ? CardAmount(Int32(Int64(pool.card.first) * share.0 / 1000), Int32(share.1))
                        : CardAmount(Int32(share.0))
                podClass.options.append(
                    PackingProblem.Option(
                        pool: number, cards: Int64(cards), slice: slice, reward: Int64(slice.first) * Int64(cards)))
            }
            problem.classes.append(podClass)
        }
        return problem
    }
}
