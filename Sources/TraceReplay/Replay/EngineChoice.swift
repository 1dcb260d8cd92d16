import PlacementEngine

/// An engine that a replay can use. A new engine is one line in ``all``.
public struct EngineChoice: Sendable {
    public let name: String
    public let summary: String
    let make: @Sendable (Cluster, PolicyChoice) -> any PlacementEngine

    /// The plain scan over all nodes.
    public static let reference = EngineChoice(
        name: "reference", summary: "scans all nodes for every pod; the meaning the others must return"
    ) { cluster, _ in ReferenceEngine(cluster: cluster) }

    /// The fast engine; the default.
    public static let indexed = EngineChoice(
        name: "indexed", summary: "looks only where a pod may fit; the same decisions, orders of magnitude sooner"
    ) { cluster, _ in IndexedEngine(cluster: cluster) }

    public static let all: [EngineChoice] = [.indexed, .reference]

    public static func named(_ name: String) -> EngineChoice? { all.first { $0.name == name } }
}

/// A placement policy that a replay can use. A new policy is one line in ``all``.
public struct PolicyChoice: Sendable {
    public let name: String
    public let summary: String

    /// HAMi's scores, with a node policy and a device policy.
    public static let hami = PolicyChoice(
        name: "hami", summary: "HAMi's node and device scores, as the node and device policies order them")

    public static let all: [PolicyChoice] = [.hami]

    public static func named(_ name: String) -> PolicyChoice? { all.first { $0.name == name } }
}
