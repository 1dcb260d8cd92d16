import PlacementEngine
import PlacementModel

/// Volumes, features and resource claims, asked of the plain filters over the pods that have such.
///
/// Answers that do not depend on a node are kept until a pod with volumes comes or goes or one of the objects changes.
struct VolumeRules {
    /// Nodes in the order of their rows; of pods those with volumes alone.
    var cluster: ClusterState
    /// Volumes that a pod takes are reserved for it.
    var reserves = false
    /// By kind of pod: what was reserved when it was placed, and where.
    private var reservations: [Int32: [(row: Int, reserved: ClusterState.Reserved)]] = [:]
    private var prepared: [Int32: Prepared] = [:]
    /// What is attached, by row, as far as somebody asked.
    private var attached: [Int: NodeVolumeLimitsFilter.Attached] = [:]

    private enum Prepared {
        case filters([any PodFilter])
        case rejected(String)
    }

    private static let filters: [any PodFilter.Type] = [
        VolumeRestrictionsFilter.self, NodeVolumeLimitsFilter.self, VolumeBindingFilter.self, VolumeZoneFilter.self,
        DynamicResourcesFilter.self, DeclaredFeaturesFilter.self,
    ]

    init(_ objects: ClusterObjects, profile: CompatibilityProfile) {
        cluster = ClusterState(nodes: [], objects: objects, profile: profile)
    }

    /// Objects have changed: whatever was worked out from them is worked out again.
    mutating func forget() {
        prepared.removeAll(keepingCapacity: true)
        attached.removeAll(keepingCapacity: true)
    }

    /// A pod with volumes has come to a node, or has left it.
    private mutating func forget(_ row: Int) {
        prepared.removeAll(keepingCapacity: true)
        attached[row] = nil
    }

    mutating func set(_ row: Int, _ node: Node?) {
        cluster.set(row, node ?? Node(metadata: ObjectMeta(name: "")))
        forget()
    }

    mutating func add(_ pods: Int32, _ kind: Int32, _ facts: PodFacts, _ row: Int) {
        for _ in 0..<abs(pods) {
            if pods > 0 {
                if reserves { reserve(kind, facts, row) }
                cluster.add(facts, at: row)
            } else {
                cluster.remove(facts, at: row)
                giveBack(kind, row)
            }
            forget(row)
        }
    }

    private mutating func reserve(_ kind: Int32, _ facts: PodFacts, _ row: Int) {
        guard case .filters(let filters) = prepare(kind, facts) else { return }
        for case let filter as VolumeBindingFilter in filters {
            let (outcome, bindings) = filter.bindings(on: cluster.nodes[row], cluster)
            guard outcome == .all, !bindings.isEmpty else { continue }
            reservations[kind, default: []].append((row, cluster.reserve(bindings, on: cluster.nodes[row].name)))
        }
    }

    mutating func claimNeeds(_ kind: Int32, _ facts: PodFacts, _ row: Int) -> [ClaimNeed] {
        guard case .filters(let filters) = prepare(kind, facts) else { return [] }
        var needs: [ClaimNeed] = []
        for case let filter as VolumeBindingFilter in filters {
            let (outcome, bindings) = filter.bindings(on: cluster.nodes[row], cluster)
            guard outcome == .all else { continue }
            needs += bindings.chosen.map { .volume(claim: $0.claim, volume: $0.volume) }
            needs += bindings.provisioned.map { .provisioning(claim: $0) }
        }
        return needs
    }

    /// A pod is taken off again: what it alone had reserved is free.
    private mutating func giveBack(_ kind: Int32, _ row: Int) {
        guard let place = reservations[kind]?.lastIndex(where: { $0.row == row }),
            let reserved = reservations[kind]?.remove(at: place).reserved
        else { return }
        cluster.giveBack(reserved)
    }

    /// All pods are gone, with what was reserved for them.
    mutating func removePods() {
        for kind in reservations.keys {
            for (_, reserved) in (reservations[kind] ?? []).reversed() { cluster.giveBack(reserved) }
        }
        reservations = [:]
        cluster.removePods()
        forget()
    }

    mutating func rejection(_ kind: Int32, _ facts: PodFacts) -> String? {
        guard case .rejected(let text) = prepare(kind, facts) else { return nil }
        return text
    }

    /// - Parameter others: pods nominated to the node, which are taken to be there.
    mutating func refusal(
        _ kind: Int32, _ facts: PodFacts, _ row: Int, beside others: [PodFacts]
    ) -> NodeFilter? {
        guard case .filters(let filters) = prepare(kind, facts) else { return .claims }
        if !others.isEmpty { return refusal(filters, row, beside: others) }
        for filter in filters {
            if let refusal = Self.refusal(check(filter, row)) { return refusal }
        }
        return nil
    }

    private func refusal(_ filters: [any PodFilter], _ row: Int, beside others: [PodFacts]) -> NodeFilter? {
        var prepared = PreparedPod(pod: others[0], filters: filters)
        var node = cluster.nodes[row]
        for other in others where !other.scheduling.volumes.isEmpty { prepared.add(other, to: &node) }
        for filter in prepared.filters {
            if let refusal = Self.refusal(filter.check(node, cluster)) { return refusal }
        }
        return nil
    }

    private static func refusal(_ answer: FilterAnswer) -> NodeFilter? {
        switch answer {
        case .pass: nil
        case .reject(_, let reasons): filter(word: reasons[0])
        case .error: .claims
        }
    }

    private mutating func check(_ filter: any PodFilter, _ row: Int) -> FilterAnswer {
        guard let limits = filter as? NodeVolumeLimitsFilter,
            cluster.csiNodes[cluster.nodes[row].name]?.limits.isEmpty == false
        else { return filter.check(cluster.nodes[row], cluster) }
        let known = attached[row] ?? NodeVolumeLimitsFilter.Attached(on: cluster.nodes[row], cluster)
        attached[row] = known
        return limits.check(cluster.nodes[row], cluster) { known }
    }

    private static func filter(word: String) -> NodeFilter { byWord[word] ?? .claims }
    private static let byWord = Dictionary(
        NodeFilter.allCases.map { ($0.word, $0) }, uniquingKeysWith: { first, _ in first })

    private mutating func prepare(_ kind: Int32, _ facts: PodFacts) -> Prepared {
        if let known = prepared[kind] { return known }
        var filters: [any PodFilter] = []
        var answer: Prepared?
        for type in Self.filters where answer == nil {
            switch type.prepare(facts, cluster) {
            case .skip: break
            case .filter(let filter), .filterAmong(let filter, _): filters.append(filter)
            case .reject(_, let text): answer = .rejected(text)
            }
        }
        let made = answer ?? .filters(filters)
        prepared[kind] = made
        return made
    }
}
