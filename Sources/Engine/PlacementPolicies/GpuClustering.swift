import PlacementEngine

/// Prefers nodes that hold pods of the same affinity class: those that share a device, or those with the same number of
/// devices.
///
/// - Source: fgd.md section 5
public struct GpuClustering: MilliPolicy {
    public init() {}

    @inline(__always)
    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 { score(request, node, .published) }

    @inline(__always)
    func score(_ request: MilliRequest, _ node: MilliNode, _ largest: LargestMachine) -> Int32 {
        if !request.asksForDevices { return 0 }
        // At most 1024 devices of 1000 thousandths, 25 times.
        let base = 25 * (largest.deviceMilli - node.idleMilli) / largest.deviceMilli
        let own = node.residents[1 + min(request.affinityClass, AffinityLedger.classesMax - 1)]
        let all = node.residents[0]
        if own > 0 { return own == all ? base + 75 : base + 50 }
        return all == 0 ? base + 25 : base
    }
}

extension GpuClustering: SharePolicy {
    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let view = trial.view(of: requestClass)
        return score(view.request, view.node, view.largest)
    }
}

extension PlacementPolicy {
    public static let gpuClustering = PlacementPolicy(
        name: "GpuClustering", summary: "nodes with pods of the same number of devices first"
    ) { _ in GpuClustering() }
}
