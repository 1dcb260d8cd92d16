import ArgumentParser
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Whose decisions are made, and by which policies where pods name none: the same options, with one validation, in every
/// command that decides.
struct SchedulingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Node policy of pods that name none: binpack or spread.", valueName: "policy"))
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

    func validate() throws {
        try Self.requireKnown(profile, among: CompatibilityProfile.all.map(\.name), "profile")
        try Self.requireKnown(nodePolicy, among: ["binpack", "spread"], "node policy")
        for part in DevicePolicy.unknownParts(of: devicePolicy) {
            try Self.requireKnown(part, among: DevicePolicy.names, "device policy")
        }
    }

    /// Refuses a name that is none of some, and says which they are.
    static func requireKnown(_ name: String, among known: [String], _ what: String) throws {
        if known.contains(name) { return }
        throw ValidationError("unknown \(what) '\(name)'; known are \(known.joined(separator: ", "))")
    }

    var defaults: SchedulingDefaults { SchedulingDefaults(nodePolicy: nodePolicy, devicePolicy: devicePolicy) }

    var compatibility: CompatibilityProfile { CompatibilityProfile.named(profile) ?? .hami2_10_0 }

    /// The device types of the configuration.
    func catalog() throws -> VendorCatalog { try VendorCatalog.reading(configurationFile: deviceConfig) }

    /// The same, and the devices in thousandths that traces have.
    func traceCatalog() throws -> VendorCatalog {
        try VendorCatalog.reading(configurationFile: deviceConfig, forTraces: true)
    }
}
