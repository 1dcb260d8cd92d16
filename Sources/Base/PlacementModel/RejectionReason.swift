/// Why a device or a node was refused, in HAMi's words.
///
/// - Source: hami-core.md 4.8 (pkg/device/common/common.go), plus MetaX's own three.
public enum RejectionReason: UInt8, Sendable, Hashable, CaseIterable {
    case cardTypeMismatch
    case cardUuidMismatch
    case cardTimeSlicingExhausted
    case cardComputeUnitsExhausted
    case cardInsufficientMemory
    case cardInsufficientCore
    case cardNotHealth
    case cardUnhealthy
    case cardCordoned
    case cardAppClassMismatch
    case cardQosPolicyMismatch
    case numaNotFit
    case exclusiveDeviceAllocateConflict
    case cardNotFoundCustomFilterRule
    case cardMigTopologyInfeasible
    case allocatedCardsInsufficientRequest
    case resourceQuotaNotFit
    case modeNotFit

    /// The word as it stands in HAMi's reasons and events.
    public var word: String {
        switch self {
        case .cardTypeMismatch: "CardTypeMismatch"
        case .cardUuidMismatch: "CardUuidMismatch"
        case .cardTimeSlicingExhausted: "CardTimeSlicingExhausted"
        case .cardComputeUnitsExhausted: "CardComputeUnitsExhausted"
        case .cardInsufficientMemory: "CardInsufficientMemory"
        case .cardInsufficientCore: "CardInsufficientCore"
        case .cardNotHealth: "CardNotHealth"
        case .cardUnhealthy: "CardUnhealthy"
        case .cardCordoned: "CardCordoned"
        case .cardAppClassMismatch: "CardAppClassMismatch"
        case .cardQosPolicyMismatch: "CardQosPolicyMismatch"
        case .numaNotFit: "NumaNotFit"
        case .exclusiveDeviceAllocateConflict: "ExclusiveDeviceAllocateConflict"
        case .cardNotFoundCustomFilterRule: "CardNotFoundCustomFilterRule"
        case .cardMigTopologyInfeasible: "CardMigTopologyInfeasible"
        case .allocatedCardsInsufficientRequest: "AllocatedCardsInsufficientRequest"
        case .resourceQuotaNotFit: "ResourceQuotaNotFit"
        case .modeNotFit: "ModeNotFit"
        }
    }
}

/// Why Berth left a node out before looking at devices; kube-scheduler's part of the work.
public enum NodeFilter: UInt8, Sendable, Hashable, CaseIterable {
    case nodeName
    case unschedulable
    case nodeSelector
    case nodeAffinity
    case taint
    case cpu
    case memory
    case ephemeralStorage
    case extendedResource
    case pods

    /// kube-scheduler's wording.
    public var word: String {
        switch self {
        case .nodeName: "node(s) didn't match the requested node name"
        case .unschedulable: "node(s) were unschedulable"
        case .nodeSelector: "node(s) didn't match Pod's node selector"
        case .nodeAffinity: "node(s) didn't match Pod's node affinity"
        case .taint: "node(s) had untolerated taint"
        case .cpu: "Insufficient cpu"
        case .memory: "Insufficient memory"
        case .ephemeralStorage: "Insufficient ephemeral-storage"
        case .extendedResource: "Insufficient extended resource"
        case .pods: "Too many pods"
        }
    }
}
