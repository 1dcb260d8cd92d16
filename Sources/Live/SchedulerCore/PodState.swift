/// Where a pod stands in the ledger.
public enum PodState: UInt8, Sendable, Hashable, CaseIterable {
    /// Waits for another scheduler.
    case foreign
    /// Has scheduling gates.
    case gated
    /// Waits for a round.
    case active
    /// No node takes its class now; sleeps until a wake.
    case refused
    /// No node could take it were it empty, or it cannot be asked for at all.
    case neverFits
    /// Failed to bind; waits a while, alone.
    case backingOff
    /// Has a node and devices in memory, nothing written.
    case reserved
    /// Reserved, while its volumes are claimed.
    case waitingForVolumes
    /// Head of its node's queue; the node's lock is being taken for it.
    case locking
    /// A Binding may be under way.
    case binding
    /// Bound; the device plugin has not handed out its devices yet.
    case allocating
    /// Bound; nothing is awaited.
    case running
    /// Finished, or on its way out without a node: holds nothing.
    case done

    /// Whether the pod has a node in memory that no object shows yet.
    var isPromised: Bool {
        switch self {
        case .reserved, .waitingForVolumes, .locking, .binding: true
        default: false
        }
    }

    var isBound: Bool { self == .allocating || self == .running }
}

/// What moves a pod from state to state.
public enum PodTrigger: UInt8, Sendable, Hashable, CaseIterable {
    // What its object shows.
    case seenForeign
    case seenGated
    case seenWaiting
    case seenBoundUnallocated
    case seenBound
    case seenTerminal
    case seenDeleting
    case gone
    case ghostEnded
    // What a round decides.
    case placed
    case fitsNowhere
    case couldNeverFit
    case takenBack
    // Time, and what happens elsewhere.
    case woken
    case backOffEnded
    case nodeTurnedBad
    case leadershipLost
    // The way to the node.
    case volumesWanted
    case volumesReady
    case volumesFailed
    case headOfQueue
    case noLockNeeded
    case lockIsOurs
    case lockIsAnothers
    case lockRefused
    case lockFoundUnbound
    case bindingIsDead
    case bindingRefused
}
