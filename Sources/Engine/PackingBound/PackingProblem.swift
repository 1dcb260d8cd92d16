/// A fleet and the pods that arrived, as far as a ceiling on what can be allocated needs them.
public struct PackingProblem: Sendable, Hashable {
    /// Nodes that are alike.
    public struct Pool: Sendable, Hashable {
        public var nodes: Int64
        public var cardsPerNode: Int64
        public var card: CardAmount
        /// Pods that may share a card; nil = no limit.
        public var slotsPerCard: Int64?
        /// Of one node, like `memoryMiB`.
        public var cpuMilli: Int64
        public var memoryMiB: Int64

        public init(
            nodes: Int64, cardsPerNode: Int64, card: CardAmount, slotsPerCard: Int64? = nil, cpuMilli: Int64,
            memoryMiB: Int64
        ) {
            self.nodes = nodes
            self.cardsPerNode = cardsPerNode
            self.card = card
            self.slotsPerCard = slotsPerCard
            self.cpuMilli = cpuMilli
            self.memoryMiB = memoryMiB
        }

        var cards: Int64 { nodes * cardsPerNode }
    }

    /// What a pod takes on a node of a pool, and what counts for it.
    public struct Option: Sendable, Hashable {
        /// Place in ``PackingProblem/pools``.
        public var pool: Int
        /// Cards that it takes a slice of each; 0 = the pod asks CPU and memory alone.
        public var cards: Int64
        public var slice: CardAmount
        /// Allocated for the pod in all.
        public var reward: Int64

        public init(pool: Int, cards: Int64, slice: CardAmount, reward: Int64) {
            self.pool = pool
            self.cards = cards
            self.slice = slice
            self.reward = reward
        }
    }

    /// Pods that ask the same.
    public struct PodClass: Sendable, Hashable {
        /// Arrived.
        public var count: Int64
        /// How many of them must be placed.
        public var required: Int64
        public var cpuMilli: Int64
        public var memoryMiB: Int64
        /// Pools that the pods may go to, each once.
        public var options: [Option]

        public init(count: Int64, required: Int64 = 0, cpuMilli: Int64, memoryMiB: Int64, options: [Option]) {
            self.count = count
            self.required = required
            self.cpuMilli = cpuMilli
            self.memoryMiB = memoryMiB
            self.options = options
        }
    }

    public var pools: [Pool]
    public var classes: [PodClass]

    public init(pools: [Pool], classes: [PodClass]) {
        self.pools = pools
        self.classes = classes
    }

    /// Whether a pod of a class fits an empty node of an option's pool; options that do not are left out.
    func fits(_ option: Option, _ podClass: PodClass) -> Bool {
        let pool = pools[option.pool]
        if podClass.cpuMilli > pool.cpuMilli || podClass.memoryMiB > pool.memoryMiB { return false }
        if option.cards == 0 { return true }
        guard option.slice.fits(pool.card) else { return false }
        // Slices of one pod may come from one card.
        let copies = [option.slice.copies(in: pool.card).map(Int64.init), pool.slotsPerCard].compactMap { $0 }.min()
        guard let copies else { return pool.cardsPerNode > 0 }
        let (most, overflow) = copies.multipliedReportingOverflow(by: pool.cardsPerNode)
        return overflow || option.cards <= most
    }

    /// The largest number that divides every reward; the total allocated is a multiple of it.
    var rewardStep: Int64 {
        var step: Int64 = 0
        for option in classes.flatMap(\.options) { step = greatestCommonDivisor(step, option.reward) }
        return max(step, 1)
    }
}
