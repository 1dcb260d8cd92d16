/// Which slices each pool is cut into, and which options are left once those that can never fit are out.
struct PackingLayout: Sendable {
    /// What an option takes of a card.
    enum CardUse: Sendable, Hashable {
        case none
        case wholeCard
        /// Place among the pool's slices.
        case slice(Int)
    }

    let problem: PackingProblem
    /// By class.
    let options: [[PackingProblem.Option]]
    /// By pool.
    let patterns: [SlicePatterns]
    private let places: [[CardAmount: Int]]

    init(_ problem: PackingProblem) {
        self.problem = problem
        options = problem.classes.map { podClass in podClass.options.filter { problem.fits($0, podClass) } }
        var slices = Array(repeating: Set<CardAmount>(), count: problem.pools.count)
        for option in options.joined()
        where option.cards > 0 && !Self.isWhole(option.slice, problem.pools[option.pool].card) {
            slices[option.pool].insert(option.slice)
        }
        let sorted = slices.map { $0.sorted() }
        patterns = zip(problem.pools, sorted).map { SlicePatterns(slices: $1, card: $0.card) }
        places = sorted.map { slices in
            Dictionary(uniqueKeysWithValues: slices.enumerated().map { ($0.element, $0.offset) })
        }
    }

    /// A slice beside which no other one has room.
    private static func isWhole(_ slice: CardAmount, _ card: CardAmount) -> Bool { slice == card && card.first > 0 }

    func use(of option: PackingProblem.Option) -> CardUse {
        if option.cards == 0 { return .none }
        return places[option.pool][option.slice].map { .slice($0) } ?? .wholeCard
    }
}
