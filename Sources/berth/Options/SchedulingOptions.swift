import ArgumentParser
import KubernetesWire
import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceReplay
import VendorCatalog

/// Whose decisions are made, and by which policies where pods name none: the same options, with one validation, in every
/// command that decides.
struct SchedulingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who chooses the node: " + PolicyChoice.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")
                + "."))
    var policy = PolicyChoice.hami.name

    @Option(help: "Seed of everything random: policy Random, and --shuffle of a replay.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "With policy hami, node policy of pods that name none: binpack or spread.", valueName: "policy"))
    var nodePolicy = SchedulingDefaults().nodePolicy

    @Option(
        help: ArgumentHelp(
            "Device policy of pods that name none: \(DevicePolicy.names.joined(separator: ", ")), or a list with commas.",
            valueName: "policy"))
    var devicePolicy = SchedulingDefaults().devicePolicy

    @Option(help: ArgumentHelp("The HAMi to follow: hami-2.10.0, or fixed (listed bugs repaired).", valueName: "name"))
    var profile = CompatibilityProfile.hami2_10_0.name

    @Option(help: ArgumentHelp("HAMi's device-config.yaml; without it, the chart's defaults.", valueName: "file"))
    var deviceConfig: String?

    mutating func validate() throws {
        try Self.requireKnown(&policy, among: PolicyChoice.all.map(\.name), "policy")
        try Self.requireKnown(&profile, among: CompatibilityProfile.all.map(\.name), "profile")
        try Self.requireKnown(&nodePolicy, among: ["binpack", "spread"], "node policy")
        devicePolicy = devicePolicy.lowercased()
        for part in DevicePolicy.unknownParts(of: devicePolicy) {
            var part = part
            try Self.requireKnown(&part, among: DevicePolicy.names, "device policy")
        }
    }

    /// Makes a name the known one that is meant; refuses a name that is none of them, and says which they are.
    static func requireKnown(_ name: inout String, among known: [String], _ what: String) throws {
        guard let meant = CaselessName.of(name, among: known) else {
            let hint = CaselessName.hint(for: name, among: known)
            throw ValidationError("unknown \(what) '\(name)'; \(hint)known are \(known.joined(separator: ", "))")
        }
        name = meant
    }

    var defaults: SchedulingDefaults { SchedulingDefaults(nodePolicy: nodePolicy, devicePolicy: devicePolicy) }

    var policyChoice: PolicyChoice { PolicyChoice.named(policy) ?? .hami }

    /// The policy besides HAMi's; nil = HAMi's.
    var placementPolicy: PlacementPolicy? { policyChoice.milli }

    /// Options that were given and do nothing.
    ///
    /// - Parameter shuffles: whether pods are offered in random order; nil = the command has no such option.
    func idle(shuffles: Bool? = nil) -> [(isIdle: Bool, option: String, goesWith: String)] {
        let draws = placementPolicy?.drawsNode ?? false
        return [
            (
                seed != 0 && shuffles != true && !draws, "--seed",
                (shuffles == nil ? "" : "--shuffle, or ") + "--policy Random"
            ),
            (placementPolicy != nil && nodePolicy != SchedulingDefaults().nodePolicy, "--node-policy", "--policy hami"),
        ]
    }

    var compatibility: CompatibilityProfile { CompatibilityProfile.named(profile) ?? .hami2_10_0 }

    /// The device types of the configuration.
    func catalog() throws -> VendorCatalog { try VendorCatalog.reading(configurationFile: deviceConfig) }

    /// The same, and the devices in thousandths that traces have.
    func traceCatalog() throws -> VendorCatalog {
        try VendorCatalog.reading(configurationFile: deviceConfig, forTraces: true)
    }
}
