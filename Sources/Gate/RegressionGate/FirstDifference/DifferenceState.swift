import DeviceTable
import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceModel
import TraceReplay
import VendorCatalog

/// The nodes that two variants chose for a pod, in the state just before the decision, as this build's plain rules see them.
public struct DifferenceState: Sendable, Hashable {
    /// A device and what is in use of it. - Units: memory MiB; cores in the vendor's unit.
    public struct Device: Sendable, Hashable {
        public var place: Int
        public var vendor: String
        public var type: String
        public var usedSlots: Int32
        public var slots: Int32
        public var usedMemoryMiB: Int32
        public var memoryMiB: Int32
        public var usedCores: Int32
        public var cores: Int32
    }

    /// What the rules say of the pod on a node.
    public struct Verdict: Sendable, Hashable {
        /// Why the node refuses the pod; nil = it fits.
        public var refusal: String?
        /// Nil where it does not fit, or where the policy draws nodes instead of scoring them.
        public var score: Double?
        /// Devices that this build would give, ascending; empty where a policy over thousandths decides.
        public var devices: [Int32] = []
    }

    /// A node before the decision. - Units: CPU milli, memory MiB; nil = not limited.
    public struct Node: Sendable, Hashable {
        public var name: String
        /// Row in the fleet, from 0: the order in which equal nodes are preferred.
        public var row: Int
        public var freeCPUMilli: Int64?
        public var freeMemoryMiB: Int64?
        public var freePods: Int64?
        public var devices: [Device]
        public var verdict: Verdict
    }

    /// The old variant's node, then the new one's where it is another.
    public var nodes: [Node]
    /// What the pod asks: resource and amount, also `cpu` and `memory`.
    public var asks: [String]
    /// Whether a lower score wins.
    public var prefersLowerScore: Bool
    /// False = the devices of some earlier pod could not be retraced, so usage may differ a little.
    public var isExact: Bool

    /// Replays the decisions before the difference and looks.
    ///
    /// - Parameters:
    ///   - options: rules to judge by: those of one of the variants.
    /// - Returns: nil when the pod is never offered.
    /// - Throws: ``TraceError`` as ``Replay`` does.
    public static func before(
        _ located: LocatedDifference, options: ReplayOptions, catalog: VendorCatalog
    ) throws(TraceError) -> DifferenceState? {
        var options = options
        options.podLimit = nil
        options.shufflesBacklog = false
        options.keepsDecisions = false
        options.keepsFragmentation = false
        let replay = try Replay(located.trace, options: options, catalog: catalog)
        let difference = located.difference
        var chosen = [difference.old.node, difference.new.node].compactMap { $0 }
        if chosen.count == 2 && chosen[0] == chosen[1] { chosen.removeLast() }
        var state: DifferenceState?
        let engine = ScriptedEngine(
            cluster: replay.cluster, rows: located.rows, stop: difference.sequence, chosen: chosen,
            usesMilli: options.policy.milli != nil
                && replay.cluster.thousandthsProblem == nil
        ) { requestClass in
            state = DifferenceState(chosen, requestClass, replay)
        }
        replay.willOffer = { engine.offered = $0 }
        _ = replay.run(engine: engine)
        engine.finish()
        state?.isExact = engine.isExact
        state?.asks = located.trace.asks(ofQueued: difference.sequence)
        return state
    }

    private init(_ chosen: [String], _ requestClass: RequestClass, _ replay: Replay) {
        let cluster = replay.cluster
        let rows = chosen.compactMap { cluster.table.node(named: $0) }
        var evaluator = NodeEvaluator(cluster: cluster)
        var verdicts: [Verdict] = rows.map { row in
            if let filter = cluster.firstFailingFilter(requestClass, node: row) { return Verdict(refusal: filter.word) }
            guard evaluator.fits(requestClass, node: row) else { return Verdict(refusal: evaluator.failure().text) }
            var devices: [Int32] = []
            for pick in 0..<evaluator.workspace.pickCount { devices.append(evaluator.workspace.picks[pick].device) }
            return Verdict(score: Double(evaluator.score(requestClass)), devices: devices.sorted())
        }
        if let milli = replay.options.policy.milli {
            let isMilli = cluster.thousandthsProblem == nil
            let scores = milli.scores(of: requestClass, cluster: cluster, replay.policyContext) ?? []
            for (place, row) in rows.enumerated() {
                verdicts[place].score = nil
                if isMilli { verdicts[place].devices = [] }
                guard let entry = scores.first(where: { $0.row == row }) else { continue }
                verdicts[place].refusal = nil
                if case .points(let points) = entry.score { verdicts[place].score = Double(points) }
            }
        }
        nodes = zip(rows, verdicts).map { Node($0, cluster, $1) }
        prefersLowerScore = replay.options.policy.milli == nil && requestClass.nodePolicy == .spread
        isExact = true
        asks = []
    }
}

extension DifferenceState.Node {
    fileprivate init(_ row: Int, _ cluster: Fleet, _ verdict: DifferenceState.Verdict) {
        let table = cluster.table
        let free = table.free[row]
        func limited(_ amount: Int64) -> Int64? { amount == .max ? nil : amount }
        let first = table.devices(of: row).lowerBound
        let devices = table.devices(of: row).map { device in
            DifferenceState.Device(
                place: device - first, vendor: cluster.catalog[VendorID(Int(table.vendor[device]))].commonWord,
                type: table.types[table.type[device]], usedSlots: table.used[device], slots: table.slots[device],
                usedMemoryMiB: table.usedMemoryMiB[device], memoryMiB: table.totalMemoryMiB[device],
                usedCores: table.usedCores[device], cores: table.totalCores[device])
        }
        self.init(
            name: table.nodes[row].name, row: row, freeCPUMilli: limited(free.cpuMilli),
            freeMemoryMiB: limited(free.memoryBytes).map { $0 >> 20 }, freePods: limited(free.pods), devices: devices,
            verdict: verdict)
    }
}

extension Trace {
    /// What a queued pod asks, as `resource=amount` texts.
    fileprivate func asks(ofQueued sequence: Int) -> [String] {
        let rows = queuedRows
        guard sequence < rows.count else { return [] }
        let pod = pods[rows[sequence]]
        var asks = [pod.limits, pod.annotations, pod.nodeSelector].filter { !$0.isEmpty }
        if pod.cpuMilli > 0 { asks.append("cpu=\(pod.cpuMilli)m") }
        if pod.memoryMiB > 0 { asks.append("memory=\(pod.memoryMiB)Mi") }
        return asks
    }
}

extension DecisionDifference {
    /// Why the two differ, in a sentence, as far as this build's rules tell.
    ///
    /// - Parameters:
    ///   - old: the state judged by the old variant's rules; `new` likewise.
    public func finding(old: DifferenceState, new: DifferenceState) -> String {
        guard let oldNode = old.nodes.first, let newNode = new.nodes.last else { return "No node was chosen." }
        switch kind {
        case .node:
            guard old.nodes.count == 2, let ofOld = old.nodes[0].verdict.score, let ofNew = old.nodes[1].verdict.score
            else {
                let refused = old.nodes.first { $0.verdict.refusal != nil }
                return refused.map {
                    "By this build's rules the pod does not fit on \($0.name): \($0.verdict.refusal ?? "")."
                }
                    ?? "The policy does not score nodes, so either may be drawn."
            }
            if ofOld == ofNew && new.nodes.allSatisfy({ $0.verdict.score == ofOld }) {
                return
                    "A tie: both nodes score \(Float(ofOld)). The old variant takes the one that is \(Self.place(oldNode.row)) in "
                    + "the fleet, the new one the \(Self.place(newNode.row)); this build takes the first among equals."
            }
            let wantsOld = old.preferred, wantsNew = new.preferred
            if let wantsOld, let wantsNew, wantsOld == self.old.node, wantsNew == self.new.node {
                return "The variants' rules differ: the old ones prefer \(wantsOld), the new ones \(wantsNew)."
            }
            if let wantsOld, wantsOld == wantsNew {
                let side = wantsOld == self.old.node ? "new" : "old"
                return "No tie: by this build's rules \(wantsOld) is better, so the \(side) variant departs from them."
            }
            return "The scores do not explain both choices."
        case .onlyOldPlaces: return Self.placing("old", "new", oldNode)
        case .onlyNewPlaces: return Self.placing("new", "old", newNode)
        case .devices:
            let picks = oldNode.verdict.devices
            if picks == self.old.devices && newNode.verdict.devices == self.new.devices {
                return "The variants' rules differ: each gives the devices that its own prefer."
            }
            let tie =
                oldNode.areAlike(self.old.devices, self.new.devices) ? "A tie between devices in equal states. " : ""
            if picks == self.old.devices { return tie + "This build would give the old variant's devices." }
            if picks == self.new.devices { return tie + "This build would give the new variant's devices." }
            return tie + "This build would give neither's devices."
        case .amounts: return "Node and devices are equal: memory, cores or the time of the placement differ."
        }
    }

    private static func placing(_ placer: String, _ refuser: String, _ node: DifferenceState.Node) -> String {
        if let refusal = node.verdict.refusal {
            return
                "By this build's rules \(node.name) refuses the pod (\(refusal)): the \(placer) variant places it all the "
                + "same."
        }
        return "By this build's rules the pod fits on \(node.name): the \(refuser) variant refuses a pod that fits."
    }

    private static func place(_ row: Int) -> String { "number \(row + 1)" }
}

extension DifferenceState.Node {
    /// Whether two lists of devices are alike apart from the devices' places.
    fileprivate func areAlike(_ first: [Int32], _ second: [Int32]) -> Bool {
        func states(_ places: [Int32]) -> [DifferenceState.Device] {
            places.compactMap { place in
                var device = devices.first { $0.place == Int(place) }
                device?.place = 0
                return device
            }
        }
        return states(first) == states(second)
    }
}

extension DifferenceState {
    /// The node with the better score; nil on a tie or without scores.
    fileprivate var preferred: String? {
        guard nodes.count == 2, let first = nodes[0].verdict.score, let second = nodes[1].verdict.score,
            first != second
        else { return nil }
        return (first > second) != prefersLowerScore ? nodes[0].name : nodes[1].name
    }
}
