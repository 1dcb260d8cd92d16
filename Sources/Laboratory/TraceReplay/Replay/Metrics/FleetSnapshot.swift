import PlacementEngine
import VendorCatalog

/// How full every device is at one moment, nodes in bins where the fleet is large.
public struct FleetSnapshot: Sendable, Hashable {
    /// Neighbouring nodes of the same first vendor.
    public struct Bin: Sendable, Hashable {
        public var vendor: String
        public var firstNode: String
        public var nodes: Int
        /// Mean use in percent of the devices at each place of the bin's nodes; -1 = no node has a device there.
        public var devicePercent: [Int]
    }

    /// Where on the axis of the samples.
    public var at: Int64
    public var bins: [Bin]
}

/// Cuts a fleet into bins once and fills them as often as asked.
struct FleetBinning {
    private static let binsMax = 120

    private var bins: [(vendor: String, nodes: [Int])] = []
    private let cluster: Fleet

    init(_ cluster: Fleet) {
        self.cluster = cluster
        let table = cluster.table
        var byVendor: [UInt8: [Int]] = [:]
        for node in 0..<table.nodeRowCount {
            guard let first = table.devices(of: node).first else { continue }
            byVendor[table.vendor[first], default: []].append(node)
        }
        let total = byVendor.values.reduce(0) { $0 + $1.count }
        let size = max((total + Self.binsMax - 1) / Self.binsMax, 1)
        for (vendor, nodes) in byVendor.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: nodes.count, by: size) {
                let word = cluster.catalog.vendors[Int(vendor)].commonWord
                bins.append((word, Array(nodes[start..<min(start + size, nodes.count)])))
            }
        }
    }

    /// - Complexity: O(devices)
    func snapshot(_ usage: FleetUsage, at position: Int64) -> FleetSnapshot {
        FleetSnapshot(
            at: position,
            bins: bins.map { bin in
                let places = bin.nodes.map { cluster.table.devices(of: $0).count }.max() ?? 0
                return FleetSnapshot.Bin(
                    vendor: bin.vendor, firstNode: cluster.table.nodes[bin.nodes[0]].metadata.name,
                    nodes: bin.nodes.count, devicePercent: (0..<places).map { mean(of: bin.nodes, place: $0, usage) })
            })
    }

    private func mean(of nodes: [Int], place: Int, _ usage: FleetUsage) -> Int {
        let devices = nodes.map { cluster.table.devices(of: $0) }.filter { place < $0.count }.map {
            $0.lowerBound + place
        }
        if devices.isEmpty { return -1 }
        return Int((devices.reduce(0) { $0 + usage.share(of: $1) } * 100 / Double(devices.count)).rounded())
    }
}
