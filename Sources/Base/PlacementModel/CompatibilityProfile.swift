/// Which HAMi a decision follows, bug for bug.
public struct CompatibilityProfile: Sendable, Hashable {
    public var name: String
    /// Q1: the device score counts the container's request on devices whose type contains the vendor word, not only
    /// where the two are equal.
    public var scoresRequestByWordMatch: Bool
    /// Q2: containers without devices keep their place in the vendor's list, whatever the card model is called.
    public var alignsContainers: Bool
    /// Q3: the quota check inside Fit sums app containers even when the pod has init containers.
    public var quotaKnowsStages: Bool
    /// Q4: topology-aware selection charges the quota for the devices it takes, not for every candidate.
    public var topologyChargesChosenOnly: Bool
    /// Q5: topology-aware with NUMA binding considers every NUMA node, not only the last one scanned.
    public var topologyKeepsNumaGroups: Bool
    /// K1: a pod's selector over namespaces admits the namespaces it matches and no others (kubernetes issue 141526).
    public var resolvesNamespaceSelectorsOnce: Bool

    /// HAMi 2.10.0 as it is.
    public static let hami2_10_0 = CompatibilityProfile(
        name: "hami-2.10.0", scoresRequestByWordMatch: false, alignsContainers: false, quotaKnowsStages: false,
        topologyChargesChosenOnly: false, topologyKeepsNumaGroups: false, resolvesNamespaceSelectorsOnce: false)

    /// HAMi 2.10.0 with the listed bugs repaired; docs/hami-compatibility.md tells each apart.
    public static let fixed = CompatibilityProfile(
        name: "fixed", scoresRequestByWordMatch: true, alignsContainers: true, quotaKnowsStages: true,
        topologyChargesChosenOnly: true, topologyKeepsNumaGroups: true, resolvesNamespaceSelectorsOnce: true)

    public static let all: [CompatibilityProfile] = [.hami2_10_0, .fixed]

    public static func named(_ name: String) -> CompatibilityProfile? { all.first { $0.name == name } }
}
