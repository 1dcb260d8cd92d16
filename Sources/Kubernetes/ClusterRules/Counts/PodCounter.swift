import PlacementModel

/// Which pods a counter counts, and over what: counters with equal questions are one.
struct CounterQuestion: Hashable {
    enum Pods: Hashable {
        /// Pods that a term means; namespaces are worked out.
        case meant(by: ScopedTerm)
        /// Pods that all terms mean.
        case meantByAll([ScopedTerm])
        /// Pods that have the anti-affinity term.
        case owning(ScopedTerm)
        /// Pods of a namespace that a spread constraint counts; terminating ones and empty selectors do not.
        case spread(namespace: String, LabelSelector)
        case holding(HostPort)
    }

    /// Which nodes take part in a spread constraint.
    struct Participation: Hashable {
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

    var pods: Pods
    var key: TopologyDomains.Key
    var nodes: Participation?

    func counts(_ pod: PodFacts) -> Bool {
        switch pods {
        case .meant(let term): term.matches(pod, namespaceLabels: [:])
        case .meantByAll(let terms): terms.allSatisfy { $0.matches(pod, namespaceLabels: [:]) }
        case .owning(let term): pod.antiAffinity.contains(term)
        case .spread(let namespace, let selector):
            !selector.isEmpty && pod.namespace == namespace && !pod.pod.isTerminating && selector.matches(pod.labels)
        case .holding(let port): pod.scheduling.hostPorts.contains(port)
        }
    }
}

/// Pods counted by topology domain, repaired pod by pod.
///
/// Changes when a pod that it counts comes or goes, and when a node that has such pods (or, for spread constraints, any
/// node) is added, goes, or changes its labels or taints; never by anything else.
final class PodCounter {
    let question: CounterQuestion
    let domains: TopologyDomains
    /// By domain.
    private(set) var counts: UnsafeMutablePointer<Int32>
    private var capacity = 0
    /// Sum over all domains.
    private(set) var total = 0
    /// For spread constraints: nodes that take part, and how many of them each domain has.
    private var takesPart: [Bool] = []
    private var nodesOfDomain: [Int32] = []
    /// Domains with a node that takes part.
    private(set) var domainCount = 0
    /// How many of those have which count, and the lowest count of any.
    private var domainsByCount: [Int32] = []
    private(set) var low: Int32 = 0

    init(_ question: CounterQuestion, _ domains: TopologyDomains) {
        self.question = question
        self.domains = domains
        counts = .allocate(capacity: 0)
    }

    deinit { counts.deallocate() }

    /// Makes room for domains that have been numbered since.
    private func grow() {
        if domains.count <= capacity { return }
        let larger = max(domains.count, 2 * capacity, 16)
        let memory = UnsafeMutablePointer<Int32>.allocate(capacity: larger)
        memory.update(from: counts, count: capacity)
        (memory + capacity).initialize(repeating: 0, count: larger - capacity)
        counts.deallocate()
        (counts, capacity) = (memory, larger)
    }

    @inline(__always)
    func count(of domain: Int32) -> Int32 { Int(domain) < capacity ? counts[Int(domain)] : 0 }

    /// Pods that the counter counts have come to a node, or have left it (negative).
    func add(_ pods: Int32, node: Int) {
        let domain = Int(domains.ofNode[node])
        if domain < 0 || question.nodes != nil && !takesPart[node] { return }
        grow()
        let old = counts[domain]
        counts[domain] = old + pods
        total += Int(pods)
        if question.nodes != nil { move(from: old, to: old + pods) }
    }

    // MARK: Domains of a spread constraint

    /// A node joins the counting, or stays out; it has no pod of the counter at this moment.
    func setTakesPart(_ admits: Bool, node: Int) {
        if takesPart.count <= node {
            takesPart.append(contentsOf: repeatElement(false, count: node + 1 - takesPart.count))
        }
        if takesPart[node] { leave(Int(domains.ofNode[node])) }
        takesPart[node] = admits && domains.ofNode[node] >= 0
        if takesPart[node] { join(Int(domains.ofNode[node])) }
    }

    /// The node's domain is about to change.
    func withdraw(node: Int) {
        guard node < takesPart.count, takesPart[node] else { return }
        leave(Int(domains.ofNode[node]))
        takesPart[node] = false
    }

    private func join(_ domain: Int) {
        grow()
        if nodesOfDomain.count <= domain {
            nodesOfDomain.append(contentsOf: repeatElement(0, count: domain + 1 - nodesOfDomain.count))
        }
        nodesOfDomain[domain] += 1
        if nodesOfDomain[domain] > 1 { return }
        domainCount += 1
        note(counts[domain], 1)
        low = domainCount == 1 ? counts[domain] : min(low, counts[domain])
    }

    private func leave(_ domain: Int) {
        nodesOfDomain[domain] -= 1
        if nodesOfDomain[domain] > 0 { return }
        domainCount -= 1
        note(counts[domain], -1)
        raiseLow()
    }

    private func note(_ count: Int32, _ sign: Int32) {
        if domainsByCount.count <= Int(count) {
            domainsByCount.append(contentsOf: repeatElement(0, count: Int(count) + 1 - domainsByCount.count))
        }
        domainsByCount[Int(count)] += sign
    }

    private func move(from old: Int32, to new: Int32) {
        note(old, -1)
        note(new, 1)
        if new < low { low = new } else { raiseLow() }
    }

    private func raiseLow() {
        if domainCount == 0 {
            low = 0
            return
        }
        while domainsByCount[Int(low)] == 0 { low += 1 }
    }
}
