import ClusterRules
import PlacementEngine
import PlacementModel
import VendorCatalog

/// The same nodes and quotas without any pod: what could ever fit.
final class EmptyFleet {
    private let cluster: Fleet
    private let fits: (RequestClass) -> Bool
    private let defaults: SchedulingDefaults
    /// Verdicts by class of the real fleet.
    private var known: [Int: Bool] = [:]

    init(of real: Fleet, rules: PodRuleIndex?, options: PlacementOptions) {
        cluster = real.emptied()
        if let rules {
            cluster.podRules = rules.emptied()
        }
        switch options.engine {
        case .indexed:
            let engine = IndexedEngine(cluster: cluster)
            fits = { engine.choose($0) != nil }
        case .reference:
            let engine = ReferenceEngine(cluster: cluster)
            fits = { engine.choose($0) != nil }
        }
        defaults = options.defaults
    }

    /// Whether some node takes the pod when nothing else runs.
    ///
    /// - Parameter requestClass: the pod's class on the real fleet; pods of one class share the verdict.
    /// - Complexity: O(nodes x devices), once per class.
    func takes(_ pod: Pod, _ requestClass: RequestClass) -> Bool {
        if let verdict = known[requestClass.id] { return verdict }
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        let key = try? cluster.classKey(of: pod, requests: requests, defaults: defaults)
        let verdict = key.map { fits(cluster.requestClass($0)) } ?? false
        known[requestClass.id] = verdict
        return verdict
    }
}
