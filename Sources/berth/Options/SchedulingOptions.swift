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

    mutating func validate() throws {
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

    var compatibility: CompatibilityProfile { CompatibilityProfile.named(profile) ?? .hami2_10_0 }

    /// The device types of the configuration.
    func catalog() throws -> VendorCatalog { try VendorCatalog.reading(configurationFile: deviceConfig) }

    /// The same, and the devices in thousandths that traces have.
    func traceCatalog() throws -> VendorCatalog {
        try VendorCatalog.reading(configurationFile: deviceConfig, forTraces: true)
    }
}
