import PlacementEngine
import PlacementModel
import VendorCatalog

/// What the mutating webhook said of a pod.
public struct AdmissionVerdict: Sendable, Hashable {
    public var isAllowed: Bool
    public var message: String
    /// False when the webhook left the pod as it came.
    public var isPatched: Bool
}

/// HAMi's admission webhook.
///
/// - Source: hami-core.md 5
public struct AdmissionWebhook: Sendable {
    public var schedulerName: String
    public var overwritesDefaultScheduler: Bool

    public init(schedulerName: String = "hami-scheduler", overwritesDefaultScheduler: Bool = true) {
        self.schedulerName = schedulerName
        self.overwritesDefaultScheduler = overwritesDefaultScheduler
    }

    /// The label that keeps a pod, or the pods of a namespace, away from the webhook.
    public static let selectorLabel = "hami.io/webhook"

    /// Why the API server does not send the pod to the webhook: the chart's selectors leave out what has the label
    /// `hami.io/webhook: ignore`. Nil if it does.
    ///
    /// - Parameter namespaceLabels: labels of the pod's namespace, as far as they are known.
    /// - Source: hami-core.md 2.1, 5
    public func reasonUnseen(_ pod: Pod, namespaceLabels: [String: String]?) -> String? {
        if pod.metadata.labels[Self.selectorLabel] == "ignore" { return "label \(Self.selectorLabel): ignore" }
        if namespaceLabels?[Self.selectorLabel] == "ignore" {
            return "label \(Self.selectorLabel): ignore of namespace \(pod.metadata.namespace)"
        }
        return nil
    }

    /// Mutates `pod` as the webhook would; on refusal the pod may be left half mutated.
    public func review(_ pod: inout Pod, cluster: Fleet) -> AdmissionVerdict {
        let verdict = examine(&pod, cluster: cluster)
        guard verdict.isAllowed, verdict.isPatched else { return verdict }
        if exceedsQuota(quotaDemands(of: pod, cluster), namespace: pod.metadata.namespace, cluster) {
            return AdmissionVerdict(isAllowed: false, message: Self.quotaRefusal, isPatched: false)
        }
        return verdict
    }

    /// The webhook's words about a pod that its namespace's limits do not allow.
    static let quotaRefusal = "exceeding resource quota"

    /// What the webhook says apart from quotas: the same whenever it is asked.
    func examine(_ pod: inout Pod, cluster: Fleet) -> AdmissionVerdict {
        func denied(_ message: String) -> AdmissionVerdict {
            AdmissionVerdict(isAllowed: false, message: message, isPatched: false)
        }
        if pod.containers.isEmpty { return denied("pod has no containers") }
        let isForeign =
            !pod.schedulerName.isEmpty && (pod.schedulerName != "default-scheduler" || !overwritesDefaultScheduler)
            && (schedulerName.isEmpty || pod.schedulerName != schedulerName)
        if isForeign {
            return AdmissionVerdict(
                isAllowed: true, message: "pod already has different scheduler assigned", isPatched: false)
        }
        let hasResource: Bool
        do { hasResource = try cluster.catalog.mutate(&pod, state: cluster.state) } catch {
            return denied(error.message)
        }
        if hasResource {
            if let container = (pod.initContainers + pod.containers).first(where: \.isPrivileged) {
                return denied("container \(container.name) is privileged")
            }
            if !schedulerName.isEmpty {
                pod.schedulerName = schedulerName
                if !pod.nodeName.isEmpty { return denied("pod has node assigned") }
            }
        }
        return AdmissionVerdict(isAllowed: true, message: "", isPatched: true)
    }

    /// Whether the namespace's limits leave no room for what a pod demands, as things stand.
    func exceedsQuota(_ demands: [QuotaDemand], namespace: String, _ cluster: Fleet) -> Bool {
        if demands.isEmpty { return false }
        let id = cluster.quotas.namespaceID(namespace)
        return demands.contains {
            !cluster.quotas.allows(
                namespace: id, vendor: $0.vendor, memoryMiB: $0.memoryMiB, cores: $0.cores, factor: $0.memoryFactor)
        }
    }

    /// Sums of memory and cores over app containers, or the largest init container, for each vendor; none where the namespace
    /// has no limit.
    func quotaDemands(of pod: Pod, _ cluster: Fleet) -> [QuotaDemand] {
        if cluster.quotas.limitingNamespace(pod.metadata.namespace, vendors: .max) < 0 { return [] }
        var demands: [QuotaDemand] = []
        for vendor in cluster.catalog.ids {
            let names = cluster.catalog[vendor].resources
            if names.memory.isEmpty && names.cores.isEmpty { continue }
            var app: (memory: Int64, cores: Int64) = (0, 0)
            var peak: (memory: Int64, cores: Int64) = (0, 0)
            for (container, spec) in (pod.initContainers + pod.containers).enumerated() {
                // Counts that are zero or negative take part here; only Filter leaves them out.
                if let request = cluster.catalog[vendor].request(of: spec, state: cluster.state) {
                    // Both below 2^31 in magnitude; as given, sums wrap as HAMi's do.
                    let memory = Int64(request.memoryMiB) &* Int64(request.devices)
                    let cores = Int64(request.cores) &* Int64(request.devices)
                    if container < pod.initContainers.count {
                        peak = (max(peak.memory, memory), max(peak.cores, cores))
                    } else {
                        app = (app.memory &+ memory, app.cores &+ cores)
                    }
                }
            }
            let memory = max(app.memory, peak.memory)
            let cores = max(app.cores, peak.cores)
            if memory == 0 && cores == 0 { continue }
            demands.append(
                QuotaDemand(vendor: vendor, memoryMiB: memory, cores: cores, memoryFactor: names.memoryFactor))
        }
        return demands
    }
}

/// What a pod adds to its namespace's use of a vendor's devices, as the webhook counts.
struct QuotaDemand: Sendable, Hashable {
    var vendor: VendorID
    var memoryMiB: Int64
    var cores: Int64
    /// See ``ResourceNames/memoryFactor``.
    var memoryFactor: Int32
}
