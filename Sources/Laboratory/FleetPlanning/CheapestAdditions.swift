import PlacementEngine
import PlacementModel
import TraceModel
import VendorCatalog

/// The cheapest nodes to add so that the whole queue finds a place, by placing it for real on every combination tried.
///
/// Combinations with few cheaper ones are settled exactly: all cheaper ones are tried, in order of price. Else the answer
/// is a greedy one, and says so: nodes that place the most left-over pods for their price, then every node taken back that
/// is not needed, then dearer nodes exchanged for cheaper ones. Either way the answer is placed once more on a fleet built anew.
public struct CheapestAdditions: Sendable {
    public enum Proof: Sendable, Hashable {
        /// Every cheaper combination was tried and leaves pods over.
        case exact(tried: Int)
        /// No node can be spared or exchanged for one cheaper node, up to a number of exchanges; combinations that cost
        /// less were not all tried.
        case greedy(tried: Int)
    }

    /// Nodes of each offer, in the order of the price list.
    public var counts: [Int]
    /// Hundredths of the list's unit.
    public var price: Int64
    public var proof: Proof
    /// Left-over pods that fit no offered node even when it is empty; not part of the goal.
    public var unreachable: [WhatIf.LeftOver]
    /// Other pods that stay left over with as many nodes as the list allows; 0 = the goal is met.
    public var stillLeft: Int
    /// The changed fleet with the answer's nodes, placed anew.
    public var verified: WhatIf.Side

    /// Combinations up to which the answer is made exact.
    public static let exactTrialsMax = InputLimits.additionTrials

    /// - Throws: ``TraceError`` when the catalogue lacks a vendor of an offer.
    /// - Complexity: a trial a combination: a placement of the queue.
    public init(
        _ fleet: WhatIfFleet, _ change: WhatIf.Change, _ prices: PriceList
    ) throws(TraceError) {
        let search = try AdditionSearch(fleet, change, prices)
        counts = search.greedy()
        stillLeft = search.left(counts)
        proof = .greedy(tried: search.trials)
        if stillLeft == 0, let cheaper = search.cheaper(than: counts, most: Self.exactTrialsMax) {
            counts = cheaper.first { search.left($0) == 0 } ?? counts
            proof = .exact(tried: search.trials)
        }
        price = 0
        unreachable = []
        verified = try Self.verify(fleet, change, prices, counts)
        // The search works on one fleet whose nodes it opens and closes; a fleet built anew has the last word.
        var more = 0
        while stillLeft == 0, Self.reachable(verified, search) > 0, more < 8,
            let next = counts.indices.first(where: { counts[$0] < search.most[$0] && counts[$0] > 0 })
        {
            counts[next] += 1
            more += 1
            proof = .greedy(tried: search.trials + more)
            verified = try Self.verify(fleet, change, prices, counts)
        }
        price = search.price(counts)
        unreachable = verified.leftOver.filter { $0.isRefused || search.unreachableAsks.contains($0.asks) }
        stillLeft = Self.reachable(verified, search)
    }

    private static func verify(
        _ fleet: WhatIfFleet, _ change: WhatIf.Change, _ prices: PriceList, _ counts: [Int]
    ) throws(TraceError) -> WhatIf.Side {
        var change = change
        for (offer, count) in zip(prices.offers, counts) where count > 0 {
            var description = offer.node
            description.count = count
            change.added.append(description)
        }
        return try WhatIf.side(fleet, change)
    }

    private static func reachable(_ side: WhatIf.Side, _ search: AdditionSearch) -> Int {
        side.leftOver.filter { !$0.isRefused && !search.unreachableAsks.contains($0.asks) }.reduce(0) { $0 + $1.pods }
    }
}

/// One fleet with all nodes that could be bought, closed; a combination opens some of them and places the queue.
private final class AdditionSearch {
    private let trial: WhatIfTrial
    private let prices: PriceList
    /// Rows of each offer's nodes.
    private var rows: [[Int]] = []
    private var open: [Int]
    private(set) var trials = 0
    /// Most nodes of each offer that can make sense.
    private(set) var most: [Int] = []
    /// What pods ask that fit no offered node.
    private(set) var unreachableAsks: Set<String> = []
    private var unreachableClasses: Set<Int> = []
    private var known: [[Int]: Int] = [:]

    init(_ fleet: WhatIfFleet, _ change: WhatIf.Change, _ prices: PriceList) throws(TraceError) {
        self.prices = prices
        open = prices.offers.map { _ in 0 }
        let base = try WhatIfTrial(fleet, without: change.removed, adding: WhatIf.nodes(change.added, besides: fleet))
        let left = base.placeQueue().count { !$0.outcome.isPlaced }
        most = prices.offers.map { min($0.max, left) }
        var added = WhatIf.nodes(change.added, besides: fleet)
        var names: [[String]] = []
        for (place, offer) in prices.offers.enumerated() {
            var description = offer.node
            description.count = most[place]
            let offered = WhatIf.nodes([description], besides: fleet, prefix: "offer-\(place + 1)")
            names.append(offered.map(\.name))
            added += offered
        }
        trial = try WhatIfTrial(fleet, without: change.removed, adding: added)
        let table = trial.cluster.table
        rows = names.map { $0.compactMap { table.node(named: $0) } }
        findUnreachable()
        for row in rows.joined() { setClosed(row, true) }
    }

    private func setClosed(_ row: Int, _ isClosed: Bool) {
        var node = trial.cluster.table.nodes[row]
        node.isUnschedulable = isClosed
        trial.cluster.replaceObject(ofRow: row, with: node)
    }

    private func findUnreachable() {
        var evaluator = NodeEvaluator(cluster: trial.cluster)
        let samples = rows.compactMap(\.first)
        var checked: Set<Int> = []
        for requestClass in trial.queue.compactMap(\.requestClass) where checked.insert(requestClass.id).inserted {
            let fits = samples.contains { row in
                trial.cluster.firstFailingFilter(requestClass, node: row) == nil
                    && evaluator.fits(requestClass, node: row)
            }
            if fits { continue }
            unreachableClasses.insert(requestClass.id)
            unreachableAsks.insert(requestClass.askText(in: trial.cluster))
        }
    }

    /// Below 2^63: the bounds of a price list see to it.
    func price(_ counts: [Int]) -> Int64 { zip(prices.offers, counts).reduce(0) { $0 + $1.0.price * Int64($1.1) } }

    /// Pods left over that some offer could take, when so many nodes of each offer are there.
    func left(_ counts: [Int]) -> Int {
        if let known = known[counts] { return known }
        trials += 1
        for (offer, count) in counts.enumerated() where count != open[offer] {
            for place in min(count, open[offer])..<max(count, open[offer]) {
                setClosed(rows[offer][place], count < open[offer])
            }
            open[offer] = count
        }
        let placed = trial.placeQueue()
        trial.takeBack(placed)
        let left = zip(trial.queue, placed).count { pod, result in
            !result.outcome.isPlaced && pod.requestClass.map { !unreachableClasses.contains($0.id) } ?? false
        }
        known[counts] = left
        return left
    }

    /// Adds what places most pods for its price, in steps that shrink with what is left; then takes back what can go.
    func greedy() -> [Int] {
        var counts = prices.offers.map { _ in 0 }
        var remaining = left(counts)
        while remaining > 0 {
            var best: (counts: [Int], left: Int, price: Int64)?
            for offer in counts.indices where counts[offer] < most[offer] {
                var next = counts
                next[offer] += 1
                let gain = remaining - left(next)
                if gain <= 0 { continue }
                // As many nodes as half of the rest would fill, so that thousands of pods take few trials.
                next[offer] = min(counts[offer] + max(remaining / gain / 2, 1), most[offer])
                let (after, cost) = (left(next), price(next) - price(counts))
                // Pods times hundredths may pass 64 bits.
                if best.map({
                    Int128(remaining - after) * Int128($0.price) > Int128(remaining - $0.left) * Int128(cost)
                })
                    ?? true
                {
                    best = (next, after, cost)
                }
            }
            guard let best, best.left < remaining else { break }
            (counts, remaining) = (best.counts, best.left)
        }
        if remaining > 0 { return counts }
        // The dearest offer first: what it holds can best be spared.
        for offer in counts.indices.sorted(by: { prices.offers[$0].price > prices.offers[$1].price }) {
            var (enough, tooFew) = (counts[offer], -1)
            while enough - tooFew > 1 {
                let middle = (enough + tooFew) / 2
                var fewer = counts
                fewer[offer] = middle
                if left(fewer) == 0 { enough = middle } else { tooFew = middle }
            }
            counts[offer] = enough
        }
        return swapped(counts)
    }

    /// Puts cheaper nodes in the place of dearer ones, one by one, while all pods keep a place.
    private func swapped(_ given: [Int]) -> [Int] {
        var counts = given
        for _ in 0..<Self.swapsMax {
            var next: [Int]?
            for dear in counts.indices where counts[dear] > 0 && next == nil {
                for cheap in counts.indices
                where prices.offers[cheap].price < prices.offers[dear].price && counts[cheap] < most[cheap]
                    && next == nil
                {
                    var tried = counts
                    tried[dear] -= 1
                    tried[cheap] += 1
                    if left(tried) == 0 { next = tried }
                }
            }
            guard let next else { break }
            counts = next
        }
        return counts
    }

    /// Exchanges after which the search stops.
    private static let swapsMax = 16

    /// All combinations that cost less, cheapest first; nil when there are more than `most`.
    func cheaper(than counts: [Int], most limit: Int) -> [[Int]]? {
        let bound = price(counts)
        var found: [[Int]] = []
        func extend(_ partial: [Int], _ cost: Int64) -> Bool {
            if partial.count == prices.offers.count {
                found.append(partial)
                return found.count <= limit
            }
            let offer = partial.count
            for count in 0...most[offer] {
                let cost = cost + prices.offers[offer].price * Int64(count)
                if cost >= bound { break }
                if !extend(partial + [count], cost) { return false }
            }
            return true
        }
        guard extend([], 0) else { return nil }
        return found.sorted { left, right in
            price(left) != price(right) ? price(left) < price(right) : left.lexicographicallyPrecedes(right)
        }
    }
}
