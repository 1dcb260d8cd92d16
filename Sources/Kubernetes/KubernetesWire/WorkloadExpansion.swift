import PlacementModel

/// Objects that stand for pods: what their controllers would make, from the template and the number wanted.
///
/// ```
/// Deployment web, replicas 2            web-0, web-1
/// Job train, parallelism 4, Indexed     train-0 .. train-3, with the label of their index
/// LeaderWorkerSet, replicas 2, size 3   serve-0, serve-0-1, serve-0-2, serve-1, serve-1-1, ...
/// Volcano Job, tasks ps x1, worker x3   fit-ps-0, fit-worker-0, fit-worker-1, fit-worker-2
/// ```
///
/// - Source: batch/v1, apps/v1, leaderworkerset.x-k8s.io/v1, jobset.x-k8s.io, batch.volcano.sh/v1alpha1
struct WorkloadExpansion {
    private enum Kind {
        case replicas, job, leaderWorkerSet, jobSet, volcanoJob
    }

    /// `Job default/train`.
    let name: String
    private let kind: Kind
    private let kindName: String

    /// Nil for kinds that are no workload, and for workloads without a template.
    init?(_ value: some DocumentValue, kind: String, apiVersion: String?) {
        let group = apiVersion.map { $0.split(separator: "/").first.map(String.init) ?? "" } ?? ""
        switch (group, kind) {
        case ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("v1", "ReplicationController"):
            self.kind = .replicas
        case ("batch", "Job"): self.kind = .job
        case ("batch.volcano.sh", "Job"): self.kind = .volcanoJob
        case ("leaderworkerset.x-k8s.io", "LeaderWorkerSet"): self.kind = .leaderWorkerSet
        case ("jobset.x-k8s.io", "JobSet"): self.kind = .jobSet
        default: return nil
        }
        guard let spec = value.member("spec") else { return nil }
        let template =
            switch self.kind {
            case .replicas, .job: spec.member("template")
            case .leaderWorkerSet: spec.member("leaderWorkerTemplate")
            case .jobSet: spec.member("replicatedJobs")
            case .volcanoJob: spec.member("tasks")
            }
        if template == nil { return nil }
        let metadata = value.member("metadata")
        let namespace = metadata?.member("namespace")?.documentText ?? ""
        name =
            kind + " " + (namespace.isEmpty ? "default" : namespace) + "/"
            + (metadata?.member("name")?.documentText ?? "")
        kindName = kind
    }

    func pods(_ value: some DocumentValue) throws(FieldProblem) -> [Pod] {
        guard let metadata = value.member("metadata") else {
            throw .missing("metadata", expected: "an object with a name")
        }
        var owner: ObjectMeta
        do throws(FieldProblem) { owner = try MetadataDecoder.decode(metadata).meta } catch {
            throw error.inside(.field("metadata"), line: metadata.documentLine)
        }
        owner.controller = OwnerReference(kind: kindName, name: owner.name)
        guard let spec = value.member("spec") else { return [] }
        var pods: [Pod] = []
        do throws(FieldProblem) {
            switch kind {
            case .replicas:
                try append(
                    (0..<(try count(spec, "replicas", 1))).map { "\(owner.name)-\($0)" }, spec, "template", owner, &pods
                )
            case .job: try appendJob(spec, owner, &pods)
            case .leaderWorkerSet: try appendGroups(spec, owner, &pods)
            case .jobSet:
                var jobs = 0
                try each(spec, "replicatedJobs") { job throws(FieldProblem) in
                    let group = owner.name + "-" + (job.member("name")?.documentText ?? "")
                    guard let template = job.member("template"), let inner = template.member("spec") else { return }
                    let replicas = try count(job, "replicas", 1)
                    // At most twice the bound: jobs that run no pod cost time all the same.
                    jobs += replicas
                    if jobs > InputLimits.workloadPods {
                        throw FieldProblem(
                            "the workload has more than \(InputLimits.workloadPods) jobs", line: job.documentLine)
                    }
                    for number in 0..<replicas {
                        var own = owner
                        own.name = "\(group)-\(number)"
                        try appendJob(inner, own, &pods)
                    }
                }
            case .volcanoJob:
                try each(spec, "tasks") { task throws(FieldProblem) in
                    let group = owner.name + "-" + (task.member("name")?.documentText ?? "")
                    try append(
                        (0..<(try count(task, "replicas", 1))).map { "\(group)-\($0)" }, task, "template", owner, &pods)
                }
            }
        } catch { throw error.inside(.field("spec"), line: spec.documentLine) }
        return pods
    }

    private func appendJob(
        _ spec: some DocumentValue, _ owner: ObjectMeta, _ pods: inout [Pod]
    ) throws(FieldProblem) {
        if spec.member("suspend")?.documentBool == true { return }
        // No more pods run at a time than are still to complete.
        let parallelism = try count(spec, "parallelism", 1)
        let completions = try count(spec, "completions", parallelism)
        let first = pods.count
        let names = (0..<min(parallelism, completions)).map { "\(owner.name)-\($0)" }
        try append(names, spec, "template", owner, &pods)
        guard spec.member("completionMode")?.documentText == "Indexed" else { return }
        for place in first..<pods.count {
            let index = String(place - first)
            pods[place].metadata.labels["batch.kubernetes.io/job-completion-index"] = index
            pods[place].metadata.annotations["batch.kubernetes.io/job-completion-index"] = index
        }
    }

    private func appendGroups(
        _ spec: some DocumentValue, _ owner: ObjectMeta, _ pods: inout [Pod]
    ) throws(FieldProblem) {
        guard let template = spec.member("leaderWorkerTemplate") else { return }
        let size = try count(template, "size", 1)
        let leader: StaticString = template.member("leaderTemplate") == nil ? "workerTemplate" : "leaderTemplate"
        for group in 0..<(try count(spec, "replicas", 1)) where size > 0 {
            try append(["\(owner.name)-\(group)"], template, leader, owner, &pods)
            try append((1..<size).map { "\(owner.name)-\(group)-\($0)" }, template, "workerTemplate", owner, &pods)
        }
    }

    /// A number of pods, `absent` where it is left out.
    private func count(
        _ value: some DocumentValue, _ key: StaticString, _ absent: Int
    ) throws(FieldProblem) -> Int {
        guard let member = value.member(key) else { return absent }
        guard member.documentKind == .number, let number = Int(member.documentText),
            (0...InputLimits.workloadPods).contains(number)
        else {
            throw member.unexpected("a whole number from 0 to \(InputLimits.workloadPods)").inside(
                .field("\(key)"), line: nil)
        }
        return number
    }

    private func each<Value: DocumentValue>(
        _ value: Value, _ key: StaticString, _ body: (Value) throws(FieldProblem) -> Void
    ) throws(FieldProblem) {
        guard let list = value.member(key) else { return }
        do throws(FieldProblem) { try list.readElements(body) } catch {
            throw error.inside(.field("\(key)"), line: list.documentLine)
        }
    }

    /// Appends a pod of each name from the template under a key; equal pods are read once.
    private func append(
        _ names: [String], _ value: some DocumentValue, _ key: StaticString, _ owner: ObjectMeta, _ pods: inout [Pod]
    ) throws(FieldProblem) {
        guard !names.isEmpty, let template = value.member(key) else { return }
        if pods.count + names.count > InputLimits.workloadPods {
            throw FieldProblem(
                "the workload has more than \(InputLimits.workloadPods) pods", line: template.documentLine)
        }
        var pod: Pod
        do throws(FieldProblem) { pod = try PodDecoder.decodeTemplate(template) } catch {
            throw error.inside(.field("\(key)"), line: template.documentLine)
        }
        pod.metadata.namespace = owner.namespace
        pod.metadata.controller = owner.controller
        for name in names {
            pod.metadata.name = name
            pods.append(pod)
        }
    }
}

/// How many pods workloads may still stand for: a few lines of text could ask for more than a machine holds.
final class WorkloadRoom {
    private var left = InputLimits.workloadPodsInAll

    func reset() { left = InputLimits.workloadPodsInAll }

    /// False where there is not room for as many; nothing is taken then.
    func take(_ pods: Int) -> Bool {
        if pods > left { return false }
        left -= pods
        return true
    }

    static func problem(line: Int?) -> FieldProblem {
        FieldProblem(
            "the workloads of the input have more than \(InputLimits.workloadPodsInAll) pods; this one is left out",
            line: line)
    }
}
