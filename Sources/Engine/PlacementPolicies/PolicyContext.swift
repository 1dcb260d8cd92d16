import PlacementEngine

/// What the policies over devices in thousandths need to know besides the fleet.
public struct PolicyContext: Sendable {
    /// The target workload of FGD and of the fragmentation metrics.
    public var typicalPods: TypicalPods
    /// Pods of each class, by id, in the list that typical pods come from: what ``ShareWorkload`` is made of.
    public var classCounts: [Int]
    /// What foresight expects of the pods to come; nil = learned from those that have come.
    public var statistics: ForesightStatistics?
    /// Rank of each node row; the smallest wins ties. Nil or missing = rows in order, after all ranked ones.
    public var nodeRanks: [Int32]?
    /// Seed of policies that draw.
    public var seed: UInt64

    public init(
        typicalPods: TypicalPods, statistics: ForesightStatistics? = nil, classCounts: [Int] = [],
        nodeRanks: [Int32]? = nil, seed: UInt64 = 0
    ) {
        self.typicalPods = typicalPods
        self.classCounts = classCounts
        self.statistics = statistics
        self.nodeRanks = nodeRanks
        self.seed = seed
    }
}

/// Why a policy cannot decide for a fleet or a request.
public struct PolicyError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}
