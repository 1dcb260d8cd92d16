import PlacementModel

/// Whom a pod that fits nowhere would evict, or why nobody.
public struct PreemptionResult: Sendable {
    public enum Status: String, Sendable {
        case success = "Success"
        case unschedulable = "Unschedulable"
        case error = "Error"
    }

    public var status: Status
    public var message: String
    /// The node whose pods make room.
    public var node: String?
    /// By importance.
    public var victims: [PodFacts] = []
    /// Nodes that are equally good; ``node`` is the first of them. Empty where there is one best.
    public var ties: [String] = []
    /// Every node where evictions would help, in node order.
    public var candidates: [PreemptionCandidate] = []
    /// Pods of lower priority that lose their nomination to the node.
    public var cleared: [PodFacts] = []
    /// The pod's own nomination is withdrawn.
    public var withdrawsNomination = false

    init(status: Status, message: String = "") {
        self.status = status
        self.message = message
    }
}

/// A node and the pods that would have to go.
public struct PreemptionCandidate: Sendable {
    public var node: String
    /// By importance.
    public var victims: [PodFacts]
    /// Victims whose disruption budget is spent.
    public var budgetViolations: Int
}

extension ClusterState {
    private static let prefix = "no new claims to deallocate, preemption: "

    /// Chooses victims for a pod that no node takes.
    ///
    /// - Parameters:
    ///   - statuses: what each node said; nodes that evictions cannot help are not tried.
    ///   - nominated: the node the pod was nominated to.
    /// - Source: framework/preemption/preemption.go, Preempt; PostFilter of DynamicResources goes before and finds nothing
    func preempt(
        _ prepared: PreparedPod, statuses: [String: Rejection], nominated: String?
    ) -> PreemptionResult {
        let pod = prepared.pod
        if pod.scheduling.neverPreempts {
            return refusal("not eligible due to preemptionPolicy=Never.")
        }
        if let nominated, waitsForVictims(pod, on: nominated, statuses) {
            return refusal("not eligible due to a terminating pod on the nominated node.")
        }
        var candidates: [PreemptionCandidate] = []
        var reasons: [Rejection] = []
        var errors: [String] = []
        for node in nodes {
            guard let status = statuses[node.name], status.status == .unschedulable else {
                reasons.append(Rejection(.unresolvable, nil, ["Preemption is not helpful for scheduling"]))
                continue
            }
            switch victims(for: prepared, on: node) {
            case .candidate(let candidate): candidates.append(candidate)
            case .none(let rejection): reasons.append(rejection)
            case .error(let text): errors.append(text)
            }
        }
        if candidates.isEmpty {
            if !errors.isEmpty {
                return PreemptionResult(status: .error, message: Self.prefix + errors.joined(separator: ", "))
            }
            var result = refusal(FitMessage.text(nodes: nodes.count, rejections: reasons))
            result.withdrawsNomination = true
            return result
        }
        let best = PreemptionChoice.best(of: candidates)
        var result = PreemptionResult(status: .success)
        result.node = best[0].node
        result.victims = best[0].victims
        result.ties = best.count > 1 ? best.map(\.node) : []
        result.candidates = candidates
        result.cleared = nominations.filter { $0.node == best[0].node && $0.pod.priority < pod.priority }.map(\.pod)
        return result
    }

    private func refusal(_ text: String) -> PreemptionResult {
        PreemptionResult(status: .unschedulable, message: Self.prefix + text)
    }

    /// Whether pods that it preempted before are still leaving its nominated node.
    ///
    /// - Source: defaultpreemption/default_preemption.go, PodEligibleToPreemptOthers
    private func waitsForVictims(_ pod: PodFacts, on name: String, _ statuses: [String: Rejection]) -> Bool {
        guard let place = place(ofNode: name), statuses[name]?.status != .unresolvable else { return false }
        return nodes[place].residents.contains {
            $0.priority < pod.priority && $0.pod.isTerminating && $0.scheduling.isPreempted
        }
    }

    private enum DryRun {
        case candidate(PreemptionCandidate)
        case none(Rejection)
        case error(String)
    }

    /// Takes all less important pods off the node and gives back as many as leave room, the important ones first.
    ///
    /// - Source: defaultpreemption/default_preemption.go, SelectVictimsOnNode
    private func victims(for prepared: PreparedPod, on node: NodeContents) -> DryRun {
        let potential = node.residents.filter { $0.priority < prepared.pod.priority }
        if potential.isEmpty {
            return .none(Rejection(.unresolvable, nil, ["No preemption victims found for incoming pod"]))
        }
        var trial = prepared
        var contents = node
        for victim in potential { trial.remove(victim, from: &contents) }
        switch trial.checkWithNominated(contents, self) {
        case .pass: break
        case .reject(let rejection): return .none(rejection)
        case .error(let text): return .error(text)
        }
        let ranked = PreemptionChoice.byImportance(potential)
        let (violating, others) = splitByBudgets(ranked)
        var victims: [PodFacts] = []
        var violations = 0
        for (pod, isViolating) in violating.map({ ($0, true) }) + others.map({ ($0, false) }) {
            trial.add(pod, to: &contents)
            if case .pass = trial.checkWithNominated(contents, self) { continue }
            trial.remove(pod, from: &contents)
            victims.append(pod)
            if isViolating { violations += 1 }
        }
        if victims.isEmpty { return .error("expected at least one victim pod on node \"\(node.name)\"") }
        return .candidate(
            PreemptionCandidate(
                node: node.name, victims: PreemptionChoice.byImportance(victims), budgetViolations: violations))
    }

    /// Those whose eviction would overspend a disruption budget, and the rest. Budgets are spent in order of importance, by
    /// pods that are spared later too.
    ///
    /// - Source: defaultpreemption/default_preemption.go, filterPodsWithPDBViolation
    private func splitByBudgets(_ pods: [PodFacts]) -> (violating: [PodFacts], others: [PodFacts]) {
        var left = disruptionBudgets.map(\.disruptionsAllowed)
        var (violating, others): ([PodFacts], [PodFacts]) = ([], [])
        for pod in pods {
            var violates = false
            if !pod.labels.isEmpty {
                for (place, budget) in disruptionBudgets.enumerated() {
                    guard budget.metadata.namespace == pod.namespace, let selector = budget.selector,
                        !selector.isEmpty, selector.matches(pod.labels),
                        !budget.disruptedPods.contains(pod.pod.metadata.name)
                    else { continue }
                    left[place] &-= 1
                    if left[place] < 0 { violates = true }
                }
            }
            if violates { violating.append(pod) } else { others.append(pod) }
        }
        return (violating, others)
    }
}
