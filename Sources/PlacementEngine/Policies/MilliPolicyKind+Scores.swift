import VendorCatalog

extension MilliPolicyKind {
    /// Score of every node that a class fits, in rank order, as the policy compares them.
    ///
    /// - Precondition: ``problem(with:)`` found nothing, and the policy is not foresight, which decides a pod together with
    ///   its queue. Engines made before stop following pods by affinity class.
    /// - Complexity: O(nodes x score)
    public func scores(
        of requestClass: RequestClass, cluster: Cluster, _ context: PolicyContext
    ) -> [(row: Int, score: NodeScoreValue)] {
        switch self {
        case .fgd: Self.scores(of: requestClass, cluster, context, FGD(context.typicalPods, cluster))
        case .bestFit: Self.scores(of: requestClass, cluster, context, BestFit())
        case .dotProd: Self.scores(of: requestClass, cluster, context, DotProd())
        case .gpuPacking: Self.scores(of: requestClass, cluster, context, GpuPacking())
        case .gpuClustering: Self.scores(of: requestClass, cluster, context, GpuClustering())
        case .foresight: preconditionFailure("foresight has no score of a single decision")
        case .random: Self.scores(of: requestClass, cluster, context, RandomPolicy(seed: context.seed))
        }
    }

    private static func scores<Policy: MilliPolicy>(
        of requestClass: RequestClass, _ cluster: Cluster, _ context: PolicyContext, _ made: Policy
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
