import BulkJSON
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

    init(of real: Fleet, quotas: [ResourceQuota], rules: PodRuleIndex?, options: PlacementOptions) {
        cluster = Fleet(catalog: real.catalog, profile: real.profile, order: .asRegistered, parser: JSONParser())
        // The devices were read when the real fleet was set up, and so was what vendors keep of that.
        cluster.state.values = real.state.values
        for row in real.nodeRows {
            let devices = real.table.devices(of: row)
            cluster.register(
                real.table.nodes[row],
                records: devices.map { (VendorID(Int(real.table.vendor[$0])), real.table.records[$0]) },
                cordoned: Set(
                    devices.filter { real.table.flags[$0].contains(.cordoned) }.map { real.table.records[$0].id }))
        }
        for quota in quotas { cluster.quotas.add(quota) }
        if let rules {
            let own = rules.emptied()
            // Rows follow each other here, whatever has left the real fleet.
            let table = cluster.table
            own.lay((0..<table.nodeRowCount).map { table.nodes[$0] }, [])
            cluster.podRules = own
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
