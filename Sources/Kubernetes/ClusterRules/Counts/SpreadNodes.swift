import PlacementModel

/// The nodes that take part in spread constraints of one rule over one topology key, and how many each domain has.
///
/// ```
/// key zone, tolerates nothing     node 0 1 2 3 4 5     domain a: 2 nodes, b: 1 node
///                                      a a b - c t     - lacks the label, t is tainted (zone c has no other: no domain)
/// ```
///
/// Constraints of many apps ask for the same nodes, each with a counter of its own: a node that changes is looked at once
/// for all of them, and they are told only when a domain appears or goes.
final class SpreadNodes {
    /// Which nodes take part.
    struct Rule: Hashable {
        /// Keys that a node must have.
        var keys: [String]
        /// Nil = the constraint ignores it.
        var selector: [String: String]?
        var affinity: [NodeSelectorTerm]?
        var tolerations: [Toleration]?

        func admits(_ node: Node) -> Bool {
            keys.allSatisfy { node.metadata.labels[$0] != nil }
                && (selector == nil || node.matches(selector: selector ?? [:], affinity: affinity))
                && (tolerations.map { node.isTolerated(by: $0) } ?? true)
        }
    }

    struct Question: Hashable {
        let rule: Rule
        let key: TopologyDomains.Key
    }

    private let rule: Rule
    private let domains: TopologyDomains
    /// Counters over these nodes, in the order they were made.
    private var counters: [PodCounter] = []
    private var isIn: [Bool] = []
    private var nodesOfDomain: [Int32] = []
    /// Domains with a node that takes part.
    private(set) var domainCount = 0

    init(_ question: Question, _ domains: TopologyDomains, _ nodes: [Node?]) {
        rule = question.rule
        self.domains = domains
        for (row, node) in nodes.enumerated() { set(row, node) }
    }

    func add(_ counter: PodCounter) { counters.append(counter) }

    func takesPart(_ node: Int) -> Bool { isIn[node] }

    /// A node joins the counting, or stays out; it has no pod of any counter at this moment.
    ///
    /// - Complexity: O(1), and O(counters) when its domain appears
    func set(_ node: Int, _ object: Node?) {
        while isIn.count <= node { isIn.append(false) }
        withdraw(node)
        let domain = Int(domains.ofNode[node])
        guard domain >= 0, let object, rule.admits(object) else { return }
        isIn[node] = true
        while nodesOfDomain.count <= domain { nodesOfDomain.append(0) }
        nodesOfDomain[domain] += 1
        if nodesOfDomain[domain] > 1 { return }
        domainCount += 1
        for counter in counters { counter.join(domain, of: domainCount) }
    }

    /// The node's domain is about to change.
    ///
    /// - Complexity: O(1), and O(counters) when its domain goes
    func withdraw(_ node: Int) {
        guard node < isIn.count, isIn[node] else { return }
        isIn[node] = false
        let domain = Int(domains.ofNode[node])
        nodesOfDomain[domain] -= 1
        if nodesOfDomain[domain] > 0 { return }
        domainCount -= 1
        for counter in counters { counter.leave(domain) }
    }
}
