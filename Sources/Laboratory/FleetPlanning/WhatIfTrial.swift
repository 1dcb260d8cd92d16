import BulkJSON
import DeviceTable
import PlacementEngine
import PlacementModel
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
        /// Devices the pod has from an attempt before; they count until its own turn.
        var reserved: [ResidentID] = []
    }

    let cluster: Fleet
    private(set) var queue: [Queued] = []
    /// Running pods that were charged, and those that could not be.
    private(set) var running = 0
    private(set) var refused = 0
    private let driver: RoundDriver
    private let defaults: SchedulingDefaults

    /// - Complexity: O(nodes + devices + pods), and O(devices of a node) a running pod of a trace.
    init(_ fleet: WhatIfFleet, without removed: Set<String>, adding nodes: [TraceNode]) throws(TraceError) {
        cluster = Fleet(catalog: fleet.catalog, order: .asRegistered)
        defaults = fleet.defaults
        for quota in fleet.quotas { cluster.quotas.add(quota) }
        for member in fleet.members where !removed.contains(member.node.name) {
            cluster.register(member.node, records: member.records, cordoned: member.cordoned)
        }
        let daemons = fleet.input?.daemonPods ?? []
        for node in nodes {
            let added = node.kubernetesNode
            cluster.register(added, records: try node.deviceRecords(catalog: fleet.catalog))
            for pod in PlacementInput.daemonPods(on: added, daemons) { _ = cluster.restore(pod) }
        }
        driver = RoundDriver(IndexedEngine(cluster: cluster))
        let chooser = ReferenceEngine(cluster: cluster)
        for pod in fleet.running {
            if removed.contains(pod.node), pod.asked.belongsToItsNode { continue }
            if removed.contains(pod.node) {
                queue.append(Queued(name: pod.name, from: pod.node, requestClass: requestClass(pod.asked)))
            } else if let placed = pod.placed {
                if cluster.restore(placed).residents.isEmpty { refused += 1 } else { running += 1 }
            } else {
                start(pod, chooser)
            }
        }
        for waiting in fleet.pending {
            let held = waiting.held.map { cluster.restore($0).residents } ?? []
            queue.append(
                Queued(name: waiting.name, from: nil, requestClass: requestClass(waiting.asked), reserved: held))
        }
    }

    private func requestClass(_ pod: Pod) -> RequestClass? {
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        let key = try? cluster.classKey(of: pod, requests: requests, defaults: defaults)
        return key.map { cluster.requestClass($0) }
    }

    private func start(_ pod: WhatIfFleet.RunningPod, _ chooser: ReferenceEngine) {
        guard let row = cluster.table.node(named: pod.node), let requestClass = requestClass(pod.asked),
            chooser.choose(requestClass, candidates: [row]) != nil
        else {
            refused += 1
            return
        }
        var result = RoundResult()
        _ = chooser.commit(requestClass, into: &result)
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
        var placed: [Placed] = []
        var start = 0
        while start < queue.count {
            // A pod that has something reserved gives it up before it is decided, so it begins a round of its own.
            for id in queue[start].reserved { cluster.remove(id) }
            queue[start].reserved = []
            let end = queue[(start + 1)...].firstIndex { !$0.reserved.isEmpty } ?? queue.count
            placed += place(queue[start..<end])
            start = end
        }
        return placed
    }

    private func place(_ pods: ArraySlice<Queued>) -> [Placed] {
        let ids = pods.map { $0.requestClass.map { Int32($0.id) } ?? RoundDriver.cannotBeAsked }
        return driver.place(ids).map { outcome in
            Placed(outcome: outcome, devices: driver.result.devices(of: outcome).map { Int($0.device) })
        }
    }

    /// Takes the queue's pods off again.
    func takeBack(_ placed: [Placed]) {
        for pod in placed where pod.outcome.isPlaced { cluster.remove(pod.outcome.resident) }
    }
}
