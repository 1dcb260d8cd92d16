import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import TraceModel
import TraceReplay
import VendorCatalog

/// The same queue on the fleet as it is and on a changed one.
public struct WhatIf: Sendable {
    /// What to change.
    public struct Change: Sendable {
        public var added: [NodeDescription] = []
        /// Names of nodes that go; their pods are placed first, before the pending ones.
        public var removed: Set<String> = []

        public init(added: [NodeDescription] = [], removed: Set<String> = []) {
            self.added = added
            self.removed = removed
        }
    }

    /// Pods that ask the same and found no place.
    public struct LeftOver: Sendable, Hashable {
        /// What each asks, for people.
        public var asks: String
        public var pods: Int
        /// Name of the first of them.
        public var example: String
        /// The reason of the nodes that came closest.
        public var reason: String
        /// The pods are refused whatever the fleet: by admission, or because they cannot be read.
        public var isRefused = false
    }

    /// A pod whose node goes.
    public struct Move: Sendable, Hashable {
        public var pod: String
        public var from: String
        /// Nil = it finds no place.
        public var to: String?
        public var devices: [String]
    }

    public struct Side: Sendable, Hashable {
        public var nodes: Int
        public var devices: Int
        public var running: Int
        /// Running pods that could not be charged.
        public var refused: Int
        public var pending: Int
        public var placed: Int
        public var leftOver: [LeftOver]
        public var moves: [Move]

        /// Pods without a place: pending ones, and those whose node goes.
        public var left: Int { leftOver.reduce(0) { $0 + $1.pods } }
    }

    public var before: Side
    public var after: Side
    /// What stands in the way of emptying the nodes that go; of a trace nothing is known.
    public var findings: DrainFindings
    /// What could not be used of the snapshot as it is, and what it lacks; of a trace nothing.
    public var problems: [InputProblem] = []
    public var lacks: SnapshotLacks?

    /// - Throws: ``TraceError`` when the catalogue lacks a vendor of an added node.
    /// - Complexity: two trials: O(nodes + devices + pods) each, and the placements.
    public init(_ fleet: WhatIfFleet, _ change: Change) throws(TraceError) {
        findings = fleet.input.map { DrainFindings($0, removed: change.removed) } ?? DrainFindings()
        let trial = try WhatIfTrial(fleet, without: [], adding: [])
        before = Self.side(of: trial)
        problems = trial.session?.problems ?? []
        lacks = fleet.input.map { SnapshotLacks($0, trial.cluster) }
        after =
            change.added.isEmpty && change.removed.isEmpty ? before : try Self.side(fleet, change)
    }

    /// Names the added nodes: `added-1`, `added-2`, ..., or `added+-1` where the fleet has a node of such a name.
    static func nodes(
        _ descriptions: [NodeDescription], besides fleet: WhatIfFleet, prefix: String = "added"
    ) -> [TraceNode] {
        var prefix = prefix
        while fleet.members.contains(where: { $0.node.name.hasPrefix(prefix + "-") }) { prefix += "+" }
        var nodes: [TraceNode] = []
        for description in descriptions {
            for _ in 0..<description.count {
                var node = description.node
                node.name = "\(prefix)-\(nodes.count + 1)"
                nodes.append(node)
            }
        }
        return nodes
    }

    static func side(_ fleet: WhatIfFleet, _ change: Change) throws(TraceError) -> Side {
        side(of: try WhatIfTrial(fleet, without: change.removed, adding: nodes(change.added, besides: fleet)))
    }

    private static func side(of trial: WhatIfTrial) -> Side {
        let placed = trial.placeQueue()
        let table = trial.cluster.table
        var side = Side(
            nodes: table.nodeRowCount, devices: table.deviceRowCount, running: trial.running, refused: trial.refused,
            pending: 0, placed: 0, leftOver: [], moves: [])
        var left: [(class: RequestClass?, refusal: String?, pods: [String])] = []
        var places: [String: Int] = [:]
        for (pod, result) in zip(trial.queue, placed) {
            if let from = pod.from {
                let node = Int(result.outcome.node)
                side.moves.append(
                    Move(
                        pod: pod.name, from: from, to: result.outcome.isPlaced ? table.nodes[node].name : nil,
                        devices: result.devices.map { table.records[Int(table.firstDevice[node]) + $0].id }))
            } else {
                side.pending += 1
                if result.outcome.isPlaced { side.placed += 1 }
            }
            if result.outcome.isPlaced { continue }
            let id = pod.refusal ?? "\(pod.requestClass?.id ?? -1)"
            if let place = places[id] {
                left[place].pods.append(pod.name)
            } else {
                places[id] = left.count
                left.append((pod.requestClass, pod.refusal, [pod.name]))
            }
        }
        var counter = RefusalCounter(cluster: trial.cluster)
        side.leftOver = left.map { requestClass, refusal, pods in
            let reason = refusal ?? requestClass.map { RejectionSurvey(counter.counts(of: $0)).leadingReason }
            return LeftOver(
                asks: requestClass.map { $0.askText(in: trial.cluster) } ?? "not asked for",
                pods: pods.count, example: pods[0], reason: reason ?? "", isRefused: requestClass == nil)
        }.sorted { ($1.pods, $0.asks) < ($0.pods, $1.asks) }
        return side
    }
}
