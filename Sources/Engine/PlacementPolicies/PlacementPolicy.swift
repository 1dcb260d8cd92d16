import PlacementEngine

/// A policy besides HAMi's, as its own file states it: a name and what makes its engines.
///
/// Each works on fleets in thousandths of devices, as they were published, and on slots, memory and cores of mixed vendors:
/// ``makeReferenceEngine(_:_:)`` and ``makeIndexedEngine(_:_:)`` take the engine for the fleet at hand. A new policy is a file
/// with its formula and its `PlacementPolicy`, and a line in ``all``.
public struct PlacementPolicy: Sendable {
    /// As users write it.
    public let name: String
    /// For lists of choices.
    public let summary: String
    /// Whether the node is drawn among those that fit: runs repeat with other seeds.
    public let drawsNode: Bool
    /// Whether a pod is decided together with its queue: no node has a score of its own.
    public let decidesWithQueue: Bool
    /// Most devices of a node that the policy works on; nil = any number.
    let devicesMax: Int?
    let engines: PolicyEngines

    init(
        name: String, summary: String, drawsNode: Bool = false, decidesWithQueue: Bool = false, devicesMax: Int? = nil,
        engines: PolicyEngines
    ) {
        self.name = name
        self.summary = summary
        self.drawsNode = drawsNode
        self.decidesWithQueue = decidesWithQueue
        self.devicesMax = devicesMax
        self.engines = engines
    }

    /// A policy that one type states for both kinds of fleets.
    init<Policy: MilliPolicy & SharePolicy & SendableMetatype>(
        name: String, summary: String, devicesMax: Int? = nil,
        _ make: @escaping @Sendable (PolicyContext) -> Policy
    ) {
        self.init(
            name: name, summary: summary, drawsNode: Policy.drawsNode, devicesMax: devicesMax,
            engines: PolicyEngines(one: make))
    }

    /// The policies besides HAMi's, in the order in which they are listed.
    public static let all: [PlacementPolicy] = [
        .foresight, .fgd, .bestFit, .dotProd, .gpuPacking, .gpuClustering, .random,
    ]

    public static func named(_ name: String) -> PlacementPolicy? { all.first { $0.name == name } }

    /// Why the policy cannot work on a fleet; nil = it can.
    public func problem(with fleet: Fleet) -> PolicyError? {
        guard let devicesMax, fleet.devicesPerNodeMax > devicesMax else { return nil }
        let table = fleet.table
        let row = (0..<table.nodeRowCount).first { table.deviceCount[$0] > devicesMax }
        return row.map {
            PolicyError(
                description: "node \(table.nodes[$0].name) has \(table.deviceCount[$0]) devices; "
                    + "\(name) works on at most \(devicesMax)")
        }
    }

    /// The plain scan. - Precondition: ``problem(with:)`` found nothing.
    public func makeReferenceEngine(_ fleet: Fleet, _ context: PolicyContext) -> any PlacementEngine {
        fleet.thousandthsProblem == nil ? engines.milliScan(fleet, context) : engines.shareScan(fleet, context)
    }

    /// The fast engine, with the same decisions. - Precondition: ``problem(with:)`` found nothing.
    public func makeIndexedEngine(_ fleet: Fleet, _ context: PolicyContext) -> any PlacementEngine {
        fleet.thousandthsProblem == nil ? engines.milliIndex(fleet, context) : engines.shareIndex(fleet, context)
    }

    /// Score of every node that a class fits, in rank order, as the policy compares them.
    ///
    /// - Returns: nil where a pod is decided together with its queue; no node where the class is not understood.
    /// - Precondition: ``problem(with:)`` found nothing. Of engines over thousandths, those made before stop following pods by
    ///   affinity class.
    /// - Complexity: O(nodes x score)
    public func scores(
        of requestClass: RequestClass, cluster: Fleet, _ context: PolicyContext
    ) -> [(row: Int, score: NodeScoreValue)]? {
        if decidesWithQueue { return nil }
        return cluster.thousandthsProblem == nil
            ? engines.milliScores(requestClass, cluster, context) : engines.shareScores(requestClass, cluster, context)
    }
}

extension PlacementPolicy: Hashable, CustomStringConvertible {
    /// Policies are what they are called.
    public static func == (left: PlacementPolicy, right: PlacementPolicy) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    public var description: String { name }
}
