import BulkJSON
import DeviceTable
import PlacementEngine
import PlacementModel
import PlacementPolicies
import SchedulerSession
import TraceModel
import VendorCatalog

/// A fleet built with some nodes left out and some added, its running pods on it, and a queue to place: first the pods
/// whose node is left out, then the pending ones.
final class WhatIfTrial {
    /// A pod of the queue.
    struct Queued {
        var name: String
        /// The node that was left out, for pods that ran there.
        var from: String?
        /// Nil = the pod cannot be asked for.
        var requestClass: RequestClass?
        /// Why not, where that is known.
        var refusal: String?
        /// What happens when the pod's turn comes; returns a refusal.
        var turn: (() -> String?)?
        /// The class to ask for in the pod's turn, where that depends on the fleet.
        var classInTurn: (() -> RequestClass?)?
    }

    let cluster: Fleet
    /// What read a snapshot; nil for a trace.
    private(set) var session: PlacementSession?
    private(set) var queue: [Queued] = []
    /// Running pods that were charged, and those that could not be.
    private(set) var running = 0
    private(set) var refused = 0
    private var driver: RoundDriver
    private let defaults: SchedulingDefaults
    private let policy: PlacementPolicy?
    private var context: PolicyContext

    /// - Complexity: O(nodes + devices + pods), and O(devices of a node) a running pod of a trace.
    init(_ fleet: WhatIfFleet, without removed: Set<String>, adding nodes: [TraceNode]) throws(TraceError) {
        defaults = fleet.defaults
        policy = fleet.policy
        context = PolicyContext(typicalPods: fleet.typicalPods, seed: fleet.seed)
        if let snapshot = fleet.snapshot {
            let made = PlacementSession(
                Self.input(snapshot.input, without: removed, fleet.catalog), catalog: fleet.catalog,
                options: snapshot.options)
            cluster = made.cluster
            session = made
        } else {
            cluster = Fleet(catalog: fleet.catalog, order: .asRegistered, parser: JSONParser())
            for member in fleet.members where !removed.contains(member.node.name) {
                cluster.register(member.node, records: member.records, cordoned: member.cordoned)
            }
        }
        let daemons = fleet.input?.daemonPods ?? []
        for node in nodes {
            let added = node.kubernetesNode
            cluster.register(added, records: try node.deviceRecords(catalog: fleet.catalog))
            for pod in PlacementInput.daemonPods(on: added, daemons) { _ = cluster.restore(pod) }
        }
        driver = RoundDriver(IndexedEngine(cluster: cluster))
        if let session, let snapshot = fleet.snapshot {
            take(session, snapshot.input, removed)
        } else {
            take(fleet, removed)
        }
        if let problem = policy?.problem(with: cluster) {
            throw TraceError(file: "fleet", problem: problem.description)
        }
    }

    /// A policy's engine remembers the pods it has seen: each queue is placed by a new one, which knows what stands in the queue.
    private func renewEngine() {
        if let session, session.options.policy != nil {
            driver = RoundDriver(session.makeEngine())
        } else if let policy {
            driver = RoundDriver(policy.makeIndexedEngine(cluster, context))
        }
    }

    /// The input without some nodes: pods that ran there wait, before all others.
    private static func input(
        _ input: PlacementInput, without removed: Set<String>, _ catalog: VendorCatalog
    ) -> PlacementInput {
        if removed.isEmpty { return input }
        var changed = input
        changed.nodes.removeAll { removed.contains($0.node.name) }
        func moves(_ entry: PlacementInput.SourcedPod) -> Bool {
            !entry.pod.phase.isTerminal && removed.contains(entry.pod.nodeName)
        }
        // Pods of DaemonSets and static pods go with their node.
        changed.pods.removeAll { removed.contains($0.pod.nodeName) && $0.pod.belongsToItsNode }
        let moving = changed.pods.filter(moves).map { entry in
            PlacementInput.SourcedPod(
                WhatIfFleet.unplaced(entry.pod, catalog), source: entry.source, template: entry.template)
        }
        changed.pods = moving + changed.pods.filter { !moves($0) }
        return changed
    }

    /// Takes the queue over from a session.
    private func take(_ session: PlacementSession, _ input: PlacementInput, _ removed: Set<String>) {
        running = session.residentPods
        refused = session.refusedPods
        var homes: [String: String] = [:]
        for entry in input.pods where removed.contains(entry.pod.nodeName) {
            homes[entry.pod.fullName] = entry.pod.nodeName
        }
        for entry in session.queue {
            let asked = session.queuedAsk(entry)
            var queued = Queued(
                name: entry.pod.fullName, from: homes[entry.pod.fullName], requestClass: asked.requestClass,
                refusal: asked.refusal)
            if session.hasTurn(entry, asked) {
                queued.turn = { session.takeTurn(entry, asked) }
                queued.classInTurn = { session.classInTurn(asked) }
            }
            queue.append(queued)
        }
    }

    private func take(_ fleet: WhatIfFleet, _ removed: Set<String>) {
        let chooser = ReferenceEngine(cluster: cluster)
        for pod in fleet.running {
            if removed.contains(pod.node), pod.asked.belongsToItsNode { continue }
            if removed.contains(pod.node) {
                queue.append(Queued(name: pod.name, from: pod.node, requestClass: requestClass(pod.asked)))
            } else {
                start(pod, chooser)
            }
        }
        for waiting in fleet.pending {
            queue.append(Queued(name: waiting.name, from: nil, requestClass: requestClass(waiting.asked)))
        }
    }

    private func requestClass(_ pod: Pod) -> RequestClass? {
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        guard let key = try? cluster.classKey(of: pod, requests: requests, defaults: defaults) else { return nil }
        let requestClass = cluster.requestClass(key)
        if policy != nil {
            let missing = requestClass.id + 1 - context.classCounts.count
            if missing > 0 { context.classCounts += Array(repeating: 0, count: missing) }
            context.classCounts[requestClass.id] += 1
        }
        return requestClass
    }

    private func start(_ pod: WhatIfFleet.RunningPod, _ chooser: ReferenceEngine) {
        guard let row = cluster.table.node(named: pod.node), let requestClass = requestClass(pod.asked) else {
            refused += 1
            return
        }
        guard chooser.choose(requestClass, candidates: [row], filtersNodes: false) != nil else {
            refused += 1
            _ = cluster.charge(requestClass, withoutDevicesOn: row)
            return
        }
        var result = RoundResult()
        _ = chooser.commit(requestClass, filtersNodes: false, into: &result)
        running += 1
    }

    /// What became of a queued pod.
    struct Placed {
        var outcome: Outcome
        /// Places in the node.
        var devices: [Int]
    }

    /// Places the whole queue, in order. - Complexity: that of the engine.
    func placeQueue() -> [Placed] {
        renewEngine()
        var placed = Array(repeating: Placed(outcome: .rejected, devices: []), count: queue.count)
        let observer = QueueObserver { [driver] decision in
            placed[Int(decision.sequence)] = Placed(
                outcome: decision.outcome,
                devices: driver.result.devices(of: decision.outcome).map { Int($0.device) })
        }
        driver.observers = [observer]
        driver.gate = self
        // The driver is this trial's own: it must not hold it.
        defer {
            driver.observers = []
            driver.gate = nil
        }
        var next = 0
        driver.offerBacklog(
            nextRound: {
                let end = min(next + RoundDriver.usualRoundSize, queue.count)
                defer { next = end }
                return next..<end
            }, classID: { queue[Int($0)].requestClass.map { Int32($0.id) } ?? RoundDriver.cannotBeAsked })
        return placed
    }

    /// Takes the queue's pods off again.
    func takeBack(_ placed: [Placed]) {
        for pod in placed where pod.outcome.isPlaced { cluster.remove(pod.outcome.resident) }
    }
}

extension WhatIfTrial: RoundGate {
    func concerns(_ sequence: Int32) -> Bool { queue[Int(sequence)].turn != nil }

    func admits(_ sequence: Int32) -> Bool {
        guard let turn = queue[Int(sequence)].turn else { return true }
        queue[Int(sequence)].refusal = turn()
        return queue[Int(sequence)].refusal == nil
    }

    func classID(atTurnOf sequence: Int32, _ classID: Int32) -> Int32 {
        queue[Int(sequence)].classInTurn?().map { Int32($0.id) } ?? classID
    }
}

private final class QueueObserver: RoundObserver {
    private let body: (RoundDecision) -> Void

    init(_ body: @escaping (RoundDecision) -> Void) { self.body = body }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) { body(decision) }
}
