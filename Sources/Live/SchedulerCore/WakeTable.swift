import PlacementEngine

/// Something that may let a refused pod fit.
enum WakeCause {
    /// A pod's charge on a node with these vendors' devices is freed.
    case release(vendors: UInt64, namespace: String)
    /// A node has joined, or its labels, taints, allocatable, register or health have changed, or a vendor is open there again.
    case node(vendors: UInt64)
    /// Other pods have come, gone or changed their labels.
    case otherPods
    case namespaces
    /// Volumes, claims, storage classes, CSI objects.
    case storage
    case quota(namespace: String)
    /// Request classes were made anew, and with them the fleet.
    case classesMadeAnew
    /// The pod itself has changed: gates, resources, labels.
    case podChanged
    /// Nothing for five minutes.
    case flush
}

/// The one table of wakes: which refused classes an event lets try again. `docs/core.md` shows it.
public struct WakeRow: Sendable, Hashable {
    public enum Cause: UInt8, Sendable, Hashable, CaseIterable {
        case release, node, otherPods, namespaces, storage, quota, classesMadeAnew, podChanged, flush
    }

    public var cause: Cause
    /// What happens, in words.
    public var event: String
    /// Who tries again, in words.
    public var woken: String
}

public enum WakeTable {
    public static let rows: [WakeRow] = [
        WakeRow(
            cause: .release, event: "a pod's charge on a node is freed: it ended, or its reservation was given up",
            woken: "classes that ask for no vendor beyond those with devices on the node; "
                + "classes of the namespace's quota"),
        WakeRow(
            cause: .node,
            event: "a node joined, or its labels, taints, allocatable, register or health changed, "
                + "or a vendor is open there again",
            woken: "classes that ask for no vendor beyond those with devices on the node; "
                + "classes with rules over other pods"),
        WakeRow(
            cause: .otherPods, event: "a pod came, went or changed its labels",
            woken: "classes with rules over other pods: affinity, spread, ports, volumes"),
        WakeRow(
            cause: .namespaces, event: "a namespace came, went or changed its labels",
            woken: "classes with rules over other pods"),
        WakeRow(
            cause: .storage, event: "a volume, claim, storage class or CSI object changed",
            woken: "classes with rules over other pods: those with volumes are among them"),
        WakeRow(cause: .quota, event: "a quota was set, changed or removed", woken: "classes of pods of the namespace"),
        WakeRow(
            cause: .classesMadeAnew, event: "request classes were made anew, or a nomination was set or cleared",
            woken: "all"),
        WakeRow(cause: .podChanged, event: "the pod's gates, resources, labels or rules changed", woken: "the pod"),
        WakeRow(
            cause: .flush, event: "5 minutes have passed since the last such time",
            woken: "all; each that then fits counts as a missed wake"),
    ]

    static func row(of cause: WakeRow.Cause) -> Int { Int(cause.rawValue) }

    /// Whether a cause may help a class.
    static func wakes(_ cause: WakeCause, _ requestClass: RequestClass, hasPodsIn isInNamespace: (String) -> Bool)
        -> Bool
    {
        let hasRules = requestClass.podKind >= 0
        switch cause {
        case .release(let vendors, let namespace):
            if requestClass.requestedVendors & ~vendors == 0 { return true }
            return requestClass.namespace >= 0 && isInNamespace(namespace)
        case .node(let vendors): return hasRules || requestClass.requestedVendors & ~vendors == 0
        case .otherPods, .namespaces, .storage: return hasRules
        case .quota(let namespace): return isInNamespace(namespace)
        case .classesMadeAnew, .flush: return true
        case .podChanged: return false
        }
    }
}

extension WakeCause {
    var row: WakeRow.Cause {
        switch self {
        case .release: .release
        case .node: .node
        case .otherPods: .otherPods
        case .namespaces: .namespaces
        case .storage: .storage
        case .quota: .quota
        case .classesMadeAnew: .classesMadeAnew
        case .podChanged: .podChanged
        case .flush: .flush
        }
    }
}
