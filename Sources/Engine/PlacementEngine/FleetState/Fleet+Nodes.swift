import DeviceTable
import PlacementModel
import VendorCatalog

// Nodes as they join, change and leave; their devices, and the pods on them.
extension Fleet {
    /// What the vendors find on a node.
    struct Discovery {
        var records: [(vendor: VendorID, record: DeviceRecord)] = []
        var cordoned: Set<String> = []
        var facts = NodeFacts()
        var problems: [(vendor: String, error: DiscoveryError)] = []
        /// Amounts that became the nearest ones in range.
        var notes: [(vendor: String, text: String)] = []
    }

    /// Reads a node's devices and adds it to the table.
    ///
    /// - Precondition: the name is new.
    /// - Source: hami-core.md 4.1
    @discardableResult
    public func register(_ node: Node, now: WallClock, handshake: HandshakeRule = .snapshot) -> Registration {
        let found = discover(on: node, now: now, handshake: handshake)
        return Registration(row: join(node, found), problems: found.problems, notes: found.notes)
    }

    /// Adds a node whose devices are known already, as traces do.
    @discardableResult
    public func register(
        _ node: Node, records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String> = []
    ) -> Int {
        join(node, prepared(Discovery(records: records, cordoned: cordoned), of: node))
    }

    func discover(on node: Node, now: WallClock, handshake: HandshakeRule) -> Discovery {
        var found = Discovery()
        for id in catalog.ids {
            let vendor = catalog[id]
            switch vendor.health(of: node, now: now) {
            case .unhealthy:
                if let reason = vendor.reasonForNotUsing(node) {
                    found.problems.append((vendor.commonWord, DiscoveryError(reason)))
                }
                continue
            case .healthyWithoutUpdate: if handshake == .strict { continue }
            case .healthy: break
            }
            do throws(DiscoveryError) {
                let records = try vendor.discover(on: node, state: state, parser: parser)
                if found.records.count + records.count > InputLimits.devicesPerNode {
                    throw DiscoveryError(
                        "the node has more than \(InputLimits.devicesPerNode) devices", isMalformed: true)
                }
                for record in records { found.records.append((id, record)) }
                found.cordoned.formUnion(vendor.cordonedIDs(on: node))
            } catch {
                let isRegistered = node.metadata.annotations[vendor.annotations.register].map { !$0.isEmpty } ?? false
                if error.isMalformed || isRegistered { found.problems.append((vendor.commonWord, error)) }
            }
        }
        return prepared(found, of: node)
    }

    /// Keeps devices to their ranges and adds what the vendors' rules read of them and the node.
    func prepared(_ discovery: Discovery, of node: Node) -> Discovery {
        var found = discovery
        for place in found.records.indices {
            let word = catalog[found.records[place].vendor].commonWord
            if amounts == .bounded { found.notes += found.records[place].record.bound().map { (word, $0) } }
        }
        if !node.metadata.annotations.isEmpty || !found.records.isEmpty {
            for vendor in catalog.vendors { vendor.addFacts(of: node, to: &found.facts, parser: parser) }
        }
        for place in found.records.indices {
            found.records[place].record.facts = catalog[found.records[place].vendor].facts(
                of: found.records[place].record, symbols: &table.symbols)
        }
        return found
    }

    @discardableResult
    func join(_ node: Node, _ found: Discovery) -> Int {
        precondition(journal.isEmpty && !table.isJournaling, "nodes do not join while a round may be taken back")
        devicesPerNodeMax = max(devicesPerNodeMax, found.records.count)
        let row = table.addNode(
            node, records: found.records, facts: found.facts, cordoned: found.cordoned,
            ignoredResources: catalog.managedResources, at: rowForJoining(node.name))
        structureDidChange()
        tellRules(of: row)
        chargeParked(on: row)
        return row
    }

    /// Counts by node row are out of date; whoever counts starts anew.
    private func structureDidChange() {
        observer = nil
        resolveClasses()
    }

    /// Takes over what a node is now: its labels, taints, resources and devices.
    ///
    /// - Complexity: O(devices); where devices came or went, O(residents of the fleet)
    func change(row: Int, to node: Node, _ found: Discovery) -> FleetAnswer {
        precondition(journal.isEmpty && !table.isJournaling, "nodes do not change while a round may be taken back")
        var isChanged = false
        if table.nodes[row] != node || table.nodeFacts[row] != found.facts {
            table.updateNode(row, to: node, facts: found.facts, ignoredResources: catalog.managedResources)
            podRules?.set(row, node)
            isChanged = true
        }
        if takeOver(found.records, cordoned: found.cordoned, row: row) { isChanged = true }
        return isChanged ? .done : .unchanged
    }

    /// Gives a node's devices their present state; only where others came or went do rows change.
    func takeOver(
        _ records: [(vendor: VendorID, record: DeviceRecord)], cordoned: Set<String>, row: Int
    ) -> Bool {
        let devices = table.devices(of: row)
        let isSame =
            devices.count == records.count
            && zip(devices, records).allSatisfy { device, entry in
                var known = table.records[device]
                known.isHealthy = entry.record.isHealthy
                return known == entry.record && table.vendor[device] == entry.vendor.rawValue
                    && table.flags[device].contains(.cordoned) == cordoned.contains(entry.record.id)
            }
        guard isSame else {
            replaceDevices(row: row, records, cordoned)
            return true
        }
        var isChanged = false
        for (device, entry) in zip(devices, records)
        where table.flags[device].contains(.healthy) != entry.record.isHealthy {
            table.setHealth(of: device, entry.record.isHealthy)
            isChanged = true
        }
        return isChanged
    }

    /// Registers a node's devices anew. Pods keep what they hold by device id: what a device that left is charged for comes back
    /// with it.
    private func replaceDevices(
        row: Int, _ records: [(vendor: VendorID, record: DeviceRecord)], _ cordoned: Set<String>
    ) {
        let staying = residents(on: row).map { ($0, heldByID($0)) }
        for (id, _) in staying {
            for effect in residents.effects(of: id) { charge(effect, of: id, sign: -1) }
        }
        devicesPerNodeMax = max(devicesPerNodeMax, records.count)
        table.replaceDevices(of: row, with: records, cordoned: cordoned)
        for (id, held) in staying {
            let (effects, absent) = effects(of: object(ofResident: id), held: held, on: row)
            residents.setEffects(effects, of: id)
            residents.absent[id.row] = absent.isEmpty ? nil : absent
            for effect in effects { charge(effect, of: id, sign: 1) }
        }
        structureDidChange()
    }

    /// What a resident's devices are read from: its pod's object, where that is known and tells of devices here.
    private func object(ofResident id: ResidentID) -> BoundPod? {
        guard let record = uidOfResident[id.row].flatMap({ pods[$0] }), let bound = record.bound,
            let part = record.parts.first(where: { $0.resident == id }), part.share != .resources
        else { return nil }
        return bound
    }

    /// Takes a node out. Pods known by uid wait for it to come back; others are gone with it.
    ///
    /// - Complexity: O(residents of the fleet)
    func leave(row: Int) {
        precondition(journal.isEmpty && !table.isJournaling, "nodes do not leave while a round may be taken back")
        for id in residents(on: row) {
            if let uid = uidOfResident[id.row] {
                park(uid, id)
            } else {
                remove(id)
            }
        }
        table.removeNode(row)
        structureDidChange()
        podRules?.set(row, nil)
    }

    /// A node has joined; where others moved for it, all rows are told anew.
    private func tellRules(of row: Int) {
        guard let podRules else { return }
        if !rowsHaveMoved { return podRules.set(row, table.nodes[row]) }
        rowsHaveMoved = false
        var pods: [(kind: Int32, node: Int)] = []
        for place in 0..<residents.rowCount {
            if let kind = residents.podKinds[Int32(place)] { pods.append((kind, Int(residents.rows[place].node))) }
        }
        podRules.lay(
            (0..<table.nodeRowCount).map { table.heads.base[$0].flags.contains(.alive) ? table.nodes[$0] : nil }, pods)
    }

    /// The pods on a node. - Complexity: O(residents of the fleet)
    func residents(on row: Int) -> [ResidentID] {
        (0..<residents.rowCount).compactMap { residents.rows[$0].node == Int32(row) ? residents.id(ofRow: $0) : nil }
    }

    /// Changes a node's object alone: labels, taints, resources.
    package func replaceObject(ofRow row: Int, with node: Node) {
        table.updateNode(row, to: node, facts: table.nodeFacts[row], ignoredResources: catalog.managedResources)
        podRules?.set(row, node)
    }

    // MARK: Names

    /// The rows that have nodes, in order.
    public var nodeRows: [Int] { (0..<table.nodeRowCount).filter { table.heads.base[$0].flags.contains(.alive) } }

    /// A node as it is now; one that leaves and comes back under its name is another.
    public struct NodeHandle: Sendable, Hashable {
        public let name: String
        let generation: UInt64
    }

    /// The handle of the node of a name. - Complexity: O(1)
    public func handle(ofNode name: String) -> NodeHandle? {
        table.node(named: name).map { NodeHandle(name: name, generation: table.generations[$0]) }
    }

    /// The present row of a node; nil once it has left, whoever has its name now. - Complexity: O(1)
    public func row(of handle: NodeHandle) -> Int? {
        guard let row = table.node(named: handle.name), table.generations[row] == handle.generation else { return nil }
        return row
    }
}
