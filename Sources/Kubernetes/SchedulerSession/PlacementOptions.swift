import BulkJSON
import PlacementEngine
import PlacementModel
import PlacementPolicies
import VendorCatalog

/// The engines that decide pods one by one; their decisions are equal.
public enum SessionEngine: String, Sendable, CaseIterable {
    /// Looks only where a pod may fit.
    case indexed
    /// Scans all nodes.
    case reference
}

/// How a batch is placed and how much is told about it.
public struct PlacementOptions: Sendable {
    public var profile: CompatibilityProfile
    /// Policies of pods whose annotations name none.
    public var defaults: SchedulingDefaults
    public var engine: SessionEngine
    /// Who chooses the node; nil = HAMi's scores.
    public var policy: PlacementPolicy?
    /// Seed of a policy that draws.
    public var seed: UInt64
    /// Pods pass the admission webhook first, as in a cluster.
    public var admits: Bool
    /// Reports hold the annotations HAMi would write.
    public var writesPatches: Bool
    /// Reports tell every node's reason and the best scores.
    public var explains: Bool
    /// Rejected pods are tried on the empty fleet, to tell "never" from "not now".
    public var triesEmptyFleet: Bool
    public var now: WallClock

    public init(
        profile: CompatibilityProfile = .hami2_10_0, defaults: SchedulingDefaults = SchedulingDefaults(),
        engine: SessionEngine = .indexed, policy: PlacementPolicy? = nil, seed: UInt64 = 0, admits: Bool = true,
        writesPatches: Bool = false, explains: Bool = false,
        triesEmptyFleet: Bool = false,
        now: WallClock
    ) {
        self.profile = profile
        self.defaults = defaults
        self.engine = engine
        self.policy = policy
        self.seed = seed
        self.admits = admits
        self.writesPatches = writesPatches
        self.explains = explains
        self.triesEmptyFleet = triesEmptyFleet
        self.now = now
    }

    /// Members that tell under which rules a batch was placed.
    public func write(into writer: inout JSONWriter) {
        writer.member("profile", profile.name)
        writer.member("policy", policy?.name ?? "hami")
        writer.member("nodePolicy", defaults.nodePolicy)
        writer.member("devicePolicy", defaults.devicePolicy)
        writer.key("admit")
        writer.bool(admits)
    }
}
