import PlacementEngine

/// Prefers the node that is fullest afterwards: CPU and devices, each as a share of the largest machine, count half.
///
/// - Source: fgd.md section 5
public struct BestFit: MilliPolicy {
    public init() {}

    @inline(__always)
    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 { score(request, node, .published) }

    @inline(__always)
    func score(_ request: MilliRequest, _ node: MilliNode, _ largest: LargestMachine) -> Int32 {
        // Fits are scored alone: what is left is at least what is asked.
        let cpu = 0.5 * Double(node.cpuLeftMilli - request.cpuMilli) / Double(largest.cpuMilli)
        let gpu = 0.5 * Double(node.idleMilli - request.totalMilli) / Double(largest.deviceMilli)
        return Int32(truncating: 100 * (1 - (cpu + gpu)))
    }

    /// Min-max over the fitting nodes, in whole numbers. Only the highest score becomes 100, so the choice does not depend
    /// on it.
    public func normalise(_ scores: inout [Int32]) {
        guard let lowest = scores.min(), let highest = scores.max() else { return }
        // Any two scores are less than 2^32 apart, so 64 bits hold a hundred times that; the quotient is at most 100.
        let span = Int64(highest) - Int64(lowest)
        for place in scores.indices {
            scores[place] = span == 0 ? 0 : Int32((Int64(scores[place]) - Int64(lowest)) * 100 / span)
        }
    }
}

extension BestFit: SharePolicy {
    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let view = trial.view(of: requestClass)
        return score(view.request, view.node, view.largest)
    }
}

extension PlacementPolicy {
    public static let bestFit = PlacementPolicy(name: "BestFit", summary: "fullest node afterwards") { _ in BestFit() }
}
