import BulkJSON
import DeviceTable
import PlacementModel
import VendorCatalog

/// The state that decisions read and change: the catalogue, the device table, quotas, and the pods that run.
///
/// One owner at a time; engines borrow it for a round.
public final class Fleet {
    public let catalog: VendorCatalog
    public let table: DeviceTable
    public let quotas: QuotaLedger
    public let profile: CompatibilityProfile
    public let state = ProcessState()
    /// Most devices any node has had; workspaces are made for it.
    public private(set) var devicesPerNodeMax = 1
    var classes: [RequestClass] = []
    var classIDs: [RequestClassKey: Int] = [:]
    /// What the classes that share an index demand, by vendor id: the levels of the index come from them.
    var demands: [[DeviceDemand]]
    var residents = ResidentStore()
    /// Pods by affinity class and node, for the policies that ask.
    var affinities: AffinityLedger?
    let parser = JSONParser()
    private var resolvedCounts = (0, 0)

    public init(catalog: VendorCatalog, profile: CompatibilityProfile = .hami2_10_0) {
        self.catalog = catalog
        self.profile = profile
        demands = Array(repeating: [], count: catalog.vendors.count)
        table = catalog.makeTable()
        quotas = catalog.makeQuotaLedger()
    }

    /// How far the handshake annotations of a node count.
    public enum HandshakeRule: Sendable {
        /// As a scheduler that starts now: a pending request hides a device type.
        case strict
        /// As a scheduler that has been running: only an expired handshake without capacity hides it.
        case snapshot
    }

    /// What registering a node gave.
    public struct Registration {
        public var row: Int
        /// Registers that could not be read or are not trusted, by vendor word; their devices are missing.
        public var problems: [(vendor: String, error: DiscoveryError)]
    }

    /// Reads a node's devices and adds it to the table.
    ///
    /// - Precondition: the name is new.
    /// - Source: hami-core.md 4.1
    @discardableResult
    public func register(_ node: Node, now: WallClock, handshake: HandshakeRule = .snapshot) -> Registration {
        var problems: [(vendor: String, error: DiscoveryError)] = []
        var records: [(vendor: VendorID, record: DeviceRecord)] = []
        var cordoned: Set<String> = []
        for id in catalog.ids {
            let vendor = catalog[id]
            switch vendor.health(of: node, now: now) {
            case .unhealthy:
                if let reason = vendor.reasonForNotUsing(node) {
                    problems.append((vendor.commonWord, DiscoveryError(reason)))
                }
                continue
            case .healthyWithoutUpdate: if handshake == .strict { continue }
            case .healthy: break
            }
            do {
                for record in try vendor.discover(on: node, state: state, parser: parser) {
                    records.append((id, record))
                }
                cordoned.formUnion(vendor.cordonedIDs(on: node))
            } catch {
                let isRegistered = node.metadata.annotations[vendor.annotations.register].map { !$0.isEmpty } ?? false
                if error.isMalformed || isRegistered { problems.append((vendor.commonWord, error)) }
            }
        }
        return Registration(row: register(node, records: records, cordoned: cordoned), problems: problems)
    }

    /// Adds a node whose devices are known already, as traces do.
    @discardableResult
    public func register(
        _ node: Node, records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String> = []
    ) -> Int {
        var facts = NodeFacts()
        if !node.metadata.annotations.isEmpty || !records.isEmpty {
            for vendor in catalog.vendors { vendor.addFacts(of: node, to: &facts, parser: parser) }
        }
        var prepared = records
        for place in prepared.indices {
            prepared[place].record.facts = catalog[prepared[place].vendor].facts(
                of: prepared[place].record, symbols: &table.symbols)
        }
        devicesPerNodeMax = max(devicesPerNodeMax, records.count)
        let row = table.addNode(
            node, records: prepared, facts: facts, cordoned: cordoned, ignoredResources: catalog.managedResources)
        if (table.types.count, table.modes.count) != resolvedCounts {
            resolvedCounts = (table.types.count, table.modes.count)
            for known in classes { known.resolve(types: table.types, modes: table.modes) }
        }
        return row
    }
}
