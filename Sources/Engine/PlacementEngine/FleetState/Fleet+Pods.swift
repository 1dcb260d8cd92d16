import DeviceTable
import PlacementModel
import VendorCatalog

/// A pod that the fleet knows by uid.
struct PodRecord {
    var namespace: Int32
    /// One, or two where devices and CPU are counted on different nodes.
    var parts: [PodPart]
    /// Decided, and not yet seen in the cluster.
    var isAssumed: Bool
    /// Decided here: what the cluster says later of its devices changes nothing.
    var isOurs: Bool
    /// What its object says, once that is known.
    var bound: BoundPod?
}

/// What a pod has on one node.
struct PodPart {
    var nodeName: String
    var share: PodShare
    /// None while the pod waits for the node.
    var resident: ResidentID
    /// What a pod without an object holds, while it waits for the node.
    var held: ParkedHoldings?
}

/// What a pod holds whose node is not there.
struct ParkedHoldings {
    var effects: [AbsentEffect]
    var resources: NodeResources
    var extended: [(resource: Symbol, amount: Int64)]
    /// See ``InterPodRules``.
    var podKind: Int32
}

// Pods by uid: bound by others, assumed by us, confirmed, forgotten, gone, parked.
extension Fleet {
    /// Says who a pod is that an engine has just placed: it is charged to its namespace, and waits to be confirmed.
    ///
    /// - Parameter pod: its object as it will be written, allocation and all; where a node's devices are registered anew, what the
    ///   pod holds is read from it.
    /// - Returns: `.unchanged` when the uid has this resident already, `.unknownPod` when the resident has left meanwhile
    @discardableResult
    public func assume(
        _ uid: String, namespace: String, _ id: ResidentID, as pod: Pod? = nil
    ) -> FleetAnswer {
        guard residents.isAlive(id) else { return .unknownPod }
        if let known = pods[uid] {
            if known.parts.contains(where: { $0.resident == id }) { return .unchanged }
            _ = drop(uid)
        }
        let number = quotas.namespaceID(namespace)
        setNamespace(number, of: id)
        let nodeName = table.nodes[Int(residents[id].node)].name
        keep(
            PodRecord(
                namespace: number, parts: [PodPart(nodeName: nodeName, share: .all, resident: id)], isAssumed: true,
                isOurs: true, bound: pod.flatMap { ownObject($0, on: nodeName) }), as: uid)
        return .done
    }

    /// Says that an assumed pod has been seen bound. What it holds stays what was decided.
    ///
    /// - Returns: `.unchanged` when it was confirmed before, `.unknownPod` when it was never assumed
    @discardableResult
    public func confirm(_ uid: String, as pod: Pod) -> FleetAnswer {
        guard var record = pods[uid] else { return .unknownPod }
        guard record.isAssumed else { return .unchanged }
        if record.bound == nil, let bound = ownObject(pod, on: record.parts[0].nodeName) {
            record.bound = bound
            record.parts[0].held = nil
        }
        record.isAssumed = false
        keep(record, as: uid)
        return .done
    }

    private func ownObject(_ pod: Pod, on nodeName: String) -> BoundPod? {
        let bound = readAllocation(of: pod, isReleased: false).bound
        return bound.homes.map(\.node) == [nodeName] && bound.homes[0].share == .all ? bound : nil
    }

    /// Takes an assumed pod back whose bind has failed.
    ///
    /// - Returns: `.unknownPod` when it is not there, `.notAssumed` when it has been confirmed: it runs, and only its end frees it
    @discardableResult
    public func forget(_ uid: String) -> FleetAnswer {
        guard let record = pods[uid] else { return .unknownPod }
        return record.isAssumed ? drop(uid) : .notAssumed
    }

    /// The residents that stand for a pod now: none while its nodes are not there, two where it has two homes.
    public func residents(ofPod uid: String) -> [ResidentID] {
        pods[uid].map { $0.parts.map(\.resident).filter { $0 != .none } } ?? []
    }

    /// Whether a pod is known, and has been decided here but not yet seen.
    public func knows(_ uid: String) -> Bool { pods[uid] != nil }
    public func isAssumed(_ uid: String) -> Bool { pods[uid]?.isAssumed == true }

    /// Pods known by uid, and those of them that wait for their node.
    public var podCount: Int { pods.count }
    public var parkedCount: Int { parked.values.reduce(0) { $0 + $1.count } }

    func bind(_ pod: Pod) -> FleetAnswer {
        let uid = pod.identity
        if pod.phase.isTerminal { return pods[uid] == nil ? .unchanged : drop(uid) }
        let (bound, malformed) = readAllocation(of: pod, isReleased: pod.initContainersAreDone)
        let answer = malformed.map { FleetAnswer.malformed(annotation: $0) }
        let homes = bound.homes
        if homes.isEmpty { return answer ?? .unchanged }
        if let record = pods[uid] {
            let isSamePlace = record.parts[0].nodeName == homes[0].node
            if record.isAssumed && isSamePlace { return confirm(uid, as: pod) }
            if record.isOurs && isSamePlace { return .unchanged }
            if record.bound.map({ $0.isEqual(to: bound) }) == true { return answer ?? .unchanged }
            _ = drop(uid)
        }
        var record = PodRecord(
            namespace: quotas.namespaceID(pod.metadata.namespace), parts: [], isAssumed: false, isOurs: false,
            bound: bound)
        var missing: String?
        for (share, name) in homes {
            let row = table.node(named: name)
            if row == nil { missing = missing ?? name }
            record.parts.append(
                PodPart(nodeName: name, share: share, resident: row.map { add(bound, share, on: $0) } ?? .none))
        }
        keep(record, as: uid)
        return answer ?? missing.map { .parked(node: $0) } ?? .done
    }

    /// Takes a pod off, wherever it is.
    func drop(_ uid: String) -> FleetAnswer {
        guard let record = pods[uid] else { return .unknownPod }
        for part in record.parts where part.resident != .none { takeOff(part.resident) }
        keep(nil, as: uid)
        return .done
    }

    /// Forgets what a pod had by a resident that has been taken off by its handle.
    func forgetPart(_ id: ResidentID) {
        guard let uid = uidOfResident[id.row], var record = pods[uid],
            let place = record.parts.firstIndex(where: { $0.resident == id })
        else { return }
        record.parts.remove(at: place)
        keep(record.parts.isEmpty ? nil : record, as: uid)
    }

    /// Writes a pod's record, so that it can be taken back.
    private func keep(_ record: PodRecord?, as uid: String) {
        if table.isJournaling { journal.append(.pod(uid, old: pods[uid])) }
        write(record, as: uid)
    }

    func write(_ record: PodRecord?, as uid: String) {
        for part in pods[uid]?.parts ?? [] {
            if part.resident != .none {
                if uidOfResident[part.resident.row] == uid { uidOfResident[part.resident.row] = nil }
            } else {
                parked[part.nodeName]?.remove(uid)
                if parked[part.nodeName]?.isEmpty == true { parked[part.nodeName] = nil }
            }
        }
        pods[uid] = record
        for part in record?.parts ?? [] {
            if part.resident != .none {
                uidOfResident[part.resident.row] = uid
            } else {
                parked[part.nodeName, default: []].insert(uid)
            }
        }
    }

    // MARK: Nodes that are not there

    /// Takes what a pod has on a node off, which leaves; it is charged again when the node comes back.
    func park(_ uid: String, _ id: ResidentID) {
        guard var record = pods[uid], let place = record.parts.firstIndex(where: { $0.resident == id }) else { return }
        if record.bound == nil {
            record.parts[place].held = ParkedHoldings(
                effects: heldByID(id), resources: residents.footprints[Int(residents[id].footprint)],
                extended: residents.extended[id.row] ?? [], podKind: residents.podKinds[id.row] ?? noPodKind)
        }
        takeOff(id)
        record.parts[place].resident = .none
        keep(record, as: uid)
    }

    /// Charges the pods that have waited for a node.
    func chargeParked(on row: Int) {
        let name = table.nodes[row].name
        guard let waiting = parked[name] else { return }
        for uid in waiting.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard var record = pods[uid] else { continue }
            for place in record.parts.indices
            where record.parts[place].nodeName == name && record.parts[place].resident == .none {
                if let bound = record.bound {
                    record.parts[place].resident = add(bound, record.parts[place].share, on: row)
                } else if let held = record.parts[place].held {
                    let (effects, absent) = effects(of: nil, held: held.effects, on: row)
                    let id = addResident(
                        node: row, effects: effects, namespace: record.namespace, resources: held.resources,
                        extended: held.extended, podKind: held.podKind)
                    if !absent.isEmpty { residents.absent[id.row] = absent }
                    record.parts[place].resident = id
                    record.parts[place].held = nil
                }
            }
            keep(record, as: uid)
        }
    }
}

extension Pod {
    /// What tells the pod from all others: its uid, or its full name where it has none.
    public var identity: String { metadata.uid.isEmpty ? fullName : metadata.uid }
}
