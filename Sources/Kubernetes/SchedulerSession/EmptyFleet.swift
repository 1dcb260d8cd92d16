public import ClusterRules
public import PlacementEngine
public import PlacementModel
import VendorCatalog

/// The same nodes and quotas without any pod: what could ever fit.
public final class EmptyFleet {
    private let cluster: Fleet
    private let fits: (RequestClass) -> Bool
    private let defaults: SchedulingDefaults
    private var counter: RefusalCounter
    /// Verdicts by class of the real fleet.
    private var known: [Int: Bool] = [:]

    /// - Parameters:
    ///   - rules: the real fleet's rules over other pods.
    ///   - closed: vendors whose devices on a node take no pod for the time being; they count as healthy here.
    /// - Complexity: O(nodes x devices)
    public init(
        of real: Fleet, rules: PodRuleIndex?, engine: SessionEngine, defaults: SchedulingDefaults,
        closed: (_ node: String, _ vendor: VendorID) -> Bool = { _, _ in false }
    ) {
        cluster = real.emptied()
        for row in cluster.nodeRows {
            let name = cluster.table.nodes[row].name
            for device in cluster.table.devices(of: row)
            where !cluster.table.flags[device].contains(.healthy)
                && closed(name, VendorID(Int(cluster.table.vendor[device])))
            {
                let id = cluster.table.records[device].id
                // Health knows no time.
                cluster.apply(
                    .deviceHealth(node: name, device: id, isHealthy: true), at: WallClock(unixSeconds: 0))
            }
        }
        if let rules {
            cluster.podRules = rules.emptied()
        }
        switch engine {
        case .indexed:
            let engine = IndexedEngine(cluster: cluster)
            fits = { engine.choose($0) != nil }
        case .reference:
            let engine = ReferenceEngine(cluster: cluster)
            fits = { engine.choose($0) != nil }
        }
        self.defaults = defaults
        counter = RefusalCounter(cluster: cluster)
    }

    /// Whether some node takes the pod when nothing else runs.
    ///
    /// - Parameter requestClass: the pod's class on the real fleet; pods of one class share the verdict.
    /// - Complexity: O(nodes x devices), once per class.
    public func takes(_ pod: Pod, _ requestClass: RequestClass) -> Bool {
        if let verdict = known[requestClass.id] { return verdict }
        let verdict = ownClass(of: pod).map { fits($0) } ?? false
        known[requestClass.id] = verdict
        return verdict
    }

    /// What keeps the pod off every node although nothing runs: the proof that it never fits.
    ///
    /// - Complexity: O(nodes x devices)
    public func rejection(of pod: Pod) -> PodRejection? {
        ownClass(of: pod).map { PodRejection(counter.counts(of: $0), in: cluster) }
    }

    private func ownClass(of pod: Pod) -> RequestClass? {
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        let key = try? cluster.classKey(of: pod, requests: requests, defaults: defaults)
        return key.map { cluster.requestClass($0) }
    }
}
