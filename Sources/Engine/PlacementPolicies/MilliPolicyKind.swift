import PlacementEngine
import VendorCatalog

/// The policies besides HAMi's, by name. A new policy is a case here and a file of its own.
///
/// Each works on fleets in thousandths of devices, as they were published, and on slots, memory and cores of mixed vendors:
/// ``makeReferenceEngine(_:_:)`` and ``makeIndexedEngine(_:_:)`` take the engine for the fleet at hand.
public enum MilliPolicyKind: String, Sendable, Hashable, CaseIterable {
    case foresight
    case fgd = "FGD"
    case bestFit = "BestFit"
    case dotProd = "DotProd"
    case gpuPacking = "GpuPacking"
    case gpuClustering = "GpuClustering"
    case random = "Random"

    public var summary: String {
        switch self {
        case .foresight: "least value lost to the pods expected, round by round"
        case .fgd: "least new fragmentation for the trace's typical pods"
        case .bestFit: "fullest node afterwards"
        case .dotProd: "least free capacity along the request"
        case .gpuPacking: "devices in use first, then nodes in use"
        case .gpuClustering: "nodes with pods of the same number of devices first"
        case .random: "any node that fits"
        }
    }

    /// Why a fleet is not in thousandths of devices; nil = it is.
    public static func thousandthsProblem(with cluster: Fleet) -> PolicyError? { MilliFleet.check(cluster) }

    /// Why the policy cannot work on a fleet; nil = it can.
    public func problem(with cluster: Fleet) -> PolicyError? {
        guard self == .gpuPacking, cluster.devicesPerNodeMax > MilliFleet.devicesMax else { return nil }
        let table = cluster.table
        let row = (0..<table.nodeRowCount).first { table.deviceCount[$0] > MilliFleet.devicesMax }
        return row.map {
            PolicyError(
                description: "node \(table.nodes[$0].name) has \(table.deviceCount[$0]) devices; "
                    + "\(rawValue) works on at most \(MilliFleet.devicesMax)")
        }
    }

    /// Whether the policies understand what a class asks of devices in thousandths; on such fleets they reject its pods
    /// otherwise.
    public static func understands(_ requestClass: RequestClass, in cluster: Fleet) -> Bool {
        guard let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord) else { return false }
        return MilliRequest(requestClass, vendor: vendor, modes: cluster.table.modes) != nil
    }

    /// The plain scan. - Precondition: ``problem(with:)`` found nothing.
    public func makeReferenceEngine(_ cluster: Fleet, _ context: PolicyContext) -> any PlacementEngine {
        if MilliFleet.check(cluster) != nil { return makeShareScan(cluster, context) }
        func scan(_ policy: some MilliPolicy) -> any PlacementEngine {
            PolicyScanEngine(cluster: cluster, ranks: context.nodeRanks, policy: policy)
        }
        switch self {
        case .foresight: return ForesightScanEngine(cluster: cluster, context)
        case .fgd: return scan(FGD(context.typicalPods, cluster))
        case .bestFit: return scan(BestFit())
        case .dotProd: return scan(DotProd())
        case .gpuPacking: return scan(GpuPacking())
        case .gpuClustering: return scan(GpuClustering())
        case .random: return scan(RandomPolicy(seed: context.seed))
        }
    }

    /// The fast engine, with the same decisions. - Precondition: ``problem(with:)`` found nothing.
    public func makeIndexedEngine(_ cluster: Fleet, _ context: PolicyContext) -> any PlacementEngine {
        if MilliFleet.check(cluster) != nil { return makeShareIndex(cluster, context) }
        switch self {
        case .foresight: return ForesightIndexEngine(cluster: cluster, context)
        case .fgd:
            return PolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks) { cluster in
                FGDMemo(context.typicalPods, cluster)
            }
        case .bestFit: return PolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks) { _ in BestFit() }
        case .dotProd: return PolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks) { _ in DotProd() }
        case .gpuPacking: return PolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks) { _ in GpuPacking() }
        case .gpuClustering:
            return PolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks) { _ in GpuClustering() }
        case .random:
            return PolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks) { _ in
                RandomPolicy(seed: context.seed)
            }
        }
    }
}
