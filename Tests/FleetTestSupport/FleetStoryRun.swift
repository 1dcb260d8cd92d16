import BulkJSON
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

/// A story told to two fleets at once, one decided by the reference and one by the index, and compared as it goes.
public struct FleetStoryRun {
    public struct Options: Sendable {
        public var threads: Int
        /// Steps from one comparison of whole states to the next.
        public var comparesEvery: Int
        /// Pods that are placed at the end, on this fleet and on a fresh one.
        public var podsAfter: Int
        /// For the order in which the fresh fleet hears of everything.
        public var seed: UInt64

        public init(threads: Int = 1, comparesEvery: Int = 1, podsAfter: Int = 200, seed: UInt64 = 0) {
            self.threads = threads
            self.comparesEvery = comparesEvery
            self.podsAfter = podsAfter
            self.seed = seed
        }
    }

    /// A difference, or something that must never be.
    struct Problem: Error { var text: String }

    private let options: Options
    private let catalog: VendorCatalog
    let reference: Fleet
    let indexed: Fleet
    private let scan: ReferenceEngine
    private let index: IndexedEngine
    /// Pods as the cluster would show them.
    private var objects: [String: Pod] = [:]
    private var quotas: [String: ResourceQuota] = [:]
    /// The last pods queued; which node they would get is asked after every step.
    private var probes: [Pod] = []
    /// The index's fleet has forgotten what is idle: its rows of devices and its numbers of names are others.
    private var hasForgotten = false
    private static let now = SmallFleet.now
    private static let webhook = AdmissionWebhook()

    init(_ options: Options, catalog: VendorCatalog) {
        self.options = options
        self.catalog = catalog
        reference = Fleet(catalog: catalog, parser: JSONParser())
        indexed = Fleet(catalog: catalog, parser: JSONParser())
        scan = ReferenceEngine(cluster: reference)
        index = IndexedEngine(cluster: indexed, threads: options.threads, threadedFrom: 1, lanesFrom: 1)
    }

    /// What goes wrong when the steps happen; nil = nothing.
    public static func problem(
        in steps: [FleetStory.Step], _ options: Options, catalog: VendorCatalog
    ) -> String? {
        var run = FleetStoryRun(options, catalog: catalog)
        var step = 0
        do throws(Problem) {
            while step < steps.count {
                try run.tell(steps[step])
                if (step + 1) % options.comparesEvery == 0 || step == steps.count - 1 { try run.compare() }
                step += 1
            }
            try run.compareWithFresh()
            return nil
        } catch {
            return "step \(step) (\(step < steps.count ? "\(steps[step])" : "the end")): \(error.text)"
        }
    }

    private func both(_ event: FleetEvent) throws(Problem) {
        let answers = (reference.apply(event, at: Self.now), indexed.apply(event, at: Self.now))
        if answers.0 != answers.1 { throw Problem(text: "the fleets answer \(answers.0) and \(answers.1)") }
    }

    private mutating func tell(_ step: FleetStory.Step) throws(Problem) {
        switch step {
        case .node(let node): try both(.nodeAdded(node))
        case .nodeGone(let name): try both(.nodeRemoved(name: name))
        case .health(let name, let place, let isHealthy):
            guard let row = reference.table.node(named: name), place < reference.table.devices(of: row).count else {
                return
            }
            let id = reference.table.records[reference.table.devices(of: row).lowerBound + place].id
            try both(.deviceHealth(node: name, device: id, isHealthy: isHealthy))
        case .round(let pods, let fates):
            let placed = try place(pods)
            for (place, pod) in placed {
                switch fates[place] {
                case .confirmed: try confirm(pod.identity)
                case .forgotten: try forget(pod.identity)
                case .assumed: break
                }
            }
        case .roundTakenBack(let pods): try placeAndTakeBack(pods)
        case .bound(let pod):
            if objects[pod.identity] == nil { objects[pod.identity] = pod }
            try both(.podBound(pod))
        case .confirmed(let uid): try confirm(uid)
        case .forgotten(let uid): try forget(uid)
        case .gone(let uid):
            try both(.podGone(uid: uid))
            objects[uid] = nil
        case .quota(let quota):
            quotas[quota.metadata.namespace + "/" + quota.metadata.name] = quota
            try both(.quotaSet(quota))
        case .quotaGone(let namespace, let name):
            quotas[namespace + "/" + name] = nil
            try both(.quotaGone(namespace: namespace, name: name))
        case .idleForgotten(let count):
            indexed.forgetAllIdle(butClasses: count) { _ in false }
            hasForgotten = true
        }
    }

    private func confirm(_ uid: String) throws(Problem) {
        guard let pod = objects[uid] else { return }
        if reference.confirm(uid, as: pod) != indexed.confirm(uid, as: pod) {
            throw Problem(text: "the fleets confirm \(uid) differently")
        }
    }

    private mutating func forget(_ uid: String) throws(Problem) {
        let answer = reference.forget(uid)
        if answer != indexed.forget(uid) { throw Problem(text: "the fleets forget \(uid) differently") }
        if answer == .done { objects[uid] = nil }
    }

    // MARK: Rounds

    private func requestClass(of original: Pod, in fleet: Fleet) -> (pod: Pod, requestClass: RequestClass)? {
        var pod = original
        guard Self.webhook.review(&pod, cluster: fleet).isAllowed else { return nil }
        let requests = fleet.catalog.requests(of: pod, state: fleet.state)
        let key = try? fleet.classKey(of: pod, requests: requests, defaults: SchedulingDefaults())
        return key.map { (pod, fleet.requestClass($0)) }
    }

    /// Places pods on both fleets. - Returns: those placed, as they will be written, by their place in the queue
    private mutating func place(_ pods: [Pod]) throws(Problem) -> [(place: Int, pod: Pod)] {
        probes = Array((pods.suffix(3) + probes).prefix(6))
        let asked = pods.enumerated().compactMap { place, pod in
            requestClass(of: pod, in: reference).map { (place: place, pod: $0.pod, requestClass: $0.requestClass) }
        }
        let ids = pods.compactMap { requestClass(of: $0, in: indexed).map { Int32($0.requestClass.id) } }
        if ids.count != asked.count {
            throw Problem(text: "\(asked.count) pods are admitted by one, \(ids.count) by the other")
        }
        var found = RoundResult()
        ids.withUnsafeBufferPointer { index.place($0, clock: nil, into: &found) }
        var placed: [(place: Int, pod: Pod)] = []
        var wanted = RoundResult()
        for (number, entry) in asked.enumerated() {
            var pod = entry.pod
            var outcome = Outcome.rejected
            if let choice = scan.choose(entry.requestClass) {
                _ = scan.evaluator.fits(entry.requestClass, node: choice.node)
                let detail = PlacementDetail(
                    entry.requestClass, scan.evaluator, cluster: reference, score: choice.score)
                let annotations = detail.annotations(for: pod, entry.requestClass, cluster: reference, now: Self.now)
                pod.metadata.annotations.merge(annotations) { $1 }
                pod.nodeName = reference.table.nodes[choice.node].name
                pod.phase = .running
                outcome = scan.commit(entry.requestClass, into: &wanted)
                placed.append((entry.place, pod))
            }
            let other = found.outcomes[number]
            let isEqual =
                outcome.node == other.node
                && wanted.devices(of: outcome).elementsEqual(found.devices(of: other))
            if !isEqual {
                throw Problem(
                    text: "\(entry.pod.metadata.name) gets \(Self.text(outcome, wanted, reference)) by the reference, "
                        + "\(Self.text(other, found, indexed)) by the index")
            }
            if !outcome.isPlaced { continue }
            objects[pod.identity] = pod
            reference.assume(pod.identity, namespace: pod.metadata.namespace, outcome.resident, as: pod)
            indexed.assume(pod.identity, namespace: pod.metadata.namespace, other.resident, as: pod)
        }
        return placed
    }

    private static func text(_ outcome: Outcome, _ result: RoundResult, _ fleet: Fleet) -> String {
        guard outcome.isPlaced else { return "nothing" }
        let devices = result.devices(of: outcome).map { "\($0.device):\($0.memoryMiB)/\($0.cores)" }
        return "\(fleet.table.nodes[Int(outcome.node)].name) (row \(outcome.node)) \(devices.joined(separator: " "))"
    }

    private mutating func placeAndTakeBack(_ pods: [Pod]) throws(Problem) {
        let before = (FleetState(reference), FleetState(indexed))
        let points = (reference.checkpoint(), indexed.checkpoint())
        let known = objects
        _ = try place(pods)
        objects = known
        reference.rollBack(to: points.0)
        indexed.rollBack(to: points.1)
        reference.forgetCheckpoints()
        indexed.forgetCheckpoints()
        if FleetState(reference) != before.0 { throw Problem(text: "the reference's fleet is not what it was") }
        if FleetState(indexed) != before.1 { throw Problem(text: "the index's fleet is not what it was") }
    }

    // MARK: Comparing

    private func compare() throws(Problem) {
        for (fleet, name) in [(reference, "the reference's"), (indexed, "the index's")] {
            if let problem = fleet.brokenInvariant() { throw Problem(text: "\(name) fleet: \(problem)") }
        }
        if hasForgotten {
            if let difference = FleetState.difference(reference, indexed) {
                throw Problem(text: "the fleets differ: \(difference)")
            }
        } else if FleetState(reference) != FleetState(indexed) {
            throw Problem(text: "the fleets' states differ")
        }
        for probe in probes {
            guard let wanted = requestClass(of: probe, in: reference), let asked = requestClass(of: probe, in: indexed)
            else { continue }
            let node = scan.choose(wanted.requestClass)?.node
            let other = index.choose(asked.requestClass)
            if node != other {
                throw Problem(text: "\(probe.metadata.name) would get row \(node ?? -1), by the index \(other ?? -1)")
            }
        }
        if let problem = index.brokenInvariant() { throw Problem(text: problem) }
    }

    /// A fleet that hears of the objects as they are now, in any order, decides the next pods alike.
    private mutating func compareWithFresh() throws(Problem) {
        for uid in objects.keys.sorted() where reference.isAssumed(uid) { try confirm(uid) }
        let fresh = freshFleet(withPods: true)
        fresh.takeOverExpectations(of: reference)
        if let problem = fresh.brokenInvariant() { throw Problem(text: "the fresh fleet: \(problem)") }
        if let difference = FleetState.difference(reference, fresh) {
            throw Problem(text: "a fresh fleet differs: \(difference)")
        }
        let (emptied, bare) = (reference.emptied(), freshFleet(withPods: false))
        if let problem = emptied.brokenInvariant() { throw Problem(text: "the emptied fleet: \(problem)") }
        if let difference = FleetState.difference(emptied, bare) {
            throw Problem(text: "an emptied fleet is not one without pods: \(difference)")
        }
        let engine = IndexedEngine(cluster: fresh)
        let pods = FleetStory.pods(options.podsAfter, seed: options.seed)
        let own = decide(pods, indexed, index)
        let others = decide(pods, fresh, engine)
        for (pod, (one, other)) in zip(pods, zip(own, others)) where one != other {
            throw Problem(text: "\(pod.metadata.name) gets \(one), \(other) on a fresh fleet")
        }
    }

    /// A fleet that hears of the objects as they are now, in any order.
    private func freshFleet(withPods: Bool) -> Fleet {
        let fresh = Fleet(catalog: catalog, parser: JSONParser())
        var events: [FleetEvent] = reference.nodeRows.map { .nodeAdded(reference.table.nodes[$0]) }
        events += quotas.sorted { $0.key < $1.key }.map { .quotaSet($0.value) }
        if withPods {
            events += objects.sorted { $0.key < $1.key }.filter { reference.knows($0.key) }.map { .podBound($0.value) }
        }
        var random = SeededGenerator(seed: options.seed)
        for event in events.shuffled(using: &random) { fresh.apply(event, at: Self.now) }
        for row in reference.nodeRows {
            for device in reference.table.devices(of: row) {
                let record = reference.table.records[device]
                fresh.apply(
                    .deviceHealth(
                        node: reference.table.nodes[row].name, device: record.id, isHealthy: record.isHealthy),
                    at: Self.now)
            }
        }
        return fresh
    }

    private func decide(_ pods: [Pod], _ fleet: Fleet, _ engine: IndexedEngine) -> [String] {
        let asked = pods.map { requestClass(of: $0, in: fleet).map { Int32($0.requestClass.id) } }
        var result = RoundResult()
        asked.compactMap { $0 }.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
        var next = 0
        return asked.map { id in
            if id == nil { return "denied" }
            defer { next += 1 }
            let outcome = result.outcomes[next]
            if !outcome.isPlaced { return "nothing" }
            return fleet.table.nodes[Int(outcome.node)].name + " "
                + result.devices(of: outcome).map { "\($0.device):\($0.memoryMiB)/\($0.cores)" }.joined(separator: " ")
        }
    }
}
