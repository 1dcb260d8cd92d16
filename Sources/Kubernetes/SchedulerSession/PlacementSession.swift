import BulkJSON
import ClusterRules
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
    /// Pods made from the templates of workloads, by workload.
    public let expanded: [(workload: String, pods: Int)]
    /// Pods that occupied the fleet before the batch.
    public internal(set) var residentPods = 0
    /// Pods that run but could not be charged, each with a problem that says why.
    public internal(set) var refusedPods = 0
    /// Pods that have finished and hold nothing.
    public internal(set) var finishedPods = 0

    /// Decides, one pod after another, or in rounds.
    private(set) lazy var driver = RoundDriver(makeEngine(), keepsScores: true)
    /// What a policy besides HAMi's knows: the queue.
    private(set) lazy var policyContext = makePolicyContext()
    /// Looks closer at nodes, where that is asked for.
    private(set) lazy var inspector = ReferenceEngine(cluster: cluster)
    var refusalCounter: RefusalCounter
    let asks: AskBook
    private let webhook = AdmissionWebhook()
    let hint: NearestName
    let annotationHint: NearestName
    let offeredResources: Set<String>
    /// Volumes, budgets, classes and the like.
    let objects: ClusterObjects
    private let namespaceLabels: [String: [String: String]]
    /// Pods that run, in input order; one that could not be charged holds nothing.
    public internal(set) var running: [RunningPod] = []
    /// Devices that waiting pods have from an attempt before, by pod; they count until the pod's own turn.
    var reservations: [String: [ResidentID]] = [:]
    lazy var emptyFleet = EmptyFleet(
        of: cluster, rules: rules, engine: options.engine, defaults: options.defaults)
    /// The reasons of classes that were refused; see ``rejection(of:_:)``.
    var refusals: [Int: KnownRefusal] = [:]
    /// Rules over other pods; nil where no pod has any.
    var rules: PodRuleIndex?
    /// Whether the input tells of claims, so that pods can be held to them.
    let knowsClaims: Bool
    /// Sees each class just before a pod of it is decided.
    var willDecide: ((RequestClass) -> Void)?

    /// Registers the nodes, charges the pods that run, and queues the rest.
    public init(_ input: PlacementInput, catalog: VendorCatalog, options: PlacementOptions) {
        precondition(
            options.policy == nil || !options.explains && !options.writesPatches,
            "scores and annotations of a batch are HAMi's")
        self.options = options
        problems = input.problems
        expanded = input.expanded
        ignoredKinds = input.ignoredKinds
        cluster = Fleet(catalog: catalog, profile: options.profile, order: .asRegistered, parser: JSONParser())
        hint = NearestName(catalog.managedResources)
        annotationHint = NearestName(Self.wishAnnotations(of: catalog))
        offeredResources = Set(input.nodes.flatMap { $0.node.allocatable.keys })
        objects = input.cluster
        knowsClaims = !input.cluster.claims.isEmpty
        namespaceLabels = Dictionary(
            input.cluster.namespaces.map { ($0.name, $0.metadata.labels) }, uniquingKeysWith: { first, _ in first })
        for (place, quota) in input.quotas.enumerated() {
            cluster.quotas.add(quota)
            let source = place < input.quotaSources.count ? input.quotaSources[place] : "quotas"
            problems += Self.problems(of: quota, source: source, in: cluster)
        }
        for entry in input.nodes {
            let registration = cluster.register(entry.node, now: options.now)
            problems += Self.problems(of: registration, entry, in: cluster)
        }
        refusalCounter = RefusalCounter(cluster: cluster)
        asks = AskBook(catalog: catalog, hint: annotationHint)
        if input.nodes.isEmpty && !input.pods.isEmpty {
            problems.append(InputProblem(source: "fleet", message: "there is no node; no pod can be placed"))
        }
        setRules(input)
        for entry in input.pods { take(entry) }
        problems += overcommitments(input.nodes)
        rules?.beginQueue()
    }

    private func take(_ entry: PlacementInput.SourcedPod) {
        if entry.pod.phase.isTerminal {
            finishedPods += 1
        } else if entry.pod.nodeName.isEmpty || !entry.pod.schedulingGates.isEmpty {
            // Gates and a node together are refused: such a pod runs nowhere.
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
        if options.policy?.decidesWithQueue == true { return placeInRounds(body) }
        for entry in queue { body(place(entry)) }
    }

    /// Places one pod and reports what became of it.
    ///
    /// - Precondition: the policy decides pods one by one.
    public func place(_ entry: PlacementInput.SourcedPod) -> PodReport {
        var report = emptyReport(of: entry)
        if let (ask, requestClass) = turn(of: entry, into: &report) { decide(ask, requestClass, into: &report) }
        return report
    }

    /// The pod's turn has come: all that is said before nodes are looked at.
    ///
    /// - Returns: what to ask for; nil = the report has its verdict
    func turn(
        of entry: PlacementInput.SourcedPod, into report: inout PodReport
    ) -> (ask: PodAsk, requestClass: RequestClass)? {
        let refusals = PodCheck.refusals(of: entry.pod)
        if !refusals.isEmpty {
            report.verdict = .invalid(PodCheck.text(of: refusals))
            for problem in refusals { addProblem(problem.message, field: problem.field, of: entry) }
            return nil
        }
        if let reason = PodCheck.reasonForSkipping(entry.pod) {
            report.verdict = .skipped(reason)
            return nil
        }
        if !reservations.isEmpty { releaseReservation(of: entry.pod, into: &report) }
        let ask = ask(of: entry)
        report.notes += ask.notes
        if let refusal = refusal(of: ask, namespace: entry.pod.metadata.namespace) {
            report.verdict = .denied(refusal)
            return nil
        }
        report.notes += ask.laterNotes
        switch ask.request {
        case .asked(let requestClass):
            let nominated = classOfNominee(ask.pod)
            if nominated != nil {
                report.notes.append("it is nominated to \(ask.pod.scheduling.nominatedNodeName), which takes it")
            }
            return (ask, nominated ?? requestClass)
        case .invalid(let text, let problems):
            report.verdict = .invalid(text)
            for problem in problems { addProblem(problem.message, field: problem.field, of: entry) }
            return nil
        }
    }

    func emptyReport(of entry: PlacementInput.SourcedPod) -> PodReport {
        PodReport(
            pod: entry.pod.fullName, verdict: .invalid(""), notConsidered: unweighed(of: entry.pod), notes: [],
            explanation: nil)
    }

    // MARK: Asking

    /// What the pod asks; worked out once for all pods of its kind.
    func ask(of entry: PlacementInput.SourcedPod) -> PodAsk {
        let namespace = entry.pod.metadata.namespace
        let decides =
            namespaceLabels[namespace]?[AdmissionWebhook.selectorLabel] != nil
            || cluster.quotas.hasLimits && cluster.quotas.limitsNamespace(cluster.quotas.namespaceID(namespace))
        let kind = rules?.kind(of: entry.pod) ?? noPodKind
        return asks.ask(entry, namespaceDecides: decides, podKind: kind) { makeAsk($0.pod) }
    }

    /// The webhook's refusal, as things stand.
    func refusal(of ask: PodAsk, namespace: String) -> String? {
        ask.denial
            ?? (webhook.exceedsQuota(ask.quotaDemands, namespace: namespace, cluster)
                ? AdmissionWebhook.quotaRefusal : nil)
    }

    private func makeAsk(_ original: Pod) -> PodAsk {
        var pod = original
        var notes = annotationNotes(of: pod)
        let verdict = options.admits ? admit(&pod, &notes) : nil
        func ask(_ demands: [QuotaDemand], _ later: [String], _ request: PodAsk.Request) -> PodAsk {
            PodAsk(
                pod: pod, denial: verdict.flatMap { $0.isAllowed ? nil : $0.message }, quotaDemands: demands,
                notes: notes, laterNotes: later, request: request)
        }
        if let verdict, !verdict.isAllowed {
            return ask([], [], .invalid(text: verdict.message, []))
        }
        let demands = verdict?.isPatched == true ? webhook.quotaDemands(of: pod, cluster) : []
        let problems = PodCheck.problems(of: pod)
        if !problems.isEmpty { return ask(demands, [], .invalid(text: PodCheck.text(of: problems), problems)) }
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        let unread = unreadRequests(of: pod, requests)
        do throws(WeightsError) {
            let key = try cluster.classKey(of: pod, requests: requests, defaults: options.defaults)
            let requestClass = cluster.requestClass(key)
            return ask(demands, unread + unofferedResources(of: requestClass), .asked(requestClass))
        } catch {
            let field = "metadata.annotations[\"\(DeviceScoringWeights.annotation)\"]"
            return ask(
                demands, unread, .invalid(text: error.description, [SpecProblem(field: field, message: error.problem)]))
        }
    }

    /// What the webhook says, apart from quotas; nil when it does not see the pod. What it changes is then in `pod`.
    private func admit(_ pod: inout Pod, _ notes: inout [String]) -> AdmissionVerdict? {
        let labels = namespaceLabels[pod.metadata.namespace]
        if let reason = webhook.reasonUnseen(pod, namespaceLabels: labels) {
            let scheduler = pod.schedulerName.isEmpty ? "default-scheduler" : pod.schedulerName
            notes.append(
                "admission did not see the pod (\(reason)): nothing is added to it, its scheduler stays \(scheduler)")
            return nil
        }
        let original = pod
        let verdict = webhook.examine(&pod, cluster: cluster)
        if verdict.isAllowed && !verdict.isPatched {
            pod = original
            notes.append("admission left the pod as it is: \(verdict.message) (\(pod.schedulerName))")
        }
        return verdict
    }
}
