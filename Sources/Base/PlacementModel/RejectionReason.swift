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
    case hostPorts
    case availableDisk
    case claimInUse
    case volumeLimit
    case volumeAffinity
    case availableVolume
    case freeStorage
    case boundVolume
    case volumeZone
    case topologyLabel
    case topologySpread
    case podAffinity
    case podAntiAffinity
    case residentsAntiAffinity
    case features
    /// The pod's claims keep it off every node, whatever the node.
    case claims

    /// kube-scheduler's wording.
    public var word: String {
        switch self {
        case .nodeName: "node(s) didn't match the requested node name"
        case .unschedulable: "node(s) were unschedulable"
        // Told apart from the affinity: kube-scheduler has one text, "node affinity/selector", for both.
        case .nodeSelector: "node(s) didn't match Pod's node selector"
        case .nodeAffinity: "node(s) didn't match Pod's node affinity/selector"
        case .taint: "node(s) had untolerated taint(s)"
        case .cpu: "Insufficient cpu"
        case .memory: "Insufficient memory"
        case .ephemeralStorage: "Insufficient ephemeral-storage"
        case .extendedResource: "Insufficient extended resource"
        case .pods: "Too many pods"
        case .hostPorts: "node(s) didn't have free ports for the requested pod ports"
        case .availableDisk: "node(s) had no available disk"
        case .claimInUse:
            "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another "
                + "pod"
        case .volumeLimit: "node(s) exceed max volume count"
        case .volumeAffinity: "node(s) didn't match PersistentVolume's node affinity"
        case .availableVolume: "node(s) didn't find available persistent volumes to bind"
        case .freeStorage: "node(s) did not have enough free storage"
        case .boundVolume: "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
        case .volumeZone: "node(s) had no available volume zone"
        case .topologyLabel: "node(s) didn't match pod topology spread constraints (missing required label)"
        case .topologySpread: "node(s) didn't match pod topology spread constraints"
        case .podAffinity: "node(s) didn't match pod affinity rules"
        case .podAntiAffinity: "node(s) didn't match pod anti-affinity rules"
        case .residentsAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules"
        case .features: "node(s) didn't match Pod's required features"
        case .claims: "pod has claims that cannot be met"
        }
    }
}
