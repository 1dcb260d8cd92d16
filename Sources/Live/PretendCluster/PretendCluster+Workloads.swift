import JSONText

/// Who makes pods anew: a Job or a StatefulSet, as far as a scheduler notices.
public struct Workload: Sendable {
    public enum Kind: Sendable {
        /// Pods run to their end; one that fails is followed by another with a new name.
        case job
        /// Pods keep their names: one that is gone comes back under the same.
        case statefulSet
    }

    public var kind: Kind
    public var namespace: String
    public var name: String
    public var podCount: Int
    /// Metadata and spec of its pods.
    public var template: JSON
    /// How often a pod of a Job is replaced.
    public var replacementsLeft: Int

    public init(
        _ kind: Kind, namespace: String, name: String, podCount: Int, template: JSON, replacements: Int = 6
    ) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.podCount = podCount
        self.template = template
        replacementsLeft = replacements
    }

    static let label = "pretend.berth.io/workload"
}

extension PretendCluster {
    /// A workload starts: its pods are made, one after the other.
    ///
    /// - Returns: its number.
    @discardableResult
    public mutating func start(_ workload: Workload) -> Int {
        workloads.append(workload)
        let number = workloads.count - 1
        for pod in 0..<workload.podCount {
            schedule(
                .remake(workload: number, name: "\(workload.name)-\(pod)"), milliseconds: pod + 1, 50 * (pod + 1))
        }
        return number
    }

    /// A workload is deleted: its pods go and are not made anew.
    public mutating func end(_ number: Int) {
        workloads[number].podCount = 0
        for pod in server.objects("pods") where pod.label(Workload.label) == String(number) {
            _ = handle(APIRequest(.delete, pod.key.podPath, user: "system"))
        }
        let name = workloads[number].name
        tell(name, "is deleted")
    }

    mutating func remake(_ name: String, of number: Int) {
        let workload = workloads[number]
        guard workload.podCount > 0 else { return }
        var pod = workload.template
        pod[path: ["metadata", "name"]] = .string(name)
        pod[path: ["metadata", "labels", Workload.label]] = .string(String(number))
        let reply = ask(.post, "/api/v1/namespaces/\(workload.namespace)/pods", pod)
        // The old one is still there: again when it has gone.
        if reply.reason == "AlreadyExists" {
            return schedule(.remake(workload: number, name: name), milliseconds: 500, 2_000)
        }
        if reply.isSuccess { tell(workload.name, "makes \(workload.namespace)/\(name)") }
    }

    /// What a change of a pod means to its workload.
    mutating func noticeWorkload(_ change: ObjectStore.Change) {
        guard let pod = change.after ?? change.before, let text = pod.label(Workload.label),
            let number = Int(text), workloads.indices.contains(number), workloads[number].podCount > 0
        else { return }
        let isGone = change.after == nil
        let hasFailed = pod.phase == "Failed" && change.before?.phase != "Failed"
        switch workloads[number].kind {
        case .statefulSet:
            if isGone {
                schedule(.remake(workload: number, name: pod.name), milliseconds: 20, 800)
            } else if hasFailed {
                ask(.delete, pod.key.podPath, ["preconditions": ["uid": .string(pod.uid)]])
            }
        case .job:
            let isLost = isGone && pod.phase != "Succeeded" && pod.phase != "Failed"
            guard isLost || hasFailed, workloads[number].replacementsLeft > 0 else { return }
            workloads[number].replacementsLeft -= 1
            let name = "\(workloads[number].name)-r\(workloads[number].replacementsLeft)"
            schedule(.remake(workload: number, name: name), milliseconds: 200, 1_500)
        }
    }

    /// Budgets are counted anew when a pod they cover changes.
    ///
    /// - Source: pkg/controller/disruption: `minAvailable` and `maxUnavailable` as numbers
    mutating func noticeBudgets(_ change: ObjectStore.Change) {
        let budgets = server.objects("poddisruptionbudgets")
        guard !budgets.isEmpty, let pod = change.after ?? change.before else { return }
        for budget in budgets where PretendAPIServer.covers(budget, pod) {
            let covered = server.objects("pods").filter { PretendAPIServer.covers(budget, $0) && !$0.isFinished }
            let healthy = covered.count {
                $0.condition("Ready")?.value["status"]?.string == "True" && !$0.isBeingDeleted
            }
            let desired =
                budget["spec"]?["minAvailable"]?.int64.map(Int.init)
                ?? max(0, covered.count - Int(max(0, budget["spec"]?["maxUnavailable"]?.int64 ?? 0)))
            ask(
                .patch,
                "/apis/policy/v1/namespaces/\(budget.namespace)/poddisruptionbudgets/\(budget.name)/status",
                [
                    "status": [
                        "expectedPods": .int(Int64(covered.count)), "currentHealthy": .int(Int64(healthy)),
                        "desiredHealthy": .int(Int64(desired)),
                        "disruptionsAllowed": .int(Int64(max(0, healthy - desired))),
                        "observedGeneration": .int(budget.generation ?? 0), "disruptedPods": .null,
                    ]
                ], type: "application/merge-patch+json")
        }
    }

    /// A namespace that is deleted is emptied, then it goes.
    mutating func emptyNamespace(_ name: String) {
        guard let namespace = server.object("namespaces", name: name), namespace.isBeingDeleted else { return }
        var isEmpty = true
        for kind in server.kinds where kind.isNamespaced {
            let prefix = kind.group.isEmpty ? "/api/v1" : "/apis/\(kind.apiVersion)"
            for object in server.objects("\(kind.resource).\(kind.group)") where object.namespace == name {
                isEmpty = false
                if !object.isBeingDeleted {
                    ask(.delete, "\(prefix)/namespaces/\(name)/\(kind.resource)/\(object.name)")
                }
            }
        }
        guard isEmpty else {
            return schedule(.emptyNamespace(name), milliseconds: 500, 2_000)
        }
        ask(
            .put, "/api/v1/namespaces/\(name)/finalize",
            ["metadata": ["name": .string(name)], "spec": ["finalizers": []]])
        tell("namespace controller", "removes \(name)")
    }
}
