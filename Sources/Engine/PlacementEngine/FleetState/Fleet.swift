import JSONText
import DeviceTable
import PlacementModel
import VendorCatalog

/// Which of two nodes comes first where nothing else tells them apart.
public enum NodeOrder: Sendable, Hashable {
    /// By name, byte by byte: order is state, whatever has happened. Fleets with the same objects decide alike.
    case byName
    /// As they were registered; a trace's order is that of its file.
    case asRegistered
}

/// The state that decisions read and change, and the one door to it: the catalogue, the device table, quotas, and the pods
/// that run.
///
/// ```
/// apply(event)                        nodes, devices, pods bound and gone, quotas
/// engine.place, then assume(uid)      a decision is made; confirm(uid) when it is seen, forget(uid) when it failed
/// checkpoint, rollBack                a whole round is taken back, bit for bit
/// copy                                what if
/// ```
///
/// Pods are known by uid, nodes by name. Rows are used again; order among equals is ``NodeOrder``. One owner at a time; engines
/// borrow it for a round.
public final class Fleet {
    public let catalog: VendorCatalog
    public let table: DeviceTable
    public let quotas: QuotaLedger
    public let profile: CompatibilityProfile
    public let order: NodeOrder
    /// What becomes of amounts of devices that are out of range.
    public let amounts: AmountRule
    public let state = ProcessState()
    /// Most devices any node has had; workspaces are made for it.
    public internal(set) var devicesPerNodeMax = 1
    package var classes: [RequestClass] = []
    var classIDs: [RequestClassKey: Int] = [:]
    /// Ids of classes that were dropped, to be given again.
    var freeClassIDs: [Int] = []
    /// Raised whenever classes are dropped: what was kept by class id may stand for another class.
    public internal(set) var classVersion = 0
    /// Asked for so often; the age of classes is counted by it.
    var classUses: UInt64 = 0
    /// What the classes that share an index demand, by vendor id: the levels of the index come from them.
    var demands: [[DeviceDemand]]
    var residents = ResidentStore()
    /// Sees residents come and go, for the policies that count them.
    var observer: (any ResidentObserver)?
    /// Rules over other pods, where there are any; told of every pod and node that comes, changes or goes.
    public var podRules: (any InterPodRules)? {
        didSet { keepsRoom = podRules?.keepsRoom ?? false }
    }
    /// Whether ``podRules`` keeps room for pods that wait.
    private(set) var keepsRoom = false
    /// Nodes have other rows than ``podRules`` has been told.
    var rowsHaveMoved = false
    /// Pods by uid.
    var pods: [String: PodRecord] = [:]
    var uidOfResident: [Int32: String] = [:]
    /// Uids of pods that wait for their node, by its name.
    var parked: [String: Set<String>] = [:]
    /// ResourceQuotas by namespace, in the order in which they count.
    var quotaObjects: [String: [ResourceQuota]] = [:]
    var journal: [FleetChange] = []
    // What was left when idle ones were last looked for.
    var footprintsAfterSweep = 0
    var namespacesAfterSweep = 0
    var symbolsAfterSweep = 0
    /// Reads what annotations of nodes and pods hold.
    let parser: any JSONTextParser
    private var resolvedCounts = (0, 0)

    /// - Parameter parser: reads the registers and allocations in annotations. Without one, devices are known by
    ///   ``FleetEvent/devicesRegistered(node:records:cordoned:)`` alone, and a register in an annotation is a problem of its node.
    public init(
        catalog: VendorCatalog, profile: CompatibilityProfile = .hami2_10_0, order: NodeOrder = .byName,
        amounts: AmountRule = .bounded, parser: any JSONTextParser = AbsentJSONParser()
    ) {
        self.amounts = amounts
        self.parser = parser
        self.catalog = catalog
        self.profile = profile
        self.order = order
        demands = Array(repeating: [], count: catalog.vendors.count)
        table = catalog.makeTable()
        quotas = catalog.makeQuotaLedger()
    }

    /// A copy for a what-if; see ``copy()``.
    init(copying other: Fleet) {
        catalog = other.catalog
        profile = other.profile
        order = other.order
        amounts = other.amounts
        parser = other.parser
        devicesPerNodeMax = other.devicesPerNodeMax
        demands = Array(repeating: [], count: other.catalog.vendors.count)
        table = other.table.copy()
        quotas = other.quotas.copy()
        state.values = other.state.values
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
        /// Amounts that became the nearest ones in range, by vendor word.
        public var notes: [(vendor: String, text: String)]
    }

    /// Extends the classes' verdicts to device types and modes met since.
    func resolveClasses() {
        if (table.types.count, table.modes.count) == resolvedCounts { return }
        resolvedCounts = (table.types.count, table.modes.count)
        for known in classes { known.resolve(types: table.types, modes: table.modes) }
    }
}

/// Sees what residents hold as they come and go.
package protocol ResidentObserver: AnyObject {
    func residentChanged(_ effects: UnsafeBufferPointer<DeviceEffect>, node: Int, by amount: Int32)
}
