@testable import PackingBound

/// The best placement of a small problem, found by trying all of them: nodes and cards one by one, nothing relaxed.
struct PackingSearch {
    private struct Card {
        var left: CardAmount
        var slots: Int64
    }

    private struct Node {
        var pool: Int
        var cpuMilli: Int64
        var memoryMiB: Int64
        var cards: [Card]
    }

    private let problem: PackingProblem
    private var nodes: [Node] = []
    private var pods: [Int] = []
    /// Reward that the pods from a place on can bring at most.
    private var stillToCome: [Int64] = []
    private var placed: [Int64]
    private var best: Int64?

    /// The largest reward; nil = the pods required cannot all be placed.
    static func optimum(_ problem: PackingProblem) -> Int64? {
        var search = PackingSearch(problem)
        search.place(0, reward: 0)
        return search.best
    }

    private init(_ problem: PackingProblem) {
        self.problem = problem
        placed = Array(repeating: 0, count: problem.classes.count)
        for (number, pool) in problem.pools.enumerated() {
            let card = Card(left: pool.card, slots: pool.slotsPerCard ?? .max)
            let node = Node(
                pool: number, cpuMilli: pool.cpuMilli, memoryMiB: pool.memoryMiB,
                cards: Array(repeating: card, count: Int(pool.cardsPerNode)))
            nodes += Array(repeating: node, count: Int(pool.nodes))
        }
        for (number, podClass) in problem.classes.enumerated() {
            pods += Array(repeating: number, count: Int(podClass.count))
        }
        stillToCome = Array(repeating: 0, count: pods.count + 1)
        for place in pods.indices.reversed() {
            let most = problem.classes[pods[place]].options.map(\.reward).max() ?? 0
            stillToCome[place] = stillToCome[place + 1] + most
        }
    }

    private mutating func place(_ pod: Int, reward: Int64) {
        if let best, reward + stillToCome[pod] <= best { return }
        if pod == pods.count {
            if zip(placed, problem.classes).allSatisfy({ $0 >= $1.required }) { best = reward }
            return
        }
        let number = pods[pod]
        let podClass = problem.classes[number]
        placed[number] += 1
        for option in podClass.options {
            for node in nodes.indices where nodes[node].pool == option.pool {
                if nodes[node].cpuMilli < podClass.cpuMilli || nodes[node].memoryMiB < podClass.memoryMiB { continue }
                nodes[node].cpuMilli -= podClass.cpuMilli
                nodes[node].memoryMiB -= podClass.memoryMiB
                take(option, cards: option.cards, from: 0, of: node, pod, reward)
                nodes[node].cpuMilli += podClass.cpuMilli
                nodes[node].memoryMiB += podClass.memoryMiB
            }
        }
        placed[number] -= 1
        place(pod + 1, reward: reward)
    }

    /// Takes slices of cards from `first` on, several of one card allowed, then goes on with the next pod.
    private mutating func take(
        _ option: PackingProblem.Option, cards: Int64, from first: Int, of node: Int, _ pod: Int, _ reward: Int64
    ) {
        if cards == 0 {
            place(pod + 1, reward: reward + option.reward)
            return
        }
        for card in first..<max(nodes[node].cards.count, first) {
            let left = nodes[node].cards[card].left
            if !option.slice.fits(left) || nodes[node].cards[card].slots < 1 { continue }
            nodes[node].cards[card].left = CardAmount(
                left.first - option.slice.first, left.second - option.slice.second)
            nodes[node].cards[card].slots -= 1
            take(option, cards: cards - 1, from: card, of: node, pod, reward)
            nodes[node].cards[card].left = left
            nodes[node].cards[card].slots += 1
        }
    }
}
