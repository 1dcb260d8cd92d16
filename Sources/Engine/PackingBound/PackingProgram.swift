/// The configuration linear program of a packing problem.
///
/// ```
/// row             meaning                                               price
/// class           required <= pods placed <= arrived
/// slices x pool   slices used - slices cut <= 0                          of a slice
/// card   x pool   cards cut + whole cards <= cards                       of a card
/// slot   x pool   slices used <= slots                                   of a slot
/// area   x pool   resource used, in cards <= cards; two resources only   of a unit
/// cpu, memory x pool                                                     of a unit
/// ```
///
/// Rewards are scaled to 1, CPU to cores, memory to GiB and areas to cards, so that the solver's tolerance means the same
/// everywhere.
struct PackingProgram: ~Copyable {
    private static let cpuScale = 1000.0
    private static let memoryScale = 1024.0
    /// What a required pod that is not placed costs, in rewards of the dearest pod. Keeps the program solvable while patterns
    /// are missing; higher than what any one pod can be in the way of.
    private static let missingPenalty = 1e4

    private let layout: PackingLayout
    private let rewardScale: Double
    private var program: LinearProgram
    private let rows: [PoolRows]
    private var known: [Set<[Int32]>]
    /// Columns of required pods that are not placed.
    private var missing: [Int] = []
    /// Patterns brought in since the start.
    private(set) var generated = 0

    private struct PoolRows {
        var firstSlice: Int
        var card: Int
        var slot: Int
        var firstArea: Int
        var secondArea: Int
        var cpu: Int
        var memory: Int
    }

    init(_ layout: PackingLayout) {
        self.layout = layout
        let problem = layout.problem
        rewardScale = Double(layout.options.joined().reduce(1) { max($0, $1.reward) })
        var bounds = problem.classes.map { Double($0.required)...Double($0.count) }
        var rows: [PoolRows] = []
        func row(upTo bound: Double) -> Int {
            bounds.append(-.infinity...bound)
            return bounds.count - 1
        }
        for (pool, patterns) in zip(problem.pools, layout.patterns) {
            let firstSlice = bounds.count
            for _ in patterns.slices { _ = row(upTo: 0) }
            let cards = Double(pool.cards)
            let isPaired = pool.card.first > 0 && pool.card.second > 0
            rows.append(
                PoolRows(
                    firstSlice: firstSlice, card: row(upTo: cards),
                    slot: row(upTo: pool.slotsPerCard.map { cards * Double($0) } ?? .infinity),
                    firstArea: row(upTo: isPaired ? cards : .infinity),
                    secondArea: row(upTo: isPaired ? cards : .infinity),
                    cpu: row(upTo: Double(pool.nodes) * Double(pool.cpuMilli) / Self.cpuScale),
                    memory: row(upTo: Double(pool.nodes) * Double(pool.memoryMiB) / Self.memoryScale)))
        }
        self.rows = rows
        program = LinearProgram(maximising: true, rows: bounds)
        known = layout.patterns.map { Set($0.uniform) }
        for (number, podClass) in problem.classes.enumerated() {
            for option in layout.options[number] {
                program.addColumn(
                    objective: Double(option.reward) / rewardScale, entries(of: option, podClass, number))
            }
        }
        for (number, podClass) in problem.classes.enumerated() where podClass.required > 0 {
            missing.append(program.addColumn(objective: -Self.missingPenalty, [.init(row: number, value: 1)]))
        }
        for (pool, patterns) in layout.patterns.enumerated() {
            for copies in patterns.uniform { addPattern(copies, pool) }
        }
    }

    private func entries(
        of option: PackingProblem.Option, _ podClass: PackingProblem.PodClass, _ number: Int
    ) -> [LinearProgram.Entry] {
        let rows = rows[option.pool]
        var entries = [LinearProgram.Entry(row: number, value: 1)]
        func add(_ row: Int, _ value: Double) {
            if value != 0 { entries.append(LinearProgram.Entry(row: row, value: value)) }
        }
        let cards = Double(option.cards)
        let patterns = layout.patterns[option.pool]
        switch layout.use(of: option) {
        case .none: break
        case .wholeCard: add(rows.card, cards)
        case .slice(let place): if !patterns.takesNoCell(place) { add(rows.firstSlice + place, cards) }
        }
        let pool = layout.problem.pools[option.pool]
        if pool.slotsPerCard != nil { add(rows.slot, cards) }
        if pool.card.first > 0 && pool.card.second > 0 {
            add(rows.firstArea, cards * Double(option.slice.first) / Double(pool.card.first))
            add(rows.secondArea, cards * Double(option.slice.second) / Double(pool.card.second))
        }
        add(rows.cpu, Double(podClass.cpuMilli) / Self.cpuScale)
        add(rows.memory, Double(podClass.memoryMiB) / Self.memoryScale)
        return entries
    }

    private mutating func addPattern(_ copies: [Int32], _ pool: Int) {
        var entries = [LinearProgram.Entry(row: rows[pool].card, value: 1)]
        for (place, count) in copies.enumerated() where count > 0 {
            entries.append(LinearProgram.Entry(row: rows[pool].firstSlice + place, value: -Double(count)))
        }
        program.addColumn(objective: 0, entries)
    }

    /// What the last solution is worth, to the solver's tolerance.
    var reward: Double { program.objective * rewardScale }

    /// Solves the program over all patterns. - Returns: its prices in whole numbers.
    mutating func solve() throws(LinearProgramFailure) -> PackingDuals {
        while true {
            try program.solve()
            let prices = program.prices
            var isBest = true
            for pool in rows.indices {
                let patterns = layout.patterns[pool]
                let (worth, copies) = patterns.bestPattern(slicePrices(pool, prices))
                if worth <= max(prices[rows[pool].card], 0) + 1e-9 || !known[pool].insert(copies).inserted { continue }
                addPattern(copies, pool)
                generated += 1
                isBest = false
            }
            guard isBest else { continue }
            if missing.contains(where: { program.value(ofColumn: $0) > 1e-6 }) { throw .infeasible }
            return duals(prices)
        }
    }

    private func slicePrices(_ pool: Int, _ prices: [Double]) -> [Double] {
        layout.patterns[pool].slices.indices.map { max(prices[rows[pool].firstSlice + $0], 0) }
    }

    private func duals(_ prices: [Double]) -> PackingDuals {
        PackingDuals(
            pools: rows.indices.map { pool in
                let rows = rows[pool]
                let card = layout.problem.pools[pool].card
                func fixed(_ row: Int, per scale: Double = 1) -> Int128 {
                    PackingDuals.fixed(prices[row] * rewardScale / scale)
                }
                return PackingDuals.PoolPrices(
                    slices: slicePrices(pool, prices).map { PackingDuals.fixed($0 * rewardScale) },
                    card: fixed(rows.card), slot: fixed(rows.slot),
                    firstArea: fixed(rows.firstArea, per: max(Double(card.first), 1)),
                    secondArea: fixed(rows.secondArea, per: max(Double(card.second), 1)),
                    cpuMilli: fixed(rows.cpu, per: Self.cpuScale),
                    memoryMiB: fixed(rows.memory, per: Self.memoryScale))
            })
    }
}
