import ClusterRules
import DeviceTable
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

/// The fleet and those who decide on it: the core changes it through ``Fleet`` and places through ``RoundDriver``, as everybody does.
///
/// Rules over other pods know label keys that they were made for. A pod that reads others makes them stale; then fleet, engine and
/// rules are made anew from the objects, which decides alike (order among equals is state), and ``epoch`` tells that class ids and
/// kinds are others.
final class Placement {
    private let configuration: CoreConfiguration
    private(set) var fleet: Fleet
    private(set) var driver: RoundDriver
    private var inspector: ReferenceEngine
    private var refusals: RefusalCounter
    private(set) var rules: PodRuleIndex?
    /// Raised whenever request classes have to be asked for anew.
    private(set) var epoch = 0
    private var seenVersions = (classes: 0, limits: 0)
    private var empty: EmptyFleet?
    /// What keeps classes off the empty fleet, by class.
    private var proofs: [Int: PodRejection] = [:]
    /// Reasons told of refused classes, as the fleet was.
    private var told: [Int: (releases: Int, rejection: PodRejection)] = [:]
    /// Vendors closed on nodes, by node.
    private var closed = NameTable<UInt64>()

    init(_ configuration: CoreConfiguration) {
        self.configuration = configuration
        fleet = Self.makeFleet(configuration)
        driver = RoundDriver(IndexedEngine(cluster: fleet), keepsScores: false)
        inspector = ReferenceEngine(cluster: fleet)
        refusals = RefusalCounter(cluster: fleet)
    }

    private static func makeFleet(_ configuration: CoreConfiguration) -> Fleet {
        Fleet(
            catalog: configuration.catalog, profile: configuration.profile, order: .byName,
            parser: configuration.parser)
    }

    // MARK: Rules over other pods

    /// Whether the rules have to be made anew because of a pod.
    func isStale(for pod: Pod) -> Bool {
        guard PodRuleIndex.isNeeded(for: CollectionOfOne(pod)) else { return false }
        return rules.map { !$0.covers(pod) } ?? true
    }

    /// Most kinds of pods before rules are made anew without those that have gone.
    static let kindsMax = 65_536
    var hasTooManyKinds: Bool { (rules?.kindCount ?? 0) > Self.kindsMax }

    /// Makes fleet, engine and rules anew.
    ///
    /// - Parameters:
    ///   - nodes: in any order.
    ///   - pods: all pods that are there, in order; those that are charged as they are charged.
    func rebuild(
        nodes: [Node], quotas: [ResourceQuota], objects: ClusterObjects, pods: [Pod],
        charged: [(uid: String, pod: Pod)], at time: WallClock
    ) {
        fleet = Self.makeFleet(configuration)
        for quota in quotas { fleet.apply(.quotaSet(quota), at: time) }
        for node in nodes { fleet.apply(.nodeAdded(node), at: time) }
        rules = nil
        if PodRuleIndex.isNeeded(for: pods) {
            let made = PodRuleIndex(pods: pods, objects: objects, profile: configuration.profile) {
                [fleet, configuration] pod in
                let (resources, extended) = PodResources.demand(
                    of: pod, managed: configuration.catalog.managedResources
                ) { fleet.table.resourceSymbol($0) }
                return NodeDemand(resources: resources, extended: extended)
            }
            for row in 0..<fleet.table.nodeRowCount {
                let isThere = fleet.table.nodeFlags[row].contains(.alive)
                made.set(row, isThere ? fleet.table.nodes[row] : nil)
            }
            rules = made
            fleet.podRules = made
        }
        for (_, pod) in charged { fleet.apply(.podBound(pod), at: time) }
        rules?.beginQueue()
        driver = RoundDriver(IndexedEngine(cluster: fleet), keepsScores: false)
        inspector = ReferenceEngine(cluster: fleet)
        refusals = RefusalCounter(cluster: fleet)
        for node in nodes { applyClosure(ofNode: node.name, at: time) }
        seenVersions = (fleet.classVersion, fleet.quotas.limitsVersion)
        structureDidChange()
        epoch += 1
    }

    func setObjects(_ objects: ClusterObjects) {
        rules?.setObjects(objects)
        forgetAnswers()
    }

    // MARK: Nodes and quotas

    /// Takes over a node. - Returns: whether anything that decides has changed
    func set(_ node: Node, at time: WallClock) -> Bool {
        let answer = fleet.apply(.nodeChanged(node), at: time)
        if answer == .unchanged { return false }
        applyClosure(ofNode: node.name, at: time)
        structureDidChange()
        return true
    }

    func removeNode(_ name: String, at time: WallClock) {
        fleet.apply(.nodeRemoved(name: name), at: time)
        closed[name] = nil
        structureDidChange()
    }

    func apply(_ event: FleetEvent, at time: WallClock) {
        fleet.apply(event, at: time)
        structureDidChange()
    }

    /// Devices of these vendors on the node take no pod; those of all others are as the node's object has them.
    func close(_ vendors: UInt64, on node: Node, at time: WallClock) {
        closed[node.name] = vendors == 0 ? nil : vendors
        // The object's own word first: a device that is unhealthy stays so when its vendor is open again.
        fleet.apply(.nodeChanged(node), at: time)
        applyClosure(ofNode: node.name, at: time)
    }

    private func applyClosure(ofNode name: String, at time: WallClock) {
        guard let vendors = closed[name], let row = fleet.table.node(named: name) else { return }
        for device in fleet.table.devices(of: row)
        where vendors & VendorID(Int(fleet.table.vendor[device])).bit != 0 {
            fleet.apply(
                .deviceHealth(node: name, device: fleet.table.records[device].id, isHealthy: false), at: time)
        }
    }

    /// Answers that hold for the fleet as it was.
    private func forgetAnswers() {
        empty = nil
        (told, proofs) = ([:], [:])
    }

    private func structureDidChange() {
        forgetAnswers()
        let versions = (classes: fleet.classVersion, limits: fleet.quotas.limitsVersion)
        if versions != seenVersions {
            seenVersions = versions
            epoch += 1
        }
    }

    /// Vendors that have devices on a node. - Complexity: O(devices of the node)
    func vendors(on name: String) -> UInt64 {
        guard let row = fleet.table.node(named: name) else { return 0 }
        return fleet.table.devices(of: row).reduce(0) { $0 | VendorID(Int(fleet.table.vendor[$1])).bit }
    }

    /// Lets go of what nobody uses; called between rounds.
    func forgetIdle(isHeld: (Int) -> Bool) {
        fleet.forgetIdle(isHeld: isHeld)
        if fleet.classVersion != seenVersions.classes { structureDidChange() }
    }

    // MARK: Pods

    /// Charges a pod that is bound. - Returns: what became of it
    func charge(_ pod: Pod, at time: WallClock) -> FleetAnswer { fleet.apply(.podBound(pod), at: time) }

    /// Frees what a pod holds, bound or assumed.
    func free(_ uid: String, at time: WallClock) {
        if fleet.isAssumed(uid) { fleet.forget(uid) } else { fleet.apply(.podGone(uid: uid), at: time) }
    }

    /// Vendors whose devices a pod asks for.
    func vendors(askedBy pod: Pod) -> UInt64 {
        fleet.catalog.requests(of: pod, state: fleet.state).joined().reduce(0) { $0 | $1.vendor.bit }
    }

    /// The class of a pod, or the words in which it is refused whatever the fleet.
    func requestClass(of pod: Pod) -> (requestClass: RequestClass?, problem: String) {
        let requests = fleet.catalog.requests(of: pod, state: fleet.state)
        do throws(WeightsError) {
            let key = try fleet.classKey(of: pod, requests: requests, defaults: configuration.defaults)
            return (fleet.requestClass(key), "")
        } catch { return (nil, error.description) }
    }

    /// What a round has found for a pod.
    struct Place {
        var node: String
        var resident: ResidentID
        /// HAMi's annotations; none for a pod without devices.
        var annotations: [String: String]
        var claims: [ClaimNeed]
    }

    /// Places a pod; nil = no node takes it.
    func place(_ pod: Pod, _ requestClass: RequestClass, at time: WallClock) -> Place? {
        if requestClass.podKind >= 0, rules?.rejection(of: requestClass.podKind) != nil { return nil }
        var claims: [ClaimNeed] = []
        var annotations: [String: String] = [:]
        let outcome = driver.placeNext(requestClass, by: inspector) { evaluator, score in
            let row = evaluator.workspace.node
            claims = rules?.claimNeeds(of: requestClass.podKind, onNodeRow: row) ?? []
            guard requestClass.asksForDevices else { return }
            let detail = PlacementDetail(requestClass, evaluator, cluster: fleet, score: score)
            annotations = detail.annotations(for: pod, requestClass, cluster: fleet, now: time)
        }
        guard outcome.isPlaced else { return nil }
        return Place(
            node: fleet.table.nodes[Int(outcome.node)].name, resident: outcome.resident, annotations: annotations,
            claims: claims)
    }

    /// Runs `body`; takes back all it did to pods unless it says that it stays.
    func tryOut(_ body: () -> Bool) -> Bool {
        let checkpoint = fleet.checkpoint()
        let stays = body()
        if !stays { fleet.rollBack(to: checkpoint) }
        fleet.forgetCheckpoints()
        return stays
    }

    // MARK: Refusals

    /// Why no node takes the class now.
    func rejection(of requestClass: RequestClass) -> PodRejection {
        let releases = fleet.table.releaseLog.end
        if requestClass.podKind < 0, let known = told[requestClass.id], known.releases == releases {
            return known.rejection
        }
        if requestClass.podKind >= 0, let text = rules?.rejection(of: requestClass.podKind) {
            let nodes = fleet.nodeRows.count
            return PodRejection(fleetNodes: nodes, reasons: [PodRejection.Reason(word: text, nodes: nodes)])
        }
        let rejection = PodRejection(refusals.counts(of: requestClass), in: fleet)
        told[requestClass.id] = (releases, rejection)
        return rejection
    }

    /// What keeps the class off every node even were nothing running; nil = it could fit one day.
    func proofOfNeverFitting(_ pod: Pod, _ requestClass: RequestClass) -> PodRejection? {
        if requestClass.podKind >= 0, rules?.rejection(of: requestClass.podKind) != nil { return nil }
        let tried =
            empty
            ?? EmptyFleet(
                of: fleet, rules: rules, engine: .indexed, defaults: configuration.defaults
            ) { [closed] node, vendor in (closed[node] ?? 0) & vendor.bit != 0 }
        empty = tried
        if tried.takes(pod, requestClass) { return nil }
        let proof = proofs[requestClass.id] ?? tried.rejection(of: pod)
        proofs[requestClass.id] = proof
        return proof
    }

    // MARK: Over-commitment

    /// Devices of a node that hold more memory than they have; ids in order of the register. Cards cut by MIG are left out.
    func overcommittedDevices(on name: String) -> [(id: String, usedMiB: Int64, totalMiB: Int64)] {
        let table = fleet.table
        guard let row = table.node(named: name) else { return [] }
        return table.devices(of: row).compactMap { device in
            let (used, total) = (Int64(table.usedMemoryMiB[device]), Int64(table.totalMemoryMiB[device]))
            if used <= total || table.records[device].mode == "mig" { return nil }
            return (table.records[device].id, used, total)
        }
    }
}
