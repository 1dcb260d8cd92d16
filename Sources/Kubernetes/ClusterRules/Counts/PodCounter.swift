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

    var pods: Pods
    var key: TopologyDomains.Key
    /// For spread constraints: which nodes take part.
    var nodes: SpreadNodes.Rule?

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
/// Changes when a pod that it counts comes or goes, when a node that has such pods is added, goes, or changes its labels or
/// taints, and, for spread constraints, when a domain gets its first node or loses its last; never by anything else.
final class PodCounter {
    let question: CounterQuestion
    let domains: TopologyDomains
    /// By domain.
    private(set) var counts: UnsafeMutablePointer<Int32>
    private var capacity = 0
    /// Sum over all domains.
    private(set) var total = 0
    /// For spread constraints: the nodes that take part.
    let nodes: SpreadNodes?
    /// How many of their domains have which count, and the lowest count of any.
    private var domainsByCount: [Int32] = []
    private(set) var low: Int32 = 0

    /// A counter that counts no pod yet.
    init(_ question: CounterQuestion, _ domains: TopologyDomains, nodes: SpreadNodes?) {
        self.question = question
        self.domains = domains
        self.nodes = nodes
        counts = .allocate(capacity: 0)
        if let nodes { domainsByCount = [Int32(nodes.domainCount)] }
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
        if domain < 0 { return }
        if let nodes, !nodes.takesPart(node) { return }
        grow()
        // Fewer than 2^31 pods are on a fleet.
        let old = counts[domain]
        counts[domain] = old + pods
        total += Int(pods)
        if nodes != nil { move(from: old, to: old + pods) }
    }

    // MARK: Domains of a spread constraint

    /// The first node of a domain takes part; it has no pod of the counter at this moment.
    func join(_ domain: Int, of domainCount: Int) {
        grow()
        note(counts[domain], 1)
        low = domainCount == 1 ? counts[domain] : min(low, counts[domain])
    }

    /// The last node of a domain takes part no more.
    func leave(_ domain: Int) {
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
        if nodes?.domainCount == 0 {
            low = 0
            return
        }
        while domainsByCount[Int(low)] == 0 { low += 1 }
    }
}
