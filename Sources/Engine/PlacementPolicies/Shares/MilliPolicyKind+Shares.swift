import PlacementEngine

/// The engines for slots, memory and cores.
extension MilliPolicyKind {
    func makeShareScan(_ cluster: Fleet, _ context: PolicyContext) -> any PlacementEngine {
        func scan<Policy: SharePolicy>(_ make: (Fleet) -> Policy) -> any PlacementEngine {
            SharePolicyScanEngine(cluster: cluster, ranks: context.nodeRanks, makePolicy: make)
        }
        return switch self {
        case .foresight: scan { ShareForesight($0, usesTables: false) }
        case .fgd: scan { FGDShares(context.classCounts, $0, usesTables: false) }
        case .bestFit: scan { _ in BestFit() }
        case .dotProd: scan { _ in DotProd() }
        case .gpuPacking: scan { _ in GpuPacking() }
        case .gpuClustering: scan { _ in GpuClustering() }
        case .random: scan { _ in RandomPolicy(seed: context.seed) }
        }
    }

    func makeShareIndex(_ cluster: Fleet, _ context: PolicyContext) -> any PlacementEngine {
        func index<Policy: SharePolicy>(_ make: (Fleet) -> Policy) -> any PlacementEngine {
            SharePolicyIndexEngine(cluster: cluster, ranks: context.nodeRanks, makePolicy: make)
        }
        return switch self {
        case .foresight: index { ShareForesight($0, usesTables: true) }
        case .fgd: index { FGDShares(context.classCounts, $0, usesTables: true) }
        case .bestFit: index { _ in BestFit() }
        case .dotProd: index { _ in DotProd() }
        case .gpuPacking: index { _ in GpuPacking() }
        case .gpuClustering: index { _ in GpuClustering() }
        case .random: index { _ in RandomPolicy(seed: context.seed) }
        }
    }
}
