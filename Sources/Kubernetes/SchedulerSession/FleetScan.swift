import PlacementEngine
import PlacementModel

/// Every node's answer to one request class.
struct FleetScan {
    enum Answer {
        /// Left out by a node filter, with the word for people.
        case filtered(String)
        case refused(NodeFailure)
        case fits(Float)
    }

    /// By node row; rows of removed nodes are left out.
    private(set) var answers: [(row: Int, answer: Answer)] = []

    /// - Complexity: O(nodes x devices)
    init(_ requestClass: RequestClass, cluster: Fleet, evaluator: inout NodeEvaluator) {
        answers.reserveCapacity(cluster.table.nodeRowCount)
        for row in 0..<cluster.table.nodeRowCount where cluster.table.nodeFlags[row].contains(.alive) {
            answers.append((row, Self.answer(requestClass, row, cluster, &evaluator)))
        }
    }

    private static func answer(
        _ requestClass: RequestClass, _ row: Int, _ cluster: Fleet, _ evaluator: inout NodeEvaluator
    ) -> Answer {
        if let filter = cluster.firstFailingFilter(requestClass, node: row) {
            return .filtered(word(of: filter, requestClass, row, cluster))
        }
        if evaluator.fits(requestClass, node: row) { return .fits(evaluator.score(requestClass)) }
        return .refused(evaluator.failure())
    }

    /// kube-scheduler's wording, with the name of an extended resource that is short, and every further resource that is.
    private static func word(
        of filter: NodeFilter, _ requestClass: RequestClass, _ row: Int, _ cluster: Fleet
    ) -> String {
        var words = [filter.word]
        if filter == .extendedResource, let short = cluster.shortResource(requestClass, node: row) {
            words = ["Insufficient \(cluster.table.resources[short])"]
        }
        cluster.forEachFurtherLack(requestClass, node: row, after: filter) { lack in
            switch lack {
            case .filter(let filter): words.append(filter.word)
            case .extended(let resource): words.append("Insufficient \(cluster.table.resources[resource])")
            }
        }
        return words.joined(separator: ", ")
    }

    /// HAMi's text for a node that holds no device at all.
    private static let unregistered = "node unregistered"

    func explanation(_ requestClass: RequestClass, in cluster: Fleet) -> PlacementExplanation {
        var filtered = GroupedNodes()
        var refused = GroupedNodes()
        var fitting: [PlacementExplanation.ScoredNode] = []
        for (row, answer) in answers {
            let name = cluster.table.nodes[row].name
            switch answer {
            case .filtered(let word): filtered.add(name, reason: word)
            case .refused(let failure):
                refused.add(name, reason: cluster.table.deviceCount[row] == 0 ? Self.unregistered : failure.text)
            case .fits(let score): fitting.append(PlacementExplanation.ScoredNode(node: name, score: score))
            }
        }
        let prefersLow = requestClass.nodePolicy == .spread
        // Stable: nodes of equal score stay in fleet order, which is also how ties are decided.
        let ranked = fitting.enumerated().sorted { left, right in
            if left.element.score == right.element.score { return left.offset < right.offset }
            return (left.element.score < right.element.score) == prefersLow
        }.map(\.element)
        return PlacementExplanation(
            filtered: filtered.groups, refused: refused.groups, fittingNodes: ranked.count,
            best: Array(ranked.prefix(PlacementExplanation.bestMax)),
            choice: Self.choice(ranked, prefersLow: prefersLow))
    }

    private static func choice(_ ranked: [PlacementExplanation.ScoredNode], prefersLow: Bool) -> String? {
        guard let winner = ranked.first else { return nil }
        if ranked.count == 1 { return "\(winner.node) is the only node that fits" }
        let rule = prefersLow ? "lowest score (spread)" : "highest score (binpack)"
        let ties = ranked.prefix { $0.score == winner.score }.count - 1
        if ties == 0 { return "\(winner.node) has the \(rule) of \(ranked.count) nodes that fit" }
        return "\(winner.node) comes first in the fleet among \(ties + 1) nodes with the \(rule)"
    }
}

/// Node names by reason, reasons in order of first appearance.
private struct GroupedNodes {
    private(set) var groups: [PlacementExplanation.Group] = []
    private var places: [String: Int] = [:]

    mutating func add(_ node: String, reason: String) {
        if let place = places[reason] {
            groups[place].nodes.append(node)
        } else {
            places[reason] = groups.count
            groups.append(PlacementExplanation.Group(reason: reason, nodes: [node]))
        }
    }
}
