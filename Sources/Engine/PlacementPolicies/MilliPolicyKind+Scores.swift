import PlacementEngine
import VendorCatalog

extension MilliPolicyKind {
    /// Score of every node that a class fits, in rank order, as the policy compares them.
    ///
    /// - Returns: nil for foresight, which decides a pod together with its queue; no node where the class is not understood.
    /// - Precondition: ``problem(with:)`` found nothing. Of engines over thousandths, those made before stop following pods by
    ///   affinity class.
    /// - Complexity: O(nodes x score)
    public func scores(
        of requestClass: RequestClass, cluster: Fleet, _ context: PolicyContext
    ) -> [(row: Int, score: NodeScoreValue)]? {
        switch self {
        case .fgd where MilliFleet.check(cluster) != nil:
            Self.shareScores(of: requestClass, cluster, context) { cluster in
                FGDShares(context.classCounts, cluster, usesTables: false)
            }
        case .fgd: Self.milliScores(of: requestClass, cluster, context, FGD(context.typicalPods, cluster))
        case .bestFit: Self.scores(of: requestClass, cluster, context, BestFit())
        case .dotProd: Self.scores(of: requestClass, cluster, context, DotProd())
        case .gpuPacking: Self.scores(of: requestClass, cluster, context, GpuPacking())
        case .gpuClustering: Self.scores(of: requestClass, cluster, context, GpuClustering())
        case .foresight: nil
        case .random: Self.scores(of: requestClass, cluster, context, RandomPolicy(seed: context.seed))
        }
    }

    private static func scores<Policy: MilliPolicy & SharePolicy>(
        of requestClass: RequestClass, _ cluster: Fleet, _ context: PolicyContext, _ policy: Policy
    ) -> [(row: Int, score: NodeScoreValue)] {
        MilliFleet.check(cluster) == nil
            ? milliScores(of: requestClass, cluster, context, policy)
            : shareScores(of: requestClass, cluster, context) { _ in policy }
    }

    private static func shareScores<Policy: SharePolicy>(
        of requestClass: RequestClass, _ cluster: Fleet, _ context: PolicyContext, _ makePolicy: (Fleet) -> Policy
    ) -> [(row: Int, score: NodeScoreValue)] {
        SharePolicyScanEngine(
            cluster: cluster, ranks: context.nodeRanks, tracksAffinities: false, makePolicy: makePolicy
        ).scores(of: requestClass)
    }

    private static func milliScores<Policy: MilliPolicy>(
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
