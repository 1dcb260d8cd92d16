import PlacementEngine
import PlacementModel
import VendorCatalog

/// One node looked at in full for one request class.
public struct NodeInspection: Sendable, Hashable {
    public var row: Int
    public var node: String
    /// Node filters that keep the pod off.
    public var lacks: [NodeLack]
    /// Device requests in the order asked, up to and with the first that fails.
    public var asks: [DeviceAsk]
    /// Why the devices do not do, in HAMi's words; nil = they do.
    public var deviceFailure: NodeFailure?

    public var fits: Bool { lacks.isEmpty && deviceFailure == nil }

    /// Checks that fail: node filters, and the devices as one.
    public var failingChecks: Int { lacks.count + (deviceFailure == nil ? 0 : 1) }

    /// Failing checks that no departure of a pod could mend.
    public var permanentChecks: Int {
        lacks.reduce(0) { $0 + ($1.isPermanent ? 1 : 0) } + (devicesArePermanent ? 1 : 0)
    }

    /// True when the node has too few devices that could ever serve the request that failed.
    public var devicesArePermanent: Bool {
        guard deviceFailure != nil, let ask = asks.last else { return false }
        let possible = ask.devices.reduce(0) { $0 + ($1.isPermanent ? 0 : 1) }
        return possible < Int(ask.request.devices)
    }

    /// What is missing, in thousandths of what is asked, over all failing checks; whole devices count 1,000 each, shared
    /// among the devices asked.
    public var shortfallMilli: Int64 {
        let resources = lacks.reduce(0) { $0 + $1.shortfallMilli }
        guard deviceFailure != nil, let ask = asks.last else { return resources }
        let wanted = Int64(max(ask.request.devices, 1))
        let nearest = ask.nearestMissing
        let absent = max(wanted - Int64(ask.passing) - Int64(nearest.count), 0)
        let devices = nearest.reduce(absent * 1000) { $0 + $1.shortfallMilli }
        // Devices that pass alone but not together fall short of a rule.
        return resources + (devices == 0 ? 1000 : (devices + wanted - 1) / wanted)
    }

    /// Orders nodes by how little would have to change: fewest checks that no departure mends, then fewest failing
    /// checks, then the smallest shortfall, then the order of the fleet.
    public func isNearer(than other: NodeInspection) -> Bool {
        (permanentChecks, failingChecks, shortfallMilli, row)
            < (other.permanentChecks, other.failingChecks, other.shortfallMilli, other.row)
    }
}

extension NodeEvaluator {
    /// Looks at a node in full: all failing filters, and every device of every request alone.
    ///
    /// The verdicts are those at the moment each request was tried, with what earlier containers took.
    /// - Complexity: O(devices x fits x log amount); allocates.
    public mutating func inspect(_ requestClass: RequestClass, node: Int, in cluster: Fleet) -> NodeInspection {
        var inspector = DeviceInspector()
        let fits = fits(requestClass, node: node, observer: &inspector)
        if fits { inspector.noteGrants(of: workspace) }
        return NodeInspection(
            row: node, node: cluster.table.nodes[node].name,
            lacks: cluster.failingFilters(requestClass, node: node), asks: inspector.asks,
            deviceFailure: fits ? nil : failure())
    }
}
