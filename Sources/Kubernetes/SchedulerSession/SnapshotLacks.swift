import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// What a snapshot does not say, although decisions would weigh it.
public struct SnapshotLacks: Sendable {
    /// Nodes that offer a vendor's resource and have registered no device of it.
    public struct Unregistered: Sendable, Hashable {
        public var resource: String
        /// The annotation that the device plugin writes.
        public var annotation: String
        /// In input order.
        public var nodes: [String]
    }

    /// Kinds of which there is no object, as `kubectl get` names them.
    public private(set) var kinds: [String] = []
    /// By resource.
    public private(set) var unregistered: [Unregistered] = []

    /// - Parameter cluster: has the nodes of the input.
    /// - Complexity: O(nodes x resources)
    public init(_ input: PlacementInput, _ cluster: Fleet) {
        if input.quotas.isEmpty { kinds.append("resourcequotas") }
        if input.cluster.namespaces.isEmpty { kinds.append("namespaces") }
        let catalog = cluster.catalog
        var vendors: [String: VendorID] = [:]
        for id in catalog.ids where !catalog[id].annotations.register.isEmpty {
            vendors[catalog[id].resources.count] = id
        }
        var found: [String: Unregistered] = [:]
        for entry in input.nodes {
            for (resource, amount) in entry.node.allocatable where !amount.isZero {
                guard let vendor = vendors[resource], let row = cluster.table.node(named: entry.node.name),
                    !cluster.table.devices(of: row).contains(where: { cluster.table.vendor[$0] == vendor.rawValue })
                else { continue }
                found[
                    resource,
                    default: Unregistered(
                        resource: resource, annotation: catalog[vendor].annotations.register, nodes: [])
                ].nodes.append(entry.node.name)
            }
        }
        unregistered = found.values.sorted { $0.resource < $1.resource }
    }

    /// A line each. - Parameter snapshots: whether the input is meant to be a whole cluster.
    public func notes(forSnapshot isWhole: Bool) -> [String] {
        var notes: [String] = []
        if isWhole, !kinds.isEmpty {
            notes.append(
                "no \(kinds.joined(separator: " and no ")) in the snapshot; where the cluster has any, decisions differ"
            )
        }
        for group in unregistered {
            let names = group.nodes.prefix(3).joined(separator: ", ") + (group.nodes.count > 3 ? ", ..." : "")
            let nodes = group.nodes.count == 1 ? "node \(names) offers" : "\(group.nodes.count) nodes (\(names)) offer"
            notes.append(
                "\(nodes) \(group.resource), but \(group.annotation) is missing: HAMi knows no device there "
                    + "(`berth doctor` says what to do)")
        }
        return notes
    }
}
