import PlacementModel

/// What one attempt to schedule a pod came to.
public struct SchedulingAttempt: Sendable {
    /// Message of the gates that keep the pod out of the queue.
    public var gated: String?
    /// The pod is being deleted and is not looked at.
    public var isSkipped = false
    /// An error of a filter that ended the attempt.
    public var error: String?
    /// The pod was refused before any node was looked at.
    public var preFilter: Rejection?
    /// The node it was nominated to when the attempt began.
    public var nominatedNode: String?
    /// Nodes that pass, in order; only the nominated node if that one passed.
    public var feasible: [String] = []
    /// Every other node that was judged, in order.
    public var failed: [(node: String, rejection: Rejection)] = []
    /// Text of the pod's PodScheduled condition; empty where some node passes.
    public var message = ""
    public var preemption: PreemptionResult?
    /// Claims that were reserved on the node taken.
    var bindings: VolumeBindingFilter.Bindings?

    public init() {}

    public static let deletionText = "pod is being deleted"

    /// Volume by claim (`namespace/name`), for claims that take a volume which is there.
    public var boundClaims: [(claim: String, volume: String)] { (bindings?.chosen ?? []).map { ($0.claim, $0.volume) } }
    /// Claims that get a volume made, `namespace/name`.
    public var provisionedClaims: [String] { bindings?.provisioned ?? [] }
}

extension SchedulingAttempt {
    /// Nodes that pass are left to an extender, which may refuse them; evictions are taken to help there.
    fileprivate mutating func ask(_ extender: (String) -> String?, _ statuses: inout [String: Rejection]) {
        feasible.removeAll { node in
            guard let reason = extender(node) else { return false }
            let rejection = Rejection(.unschedulable, nil, [reason])
            statuses[node] = rejection
            failed.append((node, rejection))
            return true
        }
    }
}

/// A pod with its filters prepared: what PreFilter left to ask of nodes.
struct PreparedPod {
    var pod: PodFacts
    var filters: [any PodFilter] = []
    /// Only these nodes come into question; nil = all.
    var nodeNames: Set<String>?
    /// The filters that named nodes.
    var namingPlugins: Set<FilterPlugin> = []

    enum Outcome {
        case ready(PreparedPod)
        case rejected(Rejection)
    }

    /// Runs PreFilter. A rejection that evictions cannot cure ends it; another one is remembered while the rest runs.
    ///
    /// - Source: framework/runtime/framework.go, RunPreFilterPlugins
    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Outcome {
        var prepared = PreparedPod(pod: pod)
        var remembered: Rejection?
        for type in FilterRegistry.inOrder {
            switch type.prepare(pod, cluster) {
            case .skip: break
            case .filter(let filter): prepared.filters.append(filter)
            case .filterAmong(let filter, let names):
                prepared.filters.append(filter)
                prepared.nodeNames = prepared.nodeNames?.intersection(names) ?? names
                prepared.namingPlugins.insert(type.plugin)
            case .reject(let status, let reason):
                let rejection = Rejection(status, type.plugin, [reason])
                if status == .unresolvable { return .rejected(rejection) }
                remembered = remembered ?? rejection
            }
        }
        return remembered.map(Outcome.rejected) ?? .ready(prepared)
    }

    enum Verdict {
        case pass
        case reject(Rejection)
        case error(String)
    }

    /// Asks the filters in order; the first that refuses ends it.
    func check(_ node: NodeContents, _ cluster: ClusterState) -> Verdict {
        for filter in filters {
            let plugin = type(of: filter).plugin
            switch filter.check(node, cluster) {
            case .pass: continue
            case .reject(let status, let reasons): return .reject(Rejection(status, plugin, reasons))
            case .error(let text): return .error("running \"\(plugin.rawValue)\" filter plugin: \(text)")
            }
        }
        return .pass
    }

    /// The same with the pods that are nominated to the node, which must fit too if they are as important: asked once with
    /// them and once without, as affinity may need either.
    ///
    /// - Source: framework/runtime/framework.go, RunFilterPluginsWithNominatedPods
    func checkWithNominated(_ node: NodeContents, _ cluster: ClusterState) -> Verdict {
        let nominated = cluster.nominations.filter {
            $0.node == node.name && $0.pod.priority >= pod.priority && $0.pod.name != pod.name
        }
        if !nominated.isEmpty {
            var crowded = self
            var contents = node
            for other in nominated { crowded.add(other.pod, to: &contents) }
            let verdict = crowded.check(contents, cluster)
            guard case .pass = verdict else { return verdict }
        }
        return check(node, cluster)
    }

    mutating func add(_ resident: PodFacts, to node: inout NodeContents) {
        node.add(resident)
        for place in filters.indices { filters[place].add(resident, to: node) }
    }

    mutating func remove(_ resident: PodFacts, from node: inout NodeContents) {
        node.removeForTrial(resident)
        for place in filters.indices { filters[place].remove(resident, from: node) }
    }
}

extension ClusterState {
    /// Tries the pod on all nodes, and looks for pods to preempt where none passes.
    ///
    /// - Parameters:
    ///   - preempts: whether default preemption runs for pods that fit nowhere.
    ///   - extender: asked of nodes that pass; the reason for which it refuses one, nil = it does not.
    /// - Complexity: O(pods + nodes), with preemption O(nodes x pods of a node) besides
    /// - Source: pkg/scheduler/schedule_one.go, schedulePod and findNodesThatFitPod
    public func attempt(
        _ pod: PodFacts, preempts: Bool, extender: ((String) -> String?)? = nil
    ) -> SchedulingAttempt {
        var attempt = SchedulingAttempt()
        if !pod.pod.schedulingGates.isEmpty {
            attempt.gated = "waiting for scheduling gates: [\(pod.pod.schedulingGates.joined(separator: " "))]"
            return attempt
        }
        if pod.pod.isTerminating {
            attempt.isSkipped = true
            return attempt
        }
        attempt.nominatedNode = nominatedNode(of: pod)
        if nodes.isEmpty {
            attempt.message = "no nodes available to schedule pods"
            return attempt
        }
        var statuses: [String: Rejection] = [:]
        switch PreparedPod.prepare(pod, self) {
        case .rejected(let rejection):
            attempt.preFilter = rejection
            attempt.message = FitMessage.text(nodes: nodes.count, preFilter: rejection)
            if preempts {
                // The first plugin after filtering looks up what a refused pod does not have, and ends there.
                attempt.preemption = PreemptionResult(status: .error, message: "not found")
                attempt.message += " not found"
            }
        case .ready(let prepared):
            search(prepared, into: &attempt, &statuses)
            if let extender { attempt.ask(extender, &statuses) }
            guard attempt.error == nil, attempt.feasible.isEmpty else { return attempt }
            attempt.message = FitMessage.text(nodes: nodes.count, rejections: attempt.failed.map(\.rejection))
            if preempts {
                let result = preempt(prepared, statuses: statuses, nominated: attempt.nominatedNode)
                if result.status != .success { attempt.message += " " + result.message }
                attempt.preemption = result
            }
        }
        return attempt
    }

    private func search(
        _ prepared: PreparedPod, into attempt: inout SchedulingAttempt, _ statuses: inout [String: Rejection]
    ) {
        var naming = prepared.namingPlugins
        if let name = attempt.nominatedNode, let place = place(ofNode: name) {
            switch prepared.checkWithNominated(nodes[place], self) {
            case .pass:
                attempt.feasible = [name]
                return
            case .reject(let rejection):
                statuses[name] = rejection
                // An oddity that is kept: the filter that refused the nominated node is listed among those that named nodes.
                if let plugin = rejection.plugin { naming.insert(plugin) }
            case .error(let text):
                attempt.error = text
                return
            }
        }
        let list = naming.map(\.rawValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let absent = Rejection(
            .unresolvable, nil, ["node(s) didn't satisfy plugin(s) [\(list.joined(separator: " "))]"])
        for node in nodes {
            if let names = prepared.nodeNames, !names.contains(node.name) {
                let known = statuses[node.name] ?? absent
                statuses[node.name] = known
                attempt.failed.append((node.name, known))
                continue
            }
            switch prepared.checkWithNominated(node, self) {
            case .pass: attempt.feasible.append(node.name)
            case .reject(let rejection):
                statuses[node.name] = rejection
                attempt.failed.append((node.name, rejection))
            case .error(let text):
                attempt.error = text
                attempt.feasible = []
                attempt.failed = []
                return
            }
        }
    }

    /// Puts the pod on a node that passes, with its volumes reserved.
    ///
    /// - Parameter startSeconds: when the pod starts.
    /// - Returns: the pod as it runs.
    /// - Source: volumebinding/volume_binding.go, Reserve
    @discardableResult
    public mutating func take(
        _ pod: PodFacts, on name: String, startSeconds: Int64?, _ attempt: inout SchedulingAttempt
    ) -> PodFacts {
        if case .ready(let prepared) = PreparedPod.prepare(pod, self), let place = place(ofNode: name) {
            for case let filter as VolumeBindingFilter in prepared.filters {
                let (_, bindings) = filter.bindings(on: nodes[place], self)
                reserve(bindings, on: name)
                attempt.bindings = bindings
            }
        }
        withdraw(pod)
        var running = pod.pod
        running.nodeName = name
        running.scheduling.startSeconds = startSeconds
        let resident = PodFacts(running)
        add(resident)
        return resident
    }
}
