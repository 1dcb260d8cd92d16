import PlacementEngine
import PlacementModel

/// Everything of a pod that rules over other pods read, of itself or of pods that come after it: equal for pods of one kind.
///
/// Labels are cut down to the keys that some selector names, so that labels which tell pods of one template apart do not
/// make kinds.
struct PodKindKey: Hashable {
    var namespace: String
    var labels: [String: String]
    var isTerminating: Bool
    var affinity: [PodAffinityTerm]
    var antiAffinity: [PodAffinityTerm]
    var spread: [TopologySpreadConstraint]
    var ports: [HostPort]
    var volumes: [PodVolume]
    /// The pod itself, where a volume's claim is named for it.
    var owner: [String]
    var resourceClaims: [String]
    var restartsAllContainers: Bool
    /// What spread constraints count by.
    var selector: [String: String]
    var nodeAffinity: [NodeSelectorTerm]?
    var tolerations: [Toleration]
    /// Which nominated pods it leaves room for, see ``PodNominations/rank(of:)``, and its own name where it is one of them.
    var rank: Int32 = 0
    var nominee: String?

    init(_ pod: Pod, labelKeys: Set<String>) {
        namespace = pod.metadata.namespace
        labels = pod.metadata.labels.isEmpty ? [:] : pod.metadata.labels.filter { labelKeys.contains($0.key) }
        isTerminating = pod.isTerminating
        let scheduling = pod.hasScheduling ? pod.scheduling : PodScheduling()
        affinity = scheduling.affinity
        antiAffinity = scheduling.antiAffinity
        spread = scheduling.spread
        ports = scheduling.hostPorts
        volumes = scheduling.volumes
        owner = volumes.contains { $0.source == .ephemeral } ? [pod.metadata.name, pod.metadata.uid] : []
        resourceClaims = scheduling.resourceClaims
        restartsAllContainers = scheduling.restartsAllContainers
        selector = spread.isEmpty ? [:] : pod.nodeSelector
        nodeAffinity = spread.isEmpty ? nil : pod.requiredNodeAffinity
        tolerations = spread.isEmpty ? [] : pod.tolerations
    }

    /// Label keys that the rules of a pod read of others.
    static func labelKeys(readBy pod: Pod) -> Set<String> {
        guard pod.hasScheduling else { return [] }
        let scheduling = pod.scheduling
        var keys = Set<String>()
        func read(_ selector: LabelSelector?) {
            guard let selector else { return }
            keys.formUnion(selector.matchLabels.keys)
            keys.formUnion(selector.matchExpressions.map(\.key))
        }
        for term in scheduling.affinity + scheduling.antiAffinity { read(term.selector) }
        for constraint in scheduling.spread {
            read(constraint.selector)
            keys.formUnion(constraint.matchLabelKeys)
        }
        return keys
    }
}

/// A kind of pods: which counters count it, and what it asks of counters.
final class PodKind {
    /// One comparison of a count with what a rule allows; in kube-scheduler's order.
    struct Check {
        enum Rule {
            /// No pod in the node's domain; nodes without the key pass.
            case none(NodeFilter)
            /// Some pod in the node's domain; nodes without the key fail.
            case some
            /// Not more in the domain than in the emptiest one, plus the skew.
            case spread(skew: Int32, minDomains: Int32, matchesSelf: Int32)
        }

        var rule: Rule
        let counter: PodCounter
        var countsAllNominees = false
    }

    let facts: PodFacts
    /// How many there are on the fleet.
    var pods: Int32 = 0
    /// Counters that count pods of the kind.
    var countedBy: [PodCounter] = []
    /// Ports of the node; asked before resources.
    var ports: [Check] = []
    var spread: [Check] = []
    var affinity: [Check] = []
    /// The kind would be meant by its own affinity terms: the first pod of such a group is let in.
    var matchesOwnAffinity = false
    var antiAffinity: [Check] = []
    /// Anti-affinity of pods that are there against this kind.
    var residents: [Check] = []
    /// Volumes, features and claims are asked of the plain filters.
    let asksFilters: Bool
    /// See ``PodNominations``.
    let rank: Int32
    let nominee: String?
    var leavesRoom = false

    init(_ facts: PodFacts, rank: Int32 = 0, nominee: String? = nil) {
        self.facts = facts
        (self.rank, self.nominee) = (rank, nominee)
        asksFilters =
            !facts.scheduling.volumes.isEmpty || facts.scheduling.restartsAllContainers
            || !facts.scheduling.resourceClaims.isEmpty
    }

    /// Neither reads nor is read.
    var isFree: Bool {
        countedBy.isEmpty && ports.isEmpty && spread.isEmpty && affinity.isEmpty && antiAffinity.isEmpty
            && residents.isEmpty && !asksFilters && !leavesRoom && nominee == nil
    }
}

extension PodKind.Check {
    @inline(__always)
    func refusal(_ node: Int) -> NodeFilter? {
        let domain = counter.domains.ofNode[node]
        switch rule {
        case .none(let filter): return domain >= 0 && counter.count(of: domain) > 0 ? filter : nil
        case .some: return domain < 0 || counter.count(of: domain) <= 0 ? .podAffinity : nil
        case .spread(let skew, let minDomains, let matchesSelf):
            if domain < 0 { return .topologyLabel }
            let low = (counter.nodes?.domainCount ?? 0) < Int(minDomains) ? 0 : counter.low
            // Counts are below 2^31 - 1, and none is below the lowest.
            return counter.count(of: domain) + matchesSelf - low > skew ? .topologySpread : nil
        }
    }
}

extension PodKind {
    func satisfiesAffinity(_ node: Int, expectsCompany: Bool) -> Bool {
        var isMet = true
        for check in affinity {
            let domain = check.counter.domains.ofNode[node]
            if domain < 0 { return false }
            if check.counter.count(of: domain) <= 0 { isMet = false }
        }
        return isMet || expectsCompany || matchesOwnAffinity && affinity.allSatisfy { $0.counter.total == 0 }
    }
}
