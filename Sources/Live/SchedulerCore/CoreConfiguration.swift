public import JSONText
public import PlacementEngine
public import PlacementModel
public import VendorCatalog

/// What a scheduler core is told once.
public struct CoreConfiguration {
    public let catalog: VendorCatalog
    /// Every lock that some vendor uses, by key ascending, and the vendors that have one.
    let nodeLocks: [NodeLockRule]
    let lockedVendors: UInt64
    /// Reads the registers and allocations in annotations.
    public var parser: any JSONTextParser
    public var profile: CompatibilityProfile
    public var defaults: SchedulingDefaults
    /// Pods with one of these `spec.schedulerName`s are ours.
    public var schedulerNames: Set<String>
    /// Nothing is decided before each of these has been listed once.
    public var neededKinds: Set<WatchedKind>
    /// Schedulers whose unbound pods hold what their annotations say, for at most ten minutes.
    public var trustedReservations: Set<String>
    /// The age at which the lock that most vendors share may be taken over (`--node-lock-timeout`).
    public var lockTimeoutSeconds: Int64

    public init(
        catalog: VendorCatalog, parser: any JSONTextParser, profile: CompatibilityProfile = .hami2_10_0,
        defaults: SchedulingDefaults = SchedulingDefaults(), schedulerNames: Set<String> = ["berth-scheduler"],
        neededKinds: Set<WatchedKind> = Set(WatchedKind.allCases), trustedReservations: Set<String> = [],
        lockTimeoutSeconds: Int64 = NodeLockRule.common.expirySeconds
    ) {
        self.catalog = catalog
        nodeLocks = catalog.nodeLocks
        lockedVendors = catalog.ids.reduce(0) { $0 | (catalog[$1].nodeLock == nil ? 0 : $1.bit) }
        self.parser = parser
        self.profile = profile
        self.defaults = defaults
        self.schedulerNames = schedulerNames
        self.neededKinds = neededKinds
        self.trustedReservations = trustedReservations
        self.lockTimeoutSeconds = lockTimeoutSeconds
    }
}

/// Spans that the core waits, in one place.
enum Waits {
    /// Pods that arrive within this time are decided together.
    static let gather = 5 * Span.millisecond
    /// Or when so many wait.
    static let gatheredPods = 4_096
    /// Without a live watch of pods or nodes for so long, nothing is decided.
    static let blind = 10 * Span.second
    /// Refused pods that no wake has reached are tried again all the same.
    static let flush = 5 * Span.minute
    static let backOffFirst = Span.second
    static let backOffLongest = 10 * Span.second
    /// An action that is not answered counts as unknown; its sender gave up long before.
    static let answer = 30 * Span.second
    /// Between two looks at an object whose state is in doubt.
    static let look = Span.second
    /// For a node's own event after a lock conflict.
    static let conflict = Span.second
    /// A plugin that said it is done gets so long to release its lock itself.
    static let release = 2 * Span.second
    /// A node on which a pod was force-deleted while its devices were handed out takes no further one for so long.
    static let closed = 10 * Span.second
    static let suspectFirst = 30 * Span.second
    static let suspectLongest = 5 * Span.minute
    /// A bound pod that lost its node (a store restored from an old copy) keeps what it holds for so long.
    static let ghost = 10 * Span.minute
    static let trustedReservation = 10 * Span.minute
}
