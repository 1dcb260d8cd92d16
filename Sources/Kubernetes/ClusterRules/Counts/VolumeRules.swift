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
    private var prepared: [Int32: Prepared] = [:]

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

    mutating func forget() { prepared.removeAll(keepingCapacity: true) }

    mutating func set(_ row: Int, _ node: Node?) {
        cluster.set(row, node ?? Node(metadata: ObjectMeta(name: "")))
        forget()
    }

    mutating func add(_ pods: Int32, _ kind: Int32, _ facts: PodFacts, _ row: Int) {
        if pods > 0 {
            if reserves, case .filters(let filters) = prepare(kind, facts) {
                for case let filter as VolumeBindingFilter in filters {
                    let (outcome, bindings) = filter.bindings(on: cluster.nodes[row], cluster)
                    if outcome == .all { cluster.reserve(bindings, on: cluster.nodes[row].name) }
                }
            }
            cluster.nodes[row].add(facts)
        } else {
            cluster.nodes[row].remove(facts)
        }
        forget()
    }

    mutating func rejection(_ kind: Int32, _ facts: PodFacts) -> String? {
        guard case .rejected(let text) = prepare(kind, facts) else { return nil }
        return text
    }

    mutating func refusal(_ kind: Int32, _ facts: PodFacts, _ row: Int) -> NodeFilter? {
        guard case .filters(let filters) = prepare(kind, facts) else { return .claims }
        for filter in filters {
            switch filter.check(cluster.nodes[row], cluster) {
            case .pass: continue
            case .reject(_, let reasons): return Self.filter(word: reasons[0])
            case .error: return .claims
            }
        }
        return nil
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
