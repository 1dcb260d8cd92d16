import DecisionExplanations
import PlacementEngine
import PlacementModel
import PlacementPolicies

extension PlacementSession {
    /// Places the queue up to a pod and explains the decision about it, in the state it was made in.
    ///
    /// - Throws: ``PodReferenceError`` when no queued pod, or several, go by the name, and for a policy that decides pods together.
    /// - Complexity: that of placing the pods before it, and one ``DecisionScan``.
    public func explain(_ reference: PodReference) throws(PodReferenceError) -> PodExplanation {
        if let policy = options.policy, policy.decidesWithQueue {
            throw PodReferenceError(
                "\(policy.name) decides a pod together with its queue; explain takes every other policy")
        }
        let sequence = try sequence(of: reference)
        var residents = running.filter { !$0.residents.isEmpty }.map(\.entry.pod)
        for entry in queue[..<sequence] {
            guard case .placed(let placement) = place(entry).verdict else { continue }
            residents.append(entry.pod)
            residents[residents.count - 1].nodeName = placement.node
        }
        var decision: DecisionExplanation?
        var decided: RequestClass?
        willDecide = { [unowned self] requestClass in
            decided = requestClass
            if let policy = options.policy {
                if !policy.drawsNode { decision = policyExplanation(policy, requestClass, .rejected) }
            } else {
                var scan = DecisionScan(requestClass, cluster: cluster)
                decision = scan.explanation()
            }
        }
        defer { willDecide = nil }
        let entry = queue[sequence]
        let report = place(entry)
        if let policy = options.policy, let decided {
            var outcome = Outcome.rejected
            if case .placed = report.verdict { outcome = driver.result.outcomes.last ?? .rejected }
            if policy.drawsNode { decision = policyExplanation(policy, decided, outcome) }
            decision?.noteGrants(driver.result.devices(of: outcome))
        }
        var explanation = PodExplanation(
            pod: report.pod, outcome: .placed, sequence: sequence,
            containers: (entry.pod.initContainers + entry.pod.containers).map(\.name), decision: decision,
            notes: report.notes)
        if !report.notConsidered.isEmpty {
            explanation.notes.append("not considered: \(report.notConsidered.joined(separator: ", "))")
        }
        switch report.verdict {
        case .placed(let placement): explanation.node = placement.node
        case .rejected(let rejection):
            explanation.outcome = .rejected
            explanation.message = rejection.message
            if let note = preemptionNote(entry.pod, residents) { explanation.notes.append(note) }
        case .denied(let message):
            explanation.outcome = .denied
            explanation.message = message
        case .invalid(let message):
            explanation.outcome = .invalid
            explanation.message = message
        case .skipped(let message):
            explanation.outcome = .skipped
            explanation.message = message
        }
        return explanation
    }

    /// Whom kube-scheduler would evict for a refused pod; nil where nobody matters less.
    private func preemptionNote(_ pod: Pod, _ residents: [Pod]) -> String? {
        let priority = pod.hasScheduling ? pod.scheduling.priority : 0
        guard residents.contains(where: { ($0.hasScheduling ? $0.scheduling.priority : 0) < priority }),
            let preemption = preemption(for: pod, beside: residents).preemption
        else { return nil }
        guard let node = preemption.node else { return preemption.message }
        let victims = preemption.victims.map(\.name).joined(separator: ", ")
        return "preemption: evicting \(victims) would make room on \(node)"
    }

    private func sequence(of reference: PodReference) throws(PodReferenceError) -> Int {
        switch reference {
        case .sequence(let number):
            if number < queue.count { return number }
            throw PodReferenceError(
                "there is no queued pod #\(number); the queue has \(queue.count) pods, numbered from 0")
        case .name(let name):
            let found = queue.indices.filter { queue[$0].pod.fullName == name || queue[$0].pod.metadata.name == name }
            if found.count == 1 { return found[0] }
            if found.isEmpty {
                let homes = Dictionary(
                    running.map { ($0.entry.pod.fullName, $0.entry.pod.nodeName) },
                    uniquingKeysWith: { first, _ in first })
                let message = PodNameHint.message(
                    for: name, waiting: queue.map(\.pod.fullName), running: running.map(\.entry.pod.fullName)
                ) { homes[$0] }
                throw PodReferenceError(message)
            }
            let names = found.map { "\(queue[$0].pod.fullName) (#\($0))" }.joined(separator: ", ")
            throw PodReferenceError("\(found.count) queued pods go by \(name): \(names)")
        }
    }
}

/// A pod on the command line that is none, or several.
public struct PodReferenceError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
