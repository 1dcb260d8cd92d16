import PlacementEngine
import VendorCatalog

/// What makes the engines and scores of one policy, for the two kinds of fleets.
struct PolicyEngines: Sendable {
    typealias Make = @Sendable (Fleet, PolicyContext) -> any PlacementEngine
    typealias Scores = @Sendable (RequestClass, Fleet, PolicyContext) -> [(row: Int, score: NodeScoreValue)]

    // Devices in thousandths.
    var milliScan: Make
    var milliIndex: Make
    var milliScores: Scores
    // Slots, memory and cores.
    var shareScan: Make
    var shareIndex: Make
    var shareScores: Scores
}

extension PolicyEngines {
    /// Those of a policy that one type states for both kinds of fleets.
    init<Policy: MilliPolicy & SharePolicy & SendableMetatype>(one make: @escaping @Sendable (PolicyContext) -> Policy)
    {
        self.init(
            milliScan: { fleet, context in
                PolicyScanEngine(cluster: fleet, ranks: context.nodeRanks, policy: make(context))
            },
            milliIndex: { fleet, context in
                PolicyIndexEngine(cluster: fleet, ranks: context.nodeRanks) { _ in make(context) }
            },
            milliScores: { requestClass, fleet, context in
                Self.milliScores(of: requestClass, fleet, context, make(context))
            },
            shareScan: { fleet, context in
                SharePolicyScanEngine(cluster: fleet, ranks: context.nodeRanks) { _ in make(context) }
            },
            shareIndex: { fleet, context in
                SharePolicyIndexEngine(cluster: fleet, ranks: context.nodeRanks) { _ in make(context) }
            },
            shareScores: { requestClass, fleet, context in
                Self.shareScores(of: requestClass, fleet, context) { _ in make(context) }
            })
    }

    static func shareScores<Policy: SharePolicy>(
        of requestClass: RequestClass, _ fleet: Fleet, _ context: PolicyContext, _ makePolicy: (Fleet) -> Policy
    ) -> [(row: Int, score: NodeScoreValue)] {
        SharePolicyScanEngine(
            cluster: fleet, ranks: context.nodeRanks, tracksAffinities: false, makePolicy: makePolicy
        ).scores(of: requestClass)
    }

    static func milliScores<Policy: MilliPolicy>(
        of requestClass: RequestClass, _ cluster: Fleet, _ context: PolicyContext, _ made: Policy
    ) -> [(row: Int, score: NodeScoreValue)] {
        let fleet = MilliFleet(cluster: cluster, ranks: context.nodeRanks)
        guard let request = MilliRequest(requestClass, vendor: fleet.vendor, modes: cluster.table.modes) else {
            return []
        }
        let positions = (0..<fleet.count).filter { position in
            cluster.firstFailingFilter(requestClass, node: Int(fleet.nodes[position].row)) == nil
                && fleet.nodes[position].fits(request)
        }
        if Policy.drawsNode { return positions.map { (Int(fleet.nodes[$0].row), .drawn) } }
        var policy = made
        var scores = positions.map { policy.score(request, fleet.nodes[$0]) }
        policy.normalise(&scores)
        return zip(positions, scores).map { (Int(fleet.nodes[$0].row), .points($1)) }
    }
}
