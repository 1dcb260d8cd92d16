import PlacementEngine

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Fragmentation gradient descent: prefers the placement that adds least to what the target workload cannot use.
///
/// - Source: fgd.md sections 5 and 6
public struct FGD: MilliPolicy {
    private let typicalPods: TypicalPods
    private(set) var fragmentation: Fragmentation

    public init(_ typicalPods: TypicalPods, _ cluster: Fleet) {
        self.typicalPods = typicalPods
        fragmentation = Fragmentation(typicalPods, modes: cluster.table.modes)
    }

    public mutating func fleetDidChange(_ cluster: Fleet) { self = FGD(typicalPods, cluster) }

    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 {
        let before = fragmentation.amounts(node).total
        if request.isShare {
            var best = Int32.min
            for device in 0..<Int(node.deviceCount) where node.left[device] >= request.milliPerDevice {
                best = max(best, score(request, node, device: device, before: before))
            }
            return best
        }
        let chosen = node.tightestDevices(request)
        for device in 0..<Int(node.deviceCount) where chosen & (1 << UInt64(device)) != 0 {
            node.left[device] -= request.milliPerDevice
        }
        let after = fragmentation.amounts(node, cpuTaken: request.cpuMilli).total
        for device in 0..<Int(node.deviceCount) where chosen & (1 << UInt64(device)) != 0 {
            node.left[device] += request.milliPerDevice
        }
        return Self.score(before: before, after: after)
    }

    /// The device of the best score, the first among equals.
    public func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int {
        let before = fragmentation.amounts(node).total
        var best = Int32.min
        var picked = -1
        for device in 0..<Int(node.deviceCount) where node.left[device] >= request.milliPerDevice {
            let score = score(request, node, device: device, before: before)
            if score > best {
                best = score
                picked = device
            }
        }
        return picked
    }

    private func score(_ request: MilliRequest, _ node: MilliNode, device: Int, before: Double) -> Int32 {
        node.left[device] -= request.milliPerDevice
        let after = fragmentation.amounts(node, cpuTaken: request.cpuMilli).total
        node.left[device] += request.milliPerDevice
        return Self.score(before: before, after: after)
    }

    /// 50 for no change; a larger amount afterwards gives less. - Parameters: F in thousandths of devices.
    static func score(before: Double, after: Double) -> Int32 {
        Int32(truncating: 100 * (1 / (1 + exp(-((before - after) / 1000)))))
    }
}

extension PlacementPolicy {
    public static let fgd = PlacementPolicy(
        name: "FGD", summary: "least new fragmentation for the trace's typical pods",
        engines: PolicyEngines(
            milliScan: { fleet, context in
                PolicyScanEngine(
                    cluster: fleet, ranks: context.nodeRanks, policy: FGD(context.typicalPods, fleet))
            },
            milliIndex: { fleet, context in
                PolicyIndexEngine(cluster: fleet, ranks: context.nodeRanks) { FGDMemo(context.typicalPods, $0) }
            },
            milliScores: { requestClass, fleet, context in
                PolicyEngines.milliScores(of: requestClass, fleet, context, FGD(context.typicalPods, fleet))
            },
            shareScan: { fleet, context in
                SharePolicyScanEngine(cluster: fleet, ranks: context.nodeRanks) {
                    FGDShares(context.classCounts, $0, usesTables: false)
                }
            },
            shareIndex: { fleet, context in
                SharePolicyIndexEngine(cluster: fleet, ranks: context.nodeRanks) {
                    FGDShares(context.classCounts, $0, usesTables: true)
                }
            },
            shareScores: { requestClass, fleet, context in
                PolicyEngines.shareScores(of: requestClass, fleet, context) {
                    FGDShares(context.classCounts, $0, usesTables: false)
                }
            }))
}
