import BulkJSON
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// A fleet with the pods that run on it, and queued pods placed on it one after another.
///
/// Nothing throws once the session stands: every queued pod gets a report, and input that could not be used as it is
/// becomes a problem that names its file and object. Not thread-safe.
public final class PlacementSession {
    public let cluster: Fleet
    public let options: PlacementOptions
    /// Queued pods in input order.
    public private(set) var queue: [PlacementInput.SourcedPod] = []
    /// What was wrong with the input, in the order found.
    public internal(set) var problems: [InputProblem]
    /// Objects of the input that placement has no use for, by kind.
    public let ignoredKinds: [String: Int]
    /// Pods that occupied the fleet before the batch.
    public internal(set) var residentPods = 0
    /// Pods that run but could not be charged, each with a problem that says why.
    public internal(set) var refusedPods = 0
    /// Pods that have finished and hold nothing.
    public internal(set) var finishedPods = 0

    /// Tries nodes and commits; with the reference engine it chooses too.
    let engine: ReferenceEngine
    private let indexed: IndexedEngine?
    let parser = JSONParser()
    private let webhook = AdmissionWebhook()
    let hint: ResourceNameHint
    let annotationHint: ResourceNameHint
    let offeredResources: Set<String>
    private let quotas: [ResourceQuota]
    private let namespaceLabels: [String: [String: String]]
    /// Devices that waiting pods have from an attempt before, by pod; they count until the pod's own turn.
    var reservations: [String: [ResidentID]] = [:]
    private lazy var emptyFleet = EmptyFleet(of: cluster, quotas: quotas, options: options)
    /// The last refusal of a class, good as long as the fleet has not changed.
    private var refusals: [Int: (changes: Int, rejection: PodRejection)] = [:]
    /// Sees each class just before a pod of it is decided.
    var willDecide: ((RequestClass) -> Void)?

    /// Registers the nodes, charges the pods that run, and queues the rest.
    public init(_ input: PlacementInput, catalog: VendorCatalog, options: PlacementOptions) {
        self.options = options
        problems = input.problems
        ignoredKinds = input.ignoredKinds
        cluster = Fleet(catalog: catalog, profile: options.profile)
        hint = ResourceNameHint(managedResources: catalog.managedResources)
        annotationHint = ResourceNameHint(managedResources: Self.wishAnnotations(of: catalog))
        offeredResources = Set(input.nodes.flatMap { $0.node.allocatable.keys })
        quotas = input.quotas
        namespaceLabels = input.namespaceLabels
        for (place, quota) in quotas.enumerated() {
            cluster.quotas.add(quota)
            let source = place < input.quotaSources.count ? input.quotaSources[place] : "quotas"
            problems += Self.problems(of: quota, source: source, in: cluster)
        }
        for entry in input.nodes {
            let registration = cluster.register(entry.node, now: options.now)
            problems += Self.problems(of: registration, entry, in: cluster)
        }
        engine = ReferenceEngine(cluster: cluster)
        indexed = options.engine == .indexed ? IndexedEngine(cluster: cluster) : nil
        if input.nodes.isEmpty && !input.pods.isEmpty {
            problems.append(InputProblem(source: "fleet", message: "there is no node; no pod can be placed"))
        }
        for entry in input.pods { take(entry) }
    }

    private func take(_ entry: PlacementInput.SourcedPod) {
        if entry.pod.phase.isTerminal {
            finishedPods += 1
        } else if entry.pod.nodeName.isEmpty {
            reserve(entry)
            queue.append(entry)
        } else {
            restore(entry)
        }
    }

    /// Places every queued pod in order; each sees what the earlier ones took.
    ///
    /// - Complexity: O(pods x nodes x devices)
    public func placeAll(_ body: (PodReport) -> Void) {
        for entry in queue { body(place(entry)) }
    }

    /// Places one pod and reports what became of it.
    public func place(_ entry: PlacementInput.SourcedPod) -> PodReport {
        var pod = entry.pod
        var report = PodReport(
            pod: pod.fullName, verdict: .invalid(""), notConsidered: pod.notConsidered, notes: [], explanation: nil)
        if let reason = PodCheck.reasonForSkipping(pod) {
            report.verdict = .skipped(reason)
            return report
        }
        releaseReservation(of: pod, into: &report)
        report.notes += annotationNotes(of: pod)
        if options.admits, let refusal = admit(&pod, into: &report) {
            report.verdict = .denied(refusal)
            return report
        }
        if let (field, message) = PodCheck.problem(of: pod) {
            report.verdict = .invalid("\(field): \(message)")
            addProblem(message, field: field, of: entry)
            return report
        }
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        report.notes += unreadRequests(of: pod, requests)
        do throws(WeightsError) {
            let key = try cluster.classKey(of: pod, requests: requests, defaults: options.defaults)
            let requestClass = cluster.requestClass(key)
            report.notes += unofferedResources(of: requestClass)
            decide(pod, requestClass, into: &report)
        } catch {
            report.verdict = .invalid(error.description)
            addProblem(
                error.problem, field: "metadata.annotations[\"\(DeviceScoringWeights.annotation)\"]", of: entry)
        }
        return report
    }

    /// The webhook's refusal, or nil; what it changes is then in `pod`.
    private func admit(_ pod: inout Pod, into report: inout PodReport) -> String? {
        let labels = namespaceLabels[pod.metadata.namespace]
        if let reason = webhook.reasonUnseen(pod, namespaceLabels: labels) {
            let scheduler = pod.schedulerName.isEmpty ? "default-scheduler" : pod.schedulerName
            report.notes.append(
                "admission did not see the pod (\(reason)): nothing is added to it, its scheduler stays \(scheduler)")
            return nil
        }
        let original = pod
        let verdict = webhook.review(&pod, cluster: cluster)
        if !verdict.isAllowed { return verdict.message }
        if !verdict.isPatched {
            pod = original
            report.notes.append("admission left the pod as it is: \(verdict.message) (\(pod.schedulerName))")
        }
        return nil
    }

    // MARK: Decision

    private func decide(_ pod: Pod, _ requestClass: RequestClass, into report: inout PodReport) {
        willDecide?(requestClass)
        if options.explains {
            let scan = FleetScan(requestClass, cluster: cluster, evaluator: &engine.evaluator)
            report.explanation = scan.explanation(requestClass, in: cluster)
        }
        let choice = indexed.map { $0.choose(requestClass) } ?? engine.choose(requestClass)?.node
        guard let node = choice else {
            report.verdict = .rejected(rejection(of: pod, requestClass))
            return
        }
        _ = engine.evaluator.fits(requestClass, node: node)
        let score = engine.evaluator.score(requestClass)
        var placement = PodPlacement(
            node: cluster.table.nodes[node].name, score: score, devices: assignedDevices(to: pod))
        if options.writesPatches && requestClass.asksForDevices {
            let detail = PlacementDetail(requestClass, engine.evaluator, cluster: cluster, score: score)
            placement.patch = PodPatch(
                annotations: detail.annotations(for: pod, requestClass, cluster: cluster, now: options.now),
                labels: [SchedulerAnnotations.assignedNode: placement.node])
        }
        var result = RoundResult()
        _ = engine.commit(requestClass, into: &result)
        report.verdict = .placed(placement)
    }

    /// The devices of the node just fitted, container by container.
    private func assignedDevices(to pod: Pod) -> [AssignedDevice] {
        let containers = pod.initContainers + pod.containers
        var devices: [AssignedDevice] = []
        for entry in 0..<engine.evaluator.workspace.entryCount {
            let own = engine.evaluator.workspace.entries[entry]
            for place in Int(own.firstPick)..<Int(own.firstPick + own.pickCount) {
                let pick = engine.evaluator.workspace.picks[place]
                let record = cluster.table.records[engine.evaluator.workspace.firstDevice + Int(pick.device)]
                devices.append(
                    AssignedDevice(
                        container: containers[Int(own.container)].name,
                        vendor: cluster.catalog.vendors[Int(own.vendor)].commonWord, id: record.id,
                        place: Int(pick.device), type: record.type, memoryMiB: pick.memoryMiB, cores: pick.cores))
            }
        }
        return devices
    }

    private func rejection(of pod: Pod, _ requestClass: RequestClass) -> PodRejection {
        let changes = cluster.table.changeLog.end
        if let known = refusals[requestClass.id], known.changes == changes { return known.rejection }
        let scan = FleetScan(requestClass, cluster: cluster, evaluator: &engine.evaluator)
        var rejection = PodRejection(fleetNodes: scan.answers.count, reasons: scan.reasons(in: cluster))
        if options.triesEmptyFleet || options.explains {
            rejection.prospect = emptyFleet.takes(pod, requestClass) ? .later : .never
        }
        refusals[requestClass.id] = (changes, rejection)
        return rejection
    }
}
