public import PlacementModel

/// A pod with what the filters ask of it again and again.
public final class PodFacts: Sendable {
    public let pod: Pod
    public let scheduling: PodScheduling
    /// What a queued pod asks for.
    let request: CountedRequest
    /// What a pod that runs is charged with.
    let charge: CountedRequest
    /// Required terms as a resident's terms are read: namespaces by name, a selector over labels of namespaces.
    let affinity: [ScopedTerm]
    let antiAffinity: [ScopedTerm]

    public init(_ pod: Pod) {
        self.pod = pod
        scheduling = pod.scheduling
        request = CountedRequest(PodRequest.ofQueued(pod))
        charge = CountedRequest(PodRequest.ofResident(pod))
        affinity = scheduling.affinity.map { ScopedTerm($0, of: pod) }
        antiAffinity = scheduling.antiAffinity.map { ScopedTerm($0, of: pod) }
    }

    public var name: String { pod.fullName }
    public var namespace: String { pod.metadata.namespace }
    public var labels: [String: String] { pod.metadata.labels }
    public var priority: Int32 { scheduling.priority }

    /// Names of the claims that `persistentVolumeClaim` volumes mount.
    var claimNames: [String] {
        scheduling.volumes.compactMap { if case .claim(let name) = $0.source { name } else { nil } }
    }

    /// Name of the claim of a volume that has one, be it generic ephemeral.
    func claimName(of volume: PodVolume) -> (name: String, isEphemeral: Bool)? {
        switch volume.source {
        case .claim(let name): (name, false)
        case .ephemeral: (pod.metadata.name + "-" + volume.name, true)
        case .gcePersistentDisk, .awsElasticBlockStore, .iscsi, .rbd: nil
        }
    }

    /// Whether an ephemeral claim belongs to this pod; the text of the error if it does not.
    func ownershipProblem(of claim: PersistentVolumeClaim) -> String? {
        if !claim.controllerUID.isEmpty && claim.controllerUID == pod.metadata.uid { return nil }
        return "PVC \(claim.fullName) was not created for pod \(name) (pod is not owner)"
    }
}

/// A request in the units in which nodes count: thousandths of a CPU, whole units of all else.
struct CountedRequest: Sendable, Hashable {
    var cpuMilli: Int64 = 0
    var memoryBytes: Int64 = 0
    var ephemeralBytes: Int64 = 0
    /// Resources with a domain in their name, huge pages and attach counts.
    var scalars: [String: Int64] = [:]

    init() {}

    init(_ amounts: ResourceAmounts) {
        cpuMilli = amounts.counted("cpu")
        memoryBytes = amounts.counted("memory")
        ephemeralBytes = amounts.counted("ephemeral-storage")
        for name in amounts.names where Self.isScalar(name) { scalars[name] = amounts.counted(name) }
    }

    mutating func add(_ other: CountedRequest, sign: Int64 = 1) {
        cpuMilli = Self.sum(cpuMilli, other.cpuMilli, sign)
        memoryBytes = Self.sum(memoryBytes, other.memoryBytes, sign)
        ephemeralBytes = Self.sum(ephemeralBytes, other.ephemeralBytes, sign)
        for (name, amount) in other.scalars { scalars[name] = Self.sum(scalars[name] ?? 0, amount, sign) }
    }

    /// Saturates where kube-scheduler's sums would wrap around.
    private static func sum(_ left: Int64, _ right: Int64, _ sign: Int64) -> Int64 {
        let (sum, overflow) =
            sign > 0 ? left.addingReportingOverflow(right) : left.subtractingReportingOverflow(right)
        return overflow ? (left > 0 ? .max : .min) : sum
    }

    /// - Source: pkg/apis/core/v1/helper/helpers.go, IsScalarResourceName
    static func isScalar(_ name: String) -> Bool {
        if name.hasPrefix("hugepages-") || name.hasPrefix("attachable-volumes-") { return true }
        guard name.utf8.contains(UInt8(ascii: "/")) else { return false }
        return name.hasPrefix("kubernetes.io/") || name.contains(".kubernetes.io/") || !name.hasPrefix("requests.")
    }
}

/// A required affinity term with its namespaces worked out as far as the pod alone tells.
struct ScopedTerm: Sendable, Hashable {
    var selector: LabelSelector?
    var topologyKey: String
    var namespaces: Set<String>
    /// Tried on the labels of a namespace that is not listed; nil selects none.
    var namespaceSelector: LabelSelector?

    init(_ term: PodAffinityTerm, of pod: Pod) {
        selector = term.selector
        topologyKey = term.topologyKey
        namespaceSelector = term.namespaceSelector
        namespaces =
            term.namespaces.isEmpty && term.namespaceSelector == nil
            ? [pod.metadata.namespace] : Set(term.namespaces)
    }

    /// Whether the term means the pod.
    ///
    /// - Parameter namespaceLabels: labels of the pod's namespace.
    func matches(_ pod: PodFacts, namespaceLabels: [String: String]) -> Bool {
        guard
            namespaces.contains(pod.namespace) || LabelSelector.matches(namespaceSelector, namespaceLabels)
        else { return false }
        return LabelSelector.matches(selector, pod.labels)
    }
}
