import PlacementEngine

/// Prefers the node whose free capacity points least along the request: the dot product over CPU and all devices of the
/// node as one amount, each as a share of the largest machine.
///
/// - Source: fgd.md section 5
public struct DotProd: MilliPolicy {
    public init() {}

    @inline(__always)
    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 { score(request, node, .published) }

    @inline(__always)
    func score(_ request: MilliRequest, _ node: MilliNode, _ largest: LargestMachine) -> Int32 {
        let cpu = largest.share(cpuMilli: node.cpuLeftMilli) * largest.share(cpuMilli: request.cpuMilli)
        let gpu = largest.share(deviceMilli: node.idleMilli) * largest.share(deviceMilli: request.totalMilli)
        return Int32(truncating: 100 * (1 - (cpu + gpu) / 2))
    }
}

extension DotProd: SharePolicy {
    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let view = trial.view(of: requestClass)
        return score(view.request, view.node, view.largest)
    }
}

extension PlacementPolicy {
    public static let dotProd = PlacementPolicy(name: "DotProd", summary: "least free capacity along the request") {
        _ in
        DotProd()
    }
}
