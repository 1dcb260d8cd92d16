import PlacementEngine
import PlacementPolicies

/// An engine that a replay can use. A new engine is one line in ``all``.
public struct EngineChoice: Sendable {
    public let name: String
    public let summary: String
    /// Fleet, policy, its context, number of threads.
    package let make: @Sendable (Fleet, PolicyChoice, PolicyContext, Int) -> any PlacementEngine

    /// The plain scan over all nodes.
    public static let reference = EngineChoice(
        name: "reference", summary: "scans all nodes for every pod; the meaning the others must return"
    ) { cluster, policy, context, threads in
        policy.milli?.makeReferenceEngine(cluster, context) ?? ReferenceEngine(cluster: cluster, threads: threads)
    }

    /// The fast engine; the default.
    public static let indexed = EngineChoice(
        name: "indexed", summary: "looks only where a pod may fit; the same decisions, orders of magnitude sooner"
    ) { cluster, policy, context, threads in
        policy.milli?.makeIndexedEngine(cluster, context)
            ?? IndexedEngine(cluster: cluster, threads: threads, accounting: HeapAccounting())
    }

    public static let all: [EngineChoice] = [.indexed, .reference]

    public static func named(_ name: String) -> EngineChoice? { all.first { $0.name == name } }
}

/// A placement policy that a replay can use. A new policy is one line in ``all``.
public struct PolicyChoice: Sendable {
    public let name: String
    public let summary: String
    /// The policy over devices in thousandths; nil = HAMi's.
    public let milli: PlacementPolicy?

    /// HAMi's scores, with a node policy and a device policy.
    public static let hami = PolicyChoice(
        name: "hami", summary: "HAMi's node and device scores, as the node and device policies order them",
        milli: nil)

    public static let all: [PolicyChoice] =
        [.hami] + PlacementPolicy.all.map { PolicyChoice(name: $0.name, summary: $0.summary, milli: $0) }

    /// - Parameter name: its case does not matter.
    public static func named(_ name: String) -> PolicyChoice? {
        all.first { $0.name.lowercased() == name.lowercased() }
    }
}
