import PlacementEngine

/// Prefers devices in use, then nodes in use, then nodes with few devices.
///
/// - Source: fgd.md section 5
public struct GpuPacking: MilliPolicy {
    public init() {}

    @inline(__always)
    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 {
        // Whole devices have more left than all others, so a share takes one only when no other device fits.
        score(request, node, taking: node.tightestDevices(request))
    }

    /// - Parameter chosen: devices that the pod takes, a bit each.
    @inline(__always)
    func score(_ request: MilliRequest, _ node: MilliNode, taking chosen: @autoclosure () -> UInt64) -> Int32 {
        if !request.asksForDevices { return 0 }
        let whole = node.wholeDevices
        if whole == node.deviceCount { return max(33 - whole, whole) }
        let chosen = chosen()
        var opened: Int32 = 0
        var takenPercent: Int32 = 0
        for device in 0..<Int(node.deviceCount) where chosen & (1 << UInt64(device)) != 0 {
            if node.left[device] == MilliNode.deviceMilli { opened += 1 }
            takenPercent += node.left[device] * 100 / MilliNode.deviceMilli
        }
        return opened > 0 ? max(50 - opened, 33) : max(100 - takenPercent / 10, 50)
    }
}

extension GpuPacking: SharePolicy {
    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let view = trial.view(of: requestClass)
        return score(view.request, view.node, taking: view.taken)
    }
}

extension PlacementPolicy {
    public static let gpuPacking = PlacementPolicy(
        name: "GpuPacking", summary: "devices in use first, then nodes in use", devicesMax: MilliFleet.devicesMax
    ) { _ in GpuPacking() }
}
